import Testing
import Wire

@testable import PrivateSetIntersection

/// The inspector of counts: an honest count passes; each message that nobody honest sends has its name.
@Suite("Inspector of counts", .serialized)
struct CountInspectorTests {
    /// An honest count of 30 and 17 identifiers, 17 in common, rounded to 10: the hospital helps, the lab counts.
    private static let honest = Task { () -> [InspectedMessage] in
        let log = MemoryRecorder()
        let parties = try await Parties.connect(recordingAtHospital: log)
        async let helper = parties.hospital.run {
            try await Alignment.count(
                identifiers(0..<30), over: $0, settings: Small.settings, rounding: 1)
        }
        async let counter = parties.lab.run {
            try await Alignment.count(
                identifiers(0..<17), over: $0, settings: Small.settings, rounding: 10)
        }
        _ = try await (helper, counter)
        let all = try [Direction.outgoing, .incoming].flatMap { log.entries(of: $0) }
            .map { (record: try Record(encoded: $0.record), payload: $0.payload) }
        // Openings, then what was masked, then tags and the count.
        return all.filter { $0.record.type.protocolID == ProtocolVersion.alignment.id }
            .sorted { ($0.record.type.rawValue, $0.record.from) < ($1.record.type.rawValue, $1.record.from) }
    }

    private func failure(
        counts: [String: Int64] = ["rounded": 20, "rounding": 10], maximum: Int = 30, minimum: Int = 1,
        _ change: (inout [InspectedMessage]) throws -> Void = { _ in }
    ) async throws -> String? {
        var messages = try await Self.honest.value
        try change(&messages)
        var inspector = try CountInspector(maximumSetSize: maximum, minimumCohort: minimum)
        do throws(InspectionFailure) {
            for (record, payload) in messages { try inspector.inspect(record, payload: payload) }
            try inspector.finish(counts: counts)
            return nil
        } catch { return "\(error.check) \(error.name)" }
    }

    @Test("An honest count passes")
    func honest() async throws {
        #expect(try await failure() == nil)
        #expect(try await failure(counts: [:]) == nil)
    }

    @Test("What was pruned is not held against anyone")
    func pruned() async throws {
        var inspector = try CountInspector()
        for (record, _) in try await Self.honest.value { try inspector.inspect(record, payload: nil) }
        try inspector.finish(counts: ["rounded": 1, "rounding": 1])
    }

    @Test("Outcomes that name other figures")
    func outcomes() async throws {
        #expect(try await failure(counts: ["rounded": 30]) == "T15 countMismatch")
        #expect(try await failure(counts: ["rounding": 5]) == "T15 countMismatch")
        #expect(try await failure { $0.removeLast() } == "T15 countMismatch")
        #expect(try await failure { $0 = [] } == "T15 countMismatch")
    }

    @Test("Messages that nobody honest sends")
    func messages() async throws {
        #expect(try await failure(maximum: 29) == "T10 malformedMessage")
        #expect(try await failure(minimum: 17) == nil)
        #expect(try await failure(minimum: 18) == "T10 setTooSmall")
        #expect(try await failure(edit(.countOpening) { $0[3] ^= 1 }) == "T13 keySizeMismatch")
        #expect(try await failure(edit(.countOpening) { $0.removeLast() }) == "T10 malformedMessage")
        #expect(try await failure { $0.removeFirst() } == "T10 openingMissing")
        #expect(try await failure(edit(.countOpening) { $0[1] ^= 3 }) == "T10 malformedMessage")
        let width = 32
        for type in [MessageType.maskedByCounter, .maskedByHelper] {
            let short = edit(type) { $0 = try MaskedByCounter(elements: Array($0[4...].dropLast(width))).encoded() }
            #expect(try await failure(short) == "T10 wrongCount")
            let one = edit(type) { $0.replaceSubrange(4..<4 + width, with: [UInt8](repeating: 0, count: 31) + [1]) }
            #expect(try await failure(one) == "T10 elementOutOfGroup")
            let twice = edit(type) { $0.replaceSubrange(4..<4 + width, with: $0[4 + width..<4 + 2 * width]) }
            #expect(try await failure(twice) == "T20 elementRepeated")
            let large = edit(type) { $0.replaceSubrange(4..<4 + width, with: [UInt8](repeating: 255, count: width)) }
            #expect(try await failure(large) == "T10 elementOutOfGroup")
        }
        // One of the other party's points.
        let reflected: (inout [InspectedMessage]) throws -> Void = { messages in
            let from = try #require(messages.firstIndex { $0.record.type == .maskedByCounter })
            let to = try #require(messages.firstIndex { $0.record.type == .maskedByHelper })
            messages[to].payload.replaceSubrange(4..<4 + width, with: messages[from].payload[4..<4 + width])
        }
        #expect(try await failure(reflected) == "T20 elementRepeated")
        let swapped = edit(.countTags) { payload in
            var tags = try CountTags(payload: payload).tags
            tags.swapAt(0, 1)
            payload = try CountTags(tags: tags).encoded()
        }
        #expect(try await failure(swapped) == "T10 tagsOutOfOrder")
        let fewer = edit(.countTags) { payload in
            payload = try CountTags(tags: Array(try CountTags(payload: payload).tags.dropLast())).encoded()
        }
        #expect(try await failure(fewer) == "T10 wrongCount")
        for count: UInt64 in [21, 30, .max] {
            let other = edit(.roundedCount) { $0 = try RoundedCount(count: count).encoded() }
            #expect(try await failure(other) == "T10 wrongCount")
        }
    }
}

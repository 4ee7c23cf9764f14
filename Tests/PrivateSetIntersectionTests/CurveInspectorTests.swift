import Testing
import Wire

@testable import PrivateSetIntersection

/// The inspector of alignments over the curve: an honest one passes; each message that nobody honest sends has its name.
@Suite("Inspector of alignments over the curve", .serialized)
struct CurveInspectorTests {
    /// An honest alignment of 30 and 17 identifiers, 12 in common: the hospital sends, the lab asks.
    private static let honest = Task { () -> (session: Bytes32, messages: [InspectedMessage]) in
        let log = MemoryRecorder()
        let parties = try await Parties.connect(recordingAtHospital: log)
        async let sender = parties.hospital.run {
            try await Alignment.run(identifiers(0..<30), over: $0, settings: Curved.settings())
        }
        async let receiver = parties.lab.run {
            try await Alignment.run(identifiers(18..<35), over: $0, settings: Curved.settings())
        }
        _ = try await (sender, receiver)
        let all = try [Direction.outgoing, .incoming].flatMap { log.entries(of: $0) }
            .map { (record: try Record(encoded: $0.record), payload: $0.payload) }
        // Openings, questions and answers, tags and what follows.
        func place(_ record: Record) -> Int {
            switch record.type {
            case .alignmentOpening: 0
            case .maskedIdentifiers: 1
            case .maskedTwice: 2
            default: Int(record.type.rawValue)
            }
        }
        let messages = all.filter { $0.record.type.protocolID == ProtocolVersion.alignment.id }
            .sorted { (place($0.record), $0.record.from) < (place($1.record), $1.record.from) }
        return (parties.hospital.id, messages)
    }

    private func failure(
        counts: [String: Int64] = ["rows": 12], maximum: Int = 30, local: String? = nil, keeping: Bool = true,
        _ change: (inout [InspectedMessage]) throws -> Void = { _ in }
    ) async throws -> String? {
        var (session, messages) = try await Self.honest.value
        try change(&messages)
        var inspector = try CurveAlignmentInspector(maximumSetSize: maximum, session: session, local: local)
        do throws(InspectionFailure) {
            for (record, payload) in messages {
                let isKept = keeping || !MessageType.curveBulk.contains(record.type)
                try inspector.inspect(record, payload: isKept ? payload : nil)
            }
            try inspector.finish(counts: counts)
            return nil
        } catch { return "\(error.check) \(error.name)" }
    }

    @Test("An honest alignment passes, with its points and with their hashes")
    func honest() async throws {
        #expect(try await failure() == nil)
        #expect(try await failure(local: "lab") == nil)
        #expect(try await failure(keeping: false) == nil)
        #expect(try await failure(counts: ["rows": 11]) == "T15 countMismatch")
        #expect(try await failure(counts: ["rows": 11], keeping: false) == "T15 countMismatch")
    }

    @Test("What was pruned is not held against anyone")
    func pruned() async throws {
        let (session, messages) = try await Self.honest.value
        var inspector = try CurveAlignmentInspector(session: session)
        for (record, _) in messages { try inspector.inspect(record, payload: nil) }
        try inspector.finish(counts: ["rows": 1])
    }

    @Test("Points that nobody honest sends")
    func points() async throws {
        for type in [MessageType.maskedIdentifiers, .maskedTwice] {
            let off = edit(type) { $0.replaceSubrange(4..<36, with: [UInt8](repeating: 0, count: 31) + [1]) }
            #expect(try await failure(off) == "T10 elementOutOfGroup")
            let beyond = edit(type) { $0.replaceSubrange(4..<36, with: [UInt8](repeating: 255, count: 32)) }
            #expect(try await failure(beyond) == "T10 elementOutOfGroup")
            let twice = edit(type) { $0.replaceSubrange(4..<36, with: $0[36..<68]) }
            #expect(try await failure(twice) == "T20 elementRepeated")
            // A running session too.
            #expect(try await failure(local: "lab", twice) == "T20 elementRepeated")
            let fewer = edit(type) { $0 = try MaskedTwice(elements: Array($0[36...])).encoded() }
            #expect(try await failure(fewer) == "T10 wrongCount")
            #expect(try await failure(edit(type) { $0.removeLast() }) == "T10 malformedMessage")
        }
        // An answer that is another row's question.
        let reflected: (inout [InspectedMessage]) throws -> Void = { messages in
            let from = try #require(messages.firstIndex { $0.record.type == .maskedIdentifiers })
            let to = try #require(messages.firstIndex { $0.record.type == .maskedTwice })
            messages[to].payload.replaceSubrange(4..<36, with: messages[from].payload[36..<68])
        }
        #expect(try await failure(reflected) == "T20 elementRepeated")
    }

    @Test("Other messages that nobody honest sends")
    func messages() async throws {
        #expect(try await failure(maximum: 29) == "T10 malformedMessage")
        #expect(try await failure(edit(.alignmentOpening) { $0[1] ^= 3 }) == "T10 malformedMessage")
        // 2048 in the place of 256: a Paillier key's.
        let paillier = edit(.alignmentOpening) { $0.replaceSubrange(3..<5, with: [8, 0]) }
        #expect(try await failure(paillier) == "T13 keySizeMismatch")
        #expect(try await failure { $0.removeFirst() } == "T10 openingMissing")
        for type in [MessageType.senderTags, .matchingTags] {
            let swapped = edit(type) { payload in
                var tags = try SenderTags(payload: payload).tags
                tags.swapAt(0, 1)
                payload = try SenderTags(tags: tags).encoded()
            }
            #expect(try await failure(swapped) == "T10 tagsOutOfOrder")
        }
        let unknown = edit(.matchingTags) { payload in
            var tags = try MatchingTags(payload: payload).tags
            tags[0] = AlignmentTag(high: tags[0].high, low: tags[0].low ^ 1)
            payload = try MatchingTags(tags: tags).encoded()
        }
        #expect(try await failure(unknown) == "T15 matchUnknown")
        let other = edit(.orderDigest) { $0[20] ^= 1 }
        #expect(try await failure(other) == "T15 orderMismatch")
        let many = edit(.matchOutcome) { $0 = try MatchOutcome(kind: .matched, count: 18).encoded() }
        #expect(try await failure(many) == "T10 wrongCount")
    }
}

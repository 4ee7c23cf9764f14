import TestSupport
import Testing
import Wire

@testable import PrivateSetIntersection

@Suite("Counting common identifiers")
struct CountTests {
    private func count(
        _ hospital: [[UInt8]], _ lab: [[UInt8]], rounding: (Int, Int) = (1, 1), plan: ProtocolPlan? = nil
    ) async throws -> Outcome<CommonCount> {
        return try await both(plan: plan) {
            try await Alignment.count(hospital, over: $0, settings: Small.settings, rounding: rounding.0)
        } lab: {
            try await Alignment.count(lab, over: $0, settings: Small.settings, rounding: rounding.1)
        }
    }

    @Test(
        "The count is that of the plain intersection, at both",
        arguments: [(0..<1, 0..<1), (0..<5, 5..<9), (0..<40, 13..<30), (0..<7, 6..<60)] as [(Range<Int>, Range<Int>)])
    func equalsPlainCount(hospital: Range<Int>, lab: Range<Int>) async throws {
        let outcome = try await count(identifiers(hospital), identifiers(lab))
        let expected = Set(hospital).intersection(lab).count
        #expect(try outcome.hospital.get().roundedCount == expected)
        #expect(try outcome.lab.get().roundedCount == expected)
        #expect(try outcome.lab.get().peerCount == hospital.count)
    }

    @Test("The coarser rounding holds", arguments: [(1, 10), (10, 5)])
    func rounds(hospital: Int, lab: Int) async throws {
        let outcome = try await count(identifiers(0..<30), identifiers(0..<17), rounding: (hospital, lab))
        #expect(try outcome.hospital.get().roundedCount == 20)
        #expect(try outcome.lab.get().roundedCount == 20)
        #expect(try outcome.lab.get().rounding == 10)
    }

    /// Two people that are known to be at the other site, and one about whom the asker wants to know.
    @Test("A set of two known people and a target is refused, by its own side and by the other")
    func tooFewToCount() async throws {
        var strict = Small.settings
        strict.minimumCohort = 4
        func run(_ own: AlignmentSettings, _ peer: AlignmentSettings) async throws -> Outcome<CommonCount> {
            try await both {
                try await Alignment.count(identifiers(7..<10), over: $0, settings: own, rounding: 1)
            } lab: {
                try await Alignment.count(identifiers(0..<30), over: $0, settings: peer, rounding: 1)
            }
        }
        let own = try await run(strict, strict)
        #expect(own.hospital.alignmentError == .ownSetTooSmall(count: 3, minimum: 4))
        let hostile = try await run(Small.settings, strict)
        #expect(hostile.lab.alignmentError == .peerSetTooSmall(count: 3, minimum: 4))
        #expect(hostile.hospital.peerReason == "peerSetTooSmall")
    }

    @Test("Counts below the minimum are suppressed, at both", arguments: [(0, 0), (3, 0), (4, 5), (8, 10)])
    func suppresses(common: Int, said: Int) async throws {
        var strict = Small.settings
        strict.minimumCohort = 4
        let settings = strict
        let outcome = try await both {
            try await Alignment.count(identifiers(0..<30), over: $0, settings: settings, rounding: 5)
        } lab: {
            try await Alignment.count(
                identifiers((30 - common)..<(50 - common)), over: $0, settings: settings, rounding: 1)
        }
        #expect(try outcome.hospital.get().roundedCount == said && outcome.hospital.get().minimum == 4)
        #expect(try outcome.lab.get().roundedCount == said)
    }

    @Test(
        "What an honest counter can say",
        arguments: [
            (0, true), (5, false), (10, true), (15, true), (20, true), (25, false), (11, false),
        ])
    func possibleCounts(said: UInt64, isPossible: Bool) {
        // At least 8 of at most 18, to the nearest 5.
        #expect(CountRounding(to: 5, suppressingBelow: 8).allows(said, of: 18) == isPossible)
        #expect(!CountRounding(to: 5, suppressingBelow: 8).allows(.max, of: 18))
    }

    @Test("Several chunks, in the order that the description admits")
    func chunks() async throws {
        let plan = ProtocolPlan([.init(.alignmentCount, parties: ["sender": "hospital", "receiver": "lab"])])
        let outcome = try await count(identifiers(0..<9000), identifiers(500..<9400), plan: plan)
        #expect(try outcome.lab.get().roundedCount == 8500)
    }

    @Test("Duplicates are refused")
    func duplicates() async throws {
        #expect(
            try await count([[1], [1]], [[1]]).hospital.alignmentError == .duplicateIdentifier(first: 0, second: 1))
    }

    /// A counter of `size` identifiers that sends what `elements` makes of the helper's points.
    private func hostileCounter(
        size: Int, _ elements: @escaping @Sendable (_ helper: [UInt8]) -> [UInt8]
    ) async throws -> Outcome<Int> {
        try await both {
            try await Alignment.count(
                identifiers(0..<4), over: $0, settings: Small.settings, rounding: 1
            ).roundedCount
        } lab: { session in
            try await session.send(CountOpening(role: .bySize, setSize: UInt64(size), rounding: 1))
            _ = try await session.receive(CountOpening.self)
            let theirs = try await session.receive(MaskedByHelper.self).elements
            try await session.send(MaskedByCounter(elements: elements(theirs)))
            try await session.checkpoint()
            return Int(try await session.receive(CountTags.self).tags.count)
        }
    }

    @Test("Numbers that are no point, repeated points and the helper's own get no tags")
    func refusals() async throws {
        func refusal(_ size: Int, _ elements: @escaping @Sendable ([UInt8]) -> [UInt8]) async throws -> AlignmentError?
        {
            let outcome = try await hostileCounter(size: size, elements)
            #expect((try? outcome.lab.get()) == nil)
            return outcome.hospital.alignmentError
        }
        // x = 6 is on the curve, x = 1 is not.
        let off = [UInt8](repeating: 0, count: 31) + [1]
        let on = [UInt8](repeating: 0, count: 31) + [6]
        #expect(try await refusal(1) { _ in off } == .elementOutOfGroup(chunk: 0, index: 0))
        #expect(try await refusal(2) { _ in on + off } == .elementOutOfGroup(chunk: 0, index: 1))
        #expect(
            try await refusal(1) { _ in [UInt8](repeating: 255, count: 32) }
                == .elementOutOfGroup(chunk: 0, index: 0))
        #expect(try await refusal(2) { _ in on + on } == .elementRepeated(chunk: 0, index: 1))
        #expect(try await refusal(1) { Array($0[..<32]) } == .elementRepeated(chunk: 0, index: 0))
        #expect(
            try await refusal(2) { _ in on } == .wrongCount(message: "MaskedByCounter", expected: 2, found: 1))
        #expect(
            try await refusal(1) { _ in on + [1] } == .wrongCount(message: "MaskedByCounter", expected: 1, found: 1))
    }

    @Test("Openings for another protocol or version are refused", arguments: [0, 1])
    func otherOpenings(index: Int) async throws {
        let outcome = try await both {
            try await Alignment.count(
                identifiers(0..<4), over: $0, settings: Small.settings, rounding: 1
            ).roundedCount
        } lab: { session in
            var opening = CountOpening(role: .bySize, setSize: 1, rounding: 1)
            if index == 0 { opening.opening.version = 1 } else { opening.opening.keyBits = 2048 }
            try await session.send(opening)
            _ = try await session.receive(CountOpening.self)
            return Int(try await session.receive(MaskedByHelper.self).elements.count)
        }
        #expect(
            outcome.hospital.alignmentError
                == (index == 0 ? .protocolVersionDiffers(own: 2, peer: 1) : .keySizesDiffer(own: 256, peer: 2048)))
    }

    @Test("A count that cannot be is refused", arguments: [3, 7, 1000])
    func impossibleCount(found: Int) async throws {
        let outcome = try await both {
            try await Alignment.count(
                identifiers(0..<4), over: $0, settings: Small.settings, rounding: 5
            ).roundedCount
        } lab: { session in
            try await session.send(CountOpening(role: .bySize, setSize: 1, rounding: 1))
            _ = try await session.receive(CountOpening.self)
            try await session.send(MaskedByCounter(elements: [UInt8](repeating: 0, count: 31) + [6]))
            _ = try await session.receive(MaskedByHelper.self)
            try await session.checkpoint()
            _ = try await session.receive(CountTags.self)
            try await session.checkpoint()
            try await session.send(RoundedCount(count: UInt64(found)))
            return found
        }
        #expect(outcome.hospital.alignmentError == .wrongCount(message: "RoundedCount", expected: 3, found: found))
    }
}

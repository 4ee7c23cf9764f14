import Bignum
import TestSupport
import Testing
import Wire

@testable import PrivateSetIntersection

@Suite("Counting common identifiers")
struct CountTests {
    private func count(
        _ hospital: [[UInt8]], _ lab: [[UInt8]], rounding: (Int, Int) = (1, 1), plan: ProtocolPlan? = nil
    ) async throws -> Outcome<CommonCount> {
        let group = try Small.group()
        return try await both(plan: plan) {
            try await Alignment.count(hospital, over: $0, settings: Small.settings, rounding: rounding.0, group: group)
        } lab: {
            try await Alignment.count(lab, over: $0, settings: Small.settings, rounding: rounding.1, group: group)
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
        let group = try Small.group()
        var strict = Small.settings
        strict.minimumCohort = 4
        func run(_ own: AlignmentSettings, _ peer: AlignmentSettings) async throws -> Outcome<CommonCount> {
            try await both {
                try await Alignment.count(identifiers(7..<10), over: $0, settings: own, rounding: 1, group: group)
            } lab: {
                try await Alignment.count(identifiers(0..<30), over: $0, settings: peer, rounding: 1, group: group)
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
        let group = try Small.group()
        var strict = Small.settings
        strict.minimumCohort = 4
        let settings = strict
        let outcome = try await both {
            try await Alignment.count(identifiers(0..<30), over: $0, settings: settings, rounding: 5, group: group)
        } lab: {
            try await Alignment.count(
                identifiers((30 - common)..<(50 - common)), over: $0, settings: settings, rounding: 1, group: group)
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

    @Test("Duplicates and sets above the limit are refused; elements outside the group too")
    func refusals() async throws {
        #expect(
            try await count([[1], [1]], [[1]]).hospital.alignmentError == .duplicateIdentifier(first: 0, second: 1))
        let group = try Small.group()
        let zero = [UInt8](repeating: 0, count: group.modulus.byteWidth)
        let outcome = try await both {
            try await Alignment.count(
                identifiers(0..<2), over: $0, settings: Small.settings, rounding: 1, group: group
            ).roundedCount
        } lab: { session in
            try await session.send(
                CountOpening(
                    AlignmentOpening(
                        role: .bySize, keyBits: UInt16(Small.keyBits), setSize: 1, minimumCohort: 1)))
            _ = try await session.receive(CountOpening.self)
            try await session.send(MaskedByCounter(elements: zero))
            _ = try await session.receive(MaskedByHelper.self)
            try await session.checkpoint()
            return Int(try await session.receive(CountTags.self).tags.count)
        }
        #expect(outcome.hospital.alignmentError == .elementOutOfGroup(chunk: 0, index: 0))
    }

    @Test("An element sent twice gets no tags: equal ones would be the helper's fault in the log")
    func repeatedElements() async throws {
        let group = try Small.group()
        let four = [UInt8](repeating: 0, count: group.modulus.byteWidth - 1) + [4]
        let outcome = try await both {
            try await Alignment.count(
                identifiers(0..<4), over: $0, settings: Small.settings, rounding: 1, group: group
            ).roundedCount
        } lab: { session in
            try await session.send(
                CountOpening(
                    AlignmentOpening(
                        role: .bySize, keyBits: UInt16(Small.keyBits), setSize: 2, minimumCohort: 1)))
            _ = try await session.receive(CountOpening.self)
            try await session.send(MaskedByCounter(elements: four + four))
            _ = try await session.receive(MaskedByHelper.self)
            try await session.checkpoint()
            return Int(try await session.receive(CountTags.self).tags.count)
        }
        #expect(outcome.hospital.alignmentError == .evaluationsRepeat)
        #expect(outcome.lab.alignmentError == nil && (try? outcome.lab.get()) == nil)
    }

    @Test("A count that cannot be is refused", arguments: [3, 7, 1000])
    func impossibleCount(found: Int) async throws {
        let group = try Small.group()
        let outcome = try await both {
            try await Alignment.count(
                identifiers(0..<4), over: $0, settings: Small.settings, rounding: 5, group: group
            ).roundedCount
        } lab: { session in
            try await session.send(
                CountOpening(
                    AlignmentOpening(
                        role: .bySize, keyBits: UInt16(Small.keyBits), setSize: 1, minimumCohort: 1)))
            _ = try await session.receive(CountOpening.self)
            try await session.send(
                MaskedByCounter(elements: try group.generator.bigEndianBytes(width: group.modulus.byteWidth)))
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

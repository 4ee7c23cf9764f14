import TestSupport
import Testing
import Wire

@testable import PrivateSetIntersection

/// Honest parties in one process.
@Suite struct MultipartyTests {
    /// Sets with given numbers in common and others of each party's own, in an order of its own.
    private static func sets(_ parties: Int, common: Range<Int>, more: Int, seed: UInt64) -> [[[UInt8]]] {
        var generator = SplitMix(seed)
        return (0..<parties).map { party in
            // In two sets each, so that pairwise intersections are larger.
            let own =
                (0..<more).map { 1000 * (party + 1) + $0 }
                + (0..<more / 2).map { 1000 * ((party + 1) % parties + 1) + $0 }
            return identifiers((Array(common) + own).shuffled(using: &generator))
        }
    }

    @Test(arguments: [(3, 0, 12), (3, 2, 0), (4, 1, 5), (8, 3, 3)])
    func allArriveAtTheCommonRows(parties: Int, active: Int, more: Int) async throws {
        let room = try await Room.open(try Room.settings(parties, active: active))
        let sets = Self.sets(parties, common: 1..<8, more: more, seed: 5)
        let ends = try await room.run(sets)
        let rows = try #require(sets[0].rows(ends[0]), "\(ends)")
        #expect(Set(rows) == Set(identifiers(1..<8)) && rows.count == 7)
        for (set, end) in zip(sets, ends) { #expect(set.rows(end) == rows) }
        // Everybody knows the sizes that the protocol tells it, and no others.
        for (own, end) in ends.enumerated() {
            let told = own == active ? (0..<parties).filter { $0 != active } : [active]
            #expect(Set(try end.get().peerCounts.keys) == Set(told.map { "party\($0)" }))
        }
        // A verifier with any party's logs arrives at the same.
        let outcomes = try (0..<parties).map { try room.outcome(of: $0) }
        let mesh = try ends[0].get().mesh
        #expect(Set(outcomes).count == 1 && outcomes[0].rows == 7 && outcomes[0].mesh == mesh)
    }

    /// The order is of the run, not of the sets: nonces of all give it.
    @Test func theOrderIsAnotherInEveryRun() async throws {
        let sets = [identifiers(0..<40), identifiers(0..<40), identifiers((0..<40).reversed())]
        var orders: Set<[[UInt8]]> = []
        for _ in 0..<2 {
            let ends = try await Room.open(try Room.settings(3)).run(sets)
            orders.insert(try #require(sets[2].rows(ends[2])))
        }
        #expect(orders.count == 2)
    }

    @Test func lawfulEndsWithoutACohort() async throws {
        let disjoint = [identifiers(0..<9), identifiers(5..<14), identifiers(9..<18)]
        let empty = try await Room.open(try Room.settings(3)).run(disjoint)
        // Each is told so by the active party, or by another that was.
        #expect(empty[0].multipartyError == .emptyIntersection)
        for end in empty.dropFirst() { #expect(end.multipartyError == .emptyIntersection) }

        let few = [identifiers(0..<9), identifiers(5..<14), identifiers(7..<16)]
        let settings = try Room.settings(3, minimumCohort: 3)
        let room = try await Room.open(settings)
        let ends = try await room.run(few)
        for end in ends { #expect(end.multipartyError == .cohortTooSmall(minimum: 3)) }
        // Passive parties are told neither count nor members, and have not said a word to each other.
        for own in 1...2 {
            #expect(try room.received(by: own, .matchingTags)[0] == [])
            let outcome = try #require(try room.received(by: own, .matchOutcome)[0]?.first)
            #expect(try MatchOutcome(payload: outcome) == MatchOutcome(kind: .tooSmall, count: 0))
            #expect(try room.received(by: own, .comparisonCommitment)[3 - own] == [])
        }
    }

    /// A set below the minimum gives nothing, and is said before anything else.
    @Test func setsAreChecked() async throws {
        let settings = try Room.settings(3, minimumCohort: 4)
        let ends = try await Room.open(settings).run([identifiers(0..<9), identifiers(0..<3), identifiers(0..<9)])
        guard case .failure(let error) = ends[1] else { return #expect(Bool(false)) }
        #expect(error as? AlignmentError == .ownSetTooSmall(count: 3, minimum: 4))
        guard case .ended(by: "party1", _)? = ends[0].multipartyError else { return #expect(Bool(false), "\(ends[0])") }
    }

    @Test func settingsAreChecked() throws {
        #expect(throws: MultipartyError.self) { try Room.settings(2) }
        #expect(throws: MultipartyError.self) { try Room.settings(9) }
        #expect(throws: MultipartyError.self) { try Room.settings(3, active: 3) }
        #expect(throws: MultipartyError.self) {
            try MultipartySettings(parties: ["a", "b", "c"], active: 0, alignment: AlignmentSettings(scheme: .curve))
        }
        #expect(throws: MultipartyError.self) {
            try MultipartySettings(parties: ["a", "b", "b"], active: 0, alignment: AlignmentSettings())
        }
    }

    /// What budgets are asked for, before anything is said: the questions at a passive party, the stores at the active.
    @Test func budgetsAreAskedForWhatCanBeLearnt() async throws {
        struct Refused: Error, Equatable { let bounds: [GuessBound] }
        let parameters = try Small.parameters()
        for refusing in 0..<3 {
            let room = try await Room.open(try Room.settings(3))
            let sets = [identifiers(0..<30), identifiers(0..<60), identifiers(0..<90)]
            let settings = room.settings
            let ends = try await room.run(
                sets,
                roles: [
                    refusing: { peers in
                        try await MultipartyAlignment.run(
                            sets[refusing], over: peers, settings: settings, own: refusing, parameters: parameters,
                            admit: { throw Refused(bounds: $0) })
                    }
                ])
            guard case .failure(let error) = ends[refusing], let refused = error as? Refused else {
                return #expect(Bool(false), "\(ends[refusing])")
            }
            let expected: [(Int, Int)] =
                refusing == 0
                ? [1, 2].map { ($0, 3 * 26 + 48 + 3 * 39 + 48) } : (0..<3).filter { $0 != refusing }.map { ($0, 30) }
            #expect(refused.bounds == expected.map { GuessBound(party: "party\($0)", identifiers: $1) })
            for peer in 0..<3 where peer != refusing {
                #expect(try room.received(by: peer, .blindedIdentifiers)[refusing] == [])
                #expect(try room.received(by: peer, .senderKey)[refusing] == [])
            }
        }
    }

    @Test func secretsAreNotPrinted() async throws {
        let room = try await Room.open(try Room.settings(3))
        let secrets = try MultipartySecrets(room.sessions.all[1])
        var dumped = ""
        dump(secrets, to: &dumped)
        for text in ["\(secrets)", String(reflecting: secrets), dumped] {
            for secret in [secrets.orderNonce, secrets.blind, secrets.refusal] {
                #expect(!text.contains(secret.hex) && !text.contains("\(secret.bytes)"))
            }
        }
    }
}

import TestSupport
import Testing
import Wire

@testable import PrivateSetIntersection

/// Parties that deviate, each failure under one name.
@Suite struct MultipartyViolationTests {
    private static let sets = [identifiers(0..<5), identifiers(1..<6), identifiers(2..<7)]

    /// Party 1 deviates as `change` says.
    ///
    /// - Parameter isInspected: whether inspectors look on at the honest parties; the steps' own checks are met otherwise.
    private func run(
        isInspected: Bool, _ change: (inout ScriptedPassive) -> Void
    ) async throws -> (room: Room, ends: [Room.End]) {
        let settings = try Room.settings(3)
        let room = try await Room.open(settings, uninspected: isInspected ? [1] : [0, 1, 2])
        var passive = ScriptedPassive(identifiers: Self.sets[1], settings: settings, own: 1)
        change(&passive)
        let role = passive
        return (room, try await room.run(Self.sets, roles: [1: { try await role.run($0) }]))
    }

    /// The name by which a party ended.
    private func name(_ end: Room.End) -> String? {
        switch end.multipartyError {
        case .ended(_, .refused(_, let failure))?: failure.name
        case .ended(_, .peerAborted(_, let reason))?: reason.name
        case .ended?: "other"
        case let error?: error.name
        case nil: nil
        }
    }

    @Test func theScriptIsHonestWhereNothingIsChanged() async throws {
        let (_, ends) = try await run(isInspected: true) { _ in }
        for (set, end) in zip(Self.sets, ends) { #expect(Set(set.rows(end) ?? []) == Set(identifiers(2..<5))) }
    }

    @Test(arguments: [true, false]) func aPartyThatLiesAboutTheOrder(isInspected: Bool) async throws {
        for liedTo in [0, 2] {
            let (_, ends) = try await run(isInspected: isInspected) { passive in
                passive.changeOrder = { peer, order in
                    peer == liedTo ? CommonOrder(count: Int(order.count), digest: Bytes32(hashing: [1])) : order
                }
            }
            #expect(name(ends[liedTo]) == "ordersDiffer")
        }
        let (_, counted) = try await run(isInspected: isInspected) { passive in
            passive.changeOrder = { CommonOrder(count: Int($1.count) + ($0 == 0 ? 1 : 0), digest: $1.digest) }
        }
        #expect(name(counted[0]) == "ordersDiffer")
    }

    @Test(arguments: [true, false]) func aPartyWithAnotherNonce(isInspected: Bool) async throws {
        let (_, ends) = try await run(isInspected: isInspected) { passive in
            passive.changeNonce = { $0 == 2 ? OrderNonce(nonce: Bytes32(hashing: [2])) : $1 }
        }
        #expect(name(ends[2]) == "nonceRefused")
    }

    /// What a passive party says of the announcement, changed in every way: the one name, at all of the others.
    @Test func everyFailureOfTheComparisonHasOneName() async throws {
        let changes: [@Sendable (inout ScriptedPassive) -> Void] = [
            { $0.changeOpening = { ComparisonOpening(word: Bytes32(hashing: [3]), blind: $1.blind) } },
            { $0.changeOpening = { ComparisonOpening(word: $1.word, blind: Bytes32(hashing: [4])) } },
            { $0.changeCommitment = { _, _ in ComparisonCommitment(commitment: .zero) } },
        ]
        for change in changes {
            let (room, ends) = try await run(isInspected: true, change)
            #expect(ends[2].multipartyError == .announcementRefused)
            #expect(ends[0].multipartyError == .announcementRefused)
            let said = try (try room.received(by: 0, .abort)[2] ?? []).map { try AbortMessage(payload: $0).reason }
            #expect(said == [MultipartyError.announcementRefused.abortReason])
        }
    }

    @Test(arguments: [true, false]) func aStoreOfAnotherSize(isInspected: Bool) async throws {
        for more in [-1, 1] {
            let (_, ends) = try await run(isInspected: isInspected) { passive in
                passive.changeStore = { store in
                    let cells = more < 0 ? Array(store.cells.dropLast()) : store.cells + [.zero]
                    return KeyValueStore(shape: store.shape, seed: store.seed, cells: cells)
                }
            }
            if isInspected {
                #expect(name(ends[0]) == "wrongCount")
            } else {
                #expect(
                    ends[0].multipartyError
                        == .alignment(
                            with: "party1",
                            .wrongCount(message: "StoreSeed", expected: 57, found: 57 + more)))
            }
            // Party 2 is told that another one's matter ended it.
            #expect(name(ends[2]) == "endedByParty")
        }
    }

    /// Another store leaves rows out; nobody can tell.
    @Test func aStoreOfNoise() async throws {
        let (_, ends) = try await run(isInspected: true) { passive in
            passive.changeStore = { store in
                KeyValueStore(shape: store.shape, seed: store.seed, cells: store.cells.map { _ in .zero })
            }
        }
        #expect(ends[0].multipartyError == .emptyIntersection && name(ends[2]) == "emptyIntersection")
    }

    /// A party that hears of another mesh says so.
    @Test func meshesThatDiffer() throws {
        let settings = try Room.settings(3)
        let ids = (0..<3).map { Bytes32(hashing: [UInt8($0)]) }
        let table: [[Bytes32]] = [[.zero, ids[0], ids[1]], [ids[0], .zero, ids[2]], [ids[1], ids[2], .zero]]
        func setups() -> [Int: MultipartySetup] {
            Dictionary(
                uniqueKeysWithValues: (0..<3).map {
                    (
                        $0,
                        MultipartySetup(
                            parties: 3, own: $0, active: 0, sessions: table[$0], key: .zero, nonceCommitment: .zero)
                    )
                })
        }
        func id(_ change: (inout [Int: MultipartySetup]) -> Void) throws -> Bytes32 {
            var all = setups()
            change(&all)
            return try MultipartyMesh.id(of: all, settings: settings, job: Room.job, to: 0)
        }
        let mismatch = { (party: Int, other: Int) in
            MultipartyError.meshMismatch(party: "party\(party)", other: "party\(other)")
        }
        #expect(throws: mismatch(1, 2)) { try id { $0[2]?.sessions[1] = ids[0] } }
        #expect(throws: mismatch(1, 0)) { try id { $0[1]?.active = 2 } }
        #expect(throws: mismatch(2, 0)) { try id { $0[2]?.own = 1 } }
        #expect(throws: mismatch(2, 0)) { try id { $0[2]?.sessions[2] = ids[0] } }
        #expect(throws: mismatch(0, 2)) { try id { $0[2] = nil } }
    }

    // MARK: Verifiers

    private func finished(minimumCohort: Int = 1) async throws -> Room {
        let room = try await Room.open(try Room.settings(3, minimumCohort: minimumCohort))
        let ends = try await room.run(Self.sets)
        for end in ends { _ = try end.get() }
        return room
    }

    /// What one party's logs are changed to, and what a verifier with all of its sessions says.
    @Test func alteredLogsAreFound() async throws {
        let room = try await finished()
        func change<M: Message>(
            _ type: MessageType, from: Int, to: Int, _: M.Type, _ body: @escaping (inout M) -> Void
        ) -> (Record, [UInt8]) throws -> [UInt8] {
            { record, payload in
                guard record.type == type, record.from == "party\(from)", record.to == "party\(to)" else {
                    return payload
                }
                var message = try M(payload: payload)
                body(&message)
                return try message.encoded()
            }
        }
        let other = Bytes32(hashing: [7])
        let cases: [(Int, MultipartyError, (Record, [UInt8]) throws -> [UInt8])] = [
            // The keeper told its peers different things.
            (
                1, .meshMismatch(party: "party1", other: "party2"),
                change(.multipartySetup, from: 1, to: 2, MultipartySetup.self) { $0.nonceCommitment = other }
            ),
            (
                1, .meshMismatch(party: "party2", other: "party1"),
                change(.multipartySetup, from: 2, to: 1, MultipartySetup.self) { $0.active = 1 }
            ),
            (
                1, .announcementRefused,
                change(.comparisonOpening, from: 1, to: 2, ComparisonOpening.self) { $0.word = other }
            ),
            // It went on though a peer's opening did not match, or did not add up.
            (
                1, .announcementRefused,
                change(.comparisonOpening, from: 2, to: 1, ComparisonOpening.self) { $0.word = other }
            ),
            (
                2, .announcementRefused,
                change(.comparisonCommitment, from: 1, to: 2, ComparisonCommitment.self) { $0.commitment = other }
            ),
            (
                0, .announcementRefused,
                change(.matchOutcome, from: 0, to: 2, MatchOutcome.self) { $0.count = 2 }
            ),
            (
                0, .announcementRefused,
                change(.alignmentOpening, from: 2, to: 0, AlignmentOpening.self) { $0.minimumCohort = 4 }
            ),
            (
                0, .nonceRefused(party: "party2"),
                change(.orderNonce, from: 2, to: 0, OrderNonce.self) { $0.nonce = other }
            ),
            (
                0, .ordersDiffer(party: "party0"),
                change(.orderNonce, from: 0, to: 2, OrderNonce.self) { $0.nonce = other }
            ),
            (
                2, .ordersDiffer(party: "party1"),
                change(.commonOrder, from: 1, to: 2, CommonOrder.self) { $0.digest = other }
            ),
        ]
        for (own, error, change) in cases {
            #expect(throws: error) { try room.outcome(of: own, changing: change) }
        }
    }

    /// What a verifier's inspectors say of one session whose messages of a type are changed.
    private func inspect(
        _ room: Room, _ own: Int, _ peer: Int, _ type: MessageType, _ change: (Record, [UInt8]) throws -> [UInt8]
    ) throws -> InspectionFailure? {
        let recorder = try #require(room.sessions.recorders[own][peer])
        let id = try #require(room.sessions.all[own][peer]?.id)
        // Proofs are not what is looked at here: they are skipped as those of the keeper's own.
        var inspectors = try MultipartyAlignment.inspectors(
            of: room.settings, between: (own, peer), job: Room.job, session: id, group: try Small.group(),
            local: room.settings.parties[peer])
        do {
            for (record, payload) in try Room.ordered(recorder) {
                let payload = record.type == type ? try change(record, payload) : payload
                for index in inspectors.indices { try inspectors[index].inspect(record, payload: payload) }
            }
            for index in inspectors.indices { try inspectors[index].finish(counts: ["rows": 3]) }
        } catch let failure as InspectionFailure { return failure }
        return nil
    }

    /// Roles and the smallest cohort are the job's: with another minimum a party would learn on which side of it the common rows are.
    @Test func openingsAndAnnouncementsAreHeldToTheJob() async throws {
        let room = try await finished(minimumCohort: 3)
        func opening(from party: Int, _ body: @escaping (inout AlignmentOpening) -> Void) -> (Record, [UInt8]) throws ->
            [UInt8]
        {
            { record, payload in
                guard record.from == "party\(party)" else { return payload }
                var message = try AlignmentOpening(payload: payload)
                body(&message)
                return try message.encoded()
            }
        }
        #expect(try inspect(room, 0, 1, .alignmentOpening) { $1 } == nil)
        for party in 0..<2 {
            #expect(
                try inspect(room, 0, 1, .alignmentOpening, opening(from: party) { $0.minimumCohort = 2 })?.name
                    == "minimumDiffers")
            #expect(
                try inspect(room, 0, 1, .alignmentOpening, opening(from: party) { $0.minimumCohort = 4 })?.name
                    == "minimumDiffers")
            #expect(
                try inspect(room, 0, 1, .alignmentOpening, opening(from: party) { $0.role = .bySize })?.name
                    == "rolesConflict")
        }
        let few = try inspect(room, 1, 0, .matchOutcome) {
            try MatchOutcome(kind: .matched, count: 2).encoded() + $1.prefix(0)
        }
        #expect(few?.check == "T15" && few?.name == "cohortTooSmall")
    }

    /// What one session shows alone: inspectors of a verifier refuse what those of the running session refuse.
    @Test func alteredSessionsAreFound() async throws {
        let room = try await finished()
        func inspect(
            _ own: Int, _ peer: Int, _ type: MessageType, _ change: ([UInt8]) throws -> [UInt8]
        ) throws -> InspectionFailure? {
            try self.inspect(room, own, peer, type) { try change($1) }
        }
        func flip(_ place: Int) -> ([UInt8]) -> [UInt8] {
            { bytes in
                var bytes = bytes
                bytes[place < 0 ? bytes.count + place : place] ^= 1
                return bytes
            }
        }
        #expect(try inspect(0, 1, .commonOrder) { $0 } == nil && inspect(1, 2, .commonOrder) { $0 } == nil)
        let cases: [(Int, Int, MessageType, String, ([UInt8]) -> [UInt8])] = [
            (0, 1, .multipartySetup, "meshMismatch", flip(5)), (1, 2, .multipartySetup, "nonceRefused", flip(-1)),
            (1, 2, .multipartySetup, "meshMismatch", flip(74)), (0, 1, .multipartySetup, "keyUnexpected", flip(-33)),
            (0, 1, .storeSeed, "wrongCount", flip(-1)), (0, 2, .storeCells, "malformedMessage", flip(3)),
            (0, 2, .storeCells, "wrongCount", { [0, 0, 0, 16] + $0.suffix(16) }),
            (1, 2, .comparisonCommitment, "malformedMessage", { $0 + [0] }),
            (1, 2, .comparisonOpening, "malformedMessage", { $0.dropLast() }),
            (1, 2, .orderNonce, "nonceRefused", flip(0)), (0, 1, .orderNonce, "nonceRefused", flip(0)),
            (0, 1, .commonOrder, "ordersDiffer", flip(7)),
            (0, 1, .matchOutcome, "wrongCount", { _ in [0, 0, 0, 0, 0, 0, 0, 0, 6] }),
        ]
        for (own, peer, type, name, change) in cases {
            #expect(try inspect(own, peer, type, change)?.name == name, "\(type) \(name)")
        }
    }

    /// What a peer is told, as it goes over the wire.
    @Test func namesAreWrittenOut() {
        let lost = WireError.connectionLost(peer: "b")
        let codes: [(MultipartyError, FailureKind, String)] = [
            (.badSettings(""), .failure, "badSettings"), (.badSessions(""), .failure, "badSessions"),
            (.meshMismatch(party: "a", other: "b"), .disagreement, "meshMismatch"),
            (.pairKeyRefused(party: "a"), .violation, "pairKeyRefused"),
            (.alignment(with: "a", .unknownTag), .violation, "unknownTag"),
            (.ended(by: "b", reason: lost), .transport, "partyLost.b"),
            (.ended(by: "b", reason: .peerAborted(peer: "b", reason: .lost(["a"]))), .transport, "partyLost.a"),
            (.ended(by: "a", reason: .outOfOrder(peer: "a", message: .abort)), .refusal, "endedByParty"),
            (.storeFailed, .failure, "storeFailed"),
            (.storeOverfitted(party: "a"), .violation, "storeOverfitted"),
            (.announcementRefused, .disagreement, "announcementRefused"),
            (.nonceRefused(party: "a"), .violation, "nonceRefused"),
            (.ordersDiffer(party: "a"), .violation, "ordersDiffer"),
            (.emptyIntersection, .refusal, "emptyIntersection"),
            (.cohortTooSmall(minimum: 2), .refusal, "cohortTooSmall"),
        ]
        for (error, kind, name) in codes { #expect(error.abortReason == AbortReason(kind, name)) }
        let one = MultipartyError.alignment(with: "a", .keyProofRejected)
        #expect(one.reason(toward: "a").name == "keyProofRejected")
        #expect(one.reason(toward: "b").name == "endedByParty")
    }
}

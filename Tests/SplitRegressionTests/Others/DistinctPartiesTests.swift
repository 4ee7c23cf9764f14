import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// Nobody has two places in a training, as far as a program can see (multiparty-training.md 1).
@Suite("Parties are different ones") struct DistinctPartiesTests {
    /// A party's session with a peer, and what it logs.
    private static func session(
        _ own: (name: String, key: SigningKey), _ peer: (name: String, key: SigningKey), job: String = "job"
    ) async throws -> (session: Session, recorder: MemoryRecorder) {
        let both = try await SiteSessions.open(
            [own.name, peer.name], keys: [own.key, peer.key], job: Bytes32(hashing: Array(job.utf8)),
            roles: ("active", "passive"), protocols: [.training])
        return (try #require(both.all[0][1]), try #require(both.recorders[0][1]))
    }

    /// What each role says to these sessions before it sends anything.
    private static func refusal(
        _ parties: SeveralParties, _ sessions: [Session], party: Int
    ) async throws -> String? {
        let plan = try parties.plan(TrainingPlan(family: .logistic, keyBits: 512))
        let input = try parties.designs(plan).map { Training.Input(design: $0) }[party]
        do {
            switch party {
            case 0:
                _ = try await MultipartyTraining.active(
                    input, label: parties.label, plan: plan, helper: sessions[0], others: [sessions[1]])
            case 1:
                _ = try await MultipartyTraining.helper(
                    input, plan: plan, active: sessions[0], others: [sessions[1]])
            default:
                _ = try await MultipartyTraining.other(
                    0, input, plan: plan, active: sessions[0], helper: sessions[1])
            }
            return nil
        } catch TrainingError.invalidPlan(let sentence) { return sentence }
    }

    private static func parties() throws -> SeveralParties {
        try SeveralParties(
            MadeTable.sample(.logistic, rows: 30, active: 1, passive: 2, seed: 2), counts: [1, 1, 1])
    }

    @Test("One key under two names is refused by whoever has both sessions, before anything is sent", arguments: 0...2)
    func oneKey(_ party: Int) async throws {
        let (own, shared) = (("own", SigningKey()), SigningKey())
        let pair = [
            try await Self.session(own, ("hospital", shared)), try await Self.session(own, ("lab", shared)),
        ]
        let sentence = try await Self.refusal(try Self.parties(), pair.map(\.session), party: party)
        #expect(sentence?.contains("hospital and lab have the same identity") == true)
        for (_, recorder) in pair {
            let types = try recorder.entries(of: .outgoing).map { try Record(encoded: $0.record).type }
            #expect(!types.contains { $0.protocolID == ProtocolVersion.training.id })
        }
    }

    @Test("One peer in two places, sessions of two jobs and of two keys of this side are refused")
    func others() async throws {
        let (own, hospital, lab) = (("own", SigningKey()), ("hospital", SigningKey()), ("lab", SigningKey()))
        let parties = try Self.parties()
        let first = try await Self.session(own, hospital).session
        let second = try await Self.session(own, lab).session
        try DistinctParties.check([first, second])
        let refused: [(Session, String)] = [
            (first, "the same name"), (try await Self.session(own, hospital).session, "the same name"),
            (try await Self.session(own, ("hospital", SigningKey())).session, "the same name"),
            (try await Self.session(own, lab, job: "another job").session, "of another job"),
            (try await Self.session(("own", SigningKey()), lab).session, "another name or key"),
            (try await Self.session(("own2", own.1), lab).session, "another name or key"),
        ]
        for (session, words) in refused {
            let sentence = try await Self.refusal(parties, [first, session], party: 2)
            #expect(sentence?.contains(words) == true, "\(sentence ?? "")")
        }
    }

    @Test("A party that fails tells all others at once")
    func abort() async throws {
        var plan = TrainingPlan(family: .logistic, keyBits: 512)
        plan.maximumPasses = 1
        let table = MadeTable.sample(.logistic, rows: 40, active: 1, passive: 3, seed: 2)
        let parties = try SeveralParties(table, counts: [1, 1, 1, 1])
        let ends = try await parties.train(plan)
        for end in ends {
            #expect(throws: (any Error).self) { try end.get() }
            #expect(!Self.waitedInVain(end))
        }
        // Before its first message: nobody waits for it until the end of a message's time.
        let flat = SeveralParties(parties.parties, label: table.label.map { _ in 1 })
        let ended = try await flat.train(plan)
        #expect(throws: TrainingError.constantLabel) { try ended[0].get() }
        for end in ended.dropFirst() {
            #expect(throws: WireError.self) { try end.get() }
            #expect(!Self.waitedInVain(end))
        }
    }

    /// Until the end of a message's time.
    private static func waitedInVain<Value>(_ end: Result<Value, any Error>) -> Bool {
        guard case .failure(let error as WireError) = end else { return false }
        return error.kind == .timeout
    }
}

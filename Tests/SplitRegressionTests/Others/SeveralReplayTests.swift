import Foundation
import Records
import TestSupport
import Testing
import Transcript
import Wire

@testable import SplitRegression

/// Each party's messages follow, bit for bit, from its input, its seeds and what it received in all its sessions
/// (multiparty-training.md 4, replay).
@Suite("Replay of a training over several parties", .serialized) struct SeveralReplayTests {
    /// One end of one session.
    private struct Side: Sendable, Hashable {
        let own: Int
        let peer: Int
    }

    private struct Ran {
        let parties: SeveralParties
        let plan: TrainingPlan
        let inputs: [Training.Input]
        let seeds: [Side: SessionSeed]
        let outcomes: [TrainingOutcome]
    }

    /// Parties with a session: a further one has none with another one.
    private static func pairs(_ count: Int) -> [(Int, Int)] {
        (0..<2).flatMap { first in (first + 1..<count).map { (first, $0) } }
    }

    private static func run(
        _ family: ModelFamily = .logistic, in folder: String, _ storage: PayloadStorage
    ) async throws -> Ran {
        let table = MadeTable.sample(.logistic, rows: 40, active: 1, passive: 3, seed: 5)
        let kept = MadeTable.sample(.logistic, rows: 20, active: 1, passive: 3, seed: 6)
        let hazards = SurvivalTrainingTests.table(rows: 40, active: 1, passive: 3)
        let isOfHazards = family == .cox
        let parties =
            isOfHazards
            ? try SeveralParties(hazards.table, counts: [1, 1, 1, 1])
            : try SeveralParties(table, counts: [1, 1, 1, 1], kept: kept)
        let survival = isOfHazards ? hazards.survival : nil
        var given = TrainingPlan(family: family, maximumPasses: 20, keyBits: 512, revealScores: true)
        if isOfHazards { given.covariance = .hc0 }
        given.minimumScoreColumns = 1
        let plan = try parties.plan(given)
        let names = SeveralParties.names
        let keys = (0..<4).map { _ in SigningKey() }
        var seeds: [Side: SessionSeed] = [:]
        var sessions: [Side: Session] = [:]
        for (first, second) in pairs(4) {
            let channels = InProcessPeerChannel.pair()
            let sides = [Side(own: first, peer: second), Side(own: second, peer: first)]
            for side in sides { seeds[side] = SessionSeed() }
            let made = seeds
            @Sendable func open(_ side: Side, _ channel: any PeerChannel) async throws -> Session {
                try await Session.open(
                    over: channel, as: LocalParty(name: names[side.own], identity: keys[side.own]),
                    expecting: PeerIdentity(name: names[side.peer], publicKey: keys[side.peer].publicKey),
                    terms: SessionTerms(
                        jobHash: .zero, role: names[side.own], peerRole: names[side.peer], protocols: [.training]),
                    seed: try #require(made[side]),
                    recorder: try TranscriptWriter(folder: "\(folder)/\(side.own)-\(side.peer)", storage: storage))
            }
            async let other = open(sides[1], channels.1)
            sessions[sides[0]] = try await open(sides[0], channels.0)
            sessions[sides[1]] = try await other
        }
        let (opened, inputs) = (sessions, try parties.inputs(plan, survival: survival))
        let outcomes = try await withThrowingTaskGroup(of: (Int, TrainingOutcome).self) { group in
            for own in 0..<4 {
                let peers = Dictionary(
                    uniqueKeysWithValues: opened.filter { $0.key.own == own }.map { ($0.key.peer, $0.value) })
                group.addTask { (own, try await parties.run(own, inputs[own], plan, over: peers)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return Ran(
            parties: parties, plan: plan, inputs: inputs, seeds: seeds, outcomes: (0..<4).map { outcomes[$0]! })
    }

    private static func replays(_ ran: Ran, _ own: Int, in folder: String) throws -> [Int: Replay] {
        try ran.seeds.keys.filter { $0.own == own }.reduce(into: [:]) { all, side in
            all[side.peer] = try Replay(
                folder: "\(folder)/\(own)-\(side.peer)", seed: try #require(ran.seeds[side]))
        }
    }

    @Test("Every message of every role, from the logs of all its sessions", arguments: [ModelFamily.logistic, .cox])
    func everyMessage(_ family: ModelFamily) async throws {
        let folder = NSTemporaryDirectory() + "moiety-several-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ran = try await Self.run(family, in: folder, .full)
        let inputs = ran.inputs
        for own in 0..<4 {
            let again = try Self.replays(ran, own, in: folder)
            let outcome = try await ran.parties.run(own, inputs[own], ran.plan, over: again.mapValues(\.session))
            for replay in again.values {
                let finding = replay.finding()
                #expect(finding.status == .passed, "\(own): \(finding.sentence)")
                #expect(replay.progress.total > 20)
            }
            #expect(outcome.terms.map(\.estimate) == ran.outcomes[own].terms.map(\.estimate))
            #expect(outcome.scores == ran.outcomes[own].scores)
        }
        // Other columns of a further party would have been seen.
        let another = MadeTable.sample(.logistic, rows: 40, active: 1, passive: 3, seed: 7)
        let changed = try SeveralParties(another, counts: [1, 1, 1, 1]).inputs(ran.plan)[2]
        var other = inputs[2]
        other.design = changed.design
        let again = try Self.replays(ran, 2, in: folder)
        let given = other
        let end = await result {
            try await ran.parties.run(2, given, ran.plan, over: again.mapValues(\.session))
        }
        #expect(throws: (any Error).self) { try end.get() }
        #expect(again.values.contains { $0.finding().error == "replayMismatch" })
    }

    @Test("Logs without bulk payloads say that they cannot be replayed")
    func hashes() async throws {
        let folder = NSTemporaryDirectory() + "moiety-several-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bulk = ProtocolPlan([
            .init(.trainingOfOthers(.logistic), parties: ["holder": "hospital", "other": "lab"])
        ]).bulkTypes
        #expect(bulk.contains(.handover) && !bulk.contains(.sealedResults))
        let ran = try await Self.run(in: folder, .hashes(of: bulk))
        for replay in try Self.replays(ran, 2, in: folder).values { #expect(replay.hindrance != nil) }
    }
}

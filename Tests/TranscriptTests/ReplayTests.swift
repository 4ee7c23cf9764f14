import Foundation
import Jobs
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// Replay and single messages, on a session whose answers hold randomness.
@Suite struct ReplayTests {
    /// The passive role: masks each question, in chunks, with randomness bound to it.
    ///
    /// - Parameter isRandom: takes other randomness than what its seed gives.
    static func answer(
        _ session: Session, secret: UInt8, rounds: UInt32, items: [InputCommitments.Item], isRandom: Bool = false
    ) async throws {
        _ = try await session.exchangeApprovals("note\n")
        _ = try await session.exchangeCommitments(items)
        try await session.checkpoint()
        for round in 0..<rounds {
            let (question, head) = try await session.receiveWithHead(Number.self, round: round)
            for i in 0..<2 {
                var stream = session.randomness("mask", round: round, chunk: UInt32(i), after: head)
                var bytes = (0..<20).map { _ in UInt8.random(in: 0...255, using: &stream) &+ secret }
                if isRandom { bytes = bytes.map { _ in UInt8.random(in: 0...255) } }
                try await session.send(
                    Answer(bytes + [UInt8(truncatingIfNeeded: question.value)]), round: round, chunk: Chunk(i, of: 2))
            }
        }
        try await session.checkpoint()
        try await session.close()
    }

    static func ask(_ session: Session, rounds: UInt32, items: [InputCommitments.Item]) async throws {
        _ = try await session.exchangeApprovals("note\n")
        _ = try await session.exchangeCommitments(items)
        try await session.checkpoint()
        for round in 0..<rounds {
            try await session.send(Number(round * 3), round: round)
            for i in 0..<2 { _ = try await session.receive(Answer.self, round: round, chunk: Chunk(i, of: 2)) }
        }
        try await session.checkpoint()
        try await session.close()
    }

    /// A finished session; both folders and seeds.
    static func run(
        _ folder: String, storage: PayloadStorage = .full, isRandom: Bool = false
    ) async throws -> (lab: String, hospital: String, seedLab: SessionSeed, seedHospital: SessionSeed) {
        let (one, other) = InProcessPeerChannel.pair()
        let (keyA, keyB) = (SigningKey(), SigningKey())
        let (seedA, seedB) = (SessionSeed(), SessionSeed())
        let items = [InputCommitments.Item(label: "identifiers", count: 1, root: Bytes32(hashing: [1]))]
        let protocols = [ProtocolVersion(id: 9, version: 1)]
        async let a: Void = {
            let session = try await Session.open(
                over: one, as: LocalParty(name: "hospital", identity: keyA),
                expecting: PeerIdentity(name: "lab", publicKey: keyB.publicKey),
                terms: SessionTerms(
                    jobHash: .zero, role: "active", peerRole: "passive", protocols: protocols, attempt: 3),
                seed: seedA, recorder: try TranscriptWriter(folder: folder + "/a", storage: storage))
            try await session.run { try await ask($0, rounds: 3, items: items) }
        }()
        let session = try await Session.open(
            over: other, as: LocalParty(name: "lab", identity: keyB),
            expecting: PeerIdentity(name: "hospital", publicKey: keyA.publicKey),
            terms: SessionTerms(jobHash: .zero, role: "passive", peerRole: "active", protocols: protocols), seed: seedB,
            recorder: try TranscriptWriter(folder: folder + "/b", storage: storage))
        try await session.run { try await answer($0, secret: 9, rounds: 3, items: items, isRandom: isRandom) }
        try await a
        return (folder + "/b", folder + "/a", seedB, seedA)
    }

    @Test func everyMessageIsDerivedAgain() async throws {
        let folder = try TemporaryFolder()
        let done = try await Self.run(folder.path)
        let items = [InputCommitments.Item(label: "identifiers", count: 1, root: Bytes32(hashing: [1]))]
        let replay = try Replay(folder: done.lab, seed: done.seedLab)
        try await replay.session.run { try await Self.answer($0, secret: 9, rounds: 3, items: items) }
        #expect(replay.finding().status == .passed)
        #expect(replay.progress.compared == 6 && replay.progress.total == 6)
        #expect(replay.finding(commitments: items).status == .passed)
        #expect(replay.finding(commitments: []).error == "commitmentMismatch")
        let other = try Replay(folder: done.hospital, seed: done.seedHospital)
        try await other.session.run { try await Self.ask($0, rounds: 3, items: items) }
        #expect(other.finding().status == .passed)
    }

    @Test func otherInputsOrFewerMessagesAreFound() async throws {
        let folder = try TemporaryFolder()
        let done = try await Self.run(folder.path)
        let replay = try Replay(folder: done.lab, seed: done.seedLab)
        let error = await #expect(throws: WireError.self) {
            try await replay.session.run { try await Self.answer($0, secret: 8, rounds: 3, items: []) }
        }
        // Binding, approval, commitments, checkpoint, cosignature, then the first answer.
        #expect(error == .replayMismatch(sequence: 5))
        #expect(replay.finding(after: error).record?.sequence == 5)
        let short = try Replay(folder: done.lab, seed: done.seedLab)
        let ended = await #expect(throws: WireError.self) {
            try await short.session.run { try await Self.answer($0, secret: 9, rounds: 2, items: []) }
        }
        #expect(short.finding(after: ended).error == "replayIncomplete")
    }

    @Test func anotherSeedOrPrunedPayloadsCannotBeReplayed() async throws {
        let folder = try TemporaryFolder()
        let done = try await Self.run(folder.path, storage: .pruned)
        #expect(throws: TranscriptError.self) { try Replay(folder: done.lab, seed: SessionSeed()) }
        let replay = try Replay(folder: done.lab, seed: done.seedLab)
        await #expect(throws: WireError.self) {
            try await replay.session.run { try await Self.answer($0, secret: 9, rounds: 3, items: []) }
        }
        // Nobody's fault, and no replay either; R01 needs no messages.
        #expect(replay.finding().status == .notEvaluated && replay.finding().sentence.contains("payloads: full"))
        #expect(replay.finding(commitments: []).error == "commitmentMismatch")
    }

    /// Messages are derived from those received: own ones that are kept by hash can be compared all the same.
    @Test func ownMessagesKeptByHashAreComparedByHash() async throws {
        let folder = try TemporaryFolder()
        let done = try await Self.run(folder.path, storage: .hashes(of: [Answer.type]))
        let replay = try Replay(folder: done.lab, seed: done.seedLab)
        try await replay.session.run { try await Self.answer($0, secret: 9, rounds: 3, items: []) }
        #expect(replay.hindrance == nil && replay.finding().status == .passed)
    }

    @Test func oneMessageCanBeShownAlone() async throws {
        let folder = try TemporaryFolder()
        let done = try await Self.run(folder.path)
        for sequence in UInt64(0)..<13 {
            let proof = try MessageProof(folder: done.lab, from: "lab", sequence: sequence)
            let json = try JSONEncoder().encode(proof)
            let read = try JSONDecoder().decode(MessageProof.self, from: json)
            #expect(try read.verified().sequence == sequence)
        }
        // The closing is not covered by itself.
        #expect(throws: TranscriptError.notCountersigned(sequence: 13, size: 13)) {
            try MessageProof(folder: done.lab, from: "lab", sequence: 13)
        }
        #expect(throws: TranscriptError.self) { try MessageProof(folder: done.lab, from: "eve", sequence: 0) }
        let proof = try MessageProof(folder: done.lab, from: "lab", sequence: 6)
        func tampered(_ key: String, _ change: (String) -> String) throws -> MessageProof {
            var object = try #require(
                try JSONSerialization.jsonObject(with: JSONEncoder().encode(proof)) as? [String: Any])
            object[key] = change(try #require(object[key] as? String))
            return try JSONDecoder().decode(MessageProof.self, from: JSONSerialization.data(withJSONObject: object))
        }
        func flipped(_ text: String) -> String { String(text.dropLast()) + (text.hasSuffix("0") ? "1" : "0") }
        #expect(throws: TranscriptError.notCanonical(file: "payload")) { try tampered("payload", flipped).verified() }
        #expect(throws: TranscriptError.notCanonical(file: "payload")) { try tampered("record", flipped).verified() }
        // Both identities stand behind the session's keys.
        let parties = try proof.verifiedParties()
        #expect(parties.sender.name == "lab" && parties.receiver.name == "hospital")
        #expect(try MessageProof(folder: done.lab, from: "lab", sequence: 6, keepsPayload: false).payload == nil)
        let swapped = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(proof)) as? [String: Any])
        for bindings in [proof.bindings.reversed(), [flipped(proof.bindings[0]), proof.bindings[1]], []] {
            let changed = swapped.merging(["bindings": bindings]) { $1 }
            let read = try JSONDecoder().decode(
                MessageProof.self, from: JSONSerialization.data(withJSONObject: changed))
            #expect(throws: TranscriptError.notCanonical(file: "binding")) { try read.verifiedParties() }
        }
        #expect(throws: TranscriptError.notCanonical(file: "checkpoint")) { try tampered("logKey", flipped).verified() }
        #expect(throws: TranscriptError.notCanonical(file: "checkpoint")) {
            try tampered("checkpoint") { $0.replacing("moiety/", with: "moiety.") }.verified()
        }
    }
}

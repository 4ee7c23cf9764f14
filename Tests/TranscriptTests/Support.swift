import Foundation
import Jobs
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

struct Number: Message, Equatable {
    static let type = MessageType(rawValue: 0x0901)
    static let name = "Number"
    let value: UInt32

    init(_ value: UInt32) { self.value = value }
    func encode(into encoder: inout Encoder) { encoder.write(value) }
    init(from decoder: inout Decoder) throws(WireError) { value = try decoder.readUInt32() }
}

struct Answer: Message, Equatable {
    static let type = MessageType(rawValue: 0x0902)
    static let name = "Answer"
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }
    func encode(into encoder: inout Encoder) { encoder.writePrefixed(bytes) }
    init(from decoder: inout Decoder) throws(WireError) { bytes = try decoder.readPrefixed(max: 1 << 24) }
}

/// A made-up protocol with a number of its own: rounds of a question from the active party and an answer in chunks from the passive one.
let toyPlan = plan(ofToy: toyRound)

/// The same with the number that a count sends, where a test puts one.
let countingToyPlan = plan(
    ofToy: .sequence([
        toyRound, .optional(.step(ProtocolStep("count", sender: "active", type: MessageType(rawValue: 0x0114)))),
        toyRound,
    ]))

private let toyRound = ProtocolFlow.repeated(
    .sequence([
        .step(ProtocolStep("question", sender: "active", type: Number.type, maximumPayload: 4)),
        .step(
            ProtocolStep(
                "answer", sender: "passive", type: Answer.type, answers: .message(Number.type),
                isChunked: true)),
    ]))

private func plan(ofToy flow: ProtocolFlow) -> ProtocolPlan {
    ProtocolPlan([
        ProtocolPlan.Part(.opening, ofEach: ["hospital", "lab"]),
        ProtocolPlan.Part(
            ProtocolDescription(name: "toy", version: ProtocolVersion(id: 9, version: 1), flow: flow),
            parties: ["active": "hospital", "passive": "lab"]),
        ProtocolPlan.Part(.checkpoint, ofEach: ["hospital", "lab"]),
    ])
}

/// Two parties' folders of one finished toy session.
struct ToyTranscripts: Sendable {
    let folder: TemporaryFolder
    let keyA = SigningKey()
    let keyB = SigningKey()
    var hospital: String { "\(folder.path)/hospital" }
    var lab: String { "\(folder.path)/lab" }

    init(
        rounds: UInt32 = 3, storage: PayloadStorage = .full,
        finishes: Bool = true, meddle: Meddling = Meddling(), build: BuildNote? = nil, counts: [String: Int64]? = nil,
        wrap: @escaping @Sendable (TranscriptWriter) -> any Recorder = { $0 }
    ) async throws {
        folder = try TemporaryFolder()
        var meddle = meddle
        meddle.build = build
        meddle.counts = counts ?? ["rounds": Int64(rounds)]
        let behaviour = meddle
        let yaml = JobTemplate.text()
        let job = (yaml: yaml, canonical: try Job(yaml: yaml).canonical)
        let (one, other) = InProcessPeerChannel.pair()
        let jobHash = Bytes32(hashing: job.canonical)
        async let a: Void = Self.side(
            .init(
                folder: hospital, name: "hospital", role: "active", key: keyA, peer: "lab", peerRole: "passive",
                peerKey: keyB.publicKey, channel: one), jobHash, job, rounds, storage, finishes, behaviour, wrap)
        try await Self.side(
            .init(
                folder: lab, name: "lab", role: "passive", key: keyB, peer: "hospital", peerRole: "active",
                peerKey: keyA.publicKey, channel: other), jobHash, job, rounds, storage, finishes, behaviour, wrap)
        try await a
    }

    /// What a party does that it should not.
    struct Meddling: Sendable {
        var approvalTime = "2020-01-01T00:00:00Z"
        var commitsLate = false
        /// The passive party's answer in round 2 goes before the question was seen.
        var extra: (@Sendable (Session) async throws -> Void)?
        var plan: ProtocolPlan? = toyPlan
        var build: BuildNote?
        var counts: [String: Int64] = [:]
    }

    struct Side: Sendable {
        let folder: String
        let name: String
        let role: String
        let key: SigningKey
        let peer: String
        let peerRole: String
        let peerKey: VerifyingKey
        let channel: InProcessPeerChannel
    }

    private static func side(
        _ side: Side, _ jobHash: Bytes32, _ job: (yaml: String, canonical: [UInt8]), _ rounds: UInt32,
        _ storage: PayloadStorage, _ finishes: Bool, _ meddle: Meddling,
        _ wrap: @Sendable (TranscriptWriter) -> any Recorder
    ) async throws {
        let writer = try TranscriptWriter(folder: side.folder, storage: storage)
        try writer.addJob(yaml: job.yaml, canonical: job.canonical)
        if let build = meddle.build { try writer.add(build) }
        let session = try await Session.open(
            over: side.channel, as: LocalParty(name: side.name, identity: side.key),
            expecting: PeerIdentity(name: side.peer, publicKey: side.peerKey),
            terms: SessionTerms(
                jobHash: jobHash, role: side.role, peerRole: side.peerRole,
                protocols: [ProtocolVersion(id: 9, version: 1)]),
            seed: SessionSeed(), recorder: wrap(writer), plan: meddle.plan)
        let own = try Approval(
            job: jobHash.hex, site: side.name, person: "Ada", time: meddle.approvalTime, meaning: "approved"
        ).signed(by: side.key)
        try writer.addApproval(of: side.name, note: own)
        try writer.addApproval(of: side.peer, note: try await session.exchangeApprovals(own))
        let items = try ["identifiers", "rows"].map { try InputCommitment(label: $0, values: [[1], [2]]).item }
        if !meddle.commitsLate { _ = try await session.exchangeCommitments(items) }
        try await session.checkpoint()
        for round in 0..<rounds {
            if side.role == "active" {
                try await session.send(Number(round), round: round)
                for i in 0..<2 { _ = try await session.receive(Answer.self, round: round, chunk: Chunk(i, of: 2)) }
            } else {
                _ = try await session.receive(Number.self, round: round)
                for i in 0..<2 {
                    try await session.send(
                        Answer([UInt8](repeating: UInt8(i), count: 40)), round: round, chunk: Chunk(i, of: 2))
                }
            }
        }
        if let extra = meddle.extra { try await extra(session) }
        if meddle.commitsLate { _ = try await session.exchangeCommitments(items) }
        try await session.checkpoint()
        guard finishes else { return }
        try await session.close()
        try writer.finish(session, resultCommitment: Bytes32(hashing: [7]), counts: meddle.counts)
    }
}

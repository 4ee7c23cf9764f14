import Bignum
import Foundation
import Jobs
import PrivateSetIntersection
import Records
import SplitRegression
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// A keeper that has the genuine start of a session, its own keys and not the peer's, and makes up the rest in the peer's
/// name: in every kind of session, after every checkpoint, it never comes to VALID.
@Suite(.serialized) struct KeeperTests {
    enum Kind: CaseIterable { case count, alignment, curveAlignment, prediction, linear, logistic }

    @Test(arguments: Kind.allCases)
    func aKeeperCannotSpeakForItsPeer(_ kind: Kind) async throws {
        let (recorded, counts) = try await RecordedSessions.session(kind)
        let plan = recorded.plan
        let options = Verifier.Options.toy { $0.plan = { _ in plan } }
        let genuine = verify(recorded.path("hospital"), options)
        #expect(outcomeName(genuine) == "VALID", "\(genuine.text)")
        let forge = try JobForge(recorded)
        func told(
            finishes: Bool = true, _ inventing: (JobForge.Invention, UInt32)?
        ) throws -> (report: VerificationReport, path: String) {
            let path = "\(recorded.folder.path)/\(UUID().uuidString)"
            try forge.write(
                path, counts: counts, finishes: finishes, inventing: inventing.map { (invention: $0.0, after: $0.1) })
            return (verify(path, options), path)
        }
        let retold = try told(nil)
        #expect(outcomeName(retold.report) == "VALID", "\(retold.report.text)")
        if hasPython { #expect(try SecondVerifierTests.second(retold.path) == "VALID") }

        let heads = try #require(genuine.summary).checkpoints["lab"] ?? []
        // The last is the closing's.
        #expect(heads.count >= 3)
        for number in heads.indices.dropLast() {
            for invention in JobForge.Invention.allCases {
                let signed = try told((invention, UInt32(number)))
                #expect(signed.report.verdict == .invalid, "\(kind) \(number) \(invention)")
                // What is wrong are the heads, and nothing that the lab is said to have sent.
                #expect(
                    ["T06", "T15"].contains(signed.report.failure?.check.rawValue), "\(outcomeName(signed.report))")
                let open = try told(finishes: false, (invention, UInt32(number)))
                #expect(outcomeName(open.report) == "NOT CLOSED", "\(kind) \(number) \(invention)")
                #expect(open.report.summary?.signed["lab"] == heads[number])
                #expect(
                    open.report.reasons.contains(
                        "lab to hospital: not signed by its sender from record \(heads[number]) on"),
                    "\(open.report.reasons)")
                // Its own arithmetic is slow: all inventions at both ends, one between.
                guard hasPython, number == 0 || number == heads.count - 2 || invention == .otherKeys else { continue }
                #expect(try SecondVerifierTests.second(signed.path) == outcomeName(signed.report))
                #expect(try SecondVerifierTests.second(open.path) == "NOT CLOSED")
            }
        }
    }
}

/// Sessions of each kind as two parties ran them, with keys that only tests can have.
enum RecordedSessions {
    typealias Recorded = WholeJobTests.Recorded

    static func session(_ kind: KeeperTests.Kind) async throws -> (Recorded, [String: Int64]) {
        let alignment = AlignmentSettings(keyBits: WholeJobTests.alignmentBits)
        let parameters = try WholeJobTests.parameters.get()
        @Sendable func align(_ side: WholeJobTests.Side, _ session: Session) async throws {
            var settings = alignment
            settings.role = side.label == nil ? .sender : .receiver
            _ = try await Alignment.run(side.identifiers, over: session, settings: settings, parameters: parameters)
        }
        switch kind {
        case .logistic:
            let recorded = try await WholeJobTests.honest.value
            let report = verify(recorded.path("lab"), WholeJobTests.options())
            return (recorded, try #require(report.summary).counts)
        case .alignment:
            return try await record(.alignment, WholeJobTests.plan(.alignment), ["rows": 60]) {
                try await align($0, $1)
            }
        case .curveAlignment:
            return try await record(
                .alignment, WholeJobTests.plan(.curveAlignment), ["rows": 60],
                extra: "alignment: {protocol: ecdh-p256}\n"
            ) { side, session in
                let role = side.label == nil ? AlignmentRole.sender : .receiver
                _ = try await Alignment.run(
                    side.identifiers, over: session, settings: AlignmentSettings(scheme: .curve, role: role))
            }
        case .count:
            let counts: [String: Int64] = ["rounded": 60, "rounding": 5]
            return try await record(.count, WholeJobTests.plan(.alignmentCount), counts) { side, session in
                var settings = alignment
                settings.role = side.label == nil ? .sender : .receiver
                _ = try await Alignment.count(
                    side.identifiers, over: session, settings: settings, rounding: 5)
            }
        case .prediction:
            let plan = WholeJobTests.plan(.alignment, .inputs, .checkpoint, .prediction)
            return try await record(.prediction, plan, ["rows": 60]) { side, session in
                try await align(side, session)
                try await WholeJobTests.exchangeInputs(over: session, label: false)
                try await session.checkpoint()
                if side.label == nil {
                    try await session.send(Scores(), round: 1)
                } else {
                    _ = try await session.receive(Scores.self, round: 1)
                }
            }
        case .linear:
            let training = TrainingPlan(
                family: .linear, activeColumns: 3, passiveColumns: 2, l2: 0.1, tolerance: 1e-3, maximumPasses: 12,
                keyBits: WholeJobTests.trainingBits, standardErrors: false, revealScores: false, revealFit: true)
            let counts: [String: Int64] = ["rows": 60, "fitted": 60, "passes": 1, "parameters": 5, "converged": 1]
            let plan = WholeJobTests.plan(.alignment, .inputs, .checkpoint, .training(.linear), .model)
            return try await record(.fit, plan, counts, isLinear: true) { side, session in
                try await align(side, session)
                try await WholeJobTests.exchangeInputs(over: session)
                try await session.checkpoint()
                let input = Training.Input(design: side.design)
                if let label = side.label {
                    _ = try await Training.active(
                        input, label: label, testLabel: [], plan: training, keyFloor: training.keyBits, over: session
                    ) { _ in }
                } else {
                    _ = try await Training.passive(input, plan: training, keyFloor: training.keyBits, over: session) {
                        _ in
                    }
                }
                try await WholeJobTests.exchangeModels(over: session)
            }
        }
    }

    private static func record(
        _ purpose: SessionPurpose, _ plan: ProtocolPlan, _ counts: [String: Int64], isLinear: Bool = false,
        extra: String = "",
        _ work: @escaping @Sendable (WholeJobTests.Side, Session) async throws -> Void
    ) async throws -> (Recorded, [String: Int64]) {
        let folder = try TemporaryFolder()
        let bits = isLinear ? 22 : 16
        let yaml =
            (isLinear ? WholeJobTests.yaml.replacing("logistic", with: "linear") : WholeJobTests.yaml) + extra
        let recorded = Recorded(
            purpose: purpose, plan: plan, folder: folder, yaml: yaml,
            keys: ["hospital": SigningKey(), "lab": SigningKey()],
            seeds: ["hospital": SessionSeed(), "lab": SessionSeed()],
            sides: [
                "hospital": try WholeJobTests.side(folder.path, isActive: true, fractionBits: bits),
                "lab": try WholeJobTests.side(folder.path, isActive: false, fractionBits: bits),
            ])
        let (one, other) = InProcessPeerChannel.pair()
        async let hospital: Void = run(recorded, "hospital", "lab", over: one, counts, work)
        try await run(recorded, "lab", "hospital", over: other, counts, work)
        try await hospital
        return (recorded, counts)
    }

    private static func run(
        _ recorded: Recorded, _ name: String, _ peer: String, over channel: InProcessPeerChannel,
        _ counts: [String: Int64], _ work: @escaping @Sendable (WholeJobTests.Side, Session) async throws -> Void
    ) async throws {
        let side = try #require(recorded.sides[name])
        let (key, peerKey) = (try #require(recorded.keys[name]), try #require(recorded.keys[peer]))
        let job = try Job(yaml: recorded.yaml)
        let writer = try TranscriptWriter(folder: recorded.path(name), storage: .full)
        try writer.addJob(yaml: recorded.yaml, canonical: job.canonical)
        let roles = side.label == nil ? ("passive", "active") : ("active", "passive")
        let session = try await Session.open(
            over: channel, as: LocalParty(name: name, identity: key),
            expecting: PeerIdentity(name: peer, publicKey: peerKey.publicKey),
            terms: SessionTerms(
                jobHash: recorded.purpose.hash(of: job.hash), role: roles.0, peerRole: roles.1,
                protocols: [.alignment, .training, .inputs, .model]),
            seed: try #require(recorded.seeds[name]), recorder: writer, plan: recorded.plan)
        let approval = try Approval(
            job: job.hash.hex, site: name, person: "Ada", time: "2020-01-01T00:00:00Z", meaning: "approved"
        ).signed(by: key)
        try writer.addApproval(of: name, note: approval)
        try await session.run { session in
            try writer.addApproval(of: peer, note: try await session.exchangeApprovals(approval))
            _ = try await session.exchangeCommitments(
                recorded.purpose.toy.commitments.map {
                    InputCommitments.Item(label: $0, count: $0 == "model" ? 1 : 60, root: .zero)
                })
            try await session.checkpoint()
            try await work(side, session)
            try await session.close()
        }
        try writer.finish(session, resultCommitment: .zero, counts: counts)
    }
}

/// A prediction's one message, of no rows.
private struct Scores: Message {
    static let type = MessageType(rawValue: 0x0230)
    static let name = "Scores"

    init() {}
    func encode(into encoder: inout Encoder) { encoder.write(UInt32(0)) }
    init(from decoder: inout Decoder) throws(WireError) { _ = try decoder.readUInt32() }
}

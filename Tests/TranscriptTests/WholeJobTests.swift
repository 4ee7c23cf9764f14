import Bignum
import Foundation
import Jobs
import Paillier
import PrivateSetIntersection
import ProtocolKit
import Records
import SplitRegression
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// An alignment and a training with keys that only tests can have, recorded, verified with inspectors, replayed.
@Suite(.serialized) struct WholeJobTests {
    static let alignmentBits = 640
    static let trainingBits = 768

    /// P = 2 q m + 1 of 640 bits with the published q, and a sender's key, from a seed.
    static let parameters = Result {
        var generator = ProtocolRandomness(testKey: [UInt8](repeating: 9, count: 32))
        let q = try AlignmentGroup(keyBits: 2048).order.value
        while true {
            let m = BigInt.random(bits: 382, using: &generator) + (BigInt(1) << 382)
            let p = 2 * q * m + 1
            guard p.isProbablePrime() else { continue }
            let group = try AlignmentGroup(order: q, modulus: p, generator: try BigInt(4).pow(m, modulo: p))
            let key = try PrivateKey.generateUnchecked(bits: alignmentBits, using: &generator)
            return AlignmentParameters(group: group, key: key)
        }
    }

    struct Side: Sendable {
        let identifiers: [[UInt8]]
        let design: DesignMatrix
        let label: [Double]?
    }

    /// 60 rows, two columns a side, a yes/no label, made by arithmetic alone.
    static func side(
        _ folder: String, isActive: Bool, data: UInt8 = 4, fractionBits: Int = 16
    ) throws -> Side {
        var generator = ProtocolRandomness(testKey: [UInt8](repeating: data, count: 32))
        var csv = "id,x,z,y\n"
        for row in 0..<60 {
            let values = (0..<4).map { _ in Double.random(in: -2...2, using: &generator) }
            let y = values[0] + values[2] + Double.random(in: -3...3, using: &generator) > 0 ? 1 : 0
            let (x, z) = isActive ? (values[0], values[1]) : (values[2], values[3])
            csv += "p\(row),\(x),\(z),\(y)\n"
        }
        let path = "\(folder)/\(isActive ? "active" : "passive").csv"
        try Data(csv.utf8).write(to: URL(fileURLWithPath: path))
        let table = try Table.read(csv: path)
        let identifiers = try table.identifiers(IdentifierRule(column: "id", normaliser: .raw))
        let rows = try table.rows(at: Array(0..<60), of: identifiers)
        return Side(
            identifiers: (0..<identifiers.count).map { Array(identifiers[$0]) },
            design: try DesignMatrix(rows, columns: [.numeric("x"), .numeric("z")], fractionBits: fractionBits),
            label: isActive ? try LabelColumn(rows, .binary("y")).values : nil)
    }

    /// The job of ``plan`` but for its keys, for verifiers that take the plan from it.
    static let yaml = """
        moiety: 8
        title: Whole
        parties:
          - {name: hospital, role: active, identifier: id, label: y, features: [x, z]}
          - {name: lab, role: passive, identifier: id, features: [x, z]}
        model: {family: logistic, l2: 0.1, tolerance: 0.001, maxPasses: 12}
        reveal: [coefficients, metrics]
        loosen: [budget]

        """

    /// This tolerance takes more than one checkpoint's passes.
    static let plan = TrainingPlan(
        family: .logistic, activeColumns: 3, passiveColumns: 2, l2: 0.1, tolerance: 1e-3, maximumPasses: 12,
        keyBits: trainingBits, standardErrors: false, revealScores: false, revealFit: true)

    /// The job's private inputs.
    static let columns = ["hospital": ["y", "x", "z"], "lab": ["x", "z"]]

    /// - Parameter label: whether the session computes with it.
    static func exchangeInputs(over session: Session, label: Bool = true) async throws {
        let names = (columns[session.localName] ?? []).filter { label || $0 != "y" }
        try await session.send(
            InputRoots(rows: 60, items: names.map { InputRoots.Item(column: $0, root: .zero) }))
        _ = try await session.receive(InputRoots.self)
    }

    static func exchangeModels(over session: Session) async throws {
        try await session.send(ModelCommitment(root: .zero))
        _ = try await session.receive(ModelCommitment.self)
    }

    /// What the job does, now and in a replay.
    static func work(
        _ side: Side, approval: String = "", over session: Session, keep: (String) throws -> Void = { _ in },
        done: ([String: Int64]) -> Void = { _ in }
    ) async throws {
        try keep(try await session.exchangeApprovals(approval))
        let items = ["identifiers", "rows"].map { InputCommitments.Item(label: $0, count: 60, root: .zero) }
        _ = try await session.exchangeCommitments(items)
        try await session.checkpoint()
        let intersection = try await PrivateSetIntersection.Alignment.run(
            side.identifiers, over: session,
            settings: AlignmentSettings(keyBits: alignmentBits, role: side.label == nil ? .sender : .receiver),
            parameters: try parameters.get())
        #expect(intersection.rowIndices.count == 60)
        try await exchangeInputs(over: session)
        try await session.checkpoint()
        let plan = plan
        let input = Training.Input(design: side.design)
        let outcome: TrainingOutcome
        if let label = side.label {
            outcome = try await Training.active(
                input, label: label, testLabel: [], plan: plan, keyFloor: trainingBits, over: session
            ) { _ in }
        } else {
            outcome = try await Training.passive(input, plan: plan, keyFloor: trainingBits, over: session) { _ in }
        }
        try await exchangeModels(over: session)
        try await session.close()
        let summary = outcome.summary
        done([
            "rows": 60, "fitted": Int64(summary.n), "passes": Int64(summary.passes),
            "parameters": Int64(summary.parameters), "converged": summary.converged ? 1 : 0,
        ])
    }

    /// The plan of a session of these protocols, the lab the alignment's sender.
    static func plan(_ descriptions: ProtocolDescription...) -> ProtocolPlan {
        let parties = [
            "sender": "lab", "receiver": "hospital", "active": "hospital", "passive": "lab",
        ]
        let parts = descriptions.map { description in
            let roles = Set(description.steps.map(\.sender))
            return roles.isEmpty
                ? ProtocolPlan.Part(description, ofEach: ["hospital", "lab"])
                : ProtocolPlan.Part(description, parties: parties.filter { roles.contains($0.key) })
        }
        return ProtocolPlan([ProtocolPlan.Part(.opening, ofEach: ["hospital", "lab"])] + parts)
    }

    static let fitPlan = plan(.alignment, .inputs, .checkpoint, .training(.logistic), .model)

    static func options() -> Verifier.Options {
        .toy {
            $0.plan = { _ in fitPlan }
            $0.inspectors = { _, session in
                guard let group = try? parameters.get().group else { return [] }
                return inspectors(session.session, group)
            }
        }
    }

    /// - Parameter local: the party that runs the session; nil for a verifier.
    static func inspectors(
        _ session: Bytes32, _ group: AlignmentGroup, local: String? = nil
    ) -> [any PayloadInspector] {
        let (moduli, duplicates) = (ModulusRegister(), DuplicateFilter())
        return [
            TrainingInspector(
                session: session, active: "hospital", moduli: moduli, duplicates: duplicates, local: local,
                floor: trainingBits
            ) { _ in plan },
            AlignmentInspector(
                keyBits: alignmentBits, session: session, group: group, moduli: moduli, duplicates: duplicates,
                local: local),
            CommittedSetInspector(), InputRootsInspector(columns: columns), ModelCommitmentInspector(),
        ]
    }

    /// Those of a session that runs.
    static func live(_ job: Job, _ session: SessionDescription) throws -> [any PayloadInspector] {
        [OpeningInspector(job: job.hash, committed: ["identifiers", "rows"], parties: [session.local, session.peer])]
            + inspectors(session.id, try parameters.get().group, local: session.local.name)
    }

    /// A job that both parties ran as they should, and everything that it takes to forge or replay it.
    struct Recorded: Sendable {
        var purpose = SessionPurpose.fit
        var plan = fitPlan
        let folder: TemporaryFolder
        let yaml: String
        let keys: [String: SigningKey]
        let seeds: [String: SessionSeed]
        let sides: [String: Side]

        func path(_ name: String) -> String { "\(folder.path)/\(name)" }
    }

    /// Made once: tests read it.
    static let honest = Task { try await record() }

    static func record() async throws -> Recorded {
        let folder = try TemporaryFolder()
        let job = try Job(yaml: yaml)
        let recorded = Recorded(
            folder: folder, yaml: yaml, keys: ["hospital": SigningKey(), "lab": SigningKey()],
            seeds: ["hospital": SessionSeed(), "lab": SessionSeed()],
            sides: [
                "hospital": try side(folder.path, isActive: true), "lab": try side(folder.path, isActive: false),
            ])
        @Sendable func run(_ name: String, _ peer: String, _ channel: InProcessPeerChannel) async throws {
            let side = try #require(recorded.sides[name])
            let (key, peerKey) = (try #require(recorded.keys[name]), try #require(recorded.keys[peer]))
            let writer = try TranscriptWriter(folder: recorded.path(name), storage: .full)
            try writer.addJob(yaml: yaml, canonical: job.canonical)
            let roles = side.label == nil ? ("passive", "active") : ("active", "passive")
            let session = try await Session.open(
                over: channel, as: LocalParty(name: name, identity: key),
                expecting: PeerIdentity(name: peer, publicKey: peerKey.publicKey),
                terms: SessionTerms(
                    jobHash: job.hash, role: roles.0, peerRole: roles.1,
                    protocols: [.alignment, .training, .inputs, .model]),
                seed: try #require(recorded.seeds[name]), recorder: writer, inspectors: { try live(job, $0) })
            let approval = try Approval(
                job: job.hash.hex, site: name, person: "Ada", time: "2020-01-01T00:00:00Z", meaning: "approved"
            ).signed(by: key)
            try writer.addApproval(of: name, note: approval)
            let counts = try await session.run { session in
                var counts: [String: Int64] = [:]
                try await work(
                    side, approval: approval, over: session, keep: { try writer.addApproval(of: peer, note: $0) },
                    done: { counts = $0 })
                return counts
            }
            try writer.finish(session, resultCommitment: .zero, counts: counts)
        }
        let (one, other) = InProcessPeerChannel.pair()
        async let a: Void = run("hospital", "lab", one)
        async let b: Void = run("lab", "hospital", other)
        _ = try await (a, b)
        return recorded
    }

    /// All records in the order in which a verifier reads them.
    static func captured(_ folder: String, _ plan: ProtocolPlan = fitPlan) -> [(Record, [UInt8])] {
        let seen = Captured()
        let options = Verifier.Options.toy {
            $0.plan = { _ in plan }
            $0.inspectors = { _, _ in [Capture(into: seen)] }
        }
        _ = Verifier(folder: folder, options: options).verify()
        return seen.records
    }

    @Test func recordedVerifiedInspectedReplayed() async throws {
        let recorded = try await Self.honest.value
        let folder = recorded.folder
        let (keyA, keyB) = (try #require(recorded.keys["hospital"]), try #require(recorded.keys["lab"]))

        // Verified, with all that the protocols can check.
        var options = Self.options()
        options.pinned = ["hospital": keyA.publicKey, "lab": keyB.publicKey]
        let report = Verifier(folder: "\(folder.path)/hospital", options: options)
            .verify(against: "\(folder.path)/lab")
        #expect(report.findings.filter { $0.status == .failed } == [])
        #expect(report.verdict == .valid)
        for check in [Check.t09, .t10, .t11, .t12, .t13, .t14, .t15, .t19, .t20, .t21, .t23, .t24, .t26, .x02] {
            #expect(report.findings.first { $0.check == check }?.status == .passed, "\(check)")
        }
        try Self.expectChangesAreNamed(
            Self.captured(recorded.path("hospital")), session: try #require(report.summary).session)

        // Replayed, both sides, bit for bit.
        for (name, side) in recorded.sides {
            let seed = try #require(recorded.seeds[name])
            let replay = try Replay(folder: "\(folder.path)/\(name)", seed: seed)
            let result = await Result(catching: { try await replay.session.run { try await Self.work(side, over: $0) } }
            )
            var thrown: (any Error)?
            if case .failure(let error) = result { thrown = error }
            #expect(replay.finding(after: thrown).status == .passed, "\(name) \(String(describing: thrown))")
            try Self.expectKeysFollow(replay)
        }
        // The lab's messages from its own seed, in the hospital's copy.
        let (seedA, seedB) = (try #require(recorded.seeds["hospital"]), try #require(recorded.seeds["lab"]))
        let passive = try #require(recorded.sides["lab"])
        let audit = try Replay(folder: "\(folder.path)/hospital", seed: seedB, party: "lab")
        #expect(audit.outcome == nil && audit.session.localName == "lab")
        try await audit.session.run { try await Self.work(passive, over: $0) }
        #expect(audit.finding().status == .passed)
        #expect(throws: TranscriptError.otherSeed(party: "lab")) {
            try Replay(folder: "\(folder.path)/hospital", seed: seedA, party: "lab")
        }
    }

    /// A04: the key follows from the seed at its place in the session, and from nothing else.
    private static func expectKeysFollow(_ replay: Replay) throws {
        let message = try #require(try replay.payload(ofSent: KeyAudit.training.keyMessage))
        let head = try #require(replay.head(afterReceiving: KeyAudit.training.keyFollows))
        func follows(_ message: [UInt8], _ head: TreeHead, bits: Int = trainingBits) -> Bool {
            KeyAudit.training.isKeyWellFormed(
                message, after: head, over: replay.session, keyBits: bits)
        }
        #expect(follows(message, head))
        #expect(!follows(message, .empty))
        #expect(!follows(message, head, bits: trainingBits + 64))
        var other = message
        other[10] ^= 1
        #expect(!follows(other, head))
        #expect(!follows([], head))
        // Tests bring the key of the alignment with them: it follows from no seed.
        guard let sent = try replay.payload(ofSent: AlignmentAudit.keyMessage),
            let place = replay.head(afterReceiving: AlignmentAudit.keyFollows)
        else { return }
        #expect(
            !AlignmentAudit.isKeyWellFormed(
                sent, after: place, over: replay.session, keyBits: alignmentBits))
    }

    /// Changes one payload at a time and asks the inspectors what they say.
    private static func expectChangesAreNamed(_ records: [(Record, [UInt8])], session: String) throws {
        let id = try #require(Bytes32(hex: session))
        let group = try parameters.get().group
        func first(_ type: MessageType, _ change: (inout [UInt8]) -> Void) -> String {
            var inspectors = inspectors(id, group)
            var isChanged = false
            for (record, original) in records {
                var payload = original
                if record.type == type, !isChanged {
                    change(&payload)
                    isChanged = true
                }
                for index in inspectors.indices {
                    do throws(InspectionFailure) {
                        try inspectors[index].inspect(record, payload: payload)
                    } catch {
                        return "\(error.check) \(error.name)"
                    }
                }
            }
            return "nothing"
        }
        /// Writes bytes over a payload from an offset.
        func over(_ payload: inout [UInt8], _ offset: Int, _ bytes: [UInt8]) {
            payload.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
        let one = [UInt8](repeating: 0, count: 2 * trainingBits / 8 - 1) + [1]
        let zero = [UInt8](repeating: 0, count: 2 * trainingBits / 8)
        let large = [UInt8](repeating: 0xff, count: 2 * trainingBits / 8)
        let coefficients = MessageType(rawValue: 0x0212)
        #expect(first(.closing) { _ in } == "nothing")
        #expect(first(coefficients) { over(&$0, 4, one) } == "T21 ciphertextUnencrypted")
        #expect(
            first(coefficients) { over(&$0, 4, zero) } == "T11 ciphertextOutOfRange"
                || first(coefficients) { over(&$0, 4, zero) } == "T11 ciphertextNotUnit")
        #expect(first(coefficients) { over(&$0, 4, large) } == "T11 ciphertextOutOfRange")
        #expect(
            first(coefficients) { over(&$0, 4 + large.count, Array($0[4..<4 + large.count])) }
                == "T20 ciphertextRepeated")
        #expect(first(coefficients) { $0.removeLast() } == "T10 malformedMessage")
        #expect(first(MessageType(rawValue: 0x0202)) { $0[$0.count - 3] ^= 1 } == "T12 keyProofRejected")
        #expect(first(MessageType(rawValue: 0x0201)) { $0[$0.count - 3] ^= 1 } == "T12 verifierParametersRejected")
        #expect(first(MessageType(rawValue: 0x0200)) { $0[3] ^= 1 } == "T10 setupsDiffer")
        #expect(
            first(MessageType(rawValue: 0x021B)) { payload in
                let bytes = [UInt8](repeating: 1, count: 100_000)
                payload = (try? Payloads.prefixed(bytes)) ?? []
            } == "T24 openedTooMuch")
        #expect(first(MessageType(rawValue: 0x0102)) { $0[$0.count - 3] ^= 1 } == "T12 verifierParametersRejected")
        #expect(first(MessageType(rawValue: 0x0103)) { $0[$0.count - 3] ^= 1 } == "T12 keyProofRejected")
        #expect(first(MessageType(rawValue: 0x0104)) { $0[$0.count - 3] ^= 1 } == "T12 rangeProofRejected")
        #expect(first(MessageType(rawValue: 0x0106)) { $0[3] ^= 1 } == "T10 wrongCount")
        #expect(
            first(MessageType(rawValue: 0x0107)) { over(&$0, 8, [UInt8](repeating: 0xff, count: 80)) }
                == "T10 elementOutOfGroup")
        #expect(
            first(MessageType(rawValue: 0x0108)) { over(&$0, 4, Array($0[20..<36]) + Array($0[4..<20])) }
                == "T10 tagsOutOfOrder")
        #expect(first(MessageType(rawValue: 0x010B)) { $0[$0.count - 1] ^= 1 } == "T15 orderMismatch")
        #expect(first(MessageType(rawValue: 0x0101)) { $0[4] ^= 1 } == "T13 keySizeMismatch")
        // Sizes that the running peer checks: set sizes, tags, matches, windows.
        #expect(
            first(MessageType(rawValue: 0x0101)) { over(&$0, 5, [0, 0, 0, 0, 1, 0, 0, 1]) } == "T10 malformedMessage")
        #expect(
            first(MessageType(rawValue: 0x0108)) { $0 = [0, 0, 0, 16] + $0[4..<20] } == "T10 wrongCount")
        #expect(first(MessageType(rawValue: 0x0109)) { $0[$0.count - 1] = 61 } == "T10 wrongCount")
        #expect(first(MessageType(rawValue: 0x010A)) { $0 = [0, 0, 0, 16] + $0[4..<20] } == "T10 wrongCount")
        #expect(
            first(MessageType(rawValue: 0x021A)) { $0[3] += 1 } == "T24 openedTooMuch")
        // 60 identifiers where the job allows 59.
        var strict = AlignmentInspector(keyBits: alignmentBits, maximumSetSize: 59, session: id, group: group)
        #expect {
            for (record, payload) in records { try strict.inspect(record, payload: payload) }
        } throws: {
            ($0 as? InspectionFailure)?.name == "malformedMessage"
        }
        // The size that parameters name is looked at before their proof.
        for type: UInt16 in [0x0102, 0x0201] {
            #expect(
                first(MessageType(rawValue: type)) { over(&$0, 4, [0, 0, 8, 0]) } == "T12 verifierParametersRejected")
        }
        // A payload that is missing is no failure of anyone's, nor is what follows.
        for pruned in records.indices where (0x0100...0x02ff).contains(records[pruned].0.type.rawValue) {
            guard pruned.isMultiple(of: 5) else { continue }
            var inspectors = inspectors(id, group)
            for (index, (record, payload)) in records.enumerated() {
                for inspector in inspectors.indices {
                    try inspectors[inspector].inspect(record, payload: index == pruned ? nil : payload)
                }
            }
        }
    }
}

private enum Payloads {
    static func prefixed(_ bytes: [UInt8]) throws -> [UInt8] {
        var encoder = Encoder()
        encoder.writePrefixed(bytes)
        return try encoder.finish()
    }
}

/// What a verifier shows its inspectors.
private final class Captured: @unchecked Sendable {
    var records: [(Record, [UInt8])] = []
}

private struct Capture: PayloadInspector {
    let checks: [String] = []
    let seen: Captured

    init(into seen: Captured) { self.seen = seen }

    mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        seen.records.append((record, payload ?? []))
    }
    mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {}
}

extension Result where Failure == any Error {
    init(catching body: () async throws -> sending Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

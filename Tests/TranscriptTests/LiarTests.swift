import Bignum
import Foundation
import Jobs
import Paillier
import PrivateSetIntersection
import SplitRegression
import Synchronization
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// A party whose program is honest but for some of its messages, which are others in its log and on the wire alike, so
/// that every hash, head and signature of its fits them.
final class Liar: Sendable {
    /// What goes instead of a payload; nil to leave it.
    typealias Lie = @Sendable (Record, [UInt8], _ heard: [UInt16: [UInt8]]) throws -> [UInt8]?

    private let lie: Lie
    /// Payloads of what the other said last, by type.
    private let heard = Mutex<[UInt16: [UInt8]]>([:])
    private let told = Mutex<[UInt64: (record: [UInt8], payload: [UInt8])]>([:])

    init(_ lie: @escaping Lie) { self.lie = lie }

    func hear(_ record: [UInt8], _ payload: [UInt8]) throws {
        let type = try Record(encoded: record).type.rawValue
        heard.withLock { $0[type] = payload }
    }

    func tell(_ record: [UInt8], _ payload: [UInt8]) throws -> (record: [UInt8], payload: [UInt8]) {
        let read = try Record(encoded: record)
        if let already = told.withLock({ $0[read.sequence] }) { return already }
        guard let other = try lie(read, payload, heard.withLock { $0 }) else { return (record, payload) }
        let changed = Record(
            session: read.session, from: read.from, to: read.to, sequence: read.sequence,
            protocolVersion: read.protocolVersion, type: read.type, round: read.round, attempt: read.attempt,
            chunk: read.chunk, sentAt: read.sentAt, seen: read.seen, payload: other)
        let result = (record: try changed.encoded, payload: other)
        told.withLock { $0[read.sequence] = result }
        return result
    }

    struct Log: Recorder {
        let liar: Liar
        let base = MemoryRecorder(keepsPayloads: false)

        func begin(_ session: SessionDescription) throws { try base.begin(session) }
        func append(_ record: [UInt8], payload: [UInt8], to direction: Direction) throws -> TreeHead {
            guard direction == .outgoing else {
                try liar.hear(record, payload)
                return try base.append(record, payload: payload, to: direction)
            }
            let (record, payload) = try liar.tell(record, payload)
            return try base.append(record, payload: payload, to: direction)
        }
        func head(of direction: Direction) -> TreeHead { base.head(of: direction) }
        func root(of direction: Direction, at size: UInt64) -> Bytes32? { base.root(of: direction, at: size) }
        func leaf(of direction: Direction, at sequence: UInt64) -> Bytes32? {
            base.leaf(of: direction, at: sequence)
        }
        func keep(checkpoint note: String, of direction: Direction) throws {}
        func keep(equivocation notes: [String]) throws {}
    }

    struct Channel: PeerChannel {
        let liar: Liar
        let base: any PeerChannel

        func send(_ frame: [UInt8]) async throws {
            guard case .record(let record, let payload) = try Frame(encoded: frame) else {
                return try await base.send(frame)
            }
            let (other, instead) = try liar.tell(record, payload)
            try await base.send(try Frame.record(other, payload: instead).encoded)
        }
        func receive() async throws -> [UInt8] { try await base.receive() }
        func close() async { await base.close() }
    }
}

/// What a verifier rejects of a peer's message, the running session has refused, by the same name
/// (`protocols/wire.md` 8.1): each lie is told to an honest party, whose transcript is then verified.
@Suite(.serialized) struct LiarTests {
    struct Case: Sendable, CustomStringConvertible {
        let liar: String
        let type: UInt16
        let expected: String
        let lie: @Sendable (Record, [UInt8], SigningKey) throws -> [UInt8]

        init(
            _ liar: String, _ type: UInt16, _ expected: String,
            _ lie: @escaping @Sendable (Record, [UInt8], SigningKey) throws -> [UInt8]
        ) {
            (self.liar, self.type, self.expected, self.lie) = (liar, type, expected, lie)
        }

        var description: String { "\(liar) 0x\(String(type, radix: 16)): \(expected)" }
    }

    // MARK: Lies

    private static func approval(job: Bytes32? = nil, time: String = "2020-01-01T00:00:00Z", site: String = "lab")
        -> @Sendable (Record, [UInt8], SigningKey) throws -> [UInt8]
    {
        { _, _, key in
            let job = try job ?? Job(yaml: WholeJobTests.yaml).hash
            let approval = try Approval(job: job.hex, site: site, person: "Ada", time: time, meaning: "approved")
            return try ApprovalMessage(note: approval.signed(by: key)).encoded()
        }
    }

    private static func commitments(_ counts: [String: UInt64])
        -> @Sendable (Record, [UInt8], SigningKey) throws -> [UInt8]
    {
        { _, _, _ in
            try InputCommitments(
                items: counts.map { InputCommitments.Item(label: $0.key, count: $0.value, root: .zero) }
            ).encoded()
        }
    }

    private static func roots(_ columns: [String], rows: UInt64 = 60)
        -> @Sendable (Record, [UInt8], SigningKey) throws -> [UInt8]
    {
        { _, _, _ in
            try InputRoots(rows: rows, items: columns.map { InputRoots.Item(column: $0, root: .zero) }).encoded()
        }
    }

    private static func edit(_ change: @escaping @Sendable (inout [UInt8]) throws -> Void)
        -> @Sendable (Record, [UInt8], SigningKey) throws -> [UInt8]
    {
        { _, payload, _ in
            var payload = payload
            try change(&payload)
            return payload
        }
    }

    private static let wide = 2 * WholeJobTests.trainingBits / 8

    /// A key of another size: a prime, which only a look at the size keeps from being tested.
    private static let oversized: [UInt8] = {
        let n = (BigInt(1) << 2203) - 1
        return [0, 0, 0x08, 0x9b] + ((try? n.bigEndianBytes(width: 276)) ?? [])
    }()

    static let cases: [Case] = [
        Case("lab", 0x0007, "T03 approvalOfOtherJob", approval(job: .zero)),
        Case("lab", 0x0007, "T03 approvalLate", approval(time: "2999-01-01T00:00:00Z")),
        Case("lab", 0x0007, "T03 approvalInvalid", approval(site: "hospital")),
        Case("lab", 0x0007, "T03 approvalInvalid", edit { $0[$0.count - 4] ^= 1 }),
        Case("lab", 0x0007, "T10 malformedMessage", edit { $0.removeLast() }),
        Case("lab", 0x0003, "T25 commitmentsMissing", commitments([:])),
        Case("lab", 0x0003, "T25 commitmentsMissing", commitments(["identifiers": 60])),
        Case("lab", 0x0003, "T25 commitmentsUnexpected", commitments(["identifiers": 60, "rows": 60, "more": 60])),
        Case("lab", 0x0003, "T10 wrongCount", commitments(["identifiers": 60, "rows": 59])),
        Case("lab", 0x0003, "T10 wrongCount", commitments(["identifiers": 61, "rows": 61])),
        Case("lab", 0x0101, "T13 keySizeMismatch", edit { $0[4] ^= 1 }),
        Case("lab", 0x0101, "T10 malformedMessage", edit { $0[1] ^= 2 }),
        Case("hospital", 0x0102, "T12 verifierParametersRejected", edit { $0[$0.count - 3] ^= 1 }),
        Case(
            "hospital", 0x0102, "T12 verifierParametersRejected",
            edit { $0.replaceSubrange(4..<8, with: [0, 0, 8, 0]) }),
        Case("lab", 0x0103, "T12 keyProofRejected", edit { $0[$0.count - 3] ^= 1 }),
        Case(
            "lab", 0x0103, "T13 keySizeMismatch",
            edit { $0 = ChecksTests.prefixed(oversized) + ChecksTests.prefixed([1]) }),
        Case("lab", 0x0104, "T12 rangeProofRejected", edit { $0[$0.count - 3] ^= 1 }),
        Case(
            "hospital", 0x0106, "T21 ciphertextUnencrypted",
            edit { $0.replaceSubrange(8..<168, with: [UInt8](repeating: 0, count: 159) + [1]) }),
        Case(
            "hospital", 0x0106, "T20 ciphertextRepeated",
            edit { $0.replaceSubrange(8..<168, with: Array($0[168..<328])) }),
        Case(
            "lab", 0x0107, "T10 elementOutOfGroup",
            edit { $0.replaceSubrange(8..<88, with: [UInt8](repeating: 0xff, count: 80)) }),
        Case(
            "lab", 0x0108, "T10 tagsOutOfOrder",
            edit { $0.replaceSubrange(4..<36, with: Array($0[20..<36]) + Array($0[4..<20])) }),
        Case("lab", 0x0108, "T10 wrongCount", edit { $0 = [0, 0, 0, 16] + $0[4..<20] }),
        Case("hospital", 0x0109, "T10 wrongCount", edit { $0[$0.count - 1] = 61 }),
        Case("hospital", 0x010a, "T15 matchUnknown", edit { $0[19] ^= 1 }),
        Case("lab", 0x010b, "T15 orderMismatch", edit { $0[$0.count - 1] ^= 1 }),
        Case("lab", 0x0301, "T25 inputMissing", roots(["x"])),
        Case("lab", 0x0301, "T25 inputMissing", roots(["x", "x"])),
        Case("lab", 0x0301, "T25 inputMissing", roots(["x", "zz"])),
        Case("hospital", 0x0301, "T25 inputMissing", roots(["x", "z"])),
        Case("lab", 0x0301, "T25 inputUnexpected", roots(["y", "x", "z"])),
        Case("lab", 0x0301, "T25 inputsOutOfOrder", roots(["z", "x"])),
        Case("lab", 0x0301, "T25 inputsOutOfOrder", roots(["x", "z", "z"])),
        Case("lab", 0x0301, "T10 wrongCount", roots(["x", "z"], rows: 59)),
        Case("lab", 0x0301, "T10 malformedMessage", edit { $0.removeLast() }),
        Case("lab", 0x0200, "T10 setupsDiffer", edit { $0[3] ^= 1 }),
        Case("lab", 0x0200, "T13 columnsNotAllowed", edit { $0[7] ^= 1 }),
        Case("lab", 0x0201, "T12 verifierParametersRejected", edit { $0[$0.count - 3] ^= 1 }),
        Case("lab", 0x0202, "T12 keyProofRejected", edit { $0[$0.count - 3] ^= 1 }),
        Case(
            "lab", 0x0202, "T13 keySizeMismatch",
            edit { $0 = ChecksTests.prefixed(oversized) + ChecksTests.prefixed([1]) }),
        Case("hospital", 0x0203, "T10 malformedMessage", edit { $0[7] = 41 }),
        Case("hospital", 0x0203, "T13 boundsNotAllowed", edit { $0[7] = 1 }),
        Case(
            "hospital", 0x0212, "T20 ciphertextRepeated",
            edit { $0.replaceSubrange(4..<4 + wide, with: Array($0[4 + wide..<4 + 2 * wide])) }),
        Case(
            "lab", 0x0213, "T10 wrongCount",
            edit { payload in
                let first = BigInt(bigEndian: payload[4..<4 + wide])
                // One group of rows more than there are, of a ciphertext that is new.
                payload = ChecksTests.prefixed(Array(payload[4...]) + (try (first >> 1).bigEndianBytes(width: wide)))
            }),
        Case("lab", 0x021A, "T24 openedTooMuch", edit { $0[3] += 1 }),
        Case("lab", 0x021B, "T24 openedTooMuch", edit { $0 = ChecksTests.prefixed(Array($0[4...]) + [0]) }),
        Case("lab", 0x0401, "T10 malformedMessage", edit { $0.removeLast() }),
        Case("lab", 0x0218, "T10 wrongLength", edit { $0 = ChecksTests.prefixed(Array($0[5...])) }),
    ]

    @Test("What verify rejects, the session has refused by that name", arguments: cases)
    func refusedByTheSameName(_ item: Case) async throws {
        let hasLied = Mutex(false)
        try await Self.expect(item.expected, from: item.liar) { record, payload, key, _ in
            let isFirst = hasLied.withLock { was in
                defer { was = was || record.type.rawValue == item.type }
                return !was
            }
            return isFirst && record.type.rawValue == item.type ? try item.lie(record, payload, key) : nil
        }
    }

    /// The lab proves a training key whose modulus its verifier parameters have too: both proofs hold.
    @Test func oneModulusTwice() async throws {
        let bits = WholeJobTests.trainingBits
        let made = [UInt8](repeating: 21, count: 32)
        try await Self.expect("T26 keyReused", from: "lab") { record, _, _, heard in
            func context(_ purpose: String, _ prover: String, _ verifier: String) -> [UInt8] {
                ProofContext(sessionID: record.session.bytes, prover: prover, verifier: verifier, purpose: purpose)
                    .bytes
            }
            // The same primes come out of the same generator.
            var generator = ProtocolRandomness(testKey: made)
            switch record.type.rawValue {
            case 0x0201:
                let ring = try RingPedersenParameters.generateUnchecked(
                    bits: bits, context: context("training verifier", "lab", "hospital"), using: &generator)
                return ChecksTests.prefixed(ring.serialized)
            case 0x0202:
                let key = try PrivateKey.generateUnchecked(bits: bits, using: &generator)
                let theirs = try RingPedersenParameters(
                    serialized: Array(heard[0x0201, default: []].dropFirst(4)),
                    context: context("training verifier", "hospital", "lab"), floor: bits)
                let proof = KeyProof.prove(
                    key, context: context("training key", "lab", "hospital"), parameters: theirs, using: &generator)
                return ChecksTests.prefixed(key.publicKey.serialized) + ChecksTests.prefixed(proof.serialized)
            default: return nil
            }
        }
    }

    private static func expect(
        _ expected: String, from liar: String,
        _ lie: @escaping @Sendable (Record, [UInt8], SigningKey, [UInt16: [UInt8]]) throws -> [UInt8]?
    ) async throws {
        let folder = try TemporaryFolder()
        let found = try await confront(liar, in: folder, lie)
        #expect(found == expected)
        // The liar signed nothing after its lie: it is nobody's word, and no finding speaks of it.
        var options = WholeJobTests.options()
        let signed = Verifier(folder: folder.path + "/honest", options: options).verify()
        #expect(outcomeName(signed) == "NOT CLOSED", "\(signed.text)")
        // Had it signed, this is what it would be blamed for.
        options.judgesUnsigned = true
        let report = Verifier(folder: folder.path + "/honest", options: options).verify()
        #expect(outcomeName(report) == expected)
        #expect(report.failure?.record?.from == liar || expected.hasPrefix("T03"))
    }

    /// - Returns: why the honest party's session ended.
    private static func confront(
        _ liarName: String, in folder: TemporaryFolder,
        _ lie: @escaping @Sendable (Record, [UInt8], SigningKey, [UInt16: [UInt8]]) throws -> [UInt8]?
    ) async throws -> String {
        let job = try Job(yaml: WholeJobTests.yaml)
        let keys = ["hospital": SigningKey(), "lab": SigningKey()]
        let sides = [
            "hospital": try WholeJobTests.side(folder.path, isActive: true),
            "lab": try WholeJobTests.side(folder.path, isActive: false),
        ]
        let key = try #require(keys[liarName])
        let liar = Liar { try lie($0, $1, key, $2) }
        let (one, other) = InProcessPeerChannel.pair()
        let inspectors: @Sendable (SessionDescription) throws -> [any PayloadInspector] = {
            try WholeJobTests.live(job, $0)
        }
        @Sendable func run(_ name: String, _ peer: String) async throws {
            let isLiar = name == liarName
            let side = try #require(sides[name])
            let (key, peerKey) = (try #require(keys[name]), try #require(keys[peer]))
            let roles = side.label == nil ? ("passive", "active") : ("active", "passive")
            let writer = isLiar ? nil : try TranscriptWriter(folder: folder.path + "/honest", storage: .full)
            try writer?.addJob(yaml: WholeJobTests.yaml, canonical: job.canonical)
            let session = try await Session.open(
                over: isLiar ? Liar.Channel(liar: liar, base: one) : other,
                as: LocalParty(name: name, identity: key),
                expecting: PeerIdentity(name: peer, publicKey: peerKey.publicKey),
                terms: SessionTerms(
                    jobHash: job.hash, role: roles.0, peerRole: roles.1,
                    protocols: [.alignment, .training, .inputs, .model]),
                seed: SessionSeed(), recorder: writer ?? Liar.Log(liar: liar) as any Recorder,
                inspectors: isLiar ? nil : inspectors)
            let approval = try Approval(
                job: job.hash.hex, site: name, person: "Ada", time: "2020-01-01T00:00:00Z", meaning: "approved"
            ).signed(by: key)
            try writer?.addApproval(of: name, note: approval)
            try await session.run { session in
                try await WholeJobTests.work(
                    side, approval: approval, over: session, keep: { try writer?.addApproval(of: peer, note: $0) })
            }
        }
        @Sendable func ended(_ name: String, _ peer: String) async -> String {
            do { try await run(name, peer) } catch {
                guard case .refused(liarName, let failure)? = error as? WireError else { return "\(error)" }
                return "\(failure.check) \(failure.name)"
            }
            return "nothing"
        }
        let honest = liarName == "lab" ? "hospital" : "lab"
        async let lying = ended(liarName, honest)
        let result = await ended(honest, liarName)
        _ = await lying
        return result
    }
}

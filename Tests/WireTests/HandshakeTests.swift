import Synchronization
import TestSupport
import Testing

@testable import Wire

@Suite struct HandshakeTests {
    @Test func anotherJobIsNamedOnBothSides() async throws {
        var sides = Sides()
        sides.termsB = SessionTerms(
            jobHash: .zero, role: "passive", peerRole: "active", protocols: [alignmentProtocol])
        let (a, b) = await sides.open()
        #expect(a.wireError == .jobMismatch(peer: "lab"))
        #expect(b.wireError == .jobMismatch(peer: "hospital"))
        #expect(a.wireError?.kind == .disagreement)
        #expect(sides.recorderA.entries(of: .outgoing).isEmpty)
    }

    @Test func anotherVersionIsNamedOnBothSidesBeforeTheJob() async throws {
        var sides = Sides()
        sides.termsB = SessionTerms(
            jobHash: .zero, role: "passive", peerRole: "active", protocols: [ProtocolVersion(id: 1, version: 2)])
        let (a, b) = await sides.open()
        #expect(a.wireError == .versionMismatch(peer: "lab", protocol: 1, ours: 3, theirs: 2))
        #expect(b.wireError == .versionMismatch(peer: "hospital", protocol: 1, ours: 2, theirs: 3))
    }

    /// Two commands under one job: that they differ is what people must hear, not that one lacks a protocol.
    @Test func anotherCommandIsNamedBeforeWhatItsProtocolsLack() async throws {
        var sides = Sides()
        sides.termsB = SessionTerms(
            jobHash: .zero, role: "passive", peerRole: "active",
            protocols: [alignmentProtocol, ProtocolVersion(id: 9, version: 1)])
        let (a, b) = await sides.open()
        #expect(a.wireError == .jobMismatch(peer: "lab"))
        #expect(b.wireError == .jobMismatch(peer: "hospital"))
    }

    @Test func rolesMustFit() async throws {
        var sides = Sides()
        sides.termsB = SessionTerms(
            jobHash: testJob, role: "active", peerRole: "passive", protocols: [alignmentProtocol])
        let (a, b) = await sides.open()
        #expect(a.wireError == .roleMismatch(peer: "lab", expected: "passive", found: "active"))
        #expect(b.wireError?.kind == .disagreement)
    }

    @Test func anUnknownIdentityIsRefused() async throws {
        var sides = Sides()
        sides.pinnedForB = SigningKey().publicKey
        let (a, b) = await sides.open()
        #expect(a.wireError == .identityMismatch(peer: "lab"))
        #expect(b.wireError == .peerAborted(peer: "hospital", reason: AbortReason(.violation, "identityMismatch")))
    }

    @Test func aCertificateOfSomebodyElseIsRefused() async throws {
        let keyA = SigningKey()
        let keyB = SigningKey()
        let (one, other) = InProcessPeerChannel.pair()
        async let a = result {
            try await Session.open(
                over: one, as: LocalParty(name: "a", identity: keyA),
                expecting: PeerIdentity(
                    name: "b", publicKey: keyB.publicKey, certificateFingerprint: Bytes32(hashing: [1])),
                terms: SessionTerms(jobHash: testJob, role: "x", peerRole: "y"), seed: SessionSeed(),
                recorder: MemoryRecorder(), limits: Sides.generous)
        }
        async let b = result {
            try await Session.open(
                over: other, as: LocalParty(name: "b", identity: keyB, certificateFingerprint: Bytes32(hashing: [2])),
                expecting: PeerIdentity(name: "a", publicKey: keyA.publicKey),
                terms: SessionTerms(jobHash: testJob, role: "y", peerRole: "x"), seed: SessionSeed(),
                recorder: MemoryRecorder(), limits: Sides.generous)
        }
        #expect(await a.wireError == .certificateMismatch(peer: "b"))
        #expect(await b.wireError?.name == "certificateMismatch")
    }

    @Test func garbageBeforeTheSessionIsAViolationAndNoCrash() async throws {
        for garbage: [UInt8] in [[], [1], [9, 9], [4, 0, 0, 0, 0], [UInt8](repeating: 1, count: 5000)] {
            let sides = Sides()
            let (one, other) = InProcessPeerChannel.pair()
            try await other.send(garbage)
            let a = await result { try await sides.openA(one) }
            #expect(a.wireError == .malformedFrame(peer: "lab"))
        }
    }

    @Test func aSwappedNonceIsFound() async throws {
        let sides = Sides()
        let (a, b) = await sides.open { channel in
            MeddlingChannel(channel) { frame in frame.first == 2 ? [[2] + Bytes32.zero.bytes] : [frame] }
        }
        #expect(b.wireError == .nonceMismatch(peer: "hospital"))
        #expect(a.wireError?.name == "nonceMismatch")
    }

    @Test func aForgedBindingIsFound() async throws {
        // A third party that knows A's public key but not its secret cannot open a session in its name: here the
        // signature's last byte is changed on the way, and the record made consistent again.
        let sides = Sides()
        let (_, b) = await sides.open { channel in
            MeddlingChannel(channel) { frame in
                guard case .record(let bytes, var payload)? = try? Frame(encoded: frame),
                    let record = try? Record(encoded: bytes), record.type == .binding
                else { return [frame] }
                payload[payload.count - 40] ^= 1
                let forged = Record(
                    session: record.session, from: record.from, to: record.to, sequence: 0,
                    protocolVersion: record.protocolVersion, type: record.type, round: 0, attempt: 0, chunk: .whole,
                    sentAt: record.sentAt, seen: record.seen, payload: payload)
                return [(try? Frame.record((try? forged.encoded) ?? [], payload: payload).encoded) ?? []]
            }
        }
        #expect(b.wireError == .bindingMismatch(peer: "hospital"))
    }

    @Test func aUsedRecorderIsRefused() async throws {
        let sides = Sides()
        _ = try await sides.opened()
        let (a, _) = await sides.open()
        #expect(a.wireError == .recorderNotEmpty)
    }

    @Test func namesAreOneWord() throws {
        for name in ["", "a b", "a/b", "..", "-x", "a\n", "é", String(repeating: "a", count: 65)] {
            #expect(throws: WireError.invalidName(name)) { try LocalParty(name: name, identity: SigningKey()) }
        }
        _ = try LocalParty(name: "Hospital_1.north-2", identity: SigningKey())
    }

    @Test func weakPublicKeysAreRefused() {
        var identity = [UInt8](repeating: 0, count: 32)
        identity[0] = 1
        #expect(throws: WireError.invalidValue("public key")) { try VerifyingKey(identity) }
        identity[31] = 0x80
        #expect(throws: WireError.invalidValue("public key")) { try VerifyingKey(identity) }
        // y = p + 1: a second encoding of the same point.
        var aliased = [UInt8](repeating: 0xff, count: 32)
        aliased[0] = 0xee
        aliased[31] = 0x7f
        #expect(throws: WireError.invalidValue("public key")) { try VerifyingKey(aliased) }
    }
}

import Testing

@testable import Wire

/// Two parties that know each other, over an in-process channel.
struct Pair {
    let a: Session
    let b: Session
    let recorderA: MemoryRecorder
    let recorderB: MemoryRecorder
}

struct Number: Message, Equatable {
    static let type = MessageType(rawValue: 0x0101)
    static let name = "Number"
    let value: UInt32

    init(_ value: UInt32) { self.value = value }
    func encode(into encoder: inout Encoder) { encoder.write(value) }
    init(from decoder: inout Decoder) throws(WireError) { value = try decoder.readUInt32() }
}

struct Blob: Message, Equatable {
    static let type = MessageType(rawValue: 0x0102)
    static let name = "Blob"
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }
    func encode(into encoder: inout Encoder) { encoder.writePrefixed(bytes) }
    init(from decoder: inout Decoder) throws(WireError) { bytes = try decoder.readPrefixed(max: 1 << 24) }
}

let alignmentProtocol = ProtocolVersion(id: 1, version: 3)
let testJob = Bytes32(hashing: Array("job".utf8))
let quick = SessionLimits(wait: .seconds(5), handshake: .seconds(5), farewell: .milliseconds(500))

struct Sides {
    let keyA = SigningKey()
    let keyB = SigningKey()
    var termsA = SessionTerms(jobHash: testJob, role: "active", peerRole: "passive", protocols: [alignmentProtocol])
    var termsB = SessionTerms(jobHash: testJob, role: "passive", peerRole: "active", protocols: [alignmentProtocol])
    var seedA = SessionSeed()
    var seedB = SessionSeed()
    var limits = quick
    var planA: ProtocolPlan?
    var planB: ProtocolPlan?
    var inspectorsA: [any PayloadInspector]?
    /// What A believes B's key to be, when not B's.
    var pinnedForB: VerifyingKey?
    let recorderA = MemoryRecorder()
    let recorderB = MemoryRecorder()

    func openA(_ channel: any PeerChannel) async throws -> Session {
        let inspectors = inspectorsA
        let inspecting: @Sendable (SessionDescription) throws -> [any PayloadInspector] = { _ in inspectors ?? [] }
        return try await Session.open(
            over: channel, as: LocalParty(name: "hospital", identity: keyA),
            expecting: PeerIdentity(name: "lab", publicKey: pinnedForB ?? keyB.publicKey), terms: termsA, seed: seedA,
            recorder: recorderA, limits: limits, plan: planA,
            inspectors: inspectors == nil ? nil : inspecting)
    }

    func openB(_ channel: any PeerChannel) async throws -> Session {
        try await Session.open(
            over: channel, as: LocalParty(name: "lab", identity: keyB),
            expecting: PeerIdentity(name: "hospital", publicKey: keyA.publicKey), terms: termsB, seed: seedB,
            recorder: recorderB, limits: limits, plan: planB)
    }

    /// Runs both openings; each side's session or error.
    func open(
        capacity: Int = 16, wrappingA: (any PeerChannel) -> any PeerChannel = { $0 }
    ) async -> (Result<Session, any Error>, Result<Session, any Error>) {
        let (one, other) = InProcessPeerChannel.pair(capacity: capacity)
        let left = wrappingA(one)
        async let a = outcome { try await openA(left) }
        async let b = outcome { try await openB(other) }
        return await (a, b)
    }

    func opened(
        capacity: Int = 16, wrappingA: (any PeerChannel) -> any PeerChannel = { $0 }
    ) async throws -> Pair {
        let (a, b) = await open(capacity: capacity, wrappingA: wrappingA)
        return Pair(a: try a.get(), b: try b.get(), recorderA: recorderA, recorderB: recorderB)
    }
}

func outcome<T: Sendable>(_ body: @Sendable () async throws -> T) async -> Result<T, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
}

extension Result {
    var wireError: WireError? {
        if case .failure(let error) = self { error as? WireError } else { nil }
    }
}

/// A man in the middle: what A sends goes through `change`, which may drop, alter or multiply frames.
final class MeddlingChannel: PeerChannel {
    private let inner: any PeerChannel
    private let change: @Sendable ([UInt8]) -> [[UInt8]]

    init(_ inner: any PeerChannel, change: @Sendable @escaping ([UInt8]) -> [[UInt8]]) {
        self.inner = inner
        self.change = change
    }

    func send(_ frame: [UInt8]) async throws {
        for frame in change(frame) { try await inner.send(frame) }
    }
    func receive() async throws -> [UInt8] { try await inner.receive() }
    func close() async { await inner.close() }
}

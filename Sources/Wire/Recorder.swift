import Synchronization

/// Which way a record went, seen from the party that keeps the log.
public enum Direction: Int, Sendable, Hashable, CaseIterable {
    case outgoing, incoming
}

/// Keeps the two logs of a session, one per direction. `append` is called before a frame leaves and before a
/// received one is used; what it throws ends the session. Implementations are safe to call from two tasks at once
/// (one a direction).
public protocol Recorder: Sendable {
    /// Once, after the handshake and before the first record. The logs MUST be empty.
    func begin(_ session: SessionDescription) throws
    /// Appends a record; the leaf is SHA-256(0x00 || record). Returns the log's new head.
    func append(_ record: [UInt8], payload: [UInt8], to direction: Direction) throws -> TreeHead
    func head(of direction: Direction) -> TreeHead
    /// Root of the first `size` records; `nil` if there are fewer.
    func root(of direction: Direction, at size: UInt64) -> Bytes32?
    /// Leaf hash of a record; `nil` if there is none.
    func leaf(of direction: Direction, at sequence: UInt64) -> Bytes32?
    /// A checkpoint of the direction's log as a signed note with the sender's signature and the receiver's
    /// cosignature. Everything up to it must survive a crash from now on.
    func keep(checkpoint note: String, of direction: Direction) throws
    /// Proof that the peer signed something else than it sent: its signed note and ours about the same size.
    func keep(equivocation notes: [String]) throws
}

/// What is public about a session once both sides have authenticated each other.
public struct SessionDescription: Sendable, Hashable {
    public let id: Bytes32
    public let jobHash: Bytes32
    public let local: PartyDescription
    public let peer: PartyDescription

    package init(id: Bytes32, jobHash: Bytes32, local: PartyDescription, peer: PartyDescription) {
        self.id = id
        self.jobHash = jobHash
        self.local = local
        self.peer = peer
    }
}

/// What is public about one side of a session.
public struct PartyDescription: Sendable, Hashable {
    public let name: String
    public let role: String
    /// Which run of the job this is for the party.
    public let attempt: UInt32
    /// The long-lived, pinned key.
    public let identity: VerifyingKey
    /// Signs checkpoints of the log that this party sends; made for this session.
    public let logKey: VerifyingKey
    /// Cosigns checkpoints of the log that this party receives; made for this session.
    public let witnessKey: VerifyingKey
    public let certificateFingerprint: Bytes32

    package init(
        name: String, role: String, attempt: UInt32, identity: VerifyingKey, logKey: VerifyingKey,
        witnessKey: VerifyingKey, certificateFingerprint: Bytes32
    ) {
        self.name = name
        self.role = role
        self.attempt = attempt
        self.identity = identity
        self.logKey = logKey
        self.witnessKey = witnessKey
        self.certificateFingerprint = certificateFingerprint
    }
}

/// Logs in memory, for tests and for sessions that leave no evidence (a ping).
public final class MemoryRecorder: Recorder {
    public struct Entry: Sendable, Hashable {
        public let record: [UInt8]
        public let payload: [UInt8]
    }

    private struct State {
        var trees: [Direction: MerkleTree] = [.outgoing: MerkleTree(), .incoming: MerkleTree()]
        var entries: [Direction: [Entry]] = [.outgoing: [], .incoming: []]
        var checkpoints: [Direction: [String]] = [.outgoing: [], .incoming: []]
        var equivocations: [[String]] = []
        var session: SessionDescription?
    }

    private let state = Mutex(State())
    private let keepsPayloads: Bool

    /// - Parameter keepsPayloads: whether `entries` hold the payloads or only the records.
    public init(keepsPayloads: Bool = true) {
        self.keepsPayloads = keepsPayloads
    }

    public var session: SessionDescription? { state.withLock { $0.session } }
    public func entries(of direction: Direction) -> [Entry] { state.withLock { $0.entries[direction] ?? [] } }
    public func checkpoints(of direction: Direction) -> [String] { state.withLock { $0.checkpoints[direction] ?? [] } }
    public var equivocations: [[String]] { state.withLock { $0.equivocations } }

    public func begin(_ session: SessionDescription) throws {
        try state.withLock { state in
            guard state.session == nil else { throw WireError.recorderNotEmpty }
            state.session = session
        }
    }

    public func append(_ record: [UInt8], payload: [UInt8], to direction: Direction) throws -> TreeHead {
        let leaf = MerkleHash.leaf(record)
        return state.withLock { state in
            state.entries[direction, default: []].append(Entry(record: record, payload: keepsPayloads ? payload : []))
            return state.trees[direction, default: MerkleTree()].append(leaf: leaf)
        }
    }

    public func head(of direction: Direction) -> TreeHead { state.withLock { $0.trees[direction]?.head ?? .empty } }

    public func root(of direction: Direction, at size: UInt64) -> Bytes32? {
        state.withLock { $0.trees[direction]?.root(at: size) }
    }

    public func leaf(of direction: Direction, at sequence: UInt64) -> Bytes32? {
        state.withLock { state in
            guard let tree = state.trees[direction], sequence < tree.size else { return nil }
            return tree.leaves[Int(sequence)]
        }
    }

    public func keep(checkpoint note: String, of direction: Direction) throws {
        state.withLock { $0.checkpoints[direction, default: []].append(note) }
    }

    public func keep(equivocation notes: [String]) throws {
        state.withLock { $0.equivocations.append(notes) }
    }
}

import Synchronization
import Wire

/// A recorder that remembers: it compares what is appended with what was, and answers with the heads of then. Both
/// logs start after the bindings.
final class ReplayRecorder: Recorder {
    private struct State {
        var sizes: [Direction: UInt64] = [.outgoing: 1, .incoming: 1]
        var compared: Set<ReplayLog.Key> = []
        var mismatch: UInt64?
        /// The first message that was derived and is not in the log.
        var beyond: UInt64?
    }

    private let sent: ReplayLog
    private let received: ReplayLog
    private let state = Mutex(State())

    init(sent: ReplayLog, received: ReplayLog) {
        self.sent = sent
        self.received = received
    }

    /// The first message that was sent otherwise, or not at all although later ones were.
    var mismatch: UInt64? {
        state.withLock { $0.mismatch ?? ($0.compared.count < sent.protocolRecords ? $0.beyond : nil) }
    }
    var progress: (compared: Int, total: Int) { (state.withLock { $0.compared.count }, sent.protocolRecords) }
    var commitments: InputCommitments? { sent.commitments }

    func begin(_ session: SessionDescription) throws {}
    func keep(checkpoint note: String, of direction: Direction) throws {}
    func keep(equivocation notes: [String]) throws {}

    func append(_ record: [UInt8], payload: [UInt8], to direction: Direction) throws -> TreeHead {
        if direction == .outgoing { try compare(try Record(encoded: record)) }
        return state.withLock { state in
            state.sizes[direction, default: 1] += 1
            return head(of: direction, at: state.sizes[direction] ?? 0)
        }
    }

    /// Session messages hold signatures and clocks; protocol messages must be the same to the bit.
    private func compare(_ record: Record) throws {
        guard record.type.protocolID != ProtocolVersion.session.id else { return }
        let key = ReplayLog.Key(type: record.type, round: record.round, chunk: record.chunk)
        try state.withLock { state in
            guard let logged = sent.hashes[key] else {
                // Lawful where the log ends: rules that a site applies by itself may have ended the job there.
                state.beyond = min(state.beyond ?? record.sequence, record.sequence)
                throw WireError.channelClosed
            }
            guard logged.payload == record.payloadHash else {
                state.mismatch = min(state.mismatch ?? logged.sequence, logged.sequence)
                throw WireError.replayMismatch(sequence: logged.sequence)
            }
            state.compared.insert(key)
        }
    }

    func head(of direction: Direction) -> TreeHead {
        head(of: direction, at: state.withLock { $0.sizes[direction] ?? 0 })
    }

    private func head(of direction: Direction, at size: UInt64) -> TreeHead {
        let tree = tree(direction)
        let size = min(size, tree.size)
        return TreeHead(size: size, root: tree.root(at: size) ?? MerkleHash.empty)
    }

    func root(of direction: Direction, at size: UInt64) -> Bytes32? { tree(direction).root(at: size) }

    func leaf(of direction: Direction, at sequence: UInt64) -> Bytes32? {
        let leaves = tree(direction).leaves
        return sequence < UInt64(leaves.count) ? leaves[Int(sequence)] : nil
    }

    private func tree(_ direction: Direction) -> MerkleTree { direction == .outgoing ? sent.tree : received.tree }
}

import Wire

/// What replay needs of a log: its tree, which message is where, and the two session messages that matter.
struct ReplayLog: Sendable {
    /// Names a message within a direction: no two share one (T27).
    struct Key: Hashable, Sendable {
        let type: MessageType
        let round: UInt32
        let chunk: Chunk
    }

    let tree: MerkleTree
    let hashes: [Key: (sequence: UInt64, payload: Bytes32)]
    let binding: BindingMessage?
    let commitments: InputCommitments?
    /// Records of protocols, the session's own left out.
    let protocolRecords: Int
    /// Records of which only the payload's hash is there.
    let missingPayloads: Int

    init(_ layout: TranscriptLayout, from: String, to: String) throws(TranscriptError) {
        let name = TranscriptLayout.log(from: from, to: to)
        var reader = try LogReader(layout, name)
        defer { reader.close() }
        var tree = MerkleTree()
        var hashes: [Key: (sequence: UInt64, payload: Bytes32)] = [:]
        var binding: BindingMessage?
        var commitments: InputCommitments?
        var (protocolRecords, missingPayloads) = (0, 0)
        while case .entry(let entry) = try reader.next() {
            guard let record = try? Record(encoded: entry.record) else { throw .notCanonical(file: name) }
            hashes[Key(type: record.type, round: record.round, chunk: record.chunk)] = (
                record.sequence, record.payloadHash
            )
            if record.type == .binding { binding = try? BindingMessage(payload: entry.payload ?? []) }
            if record.type == .commitments { commitments = try? InputCommitments(payload: entry.payload ?? []) }
            if record.type.protocolID != ProtocolVersion.session.id { protocolRecords += 1 }
            if entry.payload == nil { missingPayloads += 1 }
            tree.append(leaf: entry.leaf)
        }
        guard tree.size > 0 else { throw .notCanonical(file: name) }
        self.tree = tree
        self.hashes = hashes
        self.binding = binding
        self.commitments = commitments
        self.protocolRecords = protocolRecords
        self.missingPayloads = missingPayloads
    }
}

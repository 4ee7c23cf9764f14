public import Wire

/// One message with its inclusion proof, to be shown and verified alone: nothing else of the conversation is in it.
/// `protocols/transcript.md` section 8.
public struct MessageProof: Sendable, Hashable, Codable {
    /// Hexadecimal.
    public let record: String
    /// Hexadecimal; absent when the transcript keeps only its hash.
    public let payload: String?
    /// The countersigned head that covers the record, as a signed note.
    public let checkpoint: String
    /// Hexadecimal hashes of the audit path, leaf upwards.
    public let proof: [String]
    /// Public keys of sender's log and receiver's witness in this session, hexadecimal.
    public let logKey: String
    public let witnessKey: String

    /// Makes a proof from a transcript folder. Verify the folder first.
    ///
    /// - Throws: `missingFile` when there is no such record or no countersigned head covers it.
    public init(folder: String, from: String, sequence: UInt64) throws {
        let layout = TranscriptLayout(folder: folder)
        let parties = try PartiesFile(
            encoded: try layout.read(TranscriptLayout.parties, limit: PartiesFile.maximumLength))
        guard let sender = parties.party(named: from) else { throw TranscriptError.missingFile(from) }
        let witness = parties.other(than: from)
        let name = TranscriptLayout.checkpoint(from: from, to: witness.name)
        let bytes = try layout.read(name, limit: SignedNote.maximumLength)
        guard let text = String(validating: bytes, as: UTF8.self), let note = try? SignedNote(encoded: text),
            let head = (try? Checkpoint(text: note.text))?.head
        else { throw TranscriptError.notCanonical(file: name) }
        let logName = TranscriptLayout.log(from: from, to: witness.name)
        var reader = try LogReader(layout, logName)
        defer { reader.close() }
        var tree = MerkleTree()
        var found: LogEntry?
        while tree.size < head.size, case .entry(let entry) = try reader.next() {
            if tree.size == sequence { found = entry }
            tree.append(leaf: entry.leaf)
        }
        guard let found, let path = tree.inclusionProof(of: sequence, at: head.size) else {
            throw TranscriptError.missingFile("record \(sequence) from \(from)")
        }
        record = Hex.encode(found.record)
        payload = found.payload.map { Hex.encode($0) }
        checkpoint = text
        proof = path.map(\.hex)
        logKey = sender.logKey.bytes.hex
        witnessKey = witness.witnessKey.bytes.hex
    }

    /// The record, if everything fits: payload, proof, both signatures. That the two keys are the parties' is for the
    /// parties' identities to say (the binding of the session).
    ///
    /// - Throws: `notCanonical` with what does not fit.
    public func verified() throws(TranscriptError) -> Record {
        guard let bytes = Hex.decode(record), let decoded = try? Record(encoded: bytes) else {
            throw .notCanonical(file: "record")
        }
        if let payload {
            guard let bytes = Hex.decode(payload), decoded.matches(payload: bytes) else {
                throw .notCanonical(file: "payload")
            }
        }
        guard let log = Hex.decode(logKey).flatMap({ try? VerifyingKey($0) }),
            let witness = Hex.decode(witnessKey).flatMap({ try? VerifyingKey($0) }),
            let note = try? SignedNote(encoded: checkpoint), let head = try? Checkpoint(text: note.text),
            head.origin == Checkpoint.origin(session: decoded.session, from: decoded.from, to: decoded.to),
            note.isSigned(as: Checkpoint.logKeyName(decoded.from), by: log),
            note.cosignatureTime(as: Checkpoint.witnessKeyName(decoded.to), by: witness) != nil
        else { throw .notCanonical(file: "checkpoint") }
        let path = proof.compactMap { Bytes32(hex: $0) }
        guard path.count == proof.count,
            MerkleProof.verifyInclusion(of: MerkleHash.leaf(bytes), at: decoded.sequence, in: head.head, proof: path)
        else { throw .notCanonical(file: "proof") }
        return decoded
    }
}

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
    /// First payload of each party, the sender's first, hexadecimal: both identities signed them, and they name the keys.
    public let bindings: [String]
    /// Public keys of sender's log and receiver's witness in this session, hexadecimal.
    public let logKey: String
    public let witnessKey: String

    /// Makes a proof from a transcript folder. Verify the folder first.
    ///
    /// - Parameter keepsPayload: whether the payload is shown, if the transcript has it, or only its hash.
    /// - Throws: `missingFile` when there is no such record, `notCountersigned` when no countersigned head covers it.
    public init(folder: String, from: String, sequence: UInt64, keepsPayload: Bool = true) throws {
        let layout = TranscriptLayout(folder: folder)
        let parties = try PartiesFile(
            encoded: try layout.read(TranscriptLayout.parties, limit: PartiesFile.maximumLength))
        guard let sender = parties.party(named: from) else { throw TranscriptError.missingFile(from) }
        let witness = parties.other(than: from)
        let name = TranscriptLayout.checkpoint(from: from, to: witness.name)
        let bytes = try layout.read(name, limit: SignedNote.maximumLength)
        guard let text = String(validating: bytes, as: UTF8.self), let note = try? SignedNote(encoded: text),
            let head = (try? Checkpoint(ofEither: note.text))?.head
        else { throw TranscriptError.notCanonical(file: name) }
        let logName = TranscriptLayout.log(from: from, to: witness.name)
        bindings = try [logName, TranscriptLayout.log(from: witness.name, to: from)].map { name in
            var reader = try LogReader(layout, name)
            defer { reader.close() }
            guard case .entry(let entry) = try reader.next(), let payload = entry.payload else {
                throw TranscriptError.notCanonical(file: name)
            }
            return Hex.encode(payload)
        }
        guard sequence < head.size else {
            throw TranscriptError.notCountersigned(sequence: sequence, size: head.size)
        }
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
        payload = keepsPayload ? found.payload.map { Hex.encode($0) } : nil
        checkpoint = text
        proof = path.map(\.hex)
        logKey = sender.logKey.bytes.hex
        witnessKey = witness.witnessKey.bytes.hex
    }

    /// Both parties, the sender first, as their identities signed that they are: the session's keys are theirs. Whose
    /// the identities are is for the caller to know (pinned keys).
    ///
    /// - Throws: as `verified`; `notCanonical` for bindings that do not fit.
    public func verifiedParties() throws(TranscriptError) -> (sender: PartyDescription, receiver: PartyDescription) {
        let record = try verified()
        let read = bindings.compactMap { Hex.decode($0).flatMap { try? BindingMessage(payload: $0) } }
        guard bindings.count == 2, read.count == 2,
            let sender = try? read[0].verified(session: record.session, against: read[1].hello),
            let receiver = try? read[1].verified(session: record.session, against: read[0].hello),
            let id = try? SessionBinding.sessionID(
                jobHash: read[0].hello.jobHash, (read[0].hello, read[0].nonce), (read[1].hello, read[1].nonce)),
            id == record.session, sender.name == record.from, receiver.name == record.to,
            read[0].hello.jobHash == read[1].hello.jobHash,
            sender.logKey.bytes.hex == logKey, receiver.witnessKey.bytes.hex == witnessKey
        else { throw .notCanonical(file: "binding") }
        return (sender, receiver)
    }

    /// The record, if everything fits: payload, proof, both signatures. That the two keys are the parties' is what
    /// `verifiedParties` says.
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
            let note = try? SignedNote(encoded: checkpoint), let head = try? Checkpoint(ofEither: note.text),
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

extension MessageProof {
    /// When the receiver said that it had received this, seconds of Unix time. Verify first.
    public var receivedBy: UInt64? {
        guard let note = try? SignedNote(encoded: checkpoint), let key = Hex.decode(witnessKey),
            let witness = try? VerifyingKey(key), let bytes = Hex.decode(record),
            let decoded = try? Record(encoded: bytes)
        else { return nil }
        return note.cosignatureTime(as: Checkpoint.witnessKeyName(decoded.to), by: witness)
    }
}

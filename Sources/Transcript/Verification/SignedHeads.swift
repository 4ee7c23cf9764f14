package import Wire

/// A head that a party signed in a checkpoint or a closing, in the one form of that message.
struct SignedHead {
    let note: SignedNote
    let head: TreeHead
    /// What the sender had received; a closing's alone.
    let received: TreeHead?

    /// `nil` unless the note is signed by the sender, for this direction of this session, in the form of its message.
    init?(
        _ text: String, in record: Record, by sender: PartyDescription, to receiver: PartyDescription,
        _ session: Bytes32
    ) {
        guard let note = try? SignedNote(encoded: text), note.signatures.count == 1,
            note.isSigned(as: Checkpoint.logKeyName(sender.name), by: sender.logKey)
        else { return nil }
        let checkpoint: Checkpoint
        if record.type == .closing {
            guard let closing = try? ClosingNote(text: note.text), closing.received == record.seen else { return nil }
            (checkpoint, received) = (closing.checkpoint, closing.received)
        } else {
            guard let plain = try? Checkpoint(text: note.text) else { return nil }
            (checkpoint, received) = (plain, nil)
        }
        guard checkpoint.origin == Checkpoint.origin(session: session, from: sender.name, to: receiver.name) else {
            return nil
        }
        self.note = note
        head = checkpoint.head
    }
}

/// How far each sender's own signed heads reach, read before anything is judged: what they do not cover is nobody's word.
package struct SignedHeads {
    /// Whose word a record is.
    package enum Standing {
        /// Its sender's: a head that it signed covers the record, or the record brings that head.
        case signed
        /// A receipt or an abort after its sender's closing: signed by itself, or worth nothing.
        case afterword
        case unsigned
    }

    /// Number of records that the sender's heads cover, by sender.
    private(set) var covered: [String: UInt64] = [:]
    /// Senders whose closing is signed, and so all their words.
    private(set) var closed: Set<String> = []

    init(_ layout: TranscriptLayout, _ parties: PartiesFile) {
        for sender in parties.parties {
            read(layout, sender, parties.other(than: sender.name), parties.session)
        }
    }

    /// Reads to the first entry that is not one; what is wrong with it, the pass over the logs says.
    private mutating func read(
        _ layout: TranscriptLayout, _ sender: PartyDescription, _ receiver: PartyDescription, _ session: Bytes32
    ) {
        covered[sender.name] = 0
        let name = TranscriptLayout.log(from: sender.name, to: receiver.name)
        guard var reader = try? LogReader(layout, name) else { return }
        defer { reader.close() }
        var frontier = MerkleFrontier()
        while case .entry(let entry)? = try? reader.next() {
            guard let record = try? Record(encoded: entry.record) else { return }
            if record.type == .checkpoint || record.type == .closing, let payload = entry.payload,
                let text = NoteText(payload, of: record.type)?.text,
                let signed = SignedHead(text, in: record, by: sender, to: receiver, session),
                signed.head == frontier.head
            {
                covered[sender.name] = frontier.size
                if record.type == .closing { closed.insert(sender.name) }
            }
            frontier.append(leaf: MerkleHash.leaf(entry.record))
        }
    }

    /// - Parameter index: the record's place in its log.
    package func standing(of record: Record, from sender: String, at index: UInt64) -> Standing {
        let covered = covered[sender] ?? 0
        if index < covered { return .signed }
        if index == covered, record.type == .checkpoint || record.type == .closing,
            covered > 0
        {
            return .signed
        }
        return closed.contains(sender) && [.cosignature, .abort].contains(record.type) ? .afterword : .unsigned
    }
}

/// The note in a checkpoint or a closing.
struct NoteText: Sendable {
    let text: String

    init?(_ payload: [UInt8], of type: MessageType) {
        let text =
            type == .closing
            ? (try? ClosingMessage(payload: payload))?.note : (try? CheckpointMessage(payload: payload))?.note
        guard let text else { return nil }
        self.text = text
    }
}

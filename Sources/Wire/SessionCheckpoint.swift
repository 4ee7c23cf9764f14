import Foundation
import Synchronization

extension Session {
    /// Both sides sign what they have sent and cosign what they have received. Straight-line: both call it at the same
    /// place of the protocol, when no other task sends or receives. The recorder keeps both notes; a peer that signed
    /// something else than it sent is an `equivocation`, and both heads are kept.
    public func checkpoint() async throws {
        let round = state.withLock { state in
            defer { state.checkpoints += 1 }
            return state.checkpoints
        }
        let mine = recorder.head(of: .outgoing)
        var note = try SignedNote(text: Checkpoint(origin: origin(from: localName, to: peerName), head: mine).text)
        try note.sign(as: Checkpoint.logKeyName(localName), with: logKey)
        try await send(CheckpointMessage(note: note.encoded), round: round)

        let theirs = recorder.head(of: .incoming)
        let received = try await receive(CheckpointMessage.self, round: round)
        var theirNote = try await checked(received.note, against: theirs)
        let cosignature = try theirNote.cosignature(
            as: Checkpoint.witnessKeyName(localName), with: witnessKey,
            time: UInt64(max(0, Date().timeIntervalSince1970)))
        try await send(CosignatureMessage(signature: cosignature), round: round)
        theirNote.add(cosignature)
        try keep(theirNote, of: .incoming)

        let answer = try await receive(CosignatureMessage.self, round: round)
        note.add(SignedNote.Signature(keyName: answer.keyName, bytes: answer.bytes))
        let key = description.peer.witnessKey
        guard note.signatures.count == 2,
            note.cosignatureTime(as: Checkpoint.witnessKeyName(peerName), by: key) != nil
        else { throw await reject(.checkpointMismatch(peer: peerName, reason: "cosignature")) }
        try keep(note, of: .outgoing)
    }

    private func origin(from: String, to: String) -> String {
        Checkpoint.origin(session: id, from: from, to: to)
    }

    private func keep(_ note: SignedNote, of direction: Direction) throws {
        do {
            try recorder.keep(checkpoint: note.encoded, of: direction)
        } catch {
            throw settle(.recorderFailed("checkpoint"))
        }
    }

    /// The peer's note about its own log, whose records we hold too: `head` before the message that carried it.
    private func checked(_ text: String, against head: TreeHead) async throws -> SignedNote {
        guard let note = try? SignedNote(encoded: text), note.signatures.count == 1,
            note.isSigned(as: Checkpoint.logKeyName(peerName), by: description.peer.logKey),
            let checkpoint = try? Checkpoint(text: note.text),
            checkpoint.origin == origin(from: peerName, to: localName)
        else { throw await reject(.checkpointMismatch(peer: peerName, reason: "signature")) }
        guard checkpoint.head == head else {
            // The peer signed a head that differs from what it sent us: keep its note beside ours, which the record of
            // this very message commits to.
            let ours = Checkpoint(origin: checkpoint.origin, head: head)
            try? recorder.keep(equivocation: [text, ours.text])
            throw await reject(.equivocation(peer: peerName, size: checkpoint.head.size))
        }
        return note
    }
}

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
        var note = try signed(Checkpoint(origin: origin(from: localName, to: peerName), head: mine).text)
        try await send(CheckpointMessage(note: note.encoded), round: round)

        let theirs = recorder.head(of: .incoming)
        let received = try await receive(CheckpointMessage.self, round: round)
        let theirNote = try await authentic(received.note, else: .checkpointInvalid)
        guard let checkpoint = try? Checkpoint(text: theirNote.text) else {
            throw await reject(.checkpointRefused(peer: peerName, .checkpointInvalid))
        }
        try await compare(checkpoint, received.note, with: theirs, else: .checkpointInvalid)
        let (cosignature, cosigned) = try cosigned(theirNote)
        try await send(CosignatureMessage(signature: cosignature), round: round)
        try keep(cosigned, of: .incoming)

        let answer = try await receive(CosignatureMessage.self, round: round)
        guard countersign(&note, with: answer) else {
            throw await reject(.checkpointRefused(peer: peerName, .countersignatureInvalid))
        }
        try keep(note, of: .outgoing)
    }

    // MARK: Notes, of checkpoints and closings

    func origin(from: String, to: String) -> String { Checkpoint.origin(session: id, from: from, to: to) }

    /// A note of this party's about its own log.
    func signed(_ text: String) throws -> SignedNote {
        var note = try SignedNote(text: text)
        try note.sign(as: Checkpoint.logKeyName(localName), with: logKey)
        return note
    }

    /// This party's cosignature of the peer's note, and the note with it.
    func cosigned(_ note: SignedNote) throws -> (SignedNote.Signature, SignedNote) {
        let signature = try note.cosignature(
            as: Checkpoint.witnessKeyName(localName), with: witnessKey,
            time: UInt64(max(0, Date().timeIntervalSince1970)))
        var both = note
        both.add(signature)
        return (signature, both)
    }

    /// Adds the peer's cosignature to a note of this party's; whether it is one.
    func countersign(_ note: inout SignedNote, with answer: CosignatureMessage) -> Bool {
        note.add(SignedNote.Signature(keyName: answer.keyName, bytes: answer.bytes))
        let name = Checkpoint.witnessKeyName(peerName)
        return note.signatures.count == 2 && note.cosignatureTime(as: name, by: description.peer.witnessKey) != nil
    }

    func keep(_ note: SignedNote, of direction: Direction) throws {
        do {
            try recorder.keep(checkpoint: note.encoded, of: direction)
        } catch {
            throw settle(.recorderFailed("checkpoint"))
        }
    }

    /// The peer's note about its own log in this session, with its signature and no other.
    func authentic(_ text: String, else fault: CheckpointFault) async throws -> SignedNote {
        guard let note = try? SignedNote(encoded: text), note.signatures.count == 1,
            note.isSigned(as: Checkpoint.logKeyName(peerName), by: description.peer.logKey),
            note.text.hasPrefix(origin(from: peerName, to: localName) + "\n")
        else { throw await reject(.checkpointRefused(peer: peerName, fault)) }
        return note
    }

    /// The peer's log, whose records we hold too, was at `head` before the message that carried the note.
    func compare(
        _ checkpoint: Checkpoint, _ text: String, with head: TreeHead, else fault: CheckpointFault
    ) async throws {
        guard checkpoint.head == head else {
            // An earlier head of this very log is out of place, and shows nothing about its signer.
            if recorder.root(of: .incoming, at: checkpoint.head.size) == checkpoint.head.root {
                throw await reject(.checkpointRefused(peer: peerName, fault))
            }
            // The peer signed a head that differs from what it sent us: keep its note beside ours, which the record of
            // this very message commits to.
            let ours = Checkpoint(origin: checkpoint.origin, head: head)
            do {
                try recorder.keep(equivocation: [text, ours.text])
            } catch {
                throw await reject(.equivocationNotKept(peer: peerName, size: checkpoint.head.size))
            }
            throw await reject(.equivocation(peer: peerName, size: checkpoint.head.size))
        }
    }
}

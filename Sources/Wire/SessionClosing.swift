import Synchronization

extension Session {
    /// Ends a session that went well. Each side signs all that it has sent, the final openings included, and says what it has
    /// received; whoever holds the peer's closing holds its signature under everything that it said. Then each side sends
    /// a receipt for the other's closing, which may stay away: a peer cannot spoil this side's evidence by its last word.
    ///
    /// A party acts on its result only once this has returned.
    ///
    /// - Throws: `closingInvalid` for a closing that is not the peer's, `equivocation` for one about another log.
    public func close() async throws {
        let round = state.withLock { $0.checkpoints }
        let mine = recorder.head(of: .outgoing)
        let theirs = recorder.head(of: .incoming)
        let own = ClosingNote(origin: origin(from: localName, to: peerName), head: mine, received: theirs)
        let note = try signed(own.text)
        try await send(ClosingMessage(note: note.encoded), round: round)

        let received = try await receive(ClosingMessage.self, round: round)
        let theirNote = try await authentic(received.note, else: .closingInvalid)
        guard let closing = try? ClosingNote(text: theirNote.text) else {
            throw await reject(.checkpointRefused(peer: peerName, .closingInvalid))
        }
        try await compare(closing.checkpoint, received.note, with: theirs, else: .closingInvalid)
        // It says that it received what its record had seen, and that is all that was sent before the own closing.
        guard closing.received == state.withLock({ $0.lastSeen }), closing.received.size >= mine.size else {
            throw await reject(.checkpointRefused(peer: peerName, .closingInvalid))
        }
        try await exchangeReceipts(theirs: theirNote, own: note, round: round)
        state.withLock { $0.isClosed = true }
        await channel.close()
    }

    /// Sends the receipt and waits for the peer's, for no longer than a farewell. Nothing that the peer does here fails a
    /// session that is over.
    private func exchangeReceipts(theirs: SignedNote, own note: SignedNote, round: UInt32) async throws {
        let session = self
        let (receipt, cosigned) = try cosigned(theirs)
        try await sending.acquire()
        defer { sending.release() }
        let payload = try CosignatureMessage(signature: receipt).encoded()
        let record = try record(payload, type: .cosignature, round: round, chunk: .whole)
        let frame = try inspection.log(record, payload) { try append(record, payload) }
        try keep(cosigned, of: .incoming)
        _ = try? await withDeadline(
            limits.farewell, throwing: .channelClosed, onTimeout: { await session.channel.close() },
            { try await session.channel.send(frame) })
        _ = try? await withDeadline(
            limits.farewell, throwing: .channelClosed, onTimeout: { await session.channel.close() },
            {
                try await session.receiving.acquire()
                defer { session.receiving.release() }
                var answer: Received?
                while answer == nil { answer = try session.accept(frame: try await session.channel.receive()) }
                guard let answer, answer.record.type == .cosignature, answer.record.round == round else { return }
                var both = note
                guard session.countersign(&both, with: try CosignatureMessage(payload: answer.payload)) else { return }
                try session.keep(both, of: .outgoing)
            })
    }
}

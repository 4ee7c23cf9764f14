import TestSupport
import Testing

@testable import Wire

/// The end of a session: what a party signs last, and what a peer may do about it.
@Suite struct ClosingTests {
    /// Closes on both sides while B sends something else than its closing.
    private func closed(
        withoutReceipt: Bool = false, sides: Sides = Sides(), _ note: @Sendable (Session) throws -> String
    ) async throws -> (Result<Void, any Error>, Pair) {
        let pair = try await sides.opened()
        try await pair.a.send(Number(7))
        _ = try await pair.b.receive(Number.self)
        async let checked: Void = pair.a.checkpoint()
        try await pair.b.checkpoint()
        try await checked
        let text = try note(pair.b)
        async let b: Void = {
            try await pair.b.send(ClosingMessage(note: text), round: 1)
            guard withoutReceipt else { return }
            _ = try await pair.b.receive(ClosingMessage.self, round: 1)
            await pair.b.channel.close()
        }()
        let a = await result { try await pair.a.close() }
        _ = try? await b
        return (a, pair)
    }

    private func note(of session: Session, origin: String? = nil, head: TreeHead? = nil, received: TreeHead? = nil)
        -> String
    {
        ClosingNote(
            origin: origin ?? session.origin(from: session.localName, to: session.peerName),
            head: head ?? session.recorder.head(of: .outgoing),
            received: received ?? session.recorder.head(of: .incoming)
        ).text
    }

    @Test func aClosingCarriesItsSendersSignedHead() async throws {
        let refused = WireError.checkpointRefused(peer: "lab", .closingInvalid)
        // No note, somebody else's, a checkpoint's of the very same head, another session's, another direction's.
        #expect(try await closed { _ in "" }.0.wireError == refused)
        let stranger = SigningKey()
        let byStranger = try await closed { b in
            var note = try SignedNote(text: note(of: b))
            try note.sign(as: "lab/log", with: stranger)
            return note.encoded
        }
        #expect(byStranger.0.wireError == refused)
        let checkpoint = try await closed { b in
            try b.signed(
                Checkpoint(origin: b.origin(from: "lab", to: "hospital"), head: b.recorder.head(of: .outgoing)).text
            ).encoded
        }
        #expect(checkpoint.0.wireError == refused)
        let splices: [@Sendable (Session) -> String] = [
            { Checkpoint.origin(session: .zero, from: $0.localName, to: $0.peerName) },
            { $0.origin(from: "hospital", to: "lab") },
        ]
        for origin in splices {
            let spliced = try await closed { try $0.signed(note(of: $0, origin: origin($0))).encoded }
            #expect(spliced.0.wireError == refused)
        }
        // Says that it received less than it did, or something else.
        for received in [TreeHead(size: 4, root: .zero), .empty] {
            let wrong = try await closed { try $0.signed(note(of: $0, received: received)).encoded }
            #expect(wrong.0.wireError == refused)
        }
    }

    @Test func aClosingAboutAnotherLogIsAnEquivocation() async throws {
        let head = TreeHead(size: 3, root: .zero)
        let (ended, pair) = try await closed { try $0.signed(note(of: $0, head: head)).encoded }
        #expect(ended.wireError == .equivocation(peer: "lab", size: 3))
        #expect(pair.recorderA.equivocations.count == 1)
    }

    /// A full disk must not hide that the proof of it is not there: the error says both.
    @Test func anEquivocationWhoseProofCannotBeKept() async throws {
        let head = TreeHead(size: 3, root: .zero)
        var sides = Sides()
        sides.recordingA = RecorderWithoutProofs(sides.recorderA)
        let (ended, pair) = try await closed(sides: sides) { try $0.signed(note(of: $0, head: head)).encoded }
        #expect(ended.wireError == .equivocationNotKept(peer: "lab", size: 3))
        #expect(pair.recorderA.equivocations.isEmpty)
        // The peer hears what it did and not what this side's disk did.
        _ = try await pair.b.receive(ClosingMessage.self, round: 1)
        let heard = await result { try await pair.b.receive(Number.self) }
        #expect(heard.wireError == .peerAborted(peer: "hospital", reason: AbortReason(.violation, "equivocation")))
    }

    /// A checkpoint with a closing's note does not pass either.
    @Test func aClosingIsNoCheckpoint() async throws {
        let pair = try await Sides().opened()
        async let b: Void = pair.b.send(
            CheckpointMessage(note: pair.b.signed(note(of: pair.b)).encoded))
        let a = await result { try await pair.a.checkpoint() }
        try await b
        #expect(a.wireError == .checkpointRefused(peer: "lab", .checkpointInvalid))
    }

    /// The peer closes before it has received all that this side sent.
    @Test func aClosingThatComesTooEarly() async throws {
        let pair = try await Sides().opened()
        async let b: Void = pair.b.send(ClosingMessage(note: pair.b.signed(note(of: pair.b)).encoded))
        try await b
        try await pair.a.send(Number(7))
        let a = await result { try await pair.a.close() }
        #expect(a.wireError == .checkpointRefused(peer: "lab", .closingInvalid))
    }

    /// The last word is the peer's to withhold, and spoils nothing.
    @Test func aReceiptMayStayAway() async throws {
        let (ended, pair) = try await closed(withoutReceipt: true) { try $0.signed(note(of: $0)).encoded }
        #expect(throws: Never.self) { try ended.get() }
        // The peer's closing with this side's receipt; of the own log the checkpoint.
        let incoming = try #require(pair.recorderA.checkpoints(of: .incoming).last)
        #expect(throws: Never.self) { try ClosingNote(text: SignedNote(encoded: incoming).text) }
        let outgoing = try #require(pair.recorderA.checkpoints(of: .outgoing).last)
        #expect(throws: Never.self) { try Checkpoint(text: SignedNote(encoded: outgoing).text) }
        #expect(pair.recorderA.entries(of: .incoming).count == 4)
    }

    @Test func aReceiptThatIsNoneSpoilsNothing() async throws {
        let pair = try await Sides().opened()
        async let a = result { try await pair.a.close() }
        try await pair.b.send(ClosingMessage(note: pair.b.signed(note(of: pair.b)).encoded))
        _ = try await pair.b.receive(ClosingMessage.self)
        try await pair.b.send(
            CosignatureMessage(signature: SignedNote.Signature(keyName: "lab/witness", bytes: [1, 2, 3, 4, 5])))
        let ended = await a
        #expect(throws: Never.self) { try ended.get() }
        #expect(pair.recorderA.checkpoints(of: .outgoing).isEmpty)
    }

    @Test func closingNotesHaveOneForm() throws {
        let head = TreeHead(size: 3, root: Bytes32(hashing: [1]))
        let good = ClosingNote(origin: "o", head: head, received: .empty).text
        #expect(try ClosingNote(text: good).text == good)
        #expect(throws: WireError.self) { try Checkpoint(text: good) }
        let plain = Checkpoint(origin: "o", head: head).text
        let line = good.dropFirst(plain.count)
        for bad in [
            plain, good + "\n", good + line, plain + line.replacing("closing", with: "Closing"),
            plain + line.replacing(" 0 ", with: " 00 "), plain + line.replacing(" 0 ", with: "  0 "),
            String(good.dropLast()),
        ] {
            #expect(throws: WireError.self, "\(bad)") { try ClosingNote(text: bad) }
        }
        #expect(try Checkpoint(ofEither: good).head == head)
        #expect(try Checkpoint(ofEither: plain).head == head)
    }
}

/// Keeps all but proofs of equivocation: the disk is full by then.
private struct RecorderWithoutProofs: Recorder {
    private struct DiskIsFull: Error {}
    private let kept: MemoryRecorder

    init(_ kept: MemoryRecorder) { self.kept = kept }

    func begin(_ session: SessionDescription) throws { try kept.begin(session) }
    func append(_ record: [UInt8], payload: [UInt8], to direction: Direction) throws -> TreeHead {
        try kept.append(record, payload: payload, to: direction)
    }
    func head(of direction: Direction) -> TreeHead { kept.head(of: direction) }
    func root(of direction: Direction, at size: UInt64) -> Bytes32? { kept.root(of: direction, at: size) }
    func leaf(of direction: Direction, at sequence: UInt64) -> Bytes32? { kept.leaf(of: direction, at: sequence) }
    func keep(checkpoint note: String, of direction: Direction) throws {
        try kept.keep(checkpoint: note, of: direction)
    }
    func keep(equivocation notes: [String]) throws { throw DiskIsFull() }
}

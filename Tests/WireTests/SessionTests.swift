import TestSupport
import Testing

@testable import Wire

@Suite struct SessionTests {
    @Test func bothSidesAgreeOnSessionAndLogs() async throws {
        let pair = try await Sides().opened()
        let (a, b) = (pair.a, pair.b)
        #expect(a.id == b.id)
        #expect(a.peerName == "lab" && b.peerName == "hospital")
        async let sent: Void = a.send(Number(7))
        #expect(try await b.receive(Number.self) == Number(7))
        try await sent
        try await b.send(Blob([1, 2, 3]), round: 4)
        #expect(try await a.receive(Blob.self, round: 4) == Blob([1, 2, 3]))
        async let checkA: Void = a.checkpoint()
        try await b.checkpoint()
        try await checkA
        async let closing: Void = a.close()
        try await b.close()
        try await closing
        for (one, other) in [(Direction.outgoing, Direction.incoming), (.incoming, .outgoing)] {
            #expect(pair.recorderA.head(of: one) == pair.recorderB.head(of: other))
            #expect(pair.recorderA.entries(of: one) == pair.recorderB.entries(of: other))
            #expect(pair.recorderA.checkpoints(of: one) == pair.recorderB.checkpoints(of: other))
            // The checkpoint and the closing, both with the receiver's signature.
            #expect(pair.recorderA.checkpoints(of: one).count == 2)
        }
        // Binding, number, checkpoint, cosignature, closing, receipt.
        #expect(pair.recorderA.entries(of: .outgoing).count == 6)
        let note = try SignedNote(encoded: pair.recorderA.checkpoints(of: .outgoing)[0])
        #expect(note.isSigned(as: "hospital/log", by: a.description.local.logKey))
        #expect(note.cosignatureTime(as: "lab/witness", by: a.description.peer.witnessKey) != nil)
        #expect(!note.isSigned(as: "hospital/log", by: a.description.peer.logKey))
        #expect(try Checkpoint(text: note.text).head.size == 2)
        let last = try SignedNote(encoded: pair.recorderA.checkpoints(of: .outgoing)[1])
        #expect(last.isSigned(as: "hospital/log", by: a.description.local.logKey))
        #expect(last.cosignatureTime(as: "lab/witness", by: a.description.peer.witnessKey) != nil)
        let end = try ClosingNote(text: last.text)
        #expect(end.checkpoint.head.size == 4 && end.received.size == 4)
    }

    @Test func manyMessagesBothWaysAtOnceThroughASmallBuffer() async throws {
        let pair = try await Sides().opened(capacity: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for session in [pair.a, pair.b] {
                group.addTask { for i in 0..<200 { try await session.send(Number(UInt32(i)), round: UInt32(i)) } }
                group.addTask {
                    for i in 0..<200 {
                        let message = try await session.receive(Number.self, round: UInt32(i))
                        #expect(message.value == UInt32(i))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(pair.recorderA.head(of: .outgoing) == pair.recorderB.head(of: .incoming))
    }

    @Test func aWrongMessageEndsTheSessionOnBothSidesByName() async throws {
        let pair = try await Sides().opened()
        try await pair.a.send(Blob([1]))
        let b = await result { try await pair.b.receive(Number.self) }
        let expected = WireError.unexpectedMessage(peer: "hospital", expected: "Number", found: Blob.type)
        #expect(b.wireError == expected)
        let a = await result { try await pair.a.receive(Number.self) }
        #expect(
            a.wireError == .peerAborted(peer: "lab", reason: AbortReason(.violation, "unexpectedMessage")))
        #expect(a.wireError?.kind == .violation)
        // And it stays ended.
        #expect(await result { try await pair.b.send(Number(1)) }.wireError == expected)
    }

    @Test func wrongRoundChunkAndLengthHaveNames() async throws {
        let first = try await Sides().opened()
        try await first.a.send(Number(1), round: 2)
        #expect(
            await result { try await first.b.receive(Number.self, round: 1) }.wireError
                == .unexpectedRound(peer: "hospital", message: "Number", expected: 1, found: 2))
        let second = try await Sides().opened()
        try await second.a.send(Number(1), chunk: Chunk(1, of: 3))
        #expect(
            await result { try await second.b.receive(Number.self, chunk: Chunk(0, of: 3)) }.wireError
                == .unexpectedChunk(
                    peer: "hospital", message: "Number", expected: Chunk(0, of: 3), found: Chunk(1, of: 3)))
        let third = try await Sides().opened()
        try await third.a.send(payload: [1, 2, 3], type: Number.type, name: "Number", round: 0, chunk: .whole)
        #expect(
            await result { try await third.b.receive(Number.self) }.wireError
                == .malformedMessage(
                    peer: "hospital", message: "Number", cause: .truncated(wanted: 4, left: 3)))
        #expect(
            await result { try await third.a.receive(Number.self) }.wireError
                == .peerAborted(peer: "lab", reason: AbortReason(.violation, "malformedMessage")))
    }

    @Test func tooLargeIsRefusedBeforeItIsSentAndWhenItArrives() async throws {
        var sides = Sides()
        sides.limits.maximumFrame = 4096
        let small = try await sides.opened()
        await #expect(throws: WireError.self) { try await small.a.send(Blob([UInt8](repeating: 0, count: 5000))) }
        // Nothing was logged: the session goes on.
        try await small.a.send(Number(1))
        #expect(try await small.b.receive(Number.self) == Number(1))
        // A peer that does not keep to the limit.
        try await small.a.channel.send([UInt8](repeating: 4, count: 5000))
        #expect(
            await result { try await small.b.receive(Number.self) }.wireError
                == .frameTooLarge(peer: "hospital", bytes: 5000, limit: 4096))
        #expect(await result { try await small.a.receive(Number.self) }.wireError?.name == "frameTooLarge")
    }

    @Test func aSilentPeerIsATimeoutThatNamesIt() async throws {
        var sides = Sides()
        sides.limits.wait = .milliseconds(300)
        let pair = try await sides.opened()
        #expect(
            await result { try await pair.a.receive(Number.self) }.wireError
                == .timeout(peer: "lab", waitingFor: "Number"))
    }

    @Test func aPeerThatVanishesIsALostConnection() async throws {
        let pair = try await Sides().opened()
        await pair.b.channel.close()
        let error = await result { try await pair.a.receive(Number.self) }.wireError
        #expect(error == .connectionLost(peer: "lab"))
        #expect(error?.kind == .transport)
        #expect(await result { try await pair.a.send(Number(1)) }.wireError == .connectionLost(peer: "lab"))
    }

    @Test func theErrorOfARoleIsToldByNameOnly() async throws {
        struct Refused: PeerVisibleError { var abortReason: AbortReason { AbortReason(.refusal, "cohortTooSmall") } }
        let pair = try await Sides().opened()
        async let a = result { try await pair.a.run { try await $0.receive(Number.self) } }
        await #expect(throws: Refused.self) { try await pair.b.run { _ in throw Refused() } }
        #expect(await a.wireError == .peerAborted(peer: "lab", reason: AbortReason(.refusal, "cohortTooSmall")))
    }

    @Test func cancellationEndsBothSides() async throws {
        let pair = try await Sides().opened()
        let a = Task { await result { try await pair.a.run { try await $0.receive(Number.self) } } }
        let b = Task { await result { try await pair.b.run { try await $0.receive(Number.self) } } }
        try await Task.sleep(for: .milliseconds(20))
        a.cancel()
        #expect(await a.value.wireError == .cancelled)
        #expect(await b.value.wireError == .peerAborted(peer: "hospital", reason: AbortReason(.cancelled, "cancelled")))
    }

    @Test func anInterruptedSendDoesNotSpoilTheFarewell() async throws {
        let pair = try await Sides().opened(capacity: 1)
        let a = Task {
            await result { try await pair.a.run { s in for i in 0..<9 { try await s.send(Number(UInt32(i))) } } }
        }
        try await Task.sleep(for: .milliseconds(20))
        a.cancel()
        let b = await result {
            for _ in 0..<99 { _ = try await pair.b.receive(Number.self) }
        }
        #expect(b.wireError == .peerAborted(peer: "hospital", reason: AbortReason(.cancelled, "cancelled")))
        #expect(await a.value.wireError == .cancelled)
        #expect(pair.recorderA.head(of: .outgoing) == pair.recorderB.head(of: .incoming))
    }

    /// Each wait here ends with what it waits for; the limits are out of reach of a machine that is busy.
    @Test func aSenderLearnsWhyThePeerHungUp() async throws {
        var sides = Sides()
        sides.limits = SessionLimits(wait: .seconds(3600), handshake: .seconds(3600), farewell: .seconds(3600))
        let pair = try await sides.opened(capacity: 1)
        async let b = result {
            try await pair.b.run { s in
                _ = try await s.receive(Number.self)
                throw s.violation("ciphertextOutOfRange")
            }
        }
        let a = await result {
            try await pair.a.run { s in for i in 0..<99 { try await s.send(Number(UInt32(i))) } }
        }
        #expect(
            a.wireError == .peerAborted(peer: "lab", reason: AbortReason(.violation, "ciphertextOutOfRange")))
        #expect(await b.wireError == .violation(peer: "hospital", name: "ciphertextOutOfRange"))
    }
}

import TestSupport
import Testing

@testable import Wire

/// What a man in the middle (or a cheating peer) does to records after the handshake.
@Suite struct TamperingTests {
    /// Opens, lets A send numbers 1 and 2, gives what B saw at the second.
    private func second(
        _ change: @Sendable @escaping (Record, [UInt8], [UInt8]) -> [[UInt8]]
    ) async throws -> WireError? {
        let pair = try await Sides().opened { channel in
            MeddlingChannel(channel) { frame in
                guard case .record(let bytes, let payload)? = try? Frame(encoded: frame),
                    let record = try? Record(encoded: bytes), record.type == Number.type, record.sequence == 2
                else { return [frame] }
                return change(record, payload, frame)
            }
        }
        try await pair.a.send(Number(1))
        _ = try await pair.b.receive(Number.self)
        try await pair.a.send(Number(2))
        return await result {
            _ = try await pair.b.receive(Number.self, within: .milliseconds(500))
            _ = try await pair.b.receive(Number.self, within: .milliseconds(500))
        }.wireError
    }

    private static func altered(
        _ r: Record, _ payload: [UInt8], session: Bytes32? = nil, from: String? = nil, sequence: UInt64? = nil,
        version: UInt16? = nil, attempt: UInt32? = nil, sentAt: UInt64? = nil, seen: TreeHead? = nil
    ) -> [UInt8] {
        let record = Record(
            session: session ?? r.session, from: from ?? r.from, to: r.to, sequence: sequence ?? r.sequence,
            protocolVersion: ProtocolVersion(
                id: r.protocolVersion.id, version: version ?? r.protocolVersion.version),
            type: r.type, round: r.round, attempt: attempt ?? r.attempt, chunk: r.chunk, sentAt: sentAt ?? r.sentAt,
            seen: seen ?? r.seen, payload: payload)
        return (try? Frame.record((try? record.encoded) ?? [], payload: payload).encoded) ?? []
    }

    @Test func honest() async throws {
        #expect(try await second { _, _, frame in [frame] } == .timeout(peer: "hospital", waitingFor: "Number"))
    }

    @Test func flippedPayload() async throws {
        let error = try await second { _, _, frame in
            var frame = frame
            frame[frame.count - 1] ^= 1
            return [frame]
        }
        #expect(error == .payloadMismatch(peer: "hospital", sequence: 2))
    }

    @Test func anotherSession() async throws {
        #expect(
            try await second { r, p, _ in [Self.altered(r, p, session: .zero)] } == .wrongSession(peer: "hospital"))
    }

    @Test func anotherSender() async throws {
        #expect(try await second { r, p, _ in [Self.altered(r, p, from: "eve")] } == .wrongParty(peer: "hospital"))
    }

    @Test func skippedRecord() async throws {
        #expect(
            try await second { r, p, _ in [Self.altered(r, p, sequence: 3)] }
                == .wrongSequence(peer: "hospital", expected: 2, found: 3))
    }

    @Test func anotherVersionOrAttempt() async throws {
        #expect(try await second { r, p, _ in [Self.altered(r, p, version: 9)] } == .wrongVersion(peer: "hospital"))
        #expect(try await second { r, p, _ in [Self.altered(r, p, attempt: 9)] } == .wrongVersion(peer: "hospital"))
    }

    @Test func clockGoingBack() async throws {
        #expect(
            try await second { r, p, _ in [Self.altered(r, p, sentAt: 1)] }
                == .clockWentBack(peer: "hospital", sequence: 2))
    }

    @Test func anInventedPast() async throws {
        #expect(
            try await second { r, p, _ in [Self.altered(r, p, seen: TreeHead(size: 1, root: .zero))] }
                == .causalityViolation(peer: "hospital", sequence: 2))
        #expect(
            try await second { r, p, _ in [Self.altered(r, p, seen: TreeHead(size: 99, root: r.seen.root))] }
                == .causalityViolation(peer: "hospital", sequence: 2))
    }

    @Test func aFrameSentAgainIsDroppedIfIdenticalAndARewindIfNot() async throws {
        #expect(try await second { _, _, f in [f, f, f] } == .timeout(peer: "hospital", waitingFor: "Number"))
        #expect(
            try await second { r, p, f in [f, Self.altered(r, [0, 0, 0, 9])] }
                == .rewindDetected(peer: "hospital", sequence: 2))
    }

    @Test func truncatedFrame() async throws {
        #expect(try await second { _, _, f in [Array(f.prefix(30))] } == .malformedFrame(peer: "hospital"))
    }

    @Test func aDroppedFrameIsATimeout() async throws {
        #expect(try await second { _, _, _ in [] } == .timeout(peer: "hospital", waitingFor: "Number"))
    }
}

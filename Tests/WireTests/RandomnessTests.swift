import TestSupport
import Testing

@testable import Wire

@Suite struct RandomnessTests {
    /// NIST SP 800-38A has no keystream from counter zero for this key; computed with OpenSSL:
    /// `head -c 32 /dev/zero | openssl enc -aes-256-ctr -K 00..1f -iv 0 | xxd -p`.
    @Test func keystreamIsAESInCounterMode() {
        var stream = ProtocolRandomness(testKey: Array(0..<32))
        let words = (0..<4).map { _ in stream.next() }
        #expect(
            Hex.encode(words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } })
                == "f29000b62a499fd0a9f39a6add2e7780f05d76ae4ab99fe5a6f69b3148c2363d")
        // The 513th word is the first of the second refill: counter block 256.
        for _ in 4..<512 { _ = stream.next() }
        let word = stream.next()
        #expect(Hex.encode((0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }) == "512e5630d1ac5d4f")
    }

    @Test func sameStateSameStreamAnyOtherStateAnother() async throws {
        let pair = try await Sides().opened()
        func first(_ label: String, round: UInt32 = 0, chunk: UInt32 = 0, after: TreeHead? = nil) -> UInt64 {
            var stream = pair.b.randomness(label, round: round, chunk: chunk, after: after)
            return stream.next()
        }
        let before = pair.b.receivedHead
        let base = first("mask")
        #expect(first("mask") == base)
        #expect(first("mask", round: 1) != base)
        #expect(first("mask", chunk: 1) != base)
        #expect(first("blind") != base)
        var other = pair.a.randomness("mask")
        #expect(other.next() != base)
        try await pair.a.send(Number(1))
        let (_, head) = try await pair.b.receiveWithHead(Number.self)
        #expect(head == pair.b.receivedHead)
        #expect(first("mask") != base)
        #expect(first("mask", after: before) == base)
        #expect(first("mask", after: head) == first("mask"))
    }

    @Test func aDifferentRequestNeverMeetsTheSameMask() async throws {
        // The rewind attack: same seed, same nonces would be needed; even then another request is another stream.
        var streams: [UInt64] = []
        for value in [UInt32(1), 2] {
            let pair = try await Sides().opened()
            try await pair.a.send(Number(value))
            let (_, head) = try await pair.b.receiveWithHead(Number.self)
            var stream = pair.b.randomness("mask", after: head)
            streams.append(stream.next())
        }
        #expect(streams[0] != streams[1])
    }

    @Test func sameSeedInAnotherSessionIsAnotherStream() async throws {
        var sides = Sides()
        let seed = try #require(SessionSeed(rawRepresentation: [UInt8](repeating: 5, count: 32)))
        sides.seedA = seed
        let one = try await sides.opened()
        var again = Sides()
        again.seedA = seed
        let two = try await again.opened()
        var first = one.a.randomness("x")
        var second = two.a.randomness("x")
        #expect(first.next() != second.next())
    }

    @Test func seedsAreThirtyTwoBytes() {
        #expect(SessionSeed(rawRepresentation: [1]) == nil)
        #expect(SessionSeed().commitment != SessionSeed().commitment)
    }
}

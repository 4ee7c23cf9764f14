import Paillier
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// What a passive party may try, by the names that transcript.md 9 gives.
extension ChecksTests {
    @Test func aPassivePartyThatReordersReplaysOrDrops() async throws {
        // Its own rows before the sums that are due.
        #expect(
            outcomeName(
                try await Self.job { forge in
                    let (one, other) = (try forge.index(0x0214, from: "lab"), try forge.index(0x0215, from: "lab"))
                    forge.items.swapAt(one, other)
                }) == "T09 outOfOrder")
        // A message of one pass again in the next.
        #expect(
            outcomeName(
                try await Self.job { forge in
                    let old = forge.items[try forge.index(0x0213, 0, from: "lab")].payload
                    try forge.edit(0x0213, 1, from: "lab") { $0 = old }
                }) == "T20 ciphertextRepeated")
        // The same message once more.
        #expect(
            outcomeName(
                try await Self.job { forge in
                    let place = try forge.index(0x021A, from: "lab")
                    forge.items.insert(forge.items[place], at: place)
                }) == "T09 outOfOrder")
        // Never sends its shares of the other's coefficients.
        #expect(
            outcomeName(try await Self.job { $0.items.remove(at: try $0.index(0x021B, from: "lab")) })
                == "T09 outOfOrder")
    }

    @Test func aPassivePartyThatSubstitutesItsKey() async throws {
        let report = try await Self.job { forge in
            var generator = SystemRandomNumberGenerator()
            let other = try PrivateKey.generateUnchecked(bits: WholeJobTests.trainingBits, using: &generator)
            try forge.edit(0x0202, from: "lab") { payload in
                let key = other.publicKey.serialized
                payload.replaceSubrange(4..<4 + key.count, with: key)
            }
        }
        #expect(outcomeName(report) == "T12 keyProofRejected")
    }

    @Test func aPassivePartyThatUsesOtherDataOrOtherRandomness() async throws {
        let recorded = try await WholeJobTests.honest.value
        let other = try TemporaryFolder()
        // Audited with the data that it should have used, which is not what it used.
        let side = try WholeJobTests.side(other.path, isActive: false, data: 5)
        let replay = try Replay(folder: recorded.path("lab"), seed: try #require(recorded.seeds["lab"]))
        let error = await #expect(throws: (any Error).self) {
            try await replay.session.run { try await WholeJobTests.work(side, over: $0) }
        }
        #expect(replay.finding(after: error).error == "replayMismatch")
        let random = try await Self.replayed(isRandom: true) { $0.finding(after: $1) }
        #expect(outcomeName(random) == "R02 replayMismatch")
    }

    @Test func moreThanWasDeclaredIsNamed() async throws {
        // Scores that this job does not reveal, and more opened bytes than are due.
        #expect(
            outcomeName(
                try await Self.job { forge in
                    let place = try #require(
                        forge.items.lastIndex { $0.type.rawValue == 0x021B && $0.from == "lab" })
                    let scores = JobForge.Item(
                        from: "lab", type: MessageType(rawValue: 0x0230), round: forge.items[place].round,
                        chunk: .whole,
                        payload: [0, 0, 0, 0])
                    forge.items.insert(scores, at: place + 1)
                }) == "T14 undeclaredMessage")
        #expect(
            outcomeName(
                try await Self.job { forge in
                    try forge.edit(0x021B, from: "hospital") { $0 = Self.prefixed(Array($0[4...]) + [1]) }
                }) == "T24 openedTooMuch")
        // A norm that is open at once, and yet another window of it follows.
        #expect(
            outcomeName(
                try await Self.job { try $0.window(1, from: "lab") { bits, value in (bits, value ^ 1 << 10) } })
                == "T23 stepMismatch")
        #expect(
            outcomeName(
                try await Self.job { forge in
                    try forge.edit(0x0200, from: "lab") { $0[7] += 1 }
                }) == "T13 columnsNotAllowed")
    }
}

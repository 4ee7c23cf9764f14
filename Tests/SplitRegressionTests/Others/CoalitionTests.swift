import Bignum
import Paillier
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// What coalitions have of a further party's weighted columns, under encryption, and what weaker protocols would give them
/// (multiparty-training.md 7).
@Suite("Coalitions against a further party") struct CoalitionTests {
    /// Two holders, a further party, and its two sessions.
    private struct Three {
        let rows = 60
        let weights: (active: [Int128], helper: [Int128])
        let columns: [[Int64]]
        let layout: ScaledRowLayout
        /// What each holder decrypts of the party's answer, less its own offset; what the party has then.
        let held: (active: [[ShareWord]], helper: [[ShareWord]])
        let kept: (ofActive: [[ShareWord]], ofHelper: [[ShareWord]])

        init() async throws {
            var generator = SplitMix(5)
            var made: (active: [Int128], helper: [Int128]) = ([], [])
            for _ in 0..<60 {
                // The weight is the sum, small; the helper's share is a large number.
                let share = Int128(Int64.random(in: 1...Int64.max / 4, using: &generator))
                made.active.append(Int128(1 << 24) + Int128(Int64.random(in: 0..<1 << 20, using: &generator)) - share)
                made.helper.append(share)
            }
            let columns = (0..<2).map { _ in (0..<60).map { _ in Int64.random(in: -3000...3000, using: &generator) } }
            let layout = try ScaledRowLayout(columns: 2, valueBits: 64, entryBits: 13, modulusBits: 512)
            let first = try await Self.exchanged([made.active], columns, layout, 1)[0]
            let second = try await Self.exchanged([made.helper], columns, layout, 2)[0]
            (weights, self.columns, self.layout) = (made, columns, layout)
            held = (first.0, second.0)
            kept = (first.1, second.1)
        }

        /// One holder's exchanges with the party, one after the other: what each has of them.
        static func exchanged(
            _ numbers: [[Int128]], _ columns: [[Int64]], _ layout: ScaledRowLayout, _ seed: UInt8
        ) async throws -> [([[ShareWord]], [[ShareWord]])] {
            let limits = SessionLimits(
                wait: .seconds(300), handshake: .seconds(300), farewell: .milliseconds(500))
            let pair = try await Sides(job: Bytes32(hashing: [seed]), protocols: [.training], limits: limits)
                .opened()
            let terms = TrainingPlan(family: .linear, keyBits: 512).keyTerms(floor: 512)
            @Sendable func exchange(_ session: Session) async throws -> PaillierShareExchange {
                let keys = try await TrainingKeys.exchange(
                    TrainingKeyPurpose.self, terms: terms, nonces: .short, session: session)
                return PaillierShareExchange(keys: keys, session: session, round: 0) { _ in }
            }
            async let one = {
                let holder = try await exchange(pair.a)
                var found: [[[ShareWord]]] = []
                for own in numbers { found.append(try await holder.ownScaledRows(own, layout: layout)) }
                return found
            }()
            async let other = {
                let party = try await exchange(pair.b)
                var found: [[[ShareWord]]] = []
                for own in numbers {
                    found.append(
                        try await party.evaluateScaledRows(layout, rows: own.count) { range in
                            columns.map { Array($0[range]) }
                        })
                }
                return found
            }()
            return Array(zip(try await one, try await other))
        }

        /// What a party can read who knows a weight a row and believes these words to be it times an entry.
        func recovered(_ words: [[ShareWord]], by weights: [Int128]) -> Int {
            var found = 0
            for (column, own) in zip(columns, words) {
                for row in 0..<rows where weights[row] != 0 {
                    let guess = (own[row].signed().asDouble / Double(weights[row])).rounded()
                    if guess == Double(column[row]) { found += 1 }
                }
            }
            return found
        }

        func sum(_ one: [[ShareWord]], _ other: [[ShareWord]]) -> [[ShareWord]] {
            zip(one, other).map { zip($0, $1).map { ($0 &+ $1).masked() } }
        }

        func difference(_ one: [[ShareWord]], _ other: [[ShareWord]]) -> [[ShareWord]] {
            zip(one, other).map { zip($0, $1).map { ($0 &- $1).masked() } }
        }

        var all: Int { rows * columns.count }
        var joint: [Int128] { zip(weights.active, weights.helper).map { $0 + $1 } }
    }

    @Test("Shares of both holders add up to the weighted columns, and one holder's say nothing, with whomever it joins")
    func shares() async throws {
        let three = try await Three()
        // As they are at the end: the other exchange's are handed over.
        let active = three.sum(three.held.active, three.kept.ofHelper)
        let helper = three.sum(three.held.helper, three.kept.ofActive)
        #expect(three.recovered(three.sum(active, helper), by: three.joint) == three.all)
        // One of the products is an integer times a weight: a unit of carry in a word is one of 2^24.
        for weights in [three.weights.active, three.joint] {
            #expect(three.recovered(active, by: weights) == 0)
            #expect(three.recovered(helper, by: weights) == 0)
            // Its parts by themselves: what it decrypted, what it was handed, and with its own product taken off.
            for words in [three.held.active, three.kept.ofHelper] {
                #expect(three.recovered(words, by: weights) == 0)
            }
        }
        // Words are uniform.
        let highs = (active + helper).flatMap { $0.map { $0.asDouble * 0x1p-152 } }
        let mean = highs.reduce(0, +) / Double(highs.count)
        #expect(abs(mean - 0.5) < 5 * (1.0 / 12 / Double(highs.count)).squareRoot())
        #expect(highs.contains { $0 < 0.1 } && highs.contains { $0 > 0.9 })
    }

    @Test("Both holders together have all rows: the assumption that the job names")
    func bothHolders() async throws {
        let three = try await Three()
        let sums = three.sum(
            three.sum(three.held.active, three.kept.ofActive), three.sum(three.held.helper, three.kept.ofHelper))
        #expect(three.recovered(sums, by: three.joint) == three.all)
    }

    /// A handover to the wrong holder, and masks that serve twice.
    @Test("A mask that goes to the holder of the masked number shows every row")
    func wrongHandover() async throws {
        let three = try await Three()
        let unmasked = three.sum(three.held.active, three.kept.ofActive)
        #expect(three.recovered(unmasked, by: three.weights.active) == three.all)
        #expect(three.recovered(three.sum(three.held.active, three.kept.ofHelper), by: three.weights.active) == 0)
    }

    /// As weights and rates, or rates and residuals, meet the same columns.
    @Test(
        "Masks that serve in two exchanges show the holder every row, by the difference of its own numbers; ours do not"
    )
    func masksThatServeTwice() async throws {
        let three = try await Three()
        let numbers = [three.weights.active, three.weights.helper]
        let both = try await Three.exchanged(numbers, three.columns, three.layout, 3)
        let (first, second) = (both[0], both[1])
        let differences = zip(numbers[1], numbers[0]).map { $0 - $1 }
        // The second product under the first one's masks.
        let weak = three.difference(three.sum(second.0, second.1), first.1)
        #expect(three.recovered(three.difference(weak, first.0), by: differences) == three.all)
        #expect(three.recovered(three.difference(second.0, first.0), by: differences) == 0)
    }

    /// The active party is honest and keeps what it decrypted; the helper hands its log out, without its secrets.
    @Test("The helper's log gives the active party every row in plain sight, and none when handovers are sealed")
    func handedOutLog() async throws {
        let three = try await Three()
        var generator = SplitMix(4)
        let secret = LimbVector.random(count: 1, bits: 511, using: &generator)
        let seal = HandoverSeal(secret: secret, bits: 512, session: .zero)
        let bits = ShareWord.modulusBits
        func read(_ bytes: [UInt8]) throws -> [ShareWord] {
            try #require(
                ResultShares(bytes: Array(bytes.prefix(three.rows * 19))).words(
                    bits: Array(repeating: bits, count: three.rows)))
        }
        // The party hands over to the helper what it has of the active party's exchange.
        let plain = try three.kept.ofActive.map { column in
            try read(PlainLog.Item(words: column, bits: bits).bytes)
        }
        #expect(three.recovered(three.sum(three.held.active, plain), by: three.weights.active) == three.all)
        let sealed = try three.kept.ofActive.enumerated().map { index, column in
            try read(seal.sealed(column, bits: bits, round: UInt32(index), chunk: 0))
        }
        #expect(three.recovered(three.sum(three.held.active, sealed), by: three.weights.active) == 0)
    }

    /// The party sends its weighted rows to another one under the active party's key, and these two put together what they have.
    @Test("Weighted rows that go to another party without a mask show every row to it and the active party")
    func withoutMasks() async throws {
        let three = try await Three()
        var generator = SplitMix(9)
        let key = try SmallKeys.key(bits: 512)
        var numbers = LimbVector(count: three.rows, bits: 512)
        for (row, weight) in three.weights.active.enumerated() {
            // Negative ones modulo N.
            let value = weight < 0 ? key.publicKey.n - BigInt(UInt64(-weight)) : BigInt(UInt64(weight))
            for limb in 0..<8 { numbers.setLimb(row, limb, value.limb(limb)) }
        }
        let encrypted = key.encrypt(numbers, using: &generator)
        let evaluator = Evaluator(publicKey: key.publicKey, using: &generator)
        for column in three.columns {
            var scalars = LimbVector(count: three.rows, bits: 14)
            for (row, entry) in column.enumerated() { scalars.setLimb(row, 0, UInt64(entry + 8192)) }
            let products = evaluator.rowwiseProducts(encrypted, scalars: scalars, terms: 1)
            // What the weak protocol sends; what the other party gives to the active one, who decrypts.
            let opened = key.decrypt(evaluator.rerandomize(products, using: &generator))
            var found = 0
            for row in 0..<three.rows {
                let word = ShareWord(
                    low: opened.digit(row, at: 0, width: 64), middle: opened.digit(row, at: 64, width: 64),
                    high: opened.digit(row, at: 128, width: 64))
                let n = key.publicKey.n
                let modulus = ShareWord(low: n.limb(0), middle: n.limb(1), high: n.limb(2))
                let signed = three.weights.active[row] < 0 ? word &- modulus : word
                let product = signed &- ShareWord(three.weights.active[row]).shiftedLeft(13)
                if (product.asDouble / Double(three.weights.active[row])).rounded() == Double(column[row]) {
                    found += 1
                }
            }
            #expect(found == three.rows)
        }
        // In ours the other party gets encryptions of the active party's share.
        let active = three.sum(three.held.active, three.kept.ofHelper)
        #expect(three.recovered(active, by: three.weights.active) == 0)
    }
}

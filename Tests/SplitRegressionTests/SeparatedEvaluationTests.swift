import Bignum
import Paillier
import TestSupport
import Testing

@testable import SplitRegression

/// One separated evaluation with both sides in hand, no session (training.md 2).
struct SeparatedExchange {
    let layout: SeparationLayout
    let key: PrivateKey
    let evaluator: Evaluator

    struct Result {
        var active: [Int128]
        var passive: [Int128]
        /// What the active party decrypted, and the passive party's masks.
        var opened: LimbVector
        var masks: LimbVector
    }

    init(layout: SeparationLayout, bits: Int, using generator: inout SplitMix) throws {
        self.layout = layout
        key = try SmallKeys.key(bits: bits)
        evaluator = Evaluator(publicKey: key.publicKey, using: &generator)
    }

    func run(
        active: [Double], passive: [Double], label: [Double], using generator: inout SplitMix
    ) throws -> Result {
        let owner = SeparatedOwner(layout: layout, key: key)
        let computer = SeparatedEvaluator(layout: layout, evaluator: evaluator)
        let coefficients = try owner.prepare(predictor: active, label: label)
        let sent = key.encrypt(coefficients.plaintexts, using: &generator)
        let received = try CiphertextVector(serialized: sent.serialized, count: sent.count, key: key.publicKey)
        let prepared = computer.prepare(predictor: passive)
        let (results, masks) = evaluator.mask(
            computer.groupSums(received, prepared: prepared), using: &generator)
        #expect(results.count == layout.groups(rows: active.count))
        let opened = key.decrypt(results)
        return Result(
            active: owner.shares(ofOpened: opened, corrections: coefficients.corrections),
            passive: computer.shares(ofMasks: masks, prepared: prepared), opened: opened, masks: masks)
    }

    /// Truncation (twice the bound: folded tail), rounding of coefficients to 2^-24 and of polynomials to 2^-20, a carry.
    func tolerance(active: Double, label: Double, bound: Double) -> Double {
        let coefficients = ChebyshevExpansion(terms: layout.terms).coefficients(center: active, radius: layout.radius) {
            layout.kind.value($0, label: label)
        }
        let magnitude = coefficients.dropFirst().reduce(0) { $0 + abs($1) }
        return 2 * bound + Double(layout.terms) * 0x1p-25 + magnitude * 0x1p-21 + 0x1p-40
    }
}

/// Pearson's statistic of counts that should be equal; 15 degrees of freedom for 16 cells.
func chiSquared(_ cells: [Int]) -> Double {
    let expected = Double(cells.reduce(0, +)) / Double(cells.count)
    return cells.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
}

/// Exceeded with probability 2e-6 by 15 degrees of freedom; the seeds are fixed, so that a pass stays a pass.
let chiSquaredLimit = 52.0

@Suite("Separated evaluation")
struct SeparatedEvaluationTests {
    private static func check(
        _ kind: SeparatedKind, radius: Double, bound: Double, bits: Int, active: [Double], passive: [Double],
        label: [Double], seed: UInt64, layout: SeparationLayout? = nil
    ) throws {
        var generator = SplitMix(seed)
        let layout = try layout ?? SeparationLayout(kind: kind, radius: radius, bound: bound, modulusBits: bits)
        let exchange = try SeparatedExchange(layout: layout, bits: bits, using: &generator)
        let result = try exchange.run(active: active, passive: passive, label: label, using: &generator)
        for i in active.indices {
            let sum = Double(result.active[i] + result.passive[i]) * 0x1p-44
            let exact = kind.value(active[i] + passive[i], label: label[i])
            let tolerance = exchange.tolerance(active: active[i], label: label[i], bound: bound)
            #expect(abs(sum - exact) <= tolerance, "\(kind), row \(i) of \(active.count): \(active[i]) + \(passive[i])")
            // Neither share is of the sum's size: both fill the slot.
            #expect(max(result.active[i].magnitude, result.passive[i].magnitude) > 1 << 60)
        }
    }

    @Test(
        "Shares add up to the function, whatever the number of rows", arguments: SeparatedKind.allCases, [512, 768])
    func sums(kind: SeparatedKind, bits: Int) throws {
        var generator = SplitMix(100 + UInt64(kind.rawValue) + UInt64(bits))
        let layout = try SeparationLayout(kind: kind, radius: 3, bound: 1e-4, modulusBits: bits)
        let j = layout.rowsPerGroup
        for rows in Set([1, 2, j, j + 1, 5 * j - 1, 7]) where rows > 0 {
            try Self.check(
                kind, radius: 3, bound: 1e-4, bits: bits, active: generator.uniforms(rows, in: -6...6),
                passive: generator.uniforms(rows, in: -3...3), label: (0..<rows).map { _ in generator.bit() },
                seed: generator.next(), layout: layout)
        }
    }

    @Test("Predictors at both ends, and at the ends of doubles", arguments: SeparatedKind.allCases)
    func extremes(kind: SeparatedKind) throws {
        for (radius, bound) in [(0.125, 1e-5), (1.5, 1e-6), (8, 1e-3)] {
            let layout = try SeparationLayout(kind: kind, radius: radius, bound: bound, modulusBits: 768)
            let passive = [radius, -radius, radius.nextDown, -radius.nextDown, 0, -0.0, 0x1p-1000]
            for active in [0, -radius, 30, -64.0] {
                for label in kind == .mean || kind == .weight ? [1.0] : [0, 1] {
                    try Self.check(
                        kind, radius: radius, bound: bound, bits: 768,
                        active: Array(repeating: active, count: passive.count), passive: passive,
                        label: Array(repeating: label, count: passive.count), seed: 3, layout: layout)
                }
            }
        }
    }

    @Test("A wide range with many terms")
    func wide() throws {
        var generator = SplitMix(4)
        try Self.check(
            .loss, radius: 64, bound: 1e-2, bits: 768, active: generator.uniforms(3, in: -64...64),
            passive: [64, -64, 11], label: [0, 1, 1], seed: 5)
    }

    @Test("A coefficient over its declared magnitude is refused before anything is encrypted")
    func magnitude() throws {
        var generator = SplitMix(6)
        let layout = try SeparationLayout(kind: .loss, radius: 1, terms: 4, modulusBits: 512)
        let owner = SeparatedOwner(layout: layout, key: try SmallKeys.key(bits: 512))
        for bad in [257, -300, .nan, .infinity, 1e300] {
            #expect(throws: TrainingError.coefficientOutOfRange) {
                try owner.prepare(predictor: [generator.uniform(-1...1), bad], label: [0, bad < 0 ? 1 : 0])
            }
        }
    }

    /// 16 cells of the slot's top four bits, all rows alike: nothing but masks varies.
    @Test("Each share alone is uniform, and so is what the key's owner decrypts", arguments: [-2.0, 0, 1.5])
    func uniform(passive: Double) throws {
        var generator = SplitMix(UInt64(20 + passive))
        let layout = try SeparationLayout(kind: .mean, radius: 2, terms: 4, modulusBits: 512)
        let exchange = try SeparatedExchange(layout: layout, bits: 512, using: &generator)
        let rows = 1600
        let result = try exchange.run(
            active: Array(repeating: 0.25, count: rows), passive: Array(repeating: passive, count: rows),
            label: Array(repeating: 1, count: rows), using: &generator)
        let shift = Int128(layout.slotBits - 4)
        var cells = Array(repeating: Array(repeating: 0, count: 16), count: 5)
        for i in 0..<rows {
            cells[0][Int((result.active[i] >> shift) & 15)] += 1
            cells[1][Int((result.passive[i] >> shift) & 15)] += 1
            // Low bits, and the slots between with their cross terms.
            cells[2][Int(result.passive[i] & 15)] += 1
            cells[3][Int(result.opened.slot(i, at: 4, width: 4))] += 1
            cells[4][Int(result.opened.slot(i, at: 2 * layout.slotBits + 30, width: 4))] += 1
        }
        for (index, cells) in cells.enumerated() {
            #expect(chiSquared(cells) < chiSquaredLimit, "statistic \(index) of b = \(passive)")
        }
        // Near the top of Z_N: opened and mask, against their range.
        let n = exchange.key.publicKey.n
        var tops = Array(repeating: Array(repeating: 0, count: 16), count: 2)
        for i in 0..<rows {
            tops[0][try #require(((result.opened[i] << 4) / n).asInt)] += 1
            tops[1][try #require(((result.masks[i] << 4) / n).asInt)] += 1
        }
        for cells in tops { #expect(chiSquared(cells) < chiSquaredLimit) }
    }
}

@Suite("A key owner that encrypts more than coefficients")
struct OverrunTests {
    /// What the owner hopes to see: `2^200` in the first ciphertext of the row, nothing in the others, so that the
    /// product holds `T'_1 2^200`, and `T'_1` is the predictor.
    private static let shift = 200

    private let layout: SeparationLayout
    private let exchange: SeparatedExchange
    private let prober: LimbVector
    private static let passive = 0.7

    init() throws {
        var generator = SplitMix(31)
        layout = try SeparationLayout(kind: .mean, radius: 1, terms: 4, modulusBits: 512)
        exchange = try SeparatedExchange(layout: layout, bits: 512, using: &generator)
        prober = try LimbVector([BigInt(1) << Self.shift, 0], bits: 512)
    }

    /// The predictor that follows from a polynomial `T'_1`.
    private func predictor(_ polynomial: BigInt) -> Double {
        (polynomial - (BigInt(1) << SeparationLayout.polynomialFractionBits)).asDouble * 0x1p-20 * layout.radius
    }

    private func sums(_ rows: Int, using generator: inout SplitMix) throws -> EncryptedSums {
        let computer = SeparatedEvaluator(layout: layout, evaluator: exchange.evaluator)
        var probe = CiphertextVector(empty: exchange.key.publicKey)
        for _ in 0..<rows { probe.append(contentsOf: exchange.key.encrypt(prober, using: &generator)) }
        return computer.groupSums(
            probe, prepared: computer.prepare(predictor: Array(repeating: Self.passive, count: rows)))
    }

    @Test("A mask of the expected value's size would show the predictor")
    func valueSizedMask() throws {
        var generator = SplitMix(32)
        let sums = try sums(1, using: &generator)
        // 64 bits over the value, as statistical hiding of the honest value would have it.
        let mask = LimbVector.random(count: 1, bits: layout.slotBits, using: &generator)
        let reply = exchange.evaluator.rerandomize(sums.adding(plaintexts: mask), using: &generator)
        let seen = exchange.key.decrypt(reply)[0] >> Self.shift
        let found = predictor(seen.mod(BigInt(1) << layout.slotBits))
        #expect(abs(found - Self.passive) < 1e-6)
    }

    @Test("The mask over the whole plaintext space leaves a uniform reply, which shows nothing")
    func fullMask() throws {
        var generator = SplitMix(33)
        let rows = 1600
        let sums = try sums(rows, using: &generator)
        let (reply, masks) = exchange.evaluator.mask(sums, using: &generator)
        let opened = exchange.key.decrypt(reply)
        let n = exchange.key.publicKey.n
        let slot = BigInt(1) << layout.slotBits
        var tops = Array(repeating: 0, count: 16)
        var digits = Array(repeating: 0, count: 16)
        for i in 0..<rows {
            tops[try #require(((opened[i] << 4) / n).asInt)] += 1
            let seen = (opened[i] >> Self.shift).mod(slot)
            digits[try #require((seen >> (layout.slotBits - 4)).asInt)] += 1
            // The same reading of the reply is off the mark every time.
            #expect(abs(predictor(seen) - Self.passive) > 1)
            // The evaluator, who knows M, would still find it there: the computation was the same.
            let plain = (opened[i] - masks[i]).mod(n) >> Self.shift
            #expect(abs(predictor(plain.mod(slot)) - Self.passive) < 1e-6)
        }
        #expect(chiSquared(tops) < chiSquaredLimit)
        #expect(chiSquared(digits) < chiSquaredLimit)
    }

    @Test("Any reply is as likely under any predictor: for each there is exactly one mask")
    func everyReplyExplained() throws {
        var generator = SplitMix(34)
        let n = exchange.key.publicKey.n
        let computer = SeparatedEvaluator(layout: layout, evaluator: exchange.evaluator)
        let probe = exchange.key.encrypt(prober, using: &generator)
        let reply = BigInt.random(below: n, using: &generator)
        for passive in [-1, -0.5, 0, 0.25, 1.0] {
            let plain = exchange.key.decrypt(
                exchange.evaluator.rerandomize(
                    computer.groupSums(probe, prepared: computer.prepare(predictor: [passive])), using: &generator))[0]
            let mask = (reply - plain).mod(n)
            #expect(mask.signum >= 0 && mask < n && (plain + mask).mod(n) == reply)
        }
    }
}

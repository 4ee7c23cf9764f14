internal import Bignum

/// Widths, in bits, of everything that goes into a slot; `protocols/alignment.md` 1 (Slots), 3 and 4 derive them.
enum BlindingSizes {
    /// q
    static let order = 256
    /// One slot of a plaintext.
    static let slot = 611
    /// a = 2 c with c in [1, q)
    static let coefficient = 257
    /// b = a H1(x) + (t + 2^259) q
    static let offset = 581
    /// t, which hides the quotient by q
    static let quotientMask = 324
    /// 2^259 q makes a slot positive for every k that the range proof admits.
    static let quotientShift = 259

    /// Most plaintexts in one chunk: sums of that many a and b bound the masks below.
    static let chunkPlaintexts = 2048
    /// Rows of the challenge: soundness 2^-128.
    static let challengeRows = 128
    /// Masks of the proof's answers, and the bound that an answer must reach to be sent.
    static let coefficientMask = 284
    static let coefficientSum = 268
    static let offsetMask = 608
    static let offsetSum = 592

    /// Slots in a plaintext under a modulus of so many bits.
    static func slots(modulusBits: Int) -> Int { (modulusBits - 1) / slot }

    /// q floor(2^610 / q): makes a slot below 2^609 in size positive without changing it modulo q.
    static func positiveShift(order: BigInt) -> BigInt {
        order * (BigInt(1) << 610).quotientAndRemainder(dividingBy: order).quotient
    }

    /// 2^259 q
    static func quotientShift(order: BigInt) -> BigInt { order << quotientShift }
}

/// Where a set of rows is cut: chunk i has rows `size * i ..< min(size * (i + 1), total)`.
struct Chunking: Sendable {
    let total: Int
    let size: Int

    var count: Int { max(1, (total + size - 1) / size) }

    subscript(index: Int) -> Range<Int> { min(index * size, total)..<min((index + 1) * size, total) }

    /// Identifiers in chunks of whole plaintexts.
    static func identifiers(_ total: Int, slots: Int) -> Chunking {
        Chunking(total: total, size: BlindingSizes.chunkPlaintexts * slots)
    }

    /// Points of the curve, one an identifier.
    static func elements(_ total: Int) -> Chunking { Chunking(total: total, size: 8192) }

    /// Tags in messages of a mebibyte.
    static func tags(_ total: Int) -> Chunking { Chunking(total: total, size: 65_536) }
}

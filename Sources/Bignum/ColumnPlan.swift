/// How the scalars of one column become bucket digits.
struct ColumnDigits: Sendable {
    /// Bits of a digit, digits of a column, index of the column's first bucket.
    let width: Int
    let digits: Int
    let firstBucket: Int
    /// Digits run from -2^(width-1) to 2^(width-1) if true, from 0 to 2^width - 1 if not; zero has no bucket.
    let signed: Bool

    var bucketsPerDigit: Int { signed ? 1 << (width - 1) : (1 << width) - 1 }
    var buckets: Int { digits * bucketsPerDigit }

    /// The digit width of least cost: a product a row and digit, and two a bucket to read the sums off.
    ///
    /// - Parameter bits: bits of the magnitude.
    init(bits: Int, signed: Bool, expectedRows: Int, largest: Int, firstBucket: Int) {
        var best = (cost: Int.max, width: 1)
        // A signed digit passes a carry on: one more bit.
        let total = signed ? bits + 1 : bits
        for width in (signed ? 2 : 1)...max(largest, 2) {
            let digits = (total + width - 1) / width
            let buckets = signed ? 1 << (width - 1) : (1 << width) - 1
            let cost = digits * (max(expectedRows, 1) + 2 * buckets)
            if cost < best.cost { best = (cost, width) }
        }
        self.width = best.width
        digits = (total + best.width - 1) / best.width
        self.signed = signed
        self.firstBucket = firstBucket
    }
}

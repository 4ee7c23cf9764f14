// Squares of residuals, for robust standard errors (training.md 5.3, `meat`).
extension TrainingFacts {
    /// How residuals are cut before they are squared, and their squares after.
    struct ScoreShape: Sendable, Hashable {
        /// Bits that a residual's share loses.
        let drop: Int
        /// Of what is left, fraction bits and bits in all.
        let fractionBits: Int
        let bits: Int
        /// Bits that a square is truncated by: its shares are integers then.
        let squareShift: Int

        var squareFractionBits: Int { 2 * fractionBits - squareShift }
        var squareBits: Int { ShareWord.modulusBits - squareShift }
    }

    /// - Parameter scale: the squares are about `2^-scale`.
    func scoreShape(period: Double, scale: Int) throws(TrainingError) -> ScoreShape {
        let residual = try residualShape(period: period)
        // A square stays below 2^92 before it is truncated: that fails with a probability of 2^-60 then.
        let fraction = min(residual.fraction, Self.linearRowFractionBits - max(0, rowBits - 12))
        let drop = residual.fraction - fraction
        return ScoreShape(
            drop: drop, fractionBits: fraction, bits: residual.bits - drop + (drop > 0 ? 1 : 0),
            squareShift: 42 - min(17, scale))
    }

    func elementLayout(period: Double, scale: Int) throws(TrainingError) -> ElementLayout {
        try ElementLayout(valueBits: try scoreShape(period: period, scale: scale).bits, modulusBits: modulusBits)
    }

    /// Entries of columns in the sums of squares: standard errors need no more.
    static let meatEntryFractionBits = 20

    /// By how many doublings the sums of squares are made greater, where the mean square is known and small.
    ///
    /// - Returns: nil where it is so small that squares lose their digits.
    package static func meatScale(spread: Double) -> Int? {
        // An opened sum may be zero or less, which has no exponent.
        guard spread >= leastMeatSpread else { return nil }
        return spread < 1 ? -Int(spread.exponent) : 0
    }

    private static let leastMeatSpread = 0x1p-34
}

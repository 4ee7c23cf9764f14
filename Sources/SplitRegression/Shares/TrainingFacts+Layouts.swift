// Widths of the exchanges over rows, the same for whoever sends, reads or checks them.
extension TrainingFacts {
    /// Columns of products: pairs `j <= i`.
    static func pairs(_ count: Int) -> Int { count * (count + 1) / 2 }

    func columnSums(_ columns: Int, valueBits: Int, scalarBits: Int) throws(TrainingError) -> ColumnSumLayout {
        try ColumnSumLayout(
            columns: columns, valueBits: valueBits, scalarBits: scalarBits, rows: rows, modulusBits: modulusBits)
    }

    /// Numbers of rows that the active party knows, at a scale, against a party's columns.
    func knownRowLayout(columns: Int, fraction: Int) throws(TrainingError) -> ColumnSumLayout {
        try columnSums(columns, valueBits: fraction + rowBits + 1, scalarBits: featureBits)
    }

    func gradientLayout(columns: Int, period: Double) throws(TrainingError) -> ColumnSumLayout {
        try columnSums(columns, valueBits: try residualShape(period: period).bits, scalarBits: featureBits)
    }

    /// Bits of the weights that the active party knows at its own fit.
    var startWeightBits: Int { Self.weightFractionBits + max(weightBits, 0) + 1 }

    /// Bits of a share of a weight.
    func weightShareBits(period: Double) throws(TrainingError) -> Int {
        if family == .cox {
            let shape = try residualShape(period: period)
            return shape.bits + 2 - (shape.fraction - Self.weightFractionBits)
        }
        let layout = try layout(weightIsMean ? .mean : .weight, period: period)
        let fraction = layout.kernel.shareFractionBits
        return max(layout.slotBits, fraction + rowBits) + 2 - (fraction - Self.weightFractionBits)
    }

    func blockLayout(columns: Int, valueBits: Int) throws(TrainingError) -> ColumnSumLayout {
        try columnSums(Self.pairs(columns), valueBits: valueBits, scalarBits: productBits)
    }

    /// The owner's columns times weights against the evaluator's columns.
    ///
    /// - Parameter fraction: bits of the columns' entries; nil for all that they have.
    func crossLayout(
        values: Int, columns: Int, valueBits: Int, fraction: Int? = nil
    ) throws(TrainingError) -> PackedSumLayout {
        let entryBits = featureBits - featureFractionBits + (fraction ?? featureFractionBits)
        return try PackedSumLayout(
            values: values, columns: columns, valueBits: valueBits + entryBits, scalarBits: entryBits, rows: rows,
            modulusBits: modulusBits)
    }

    /// The passive party's residual shares go in two parts: scalars have at most 63 bits.
    static let linearHalfBits = (linearRowBits + 1) / 2

    func residualSumLayout() throws(TrainingError) -> ColumnSumLayout {
        try columnSums(2, valueBits: Self.linearRowBits + 1, scalarBits: Self.linearHalfBits + 1)
    }

    /// Case weights of a linear fit, and their roots: a product with a residual share is cut back to that share's bits.
    static let caseWeightFractionBits = ShareWord.modulusBits - linearRowBits

    /// Both parties' numbers are below what a residual share is.
    func weighingLayout() throws(TrainingError) -> ElementLayout {
        try ElementLayout(valueBits: Self.linearRowBits, modulusBits: modulusBits)
    }

    /// Bits of a share of Pearson's residual, cut to the fraction of a linear fit's, and of each half of it.
    func squareBits(period: Double) throws(TrainingError) -> (share: Int, half: Int) {
        let layout = try layout(.pearson, period: period)
        let fraction = layout.kernel.shareFractionBits
        let share = max(layout.slotBits, fraction + rowBits) + 2 - (fraction - Self.linearRowFractionBits)
        return (share, (share + 1) / 2)
    }

    func squaresLayout(period: Double) throws(TrainingError) -> ColumnSumLayout {
        let bits = try squareBits(period: period)
        return try columnSums(2, valueBits: bits.share, scalarBits: bits.half + 1)
    }

    /// Bits of what the active party gets, coefficients or variances, its raw constant among them; and of the passive party's.
    package func coefficientWidths(fractionBits: Int) -> (active: [Int], passive: [Int]) {
        let bits = fractionBits + Self.resultIntegerBits(family)
        let constant = family.hasIntercept ? [fractionBits + Self.constantIntegerBits] : []
        return (
            Array(repeating: bits, count: activeColumns) + constant,
            Array(repeating: bits, count: passiveColumns)
        )
    }

    /// Of the sum that theta's standard error takes, which is below n in its unit: to 2^-30 of n.
    package static let curvatureBits = 32
    var curvatureFractionBits: Int { max(0, Self.curvatureBits - 2 - rowBitsOfCount) }
    var curvatureWidths: (active: [Int], passive: [Int]) { ([Self.curvatureBits], []) }

    /// Fraction bits, and bits in all, of what names columns where a fit has no result (training.md 6).
    package static let aliasBits = (fraction: 8, all: 10)
    package static let movementBits = (fraction: 8, all: 12)

    package var aliasWidths: (active: [Int], passive: [Int]) { own(Self.aliasBits.all) }
    package var movementWidths: (active: [Int], passive: [Int]) { own(Self.movementBits.all) }

    private func own(_ bits: Int) -> (active: [Int], passive: [Int]) {
        (Array(repeating: bits, count: activeColumns), Array(repeating: bits, count: passiveColumns))
    }

    package var varianceWidths: (active: [Int], passive: [Int]) { varianceWidths(more: 0) }
    package var robustVarianceWidths: (active: [Int], passive: [Int]) { varianceWidths(more: Self.robustIntegerBits) }

    private func varianceWidths(more: Int) -> (active: [Int], passive: [Int]) {
        let bits = varianceBits + Self.varianceIntegerBits + more
        return (
            [family.hasIntercept ? varianceBits + Self.constantVarianceIntegerBits + more : bits]
                + Array(repeating: bits, count: activeColumns - 1),
            Array(repeating: bits, count: passiveColumns)
        )
    }
}

// Widths of the exchanges over risk sets (training.md 5.12).
extension TrainingFacts {
    /// Fraction bits of shares of rates, and of residuals.
    package static let rateFractionBits = 34
    /// Bits of what a share has that was truncated from the modulus by at least as many as matrices have fraction bits.
    static let riskNumberBits = ShareWord.modulusBits - ShareMatrix.fractionBits
    static let riskScalarBits = 62
    /// Fraction bits of columns whose means over risk sets are taken: more would take room from the sums.
    static let riskEntryFractionBits = 12
    var riskEntryBits: Int { featureBits - featureFractionBits + Self.riskEntryFractionBits }

    /// g: fraction bits of the scalars of risk sets.
    package var riskFractionBits: Int { max(46, rowBitsOfCount + 24) }

    /// As many as leave room for the longest period.
    var finerRateBits: Int { max(0, min(4, 18 - ceilLog2(16 * rows))) }

    /// Bits of a share of a rate.
    func rateBits(period: Double) throws(TrainingError) -> Int {
        let layout = try layout(.mean, period: period)
        return layout.slotBits + 2 - (layout.kernel.shareFractionBits - Self.rateFractionBits)
    }

    func riskLayout(period: Double) throws(TrainingError) -> RiskSumLayout {
        try RiskSumLayout(
            .sums, inputs: rows, outputs: events, termBits: try rateBits(period: period) + Self.riskScalarBits,
            modulusBits: modulusBits)
    }

    func hazardLayout() throws(TrainingError) -> RiskSumLayout {
        try RiskSumLayout(
            .hazards, inputs: events, outputs: rows, termBits: Self.riskNumberBits + Self.riskScalarBits,
            modulusBits: modulusBits)
    }

    /// Fraction bits of what means at a row's own event are multiplied with.
    static let ownRiskFractionBits = 46

    /// Hazards up to the times of the survival curve.
    func curveLayout() throws(TrainingError) -> RiskSumLayout {
        try RiskSumLayout(
            .hazards, inputs: events, outputs: curvePoints, termBits: Self.riskNumberBits + Self.riskScalarBits,
            modulusBits: modulusBits)
    }

    /// Fraction bits of a point of the curve, and bits in all.
    package static let curveBits = (fraction: 16, all: 36)

    var curveWidths: (active: [Int], passive: [Int]) {
        (Array(repeating: Self.curveBits.all, count: curvePoints), [])
    }

    /// The active party's columns without the constant, made positive; nil where there are none. With case weights one column more.
    func riskColumnLayout(period: Double) throws(TrainingError) -> RiskSumLayout? {
        guard activeColumns > 1 else { return nil }
        return try RiskSumLayout(
            .columns, inputs: rows, outputs: events, values: activeColumns - (isWeighted ? 0 : 1),
            factorBits: riskEntryBits + 1,
            termBits: try rateBits(period: period) + riskEntryBits + 1 + Self.riskScalarBits, modulusBits: modulusBits)
    }

    /// The passive party's columns.
    func riskVectorLayout(period: Double) throws(TrainingError) -> RiskSumLayout {
        let bits = try rateBits(period: period)
        return try RiskSumLayout(
            .vectors, inputs: rows, outputs: events, values: passiveColumns, factorBits: bits + 1,
            termBits: bits + riskEntryBits + 3 + Self.riskScalarBits, modulusBits: modulusBits)
    }

    /// Rates times the columns of all further parties, as the helper has them: words modulo `2^152`; nil without such parties.
    func othersRiskLayout() throws(TrainingError) -> RiskSumLayout? {
        guard !otherRange.isEmpty else { return nil }
        return try RiskSumLayout(
            .words, inputs: rows, outputs: events, values: otherRange.count,
            termBits: ShareWord.modulusBits + Self.riskScalarBits, modulusBits: modulusBits)
    }

    /// Rates times a further party's columns.
    func scaledRateLayout(columns: Int, period: Double) throws(TrainingError) -> ScaledRowLayout {
        try scaledLayout(
            columns: columns, valueBits: try rateBits(period: period), fraction: Self.riskEntryFractionBits)
    }

    /// Residuals times a further party's columns.
    func scaledResidualLayout(columns: Int, period: Double) throws(TrainingError) -> ScaledRowLayout {
        try scaledLayout(
            columns: columns, valueBits: try residualShape(period: period).bits, fraction: featureFractionBits)
    }

    /// Products of shared numbers, both cross terms at once.
    func sharedProductLayout(period: Double) throws(TrainingError) -> ElementLayout {
        try ElementLayout(
            valueBits: max(Self.riskNumberBits, try rateBits(period: period)), terms: 2, modulusBits: modulusBits)
    }

    /// The same of events alone.
    func riskProductLayout() throws(TrainingError) -> ElementLayout {
        try ElementLayout(valueBits: Self.riskNumberBits, terms: 2, modulusBits: modulusBits)
    }

    /// Events whose means are multiplied with each other at once: the tables of their ciphertexts take memory.
    static let meansAtOnce = 1024

    var meanSlices: [Range<Int>] { Self.slices(events) }

    /// Rows whose scores are multiplied with each other at once.
    var scoreSlices: [Range<Int>] { Self.slices(rows) }

    private static func slices(_ count: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: meansAtOnce).map { $0..<min(count, $0 + meansAtOnce) }
    }

    /// A residual's share and an entry of a column.
    func scoreEntryLayout(period: Double) throws(TrainingError) -> ElementLayout {
        try ElementLayout(
            valueBits: max(try residualShape(period: period).bits, featureBits), modulusBits: modulusBits)
    }
}

// Columns of further passive parties (multiparty-training.md).
extension TrainingFacts {
    /// Where coefficients of the passive party, or the helper, stand in joint vectors.
    var passiveRange: Range<Int> { activeColumns..<activeColumns + passiveColumns }
    /// Those of all further parties.
    var otherRange: Range<Int> { passiveRange.upperBound..<parameters }
    func range(ofOther index: Int) -> Range<Int> {
        let start = otherRange.lowerBound + otherColumns[..<index].reduce(0, +)
        return start..<start + otherColumns[index]
    }

    /// Of the limit of a party's own part with two parties, what each has with more: together the same. Offset, intercept and centre are
    /// in the active party's part.
    func partShare(isActive: Bool) -> Double { isActive ? 1 : 1 / Double(1 + otherColumns.count) }

    /// Each party's block of `Q^T Q / n` is the unit matrix: eigenvalues of the whole are at most as many as there are parties.
    var blockBits: Int { ceilLog2(2 + otherColumns.count) }

    /// Numbers of its own that a party splits first: a functional, rows of `D`, under a penalty its block of `R`, and of an
    /// elastic net `T^-T` in two scales.
    func matrixNumbers(of columns: Int) -> Int {
        columns + columns * columns * ((penalty > 0 ? 2 : 1) + (l1 > 0 ? 2 : 0))
    }

    /// `(2^k / n)^power`
    func unwhiteningScale(power: Double) -> Double {
        let factor = Double(sign: .plus, exponent: rowBitsOfCount, significand: 1) / Double(rows)
        return power == 1 ? factor : factor.squareRoot()
    }

    // MARK: Bits of what is split

    /// An angle, modulo a turn.
    static let angleBits = 64
    /// A part of a linear predictor is an integer of 40 bits, less a uniform one of 106: both holders' shares of all parties' parts
    /// stay below what a residual share is.
    static let partMaskBits = 106
    static let splitPartBits = 112
    /// A partial score.
    static let scoreBits = 64

    // MARK: Announcements

    /// `a + 2 b`: a bit of the active party's, and one of all others; of theta the active party's alone.
    static let announcedBits = 2

    /// Whether holders that follow the protocol can have announced this.
    ///
    /// - Parameter bit: what the party said to the helper; nil where it said nothing.
    func isPossible(announced both: UInt64, of step: TrainingStep, bit: Bool?) -> Bool {
        switch step {
        case .theta: both <= 1
        // That party's bit and no other.
        case .leaves: bit.map { both == ($0 ? 2 : 0) } ?? (both & 1 == 0 && both < 4)
        default: both < 4 && (bit != true || both & 2 != 0)
        }
    }

    // MARK: Bits of results

    /// All are as wide as the passive party's, or the helper's.
    func coefficientResultBits(fractionBits: Int) -> Int { fractionBits + Self.resultIntegerBits(family) }
    func varianceResultBits(isRobust: Bool) -> Int {
        varianceBits + Self.varianceIntegerBits + (isRobust ? Self.robustIntegerBits : 0)
    }

    // MARK: Layouts

    /// Bits of entries with so many fraction bits, without sign.
    func entryBits(fraction: Int) -> Int { featureBits - featureFractionBits + fraction }

    func scaledLayout(columns: Int, valueBits: Int, fraction: Int) throws(TrainingError) -> ScaledRowLayout {
        try ScaledRowLayout(
            columns: columns, valueBits: valueBits, entryBits: entryBits(fraction: fraction), modulusBits: modulusBits)
    }

    /// Shares of weighted columns against columns: words modulo `2^152`.
    func weightedCrossLayout(values: Int, columns: Int, fraction: Int) throws(TrainingError) -> PackedSumLayout {
        try PackedSumLayout(
            values: values, columns: columns, valueBits: ShareWord.modulusBits,
            scalarBits: entryBits(fraction: fraction), rows: rows, modulusBits: modulusBits)
    }
}

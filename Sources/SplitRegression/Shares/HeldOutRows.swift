/// What a party knows of the rows that were kept aside (training.md 5.9): under the scalings of the fitted rows.
package struct HeldOutRows: Sendable {
    /// Standardised, the constant first at the active party.
    package let columns: [[Double]]
    /// At the active party, in units of the fitted label.
    package let label: [Double]
    package let offset: [Double]

    package init(columns: [[Double]], label: [Double] = [], offset: [Double]? = nil) {
        self.columns = columns
        self.label = label
        self.offset = offset ?? Array(repeating: 0, count: label.count)
    }
}

extension TrainingFacts {
    /// The same of the rows that were kept aside.
    var ofHeldOutRows: TrainingFacts { with(rows: heldOutRows) }

    /// Beyond this many standard deviations of the label a linear part makes no sum.
    static let linearHeldOutLimit = 32.0
    /// Bits of a linear part, fraction and sign included.
    private static let linearPartBits = linearRowFractionBits + 6

    /// Fraction bits of a passive part in the sum that is linear in it, and its bits in all.
    static let partFractionBits = 26
    private static let partBits = partFractionBits + 11

    /// Whether the sums that are to be opened have room under this period.
    func hasRoom(period: Double) -> Bool {
        let kinds: [Kernel.Kind] = (opensLoss ? [.loss] : []) + (opensBrier ? [.brier] : [])
        return family == .linear || kinds.allSatisfy { (try? layout($0, period: period)) != nil }
    }

    func heldOutSlopeLayout(fraction: Int) throws(TrainingError) -> ColumnSumLayout {
        try columnSums(1, valueBits: fraction + rowBits + 1, scalarBits: Self.partBits)
    }

    func heldOutSquaresLayout() throws(TrainingError) -> ColumnSumLayout {
        try columnSums(1, valueBits: Self.linearPartBits + 1, scalarBits: Self.linearPartBits)
    }
}

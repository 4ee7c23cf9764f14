/// Bounds that the active party announces before the first step, powers of two: widths follow from them (training.md 5.1).
package struct Announcement: Sendable, Hashable {
    package let scaleBits: Int
    package let weightBits: Int
    package let rowBits: Int
    /// The first period's exponent.
    package let periodBits: Int

    /// What any peer may announce.
    package static let allowed = (scale: 0...40, weight: -2...40, row: 1...40, period: 0...6)

    /// Whether they are bounds that such rows can have. Where the peer could choose, widths would follow its choice.
    ///
    /// - Parameters:
    ///   - isWeighted: whether rows have case weights, up to 2^20.
    ///   - hasOffset: whether something is added to their predictors.
    package func isAllowed(for family: ResponseFamily, isWeighted: Bool, hasOffset: Bool) -> Bool {
        let most = isWeighted ? Self.caseWeightBits : 0
        let (scale, weight, row): (Int, ClosedRange<Int>, Int) =
            switch family {
            case .linear: (0, isWeighted ? -2...most : 0...0, 40)
            // Labels of two kinds.
            case .logistic: (most, -2...(most - 2), most + (hasOffset ? 5 : 1))
            case .probit: (most, -2...most, most + (hasOffset ? 7 : 5))
            // With more there is no room in a row's share.
            case .negativeBinomial: (18, -2...20, 40)
            case .poisson, .gamma: (40, -2...20, 40)
            // Rates are relative to each other: what multiplies them is 1 at most.
            // Most tables announce the least: what is above it tells of the events.
            case .cox: (0, Self.leastOfHazards...(8 + most), 40)
            }
        return (0...scale).contains(scaleBits) && weight.contains(weightBits) && (1...row).contains(rowBits)
            && family.firstPeriods.contains(periodBits)
    }

    /// Where a logistic start's predictors, offsets included, are within this, the period starts at 32.
    private static let farthestOfShort = 6.0

    /// Of rows' expected events, so that bounds tell nothing of most tables.
    private static let leastOfHazards = 2

    /// Case weights are at most 2 to this power.
    package static let caseWeightBits = 20

    package init(scaleBits: Int, weightBits: Int, rowBits: Int, periodBits: Int) {
        self.periodBits = periodBits
        self.scaleBits = scaleBits
        self.weightBits = weightBits
        self.rowBits = rowBits
    }

    /// - Parameters:
    ///   - estimatesTheta: whether theta may move from the own fit's: then bounds hold at both ends of its range.
    ///   - heldOut: rows that were kept aside, of which sums are to be opened.
    package init(_ rows: ActiveRows, estimatesTheta: Bool = false, heldOut: HeldOutRows? = nil) {
        var families = [rows.family]
        if estimatesTheta, case .negativeBinomial(let theta) = rows.family {
            families += [theta / ThetaEstimate.reach, theta * ThetaEstimate.reach].map {
                .negativeBinomial(theta: $0)
            }
        }
        var scale = 1.0
        var value = 1.0
        var weight = 0.25
        for (row, family) in rows.label.indices.flatMap({ row in families.map { (row, $0) } }) {
            // A linear fit has no kernels.
            let kinds: [Kernel.Kind] =
                switch family {
                case .linear: []
                case .cox: [.mean]
                default: [.mean, .weight, .loss, .dispersion]
                }
            for kind in kinds {
                let kernel = Kernel(family: family, kind: kind, period: 64, scaleBits: 0)
                let term = kernel.term(
                    label: rows.label[row], offset: rows.offset[row], weight: rows.kernelWeights[row],
                    center: rows.center)
                scale = max(scale, abs(term.scale))
                value = max(value, abs(term.constant), abs(term.scale), abs(term.slope))
            }
            value = max(
                value, abs(rows.weight[row] * rows.startResidual(row, as: family)),
                abs(rows.weight[row] * rows.label[row]))
            weight = max(weight, rows.weight[row] * rows.startWeight(row, as: family))
        }
        if let heldOut, rows.family != .linear, rows.family != .cox {
            for (row, family) in heldOut.label.indices.flatMap({ row in families.map { (row, $0) } }) {
                let term = Kernel(family: family, kind: .loss, period: 64, scaleBits: 0).term(
                    label: heldOut.label[row], offset: heldOut.offset[row], weight: 1, center: rows.center)
                scale = max(scale, abs(term.scale))
                value = max(value, abs(term.constant), abs(term.scale), abs(term.slope))
            }
        }
        // Predictors of the joint fit reach farther, as a rule: with such a start rows go round under the shorter one.
        let isFar = rows.start.predictor.contains { abs($0) > Self.farthestOfShort }
        periodBits = isFar ? rows.family.firstPeriods.upperBound : rows.family.firstPeriods.lowerBound
        scaleBits = Self.bits(scale)
        let least = rows.family == .cox ? Self.leastOfHazards : nil
        weightBits = max(Self.bits(weight), least ?? -2)
        rowBits = max(1, Self.bits(value) + 1, least.map { $0 + 2 } ?? 1)
    }

    /// The least b with `2^b >= value`.
    private static func bits(_ value: Double) -> Int {
        Int(value.exponent) + (value.significand == 1 ? 0 : 1)
    }
}

/// What both parties know before the first number is shared, and what every decision and every width follows from (training.md 1).
package struct TrainingFacts: Sendable, Hashable {
    package let family: ResponseFamily
    /// n
    package private(set) var rows: Int
    /// m_A, with the constant, and m_B
    package let activeColumns: Int
    package private(set) var passiveColumns: Int
    /// m_1 .. m_K of further passive parties, in the job's order; then `passiveColumns` are the helper's (multiparty-training.md).
    package private(set) var otherColumns: [Int]
    /// lambda
    package let penalty: Double
    /// Of `l1 |w|_1`, in units of the label as it is shared; above 0 only where correlations are opened.
    package let l1: Double
    /// tau: the fit ends when the joint gradient is below it in the scale of standard errors.
    package let tolerance: Double
    package let maximumPasses: Int
    package let modulusBits: Int
    package let computesStandardErrors: Bool
    package let opensLoss: Bool
    package let opensBrier: Bool
    /// Announced by the active party: its rows' vectors are multiplied by up to `2^scaleBits`.
    package let scaleBits: Int
    /// Announced by the active party: `2^weightBits` is above every row's weight at its own fit.
    package let weightBits: Int
    /// Announced by the active party: `2^rowBits` is above every value that it knows of a row, labels among them.
    package let rowBits: Int
    /// Announced by the active party: the first period is `2^periodBits`.
    package let periodBits: Int
    /// Whether rows have case weights.
    package let isWeighted: Bool
    /// Negative binomial: whether the active party estimates theta, fit after fit.
    package let estimatesTheta: Bool
    /// Proportional hazards: events for which there is room; 0 for other families.
    package let events: Int
    /// There too: times of the survival curve; 0 for none.
    package let curvePoints: Int
    /// There too: levels of a passive party's column that are compared; nil without one.
    package var comparison: LevelFacts?
    /// Whether standard errors are robust ones.
    package let isRobust: Bool
    /// Rows that were kept aside, of which sums are opened; 0 for none.
    package let heldOutRows: Int
    /// K: parts of the rows for cross-validation; 0 for none.
    package let folds: Int
    /// The fit ends when it has opened so many bits for its decisions.
    package let decisionBits: Int

    package init(
        family: ResponseFamily, rows: Int, activeColumns: Int, passiveColumns: Int, otherColumns: [Int] = [],
        penalty: Double, l1: Double = 0, tolerance: Double,
        maximumPasses: Int, modulusBits: Int, computesStandardErrors: Bool, opensLoss: Bool, opensBrier: Bool,
        scaleBits: Int, weightBits: Int, rowBits: Int, periodBits: Int? = nil, isWeighted: Bool = false,
        estimatesTheta: Bool = false, events: Int = 0, curvePoints: Int = 0, isRobust: Bool = false,
        heldOutRows: Int = 0, folds: Int = 0,
        decisionBits: Int = .max
    ) {
        self.family = family
        self.rows = rows
        self.activeColumns = activeColumns
        self.passiveColumns = passiveColumns
        self.otherColumns = otherColumns
        self.penalty = penalty
        self.l1 = l1
        self.tolerance = tolerance
        self.maximumPasses = maximumPasses
        self.modulusBits = modulusBits
        self.computesStandardErrors = computesStandardErrors
        self.opensLoss = opensLoss
        self.opensBrier = opensBrier
        self.scaleBits = scaleBits
        self.weightBits = weightBits
        self.rowBits = rowBits
        self.periodBits = periodBits ?? family.firstPeriods.lowerBound
        self.isWeighted = isWeighted
        self.estimatesTheta = estimatesTheta
        self.events = events
        self.curvePoints = curvePoints
        self.isRobust = isRobust
        self.heldOutRows = heldOutRows
        self.folds = folds
        self.decisionBits = decisionBits
    }

    /// Of the fit without one of that party's columns.
    package func without(columnOf place: PassivePlace) -> TrainingFacts {
        var facts = self
        if let index = place.further { facts.otherColumns[index] -= 1 } else { facts.passiveColumns -= 1 }
        return facts
    }

    /// How many columns a fit leaves out at most. A linear fit has no bits for the traces of two.
    package var mostLeftOut: Int { family == .linear ? 1 : 2 }

    /// What it takes of the bits for decisions to tell each passive party which of its columns: as many as the one with most learns. In a
    /// linear fit they are counted apart.
    package var bitsOfLeavingOut: Int {
        family == .linear ? 0 : passivePlaces.reduce(0) { max($0, columns(of: $1)) } * Self.aliasBits.all
    }

    /// Passive parties that can leave one out, from the last one on: none its last column.
    package var mayLeaveOut: [PassivePlace] { passivePlaces.reversed().filter { columns(of: $0) > 1 } }

    /// Bits of decisions for who leaves one out: with two parties nobody asks.
    package var bitsOfLeavers: Int { otherColumns.isEmpty ? 0 : mayLeaveOut.count }

    /// The same facts about other rows.
    func with(rows: Int) -> TrainingFacts {
        var result = self
        result.rows = rows
        return result
    }

    /// p
    package var parameters: Int { activeColumns + passiveColumns + otherColumns.reduce(0, +) }
    /// k: sums over rows are divided by `2^k`.
    package var rowBitsOfCount: Int { ceilLog2(rows) }

    /// F: fraction bits of the whitened columns. A linear fit has few exchanges over rows and can afford more.
    package var featureFractionBits: Int { family == .linear ? 36 : 20 }
    /// Bits of a whitened entry: columns have mean square 1, so `|q| <= sqrt(n)`.
    package var featureBits: Int { featureFractionBits + (rowBitsOfCount + 1) / 2 + 1 }

    /// Bits of the modulus of a row's predictor at period P.
    package func turnBits(period: Double) -> Int {
        family == .linear
            ? ShareWord.modulusBits
            : featureFractionBits + ShareMatrix.fractionBits + Int(period).trailingZeroBitCount
    }

    package func layout(_ kind: Kernel.Kind, period: Double) throws(TrainingError) -> KernelLayout {
        try KernelLayout(
            Kernel(
                family: family, kind: kind, period: period, scaleBits: scaleBits(of: kind),
                finerBits: family == .cox ? finerRateBits : 0),
            modulusBits: modulusBits,
            values: slotsRead)
    }

    /// Labels do not multiply what theta is estimated from; what its standard error is from comes in a unit of its own.
    func scaleBits(of kind: Kernel.Kind) -> Int {
        kind == .curvature || kind == .dispersion && !isWeighted ? 0 : scaleBits
    }

    /// How many slots of rows a job reads at most: 60 passes, refreshes and sums. The series of exponentials are wide: they get by with fewer, so
    /// that their shares fit in 128 bits (failure 2^-36 a job).
    private var slotsRead: Int {
        switch family {
        case .poisson, .gamma, .cox: 16 * rows
        default: 256 * rows
        }
    }

    /// Fraction bits and magnitude (in bits) of a row's residual share.
    package func residualShape(period: Double) throws(TrainingError) -> (fraction: Int, bits: Int) {
        if family == .linear { return (Self.linearRowFractionBits, Self.linearRowBits) }
        if family == .cox { return (Self.rateFractionBits, Self.riskNumberBits + 1) }
        let layout = try layout(.mean, period: period)
        return (layout.kernel.shareFractionBits, max(layout.slotBits, layout.kernel.shareFractionBits + rowBits) + 1)
    }

    /// A linear fit's row residual: truncated from the modulus.
    package static let linearRowFractionBits = 34
    static let linearRowBits = 110
    /// Weights of rows are cut to so many fraction bits before they meet products of columns.
    package static let weightFractionBits = 26
    /// Products of two columns, rounded.
    package static let productFractionBits = 26
    package var productBits: Int { Self.productFractionBits + rowBitsOfCount + 2 }
    /// Whether weights follow from the residual's shares: `w = d + y` for a Poisson response and for hazards.
    package var weightIsMean: Bool { family == .poisson || family == .cox }
    /// Whether weights are the same at every predictor, so that the first information is the last.
    package var hasConstantWeights: Bool { family == .linear || family == .gamma }

    /// Whether shares of residuals are multiplied with case weights: kernels do it for the other families.
    package var weighsResiduals: Bool { family == .linear && isWeighted }

    /// Whether Pearson's sum of squares is opened, from which the dispersion follows.
    package var opensSquares: Bool { family == .gamma && opensLoss }

    /// Whether the active party gets what the standard error of its theta takes. Standard errors are opened where a loss is, so that own
    /// parts have been looked at.
    package var opensCurvature: Bool { estimatesTheta && computesStandardErrors && opensLoss }

    /// By what a step under fresh weights shrinks the norm at least, where estimates exist.
    package var leastShrinkage: Double {
        switch family {
        case .probit, .negativeBinomial: 3
        default: 4
        }
    }

    /// Whether no weight is ever above what an inverse starts from.
    var hasBoundedWeights: Bool {
        switch family {
        case .logistic, .probit: !isWeighted
        default: false
        }
    }

    /// Exponent of a power of two from 1/4 up that weights stay below: all of them where they are bounded, else those at the start.
    var inverseBits: Int { family == .probit ? max(0, weightBits) : max(-2, weightBits) }

    /// What a fit that leapt adds to the information's diagonal: 2^-16 of the largest weight, above the noise of weights.
    var steadying: Double { Double(sign: .plus, exponent: max(0, weightBits) - 16, significand: 1) }

    /// Whether the passive party knows its own block of the information without a message.
    package var hasUnitWeights: Bool { hasConstantWeights && !isWeighted }

    /// Where the period starts, and how often it may double.
    package var firstPeriod: Double { Double(1 << periodBits) }
    package var periodDoublings: Int {
        switch family {
        case .poisson, .gamma, .cox: 1
        case .logistic: 10 - periodBits
        default: 4
        }
    }

    /// Under a logistic fit's first period, which most fits never leave, nothing is looked for that needs room: neither a loss
    /// at which labels separate nor a leap.
    package func isShort(_ period: Double) -> Bool { family == .logistic && period < 64 }
    /// A party's own part of any row's predictor must end below this: then nothing wrapped.
    package func safePart(period: Double) -> Double {
        switch family {
        case .linear: .infinity
        case .logistic, .negativeBinomial: isShort(period) ? period / 8 : period / 4 - 6
        case .probit: 3 * period / 16
        case .poisson, .gamma, .cox: period / 16
        }
    }

    /// The same for sums of losses and squared errors: the joint predictor must lie in their series' interval, which residuals may leave a
    /// little, because theirs goes on as its mirror image.
    package func sumPart(period: Double) -> Double {
        switch family {
        case .logistic, .negativeBinomial: period / 8
        case .probit: opensBrier ? period / 8 : safePart(period: period)
        case .linear, .poisson, .gamma, .cox: safePart(period: period)
        }
    }

    /// Where a party's own part may lie, of a limit that is one or the other of these.
    static func limits(_ limit: Double, family: ResponseFamily, isActive: Bool) -> (low: Double, high: Double) {
        let low = family == .poisson || family == .cox ? -4 * limit : -limit
        let high =
            switch family {
            case .gamma: 4 * limit
            // Together as much as two others: the active party knows its part when it chooses the centre.
            case .cox: isActive ? limit / 2 : 1.5 * limit
            default: limit
            }
        return (low, high)
    }

    /// Whether that limit is a stricter one, so that it is looked at before such a sum.
    var checksSums: Bool {
        switch family {
        case .logistic, .negativeBinomial: opensLoss || opensBrier
        case .probit: opensBrier
        case .linear, .poisson, .gamma, .cox: false
        }
    }

    /// Fraction bits to which own coefficients are opened: to 2^-12 of a standard error, which is at least
    /// `sqrt(spread / (2 w n))` in whitened coordinates, w the largest weight.
    package func coefficientBits(spread: Double) -> Int {
        let finer = min(Self.mostFiner, spread < 1 ? (1 - Int(spread.exponent)) / 2 : 0)
        return min(ShareMatrix.fractionBits, 12 + (rowBitsOfCount + max(0, weightBits + 2) + 1) / 2 + finer)
    }

    /// Below a residual variance of 2^-16 of the label's, digits are no finer: they would be too many to be opened.
    private static let mostFiner = 8

    /// The same for variances, which are at least `1 / (2 w)` there.
    package var varianceBits: Int { min(ShareMatrix.fractionBits, 12 + max(0, weightBits + 2)) }
    /// Bits above the point of what a party gets, sign included: a coefficient in whitened coordinates is at most the root mean square
    /// of its part of the predictor.
    package static func resultIntegerBits(_ family: ResponseFamily) -> Int {
        family == .linear ? 10 : 13
    }
    package static let constantIntegerBits = 26
    package static let varianceIntegerBits = 24
    package static let constantVarianceIntegerBits = 48
    /// Residuals may spread more than the family says: robust variances have so many bits more.
    package static let robustIntegerBits = 8
}

extension ResponseFamily {
    /// The active party shrinks its start until its own predictors lie within.
    package var firstRange: Double {
        switch self {
        case .logistic, .probit: Double(1 << firstPeriods.upperBound) / 4
        default: .infinity
        }
    }

    /// Exponents of the periods that a fit may start under.
    package var firstPeriods: ClosedRange<Int> {
        switch self {
        case .linear: 0...0
        case .logistic: 5...6
        // A sum for theta has to serve large means.
        case .negativeBinomial: 6...6
        default: 5...5
        }
    }
}

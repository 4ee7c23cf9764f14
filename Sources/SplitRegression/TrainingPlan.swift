public import Paillier
public import Records

/// What both parties fixed before training, taken from the job (job.md) and the guards' pass budget.
public struct TrainingPlan: Sendable, Equatable {
    public var family: ModelFamily
    /// Negative binomial: nil where the active party estimates it.
    public var theta: Double?
    /// Proportional hazards: events at the same time.
    public var ties: Ties
    /// There too: more events than this end the job; nil where every row may have one. All that depends on the number of events is
    /// padded to it, so that the passive party does not learn the number.
    public var mostEvents: Int?
    /// There too: ascending times at which the active party gets the survival curve; none without it.
    public var times: [Double]
    /// There too: for how many strata there is room in survival curves, one each.
    public var curveStrata: Int
    /// There too: the column whose levels are compared; nil without one.
    public var comparison: LevelPlan?
    /// Whether rows have case weights, and offsets: an active party says so, its rows stay its own.
    public var isWeighted: Bool
    public var hasOffset: Bool
    /// `lambda` of `(1/n) sum loss + (lambda/2) |w|^2` on standardised columns; 0 for none.
    public var l2: Double
    /// Of `l1 |w|_1` beside it, on the label's own scale; a linear fit opens its correlations for it.
    public var l1: Double
    /// The stop rule's bound on the joint gradient in the scale of standard errors.
    public var tolerance: Double
    /// Most gradients that may be revealed, from the guards.
    public var maximumPasses: Int
    /// Modulus of each party's training key, bits.
    public var keyBits: Int
    /// How long the exponents of this party's nonces are (paillier.md 2).
    public var nonces: NonceLength
    /// Whether standard errors may be computed (guard 6 holds and the job asks for them).
    public var standardErrors: Bool
    /// How they are estimated.
    public var covariance: Covariance
    /// Whether the active party learns the score of each row.
    public var revealScores: Bool
    /// Passive columns below which scores are refused.
    public var minimumScoreColumns: Int
    /// Whether summed loss and Brier score are opened.
    public var revealFit: Bool
    /// Fewest rows kept aside of which sums are opened.
    public var minimumHeldOut: Int
    /// Parts of the rows for cross-validation; 0 for none.
    public var folds: Int
    /// Coefficients of each party, the active one's constant among them: how many sums each may have opened.
    public var activeColumns: Int
    public var passiveColumns: Int
    /// Of further passive parties, in the job's order: then `passiveColumns` are the helper's. None with two parties.
    public var otherColumns: [Int]
    /// Bits that the fit may open for its decisions.
    public var decisionBits: Int

    public init(
        family: ModelFamily, theta: Double? = nil, ties: Ties = .efron, mostEvents: Int? = nil, times: [Double] = [],
        curveStrata: Int = 1, isWeighted: Bool = false, hasOffset: Bool = false,
        activeColumns: Int, passiveColumns: Int, otherColumns: [Int] = [], l2: Double = 0, l1: Double = 0,
        tolerance: Double = 1e-4,
        maximumPasses: Int = 60, keyBits: Int = 3072, nonces: NonceLength = .short, standardErrors: Bool,
        covariance: Covariance = .classical, revealScores: Bool, minimumScoreColumns: Int = 3, revealFit: Bool,
        minimumHeldOut: Int = 11, folds: Int = 0, decisionBits: Int = .max
    ) {
        self.family = family
        self.theta = theta
        self.ties = ties
        self.mostEvents = mostEvents
        self.times = times
        self.curveStrata = curveStrata
        self.isWeighted = isWeighted
        self.hasOffset = hasOffset
        self.activeColumns = activeColumns
        self.passiveColumns = passiveColumns
        self.otherColumns = otherColumns
        self.l2 = l2
        self.l1 = l1
        self.tolerance = tolerance
        self.maximumPasses = maximumPasses
        self.keyBits = keyBits
        self.nonces = nonces
        self.standardErrors = standardErrors
        self.covariance = covariance
        self.revealScores = revealScores
        self.minimumScoreColumns = minimumScoreColumns
        self.revealFit = revealFit
        self.minimumHeldOut = minimumHeldOut
        self.folds = folds
        self.decisionBits = decisionBits
    }

    var isPenalised: Bool { l2 > 0 || l1 > 0 }

    /// Why a job computes no standard errors, if so. From public facts alone, so that both parties agree before they start.
    var standardErrorsWithheld: String? {
        if isPenalised { return "penalised estimates have no Wald standard errors" }
        return standardErrors ? nil : "the job does not reveal them"
    }

    /// What every step follows from, once the rows and the active party's bounds are known.
    ///
    /// - Parameter unit: of the label as it is shared.
    func facts(rows: Int, heldOut: Int, unit: Double = 1, _ bounds: Announcement) -> TrainingFacts {
        var facts = TrainingFacts(
            family: response, rows: rows, activeColumns: activeColumns, passiveColumns: passiveColumns,
            otherColumns: otherColumns, penalty: l2, l1: l1 > 0 ? max(l1 / unit, .leastNormalMagnitude) : 0,
            tolerance: 10 * tolerance,
            maximumPasses: maximumPasses, modulusBits: keyBits,
            computesStandardErrors: standardErrorsWithheld == nil,
            opensLoss: family != .linear && (revealFit && family != .cox || l2 == 0),
            opensBrier: family.predictsProbability && revealFit,
            scaleBits: bounds.scaleBits, weightBits: bounds.weightBits, rowBits: bounds.rowBits,
            periodBits: bounds.periodBits, isWeighted: isWeighted, estimatesTheta: estimatesTheta,
            events: family == .cox ? min(mostEvents ?? rows, rows) : 0,
            curvePoints: family == .cox ? times.count * curveStrata : 0, isRobust: covariance.isRobust,
            heldOutRows: opensHeldOut(heldOut) ? heldOut : 0, folds: revealFit ? folds : 0,
            decisionBits: decisionBits)
        facts.comparison = comparison.flatMap(LevelFacts.init)
        return facts
    }

    /// Whether sums over so many held-out rows are opened: scores say more, and few rows would be told by their sum.
    func opensHeldOut(_ rows: Int) -> Bool { revealFit && !revealScores && rows >= max(minimumHeldOut, 1) }

    /// Whether the active party's rows can have these bounds.
    func allows(_ bounds: Announcement) -> Bool {
        bounds.isAllowed(for: response, isWeighted: isWeighted, hasOffset: hasOffset)
    }

    var estimatesTheta: Bool { family == .negativeBinomial && theta == nil }

    /// Where theta is estimated it stays with the active party: no width depends on it.
    package var response: ResponseFamily {
        switch family {
        case .linear: .linear
        case .logistic: .logistic
        case .probit: .probit
        case .poisson: .poisson
        case .negativeBinomial: .negativeBinomial(theta: theta ?? 1)
        case .gamma: .gamma
        case .cox: .cox
        }
    }

    /// Coefficients of all parties, the active one's constant among them.
    public var parameters: Int { activeColumns + passiveColumns + otherColumns.reduce(0, +) }

    /// Widths of what an elastic net opens to all parties at once: correlations, then the gradient; else empty.
    var jointWidths: [[Int]] {
        guard l1 > 0 else { return [] }
        // They depend on the columns alone.
        let facts = facts(rows: 1, heldOut: 0, Announcement(typicalOf: response))
        return [facts.correlationBits, facts.jointGradientBits].map { $0.map(\.all) }
    }

    /// Further parties and their columns (multiparty-training.md 1).
    private func validateOthers() throws(TrainingError) {
        guard !otherColumns.isEmpty else { return }
        guard otherColumns.count <= Self.mostOthers, otherColumns.allSatisfy({ $0 >= 1 }) else {
            throw .invalidPlan("a training has two to eight parties, each passive one with a column")
        }
    }

    private static let mostOthers = 6

    func validate() throws(TrainingError) {
        guard l2 >= 0, l2.isFinite else { throw .invalidPlan("l2 must be zero or positive") }
        guard l1 >= 0, l1.isFinite, l1 == 0 || family == .linear else {
            throw .invalidPlan("l1 must be zero or positive, and belongs to linear fits")
        }
        if family == .cox {
            guard folds == 0 else { throw .invalidPlan("proportional hazards take no folds") }
            guard curveStrata >= 1 else { throw .invalidPlan("room for at least one survival curve") }
            guard times.allSatisfy({ $0 > 0 && $0.isFinite }), zip(times, times.dropFirst()).allSatisfy(<) else {
                throw .invalidPlan("times of a survival curve ascend from above 0")
            }
            try comparison?.validate()
            guard mostEvents.map({ $0 >= 1 }) ?? true else { throw .invalidPlan("room for at least one event") }
        }
        guard comparison == nil || family == .cox else {
            throw .invalidPlan("levels are compared for proportional hazards only")
        }
        try validateOthers()
        guard comparison?.owner?.further.map(otherColumns.indices.contains) ?? true else {
            throw .invalidPlan("levels are compared of a column of a party that the job does not have")
        }
        guard l1 == 0 || !isWeighted else { throw .invalidPlan("an elastic net takes no case weights") }
        guard tolerance >= 1e-6, tolerance <= 0.1 else { throw .invalidPlan("tolerance must lie in [1e-6, 0.1]") }
        guard maximumPasses >= 1, maximumPasses <= 10_000 else { throw .invalidPlan("passes must lie in [1, 10000]") }
    }
}

extension ModelFamily {
    /// Fraction bits of the design matrix: a linear fit pays for one exchange only and can afford more.
    public var featureFractionBits: Int { self == .linear ? 22 : 16 }
}

/// Where a training job stands, for people who wait.
public enum TrainingProgress: Sendable, Equatable {
    case keysExchanged(bits: Int)
    /// Rows of the present pass that are done, of all.
    case rows(pass: Int, done: Int, of: Int)
    /// A pass ended with this joint gradient norm.
    case pass(Int, gradientNorm: Double)
    /// After the last pass, or between two: a sum over all rows is opened, or scores are.
    case phase(String)
    case inference(step: String)
    case finished(passes: Int)
}

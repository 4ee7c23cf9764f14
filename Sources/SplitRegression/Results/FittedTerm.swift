/// One row of a coefficient table, on the raw scale of its column and of the label.
public struct FittedTerm: Sendable, Equatable, Codable {
    /// The name of the constant term, here and in R.
    public static let intercept = "(Intercept)"

    public var term: String
    /// Change of the linear predictor for one unit of the column; not a number for a column that was left out.
    public var estimate: Double
    /// Change for one standard deviation of the column.
    public var standardized: Double
    public var standardError: Double?
    public var statistic: Double?
    public var pValue: Double?
    public var confLow: Double?
    public var confHigh: Double?
    /// Why there is no inference on it, where that is its column's doing.
    public var note: Note?

    public enum Note: String, Sendable, Codable, CaseIterable {
        case runsAway = "runs away: a level has one outcome only"
        case leftOut = "left out: it follows from other columns"
    }

    /// - Parameters:
    ///   - standardError: of `estimate`; nil when none was computed.
    ///   - degreesOfFreedom: of Student's t; nil for the normal distribution.
    package init(
        term: String, estimate: Double, standardized: Double, standardError: Double?, degreesOfFreedom: Double?,
        note: Note? = nil
    ) {
        self.term = term
        self.estimate = estimate
        self.standardized = standardized
        self.note = note
        guard note == nil else { return }
        self.standardError = standardError
        guard let standardError, standardError > 0 else { return }
        let statistic = estimate / standardError
        self.statistic = statistic
        let quantile: Double
        if let degreesOfFreedom {
            pValue = Distributions.studentTwoSided(statistic, degreesOfFreedom: degreesOfFreedom)
            quantile = Distributions.student975(degreesOfFreedom: degreesOfFreedom)
        } else {
            pValue = Distributions.normalTwoSided(statistic)
            quantile = Distributions.normal975
        }
        confLow = estimate - quantile * standardError
        confHigh = estimate + quantile * standardError
    }
}

extension FittedTerm {
    /// A term whose inference was computed elsewhere.
    package init(
        term: String, estimate: Double, standardized: Double, standardError: Double, statistic: Double,
        pValue: Double, confLow: Double, confHigh: Double
    ) {
        self.term = term
        self.estimate = estimate
        self.standardized = standardized
        self.standardError = standardError
        self.statistic = statistic
        self.pValue = pValue
        self.confLow = confLow
        self.confHigh = confHigh
    }

    /// A column without a coefficient.
    init(leftOut term: String) {
        self.init(
            term: term, estimate: .nan, standardized: .nan, standardError: nil, degreesOfFreedom: nil, note: .leftOut)
    }
}

/// One point of an elastic net's path: a penalty, and what is left of the coefficients under it.
public struct PenaltyPathPoint: Sendable, Equatable, Codable {
    /// In the objective of training.md 1.
    public var l1: Double
    /// Of both parties, without the constant.
    public var nonzero: Int
    /// This party's, on the standardised scale, in the order of its terms.
    public var coefficients: [Double]
}

/// What a party takes home.
public struct TrainingOutcome: Sendable {
    public var terms: [FittedTerm]
    public var summary: FitSummary
    public var model: PartialModel
    /// Elastic net: from the penalty at which all coefficients are zero down to a thousandth of it.
    public var path: [PenaltyPathPoint]?
    /// Of the next message after the fit.
    var round: UInt32
    /// Active party, when scores are revealed: joint predictor of each training row, in common order.
    public var scores: [Double]?
    public var metrics: ScoreMetrics?
    /// Active party, with a hold-out and when scores are revealed: joint predictor of each row kept aside.
    public var holdOutScores: [Double]?
    /// Active party, with a hold-out: metrics of the rows kept aside.
    public var holdOutMetrics: ScoreMetrics?
    /// Of the fitted rows, each predicted without its fold.
    public var foldMetrics: ScoreMetrics?
    /// Active party, proportional hazards, where the job declares times.
    public var curve: [SurvivalPoint]?
    /// There too, where the job compares the levels of a column.
    public var comparison: LevelComparison?
}

/// The fit, the same at every site: points to the last bit on all platforms, since each sum depends on them; what is made of the last
/// sums with the C library's `log`, `lgamma` and `erfc` to the last bit on one platform only.
public struct PooledOutcome: Sendable, Equatable, Codable {
    public var terms: [PooledTerm]
    public var summary: PooledSummary
    /// Of the estimates, on the raw scale, row by row, in the order of `terms`.
    public var covariance: [Double]
}

/// One row of a coefficient table, on the raw scale of its column and of the label. The constant, where the family has one, is first
/// and called `(Intercept)`.
public struct PooledTerm: Sendable, Equatable, Codable {
    public var term: String
    public var estimate: Double
    /// Change for one standard deviation of the column over all sites.
    public var standardized: Double
    public var standardError: Double
    public var statistic: Double
    public var pValue: Double
    public var confLow: Double
    public var confHigh: Double
    /// Where the model asks for one.
    public var robustError: Double?
    /// Mean and standard deviation over all sites; nil for the constant.
    public var mean: Double?
    public var sd: Double?
}

/// Facts about the whole fit.
public struct PooledSummary: Sendable, Equatable, Codable {
    public var family: String
    public var n: Int
    public var parameters: Int
    /// Whose rows the last sum was over.
    public var sites: [String]
    /// Sums that were opened.
    public var rounds: Int
    public var iterations: Int
    public var logLikelihood: Double
    public var aic: Double
    public var bic: Double
    public var deviance: Double?
    public var nullDeviance: Double?
    public var residualDegreesOfFreedom: Int?
    /// Of t statistics; 1 for families without one.
    public var dispersion: Double?
    public var events: Int?
    public var theta: Double?
    public var thetaError: Double?
    public var r2: Double?
    public var adjustedR2: Double?
    public var sigma: Double?
    public var fStatistic: Double?
    public var fPValue: Double?
    public var nullLogLikelihood: Double?
    public var likelihoodRatio: Double?
    public var likelihoodRatioP: Double?
    public var wald: Double?
    public var waldP: Double?
    public var score: Double?
    public var scoreP: Double?
    public var robust: String?
}

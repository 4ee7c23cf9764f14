#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Facts about a whole fit. Each party has those that the leakage table gives it.
public struct FitSummary: Sendable, Equatable, Codable {
    public var family: String
    public var n: Int
    public var parameters: Int
    public var l2: Double
    public var l1: Double
    public var passes: Int
    public var converged: Bool
    public var gradientNorm: Double?
    public var keyBits: Int
    // Every family but linear
    /// Yes/no outcomes: how many are yes; times to an event: how many were seen.
    public var events: Int?
    public var logLikelihood: Double?
    public var deviance: Double?
    public var nullDeviance: Double?
    public var aic: Double?
    public var bic: Double?
    public var logLoss: Double?
    public var brier: Double?
    /// Gamma: Pearson's sum of squares over the residual degrees of freedom.
    public var dispersion: Double?
    /// Negative binomial, at the active party.
    public var theta: Double?
    /// Where it was estimated: its standard error, from the observed information at the fit, as R's `glm.nb` has it.
    public var thetaError: Double?
    /// Why there is none, where the job reveals standard errors.
    public var thetaErrorWithheld: String?
    // Proportional hazards, at the active party
    /// Of the model without any column.
    public var nullLogLikelihood: Double?
    /// Twice what the log-likelihood is above that, and its p value under chi squared with ``parameters`` degrees of freedom.
    public var likelihoodRatio: Double?
    public var likelihoodRatioP: Double?
    /// The same by Wald's and by Rao's score statistic.
    public var wald: Double?
    public var waldP: Double?
    public var score: Double?
    public var scoreP: Double?
    // Linear
    public var r2: Double?
    public var adjustedR2: Double?
    public var sigma: Double?
    public var fStatistic: Double?
    public var fPValue: Double?
    /// Elastic net: coefficients that are not zero, the intercept not among them, of both parties.
    public var nonzero: Int?
    /// How far the solution from the opened correlations was from the conditions of a minimum, before it was corrected by the exact
    /// gradient; in units of `l1`.
    public var optimalityGap: Double?
    /// Of every family, without a penalty.
    public var residualDegreesOfFreedom: Int?
    /// How many columns of passive parties were left out, because they follow from others of several parties; ``parameters`` does not count them.
    public var leftOut: Int?
    /// How standard errors were estimated, where there are some.
    public var covariance: String?
    /// Whether rows have case weights.
    public var isWeighted: Bool?
    /// Whether estimates ran away in either party's columns, as those of a level with one outcome do.
    public var hasRunaways: Bool?
    /// Why log-likelihood and Brier score, and what follows from them, may be off, where they may be.
    public var sumsMayBeOff: String?
    /// Why there are no standard errors, where there are none.
    public var standardErrorsWithheld: String?
    /// Why there is no cross-validation, where the job asks for one.
    public var crossValidationWithheld: String?

    init(family: String, n: Int, parameters: Int, l2: Double, l1: Double, passes: Int, converged: Bool, keyBits: Int) {
        self.family = family
        self.n = n
        self.parameters = parameters
        self.l2 = l2
        self.l1 = l1
        self.passes = passes
        self.converged = converged
        self.keyBits = keyBits
    }
}

extension FitSummary {
    /// What follows from the residual sum of squares.
    ///
    /// - Parameters:
    ///   - residual: in squared units of the label.
    ///   - label: at the active party, and case weights where rows have some: numbers are those of R's `lm` with `weights`.
    mutating func addLinear(
        residual: Double, label: [Double]?, weight: [Double]?, rows: Int, parameters: Int, isPenalised: Bool
    ) {
        let (n, p) = (Double(rows), Double(parameters))
        let freedom = n - p
        if !isPenalised {
            sigma = (residual / freedom).squareRoot()
            residualDegreesOfFreedom = Int(freedom)
        }
        guard let label else { return }
        let total = label.squaresAboutMean(weight: weight)
        let r2 = 1 - residual / total
        self.r2 = r2
        guard !isPenalised else { return }
        adjustedR2 = 1 - (1 - r2) * (n - 1) / freedom
        if p > 1, r2 < 1 {
            let f = (total - residual) / (p - 1) / (residual / freedom)
            fStatistic = f
            fPValue = Distributions.fUpper(f, p - 1, freedom)
        }
        let ofWeights = (weight ?? []).reduce(0) { $0 + log($1) }
        let logLikelihood = (ofWeights - n * (log(2 * Double.pi * residual / n) + 1)) / 2
        self.logLikelihood = logLikelihood
        // R counts the variance as a parameter of a linear model: logLik(lm), AIC and BIC with df = p + 1.
        aic = -2 * logLikelihood + 2 * (p + 1)
        bic = -2 * logLikelihood + log(n) * (p + 1)
    }

    /// What the active party makes of the opened difference to its own fit, as R's `coxph` has it.
    ///
    mutating func addHazards(_ rows: ActiveRows, _ sets: RiskSets, _ result: TrainingProgram.Summary) {
        events = sets.events
        (wald, score) = (result.wald.map { max(0, $0) }, result.score.map { max(0, $0) })
        let upper = { [parameters] (x: Double) in Distributions.chiSquaredUpper(x, degreesOfFreedom: parameters) }
        (waldP, scoreP) = (wald.map(upper), score.map(upper))
        let model = ProportionalHazards(
            sets: sets, label: rows.label, offset: rows.offset, weight: rows.weight, columns: [], names: [], penalty: 0)
        let null = -model.loss(model.predictor([]))
        nullLogLikelihood = null
        guard let difference = result.loss else { return }
        let found = -(rows.start.loss + difference)
        let ratio = max(0, 2 * (found - null))
        logLikelihood = found
        likelihoodRatio = ratio
        likelihoodRatioP = upper(ratio)
        aic = -2 * found + 2 * Double(parameters)
        // R counts the events here, not the rows.
        bic = -2 * found + log(Double(max(sets.events, 1))) * Double(parameters)
    }

    /// What the active party makes of the opened sums, as R's `glm` and `glm.nb` have it.
    mutating func add(
        _ rows: RowLikelihood, _ result: TrainingProgram.Summary, parameters: Int, estimatesTheta: Bool,
        isPenalised: Bool
    ) {
        let n = Double(rows.label.count)
        if rows.isBinary { events = rows.label.count { $0 == 1 } }
        nullDeviance = rows.nullDeviance
        brier = result.brier.map { $0 / rows.totalWeight }
        guard let loss = result.loss else { return }
        let deviance = rows.deviance(loss: loss)
        let logLikelihood = rows.logLikelihood(loss: loss)
        self.deviance = deviance
        self.logLikelihood = logLikelihood
        if rows.isBinary { logLoss = loss / rows.totalWeight }
        guard !isPenalised else { return }
        // A dispersion or a theta that was estimated counts as a parameter.
        let p = Double(parameters + (rows.hasDispersion || estimatesTheta ? 1 : 0))
        aic = -2 * logLikelihood + 2 * p
        bic = -2 * logLikelihood + p * log(n)
    }
}

import Records
import SplitRegression

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Estimates and facts of a fit that has ended, as R's `lm`, `glm`, `glm.nb` and `coxph` have them.
struct Conclusion: Sendable {
    private let model: PooledModel
    private let scales: Scales
    private let last: Course.Last
    private let course: Course
    private let parameters: Int
    private var n: Double { scales.rows }
    private var freedom: Double { n - Double(parameters) }

    init(_ course: Course, siteCount: Int) throws(PooledError) {
        self.siteCount = siteCount
        guard let scales = course.scales, let last = course.last else { throw .notConverged(iterations: 0) }
        (model, self.scales, self.last, self.course) = (course.model, scales, last, course)
        parameters = course.model.coefficientCount
    }

    private var loss: Double { last.derivatives.loss }
    /// Without what depends on theta and labels alone.
    private var plainLoss: Double { last.extras.last ?? loss }
    /// In squared units of the outcome, where there is a scale.
    private var residualSquares: Double { 2 * loss * scales.unit * scales.unit }

    /// Variance of the standardised score's unit: 1 for families without a dispersion.
    private var dispersion: Double {
        switch model.family {
        case .linear: 2 * loss / freedom
        case .gamma: last.extras[0] / freedom
        default: 1
        }
    }

    func outcome(sites: [String], rounds: Int) throws(PooledError) -> PooledOutcome {
        guard freedom > 0 else { throw .tooFewRows(rows: Int(n), parameters: parameters) }
        let transform = course.rawRows()
        let half = transform.map { last.inverse.applied(to: $0) }
        let covariance = half.flatMap { left in transform.map { dispersion * dot(left, $0) } }
        return PooledOutcome(
            terms: terms(transform, covariance), summary: summary(sites: sites, rounds: rounds),
            covariance: covariance)
    }

    private func terms(_ transform: [[Double]], _ covariance: [Double]) -> [PooledTerm] {
        let first = model.family.hasIntercept ? 1 : 0
        let names = (first == 1 ? [FittedTerm.intercept] : []) + model.terms
        let b = course.point.coefficients
        return names.indices.map { j in
            let estimate = dot(transform[j], b) + (j < first ? scales.center : 0)
            let error = covariance[j * parameters + j].squareRoot()
            let statistic = estimate / error
            let usesT = model.family == .linear || model.family == .gamma
            let quantile = usesT ? Distributions.student975(degreesOfFreedom: freedom) : Distributions.normal975
            return PooledTerm(
                term: names[j], estimate: estimate, standardized: j < first ? estimate : scales.unit * b[j],
                standardError: error, statistic: statistic,
                pValue: usesT
                    ? Distributions.studentTwoSided(statistic, degreesOfFreedom: freedom)
                    : Distributions.normalTwoSided(statistic),
                confLow: estimate - quantile * error, confHigh: estimate + quantile * error,
                robustError: robustError(j), mean: j < first ? nil : scales.means[j - first],
                sd: j < first ? nil : scales.sds[j - first])
        }
    }

    private func robustError(_ j: Int) -> Double? {
        guard let influences = course.influences, let robust = model.robust else { return nil }
        let factor =
            switch robust {
            case .hc0: 1.0
            case .hc1: n / freedom
            case .sites: clusterFactor
            }
        return (max(0, influences[j]) * factor).squareRoot() * course.rawUnits()[j]
    }

    /// As Stata and `statsmodels` have it; the sites are counted by the last sum.
    private var clusterFactor: Double { Double(siteCount) / Double(siteCount - 1) * (n - 1) / freedom }
    private let siteCount: Int

    private func summary(sites: [String], rounds: Int) -> PooledSummary {
        var summary = PooledSummary(
            family: model.family.rawValue, n: Int(n), parameters: parameters, sites: sites, rounds: rounds,
            iterations: course.iterations, logLikelihood: 0, aic: 0, bic: 0)
        summary.robust = model.robust?.rawValue
        switch model.family {
        case .cox: addHazards(&summary)
        case .linear: addLinear(&summary)
        default: addGeneralised(&summary)
        }
        return summary
    }

    private func addLikelihood(_ summary: inout PooledSummary, _ value: Double, parameters p: Double, rows: Double) {
        summary.logLikelihood = value
        summary.aic = -2 * value + 2 * p
        summary.bic = -2 * value + log(rows) * p
    }

    private func addLinear(_ summary: inout PooledSummary) {
        let residual = residualSquares
        summary.deviance = residual
        summary.residualDegreesOfFreedom = Int(freedom)
        summary.dispersion = residual / freedom
        summary.sigma = (residual / freedom).squareRoot()
        let value = (scales.logWeight - n * (log(2 * Double.pi * residual / n) + 1)) / 2
        // R counts the variance as a parameter.
        addLikelihood(&summary, value, parameters: Double(parameters + 1), rows: n)
        guard let null = course.nullLoss else { return }
        let total = 2 * null * scales.unit * scales.unit
        summary.nullDeviance = total
        guard !model.hasOffset else { return }
        let r2 = 1 - residual / total
        summary.r2 = r2
        summary.adjustedR2 = 1 - (1 - r2) * (n - 1) / freedom
        if parameters > 1 {
            let f = (total - residual) / Double(parameters - 1) / (residual / freedom)
            summary.fStatistic = f
            summary.fPValue = Distributions.fUpper(f, Double(parameters - 1), freedom)
        }
    }

    private func addGeneralised(_ summary: inout PooledSummary) {
        let (saturated, constant, logs) = (last.extras[1], last.extras[2], last.extras[3])
        let deviance = 2 * (plainLoss + saturated)
        summary.deviance = deviance
        summary.nullDeviance = course.nullLoss.map { 2 * ($0 + saturated) }
        summary.residualDegreesOfFreedom = Int(freedom)
        summary.dispersion = dispersion
        if model.family == .logistic || model.family == .probit { summary.events = Int(scales.events) }
        var p = Double(parameters)
        var value = constant - plainLoss
        if model.family == .gamma {
            // R takes the deviance over n as the dispersion here, and Pearson's sum in standard errors.
            let shape = scales.weight / deviance
            value = (shape - 1) * logs + scales.weight * (shape * log(shape) - lgamma(shape)) - shape * plainLoss
            p += 1
        }
        if model.family == .negativeBinomial {
            summary.theta = course.point.theta
            if let found = last.derivatives.theta {
                summary.thetaError = found.information > 0 ? (1 / found.information).squareRoot() : nil
                p += 1
            }
        }
        addLikelihood(&summary, value, parameters: p, rows: n)
    }

    private func addHazards(_ summary: inout PooledSummary) {
        let upper = { [parameters] (x: Double) in Distributions.chiSquaredUpper(x, degreesOfFreedom: parameters) }
        summary.events = Int(scales.events)
        addLikelihood(&summary, -loss, parameters: Double(parameters), rows: max(1, scales.events))
        let b = course.point.coefficients
        let wald = dot(b, last.derivatives.information.applied(to: b))
        summary.wald = wald
        summary.waldP = upper(wald)
        guard let start = course.start else { return }
        summary.nullLogLikelihood = -start.loss
        let ratio = max(0, 2 * (start.loss - loss))
        summary.likelihoodRatio = ratio
        summary.likelihoodRatioP = upper(ratio)
        guard let factor = try? CholeskyFactor(start.information, tolerance: 1e-9) else { return }
        let score = dot(start.gradient, factor.solve(start.gradient))
        summary.score = score
        summary.scoreP = upper(score)
    }
}

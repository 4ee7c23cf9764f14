/// What evaluation asks of a family beside what training does.
extension ResponseFamily {
    /// Mean of the response at a joint predictor: the inverse link.
    package func response(_ z: Double) -> Double {
        switch self {
        case .linear: z
        case .logistic: Self.mean(z)
        case .probit: ElementaryFunctions.exp(NormalDistribution.logCumulative(z))
        case .poisson, .negativeBinomial, .gamma, .cox: ElementaryFunctions.exp(z)
        }
    }

    /// Whether labels are 0 and 1.
    var isBinary: Bool {
        switch self {
        case .logistic, .probit: true
        case .linear, .poisson, .negativeBinomial, .gamma, .cox: false
        }
    }

    /// Whether a variance is estimated beside the mean.
    var hasDispersion: Bool {
        switch self {
        case .linear, .gamma: true
        case .logistic, .probit, .poisson, .negativeBinomial, .cox: false
        }
    }

    /// Squared Pearson residual where a dispersion is estimated from it.
    func pearson(_ z: Double, label y: Double) -> Double {
        let residual = y - response(z)
        guard case .gamma = self else { return residual * residual }
        let relative = y * ElementaryFunctions.exp(-z) - 1
        return relative * relative
    }

    /// Twice the log-likelihood that a row loses against a perfect prediction: R's deviance residual, squared.
    func deviance(_ z: Double, label y: Double) -> Double {
        switch self {
        case .linear: return (y - z) * (y - z)
        case .logistic, .probit: return 2 * loss(z, label: y)
        case .poisson, .cox:
            let logarithm = y > 0 ? y * (ElementaryFunctions.log(y) - z) : 0
            return 2 * (logarithm - (y - response(z)))
        case .negativeBinomial(let theta):
            let logarithm = y > 0 ? y * (ElementaryFunctions.log(y) - z) : 0
            let ratio = ElementaryFunctions.log((y + theta) / (response(z) + theta))
            return 2 * (logarithm - (y + theta) * ratio)
        case .gamma:
            let relative = y * ElementaryFunctions.exp(-z)
            return 2 * (relative - 1 - ElementaryFunctions.log(relative))
        }
    }
}

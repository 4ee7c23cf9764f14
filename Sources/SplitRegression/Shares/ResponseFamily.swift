/// How a response depends on the joint predictor, with the link that R's `glm` has by default but for gamma, which has `log`
/// (training.md 4). All of it is the active party's: the peer sees the same messages for every family but for their widths.
package enum ResponseFamily: Sendable, Hashable {
    case linear
    case logistic
    case probit
    case poisson
    /// Log link, theta given.
    case negativeBinomial(theta: Double)
    /// Log link.
    case gamma
    /// Proportional hazards: a row's residual depends on all rows (training.md 5.12), which ``RiskSets`` are for.
    case cox

    /// Derivative of the negative log-likelihood of one row by its predictor, but for a factor of the dispersion.
    package func residual(_ z: Double, label y: Double) -> Double {
        switch self {
        case .linear: return z - y
        case .logistic: return Self.mean(z) - y
        case .probit: return y > 0.5 ? -NormalDistribution.mills(z) : NormalDistribution.mills(-z)
        case .poisson: return ElementaryFunctions.exp(z) - y
        case .negativeBinomial(let theta):
            return (y + theta) * Self.mean(z - ElementaryFunctions.log(theta)) - y
        case .gamma: return 1 - y * ElementaryFunctions.exp(-z)
        // Under a cumulative hazard of 1; the risk sets give the one that it has.
        case .cox: return ElementaryFunctions.exp(z) - y
        }
    }

    /// Expected information of one row, as R's `glm` has it.
    package func weight(_ z: Double) -> Double {
        switch self {
        case .linear, .gamma: return 1
        case .logistic: return Self.slope(z)
        case .probit: return NormalDistribution.mills(z) * NormalDistribution.mills(-z)
        case .poisson, .cox: return ElementaryFunctions.exp(z)
        case .negativeBinomial(let theta): return theta * Self.mean(z - ElementaryFunctions.log(theta))
        }
    }

    /// Negative log-likelihood of one row without terms of the label alone.
    package func loss(_ z: Double, label y: Double) -> Double {
        switch self {
        case .linear: return (z - y) * (z - y) / 2
        case .logistic: return Self.softplus(z) - y * z
        case .probit: return -NormalDistribution.logCumulative(y > 0.5 ? z : -z)
        case .poisson, .cox: return ElementaryFunctions.exp(z) - y * z
        case .negativeBinomial(let theta):
            return (y + theta) * Self.softplus(z - ElementaryFunctions.log(theta)) - y * z
        case .gamma: return y * ElementaryFunctions.exp(-z) + z
        }
    }

    /// Whether the mean is the exponential of the predictor.
    package var hasLogLink: Bool {
        switch self {
        case .poisson, .negativeBinomial, .gamma: true
        case .linear, .logistic, .probit, .cox: false
        }
    }

    /// Whether its series are exponentials, about a centre: an offset multiplies them.
    package var hasExponentialSeries: Bool { self == .poisson || self == .gamma || self == .cox }

    /// Whether there is a constant among the coefficients.
    package var hasIntercept: Bool { self != .cox }

    /// Added to a predictor where the series are functions of it, beside the offset (training.md 4).
    package var shift: Double {
        if case .negativeBinomial(let theta) = self { -ElementaryFunctions.log(theta) } else { 0 }
    }

    /// Where the constant alone starts.
    package func start(mean: Double) -> Double {
        switch self {
        case .linear: mean
        case .logistic, .probit, .cox: 0
        case .poisson, .negativeBinomial, .gamma: ElementaryFunctions.log(max(mean, 1e-6))
        }
    }

    /// The labels that it takes.
    package func allows(_ y: Double) -> Bool {
        switch self {
        case .linear: y.isFinite
        case .logistic, .probit, .cox: y == 0 || y == 1
        case .poisson, .negativeBinomial: y >= 0 && y == y.rounded() && y < 0x1p30
        case .gamma: y > 0 && y.isFinite
        }
    }

    package static func mean(_ z: Double) -> Double {
        let tail = ElementaryFunctions.exp(-abs(z))
        return z >= 0 ? 1 / (1 + tail) : tail / (1 + tail)
    }

    package static func slope(_ z: Double) -> Double {
        let tail = ElementaryFunctions.exp(-abs(z))
        return tail / ((1 + tail) * (1 + tail))
    }

    static func softplus(_ z: Double) -> Double {
        max(z, 0) + ElementaryFunctions.logOnePlus(ElementaryFunctions.exp(-abs(z)))
    }
}

/// The standard normal distribution from arithmetic alone.
package enum NormalDistribution {
    private static let halfLogTwoPi = 0.9189385332046727

    /// phi(z) / Phi(z)
    package static func mills(_ z: Double) -> Double {
        ElementaryFunctions.exp(-z * z / 2 - halfLogTwoPi - logCumulative(z))
    }

    package static func cumulative(_ z: Double) -> Double { ElementaryFunctions.exp(logCumulative(z)) }

    /// The logit of Phi(z).
    package static func logit(_ z: Double) -> Double { logCumulative(z) - logCumulative(-z) }

    /// ln Phi(z)
    package static func logCumulative(_ z: Double) -> Double {
        if z < -3 {
            // phi(z) / (-z) times Laplace's continued fraction (Abramowitz and Stegun 26.2.14).
            var fraction = -z
            for k in stride(from: 120, through: 1, by: -1) { fraction = -z + Double(k) / fraction }
            return -z * z / 2 - halfLogTwoPi - ElementaryFunctions.log(fraction)
        }
        if z > 3 { return ElementaryFunctions.logOnePlus(-ElementaryFunctions.exp(logCumulative(-z))) }
        // 1/2 + phi(z) (z + z^3/3 + z^5/15 + ...) (26.2.11)
        var term = z
        var sum = z
        var k = 3.0
        while abs(term) > 1e-18 * abs(sum), k < 400 {
            term *= z * z / k
            sum += term
            k += 2
        }
        let density = ElementaryFunctions.exp(-z * z / 2 - halfLogTwoPi)
        return ElementaryFunctions.log(0.5 + density * sum)
    }
}

/// Which regression model is fitted. Jobs and results that a commitment is made to name it: the words are written out.
public enum ModelFamily: String, Sendable, Hashable, CaseIterable, Codable {
    case linear = "linear"
    case logistic = "logistic"
    /// Yes/no outcomes, probit link.
    case probit = "probit"
    /// Counts, log link.
    case poisson = "poisson"
    /// Counts with variance mu + mu^2 / theta, log link.
    case negativeBinomial = "negative-binomial"
    /// Positive amounts, log link.
    case gamma = "gamma"
    /// Times to an event, some censored: proportional hazards (Cox 1972).
    case cox = "cox"
}

/// How a proportional-hazards model takes events at the same time.
public enum Ties: String, Sendable, Hashable, CaseIterable, Codable {
    /// Efron (1977): R's default.
    case efron = "efron"
    /// Breslow (1974).
    case breslow = "breslow"
}

extension ModelFamily {
    /// What its outcome is.
    public var labelDomain: ValueDomain {
        switch self {
        case .linear: .number
        case .logistic, .probit: .yesNo
        case .poisson, .negativeBinomial: .count
        case .gamma: .positive
        // Whether the event was seen.
        case .cox: .yesNo
        }
    }

    /// Whether coefficients are logarithms of ratios: of odds, or of means.
    public var hasRatios: Bool { ratioName != nil }

    /// What `exp(coefficient)` is, for tables.
    public var ratioName: String? {
        switch self {
        case .logistic: "odds ratio"
        case .poisson, .negativeBinomial: "rate ratio"
        case .gamma: "mean ratio"
        case .cox: "hazard ratio"
        case .linear, .probit: nil
        }
    }

    /// Whether the mean is the exponential of the predictor, so that an exposure is an offset.
    public var hasLogLink: Bool {
        switch self {
        case .poisson, .negativeBinomial, .gamma: true
        case .linear, .logistic, .probit, .cox: false
        }
    }

    /// Whether the outcome is a probability of yes, which can be set against the label.
    public var predictsProbability: Bool { self == .logistic || self == .probit }

    /// Whether there is a constant among the coefficients.
    public var hasIntercept: Bool { self != .cox }
}

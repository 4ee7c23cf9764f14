/// What a job may open, by the word that stands in its `reveal` list.
public enum Reveal: String, Sendable, Hashable, CaseIterable, Codable {
    /// Each party's own coefficients, to that party. Always.
    case coefficients
    /// Standard errors of each party's own coefficients, to that party.
    case standardErrors = "standard-errors"
    /// The linear predictor of every aligned row, to the active party.
    case scores
    /// Metrics of the fit, at the active party: log-loss and Brier score from opened sums, the rank-based ones
    /// (AUC, KS) only where `scores` is revealed too.
    case metrics

    /// What is opened, in one clause.
    public var meaning: String {
        switch self {
        case .coefficients: "each party's own coefficients, to that party only"
        case .standardErrors: "standard errors of each party's own coefficients, to that party"
        case .scores: "the score of every aligned row, to the active party"
        case .metrics:
            "metrics of the fit: sums over all rows to both parties, rank-based ones only with scores, to the active party"
        }
    }
}

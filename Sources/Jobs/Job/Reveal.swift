/// What a job may open, by the word that stands in its `reveal` list.
public enum Reveal: String, Sendable, Hashable, CaseIterable, Codable {
    /// Each party's own coefficients, to that party. Always.
    case coefficients
    /// Standard errors of each party's own coefficients, to that party.
    case standardErrors = "standard-errors"
    /// Each party's own block of the covariance matrix, to that party.
    case covariance
    /// The linear predictor of every aligned row, to the active party.
    case scores
    /// Metrics of the fit, at the active party: log-loss and Brier score from opened sums, the rank-based ones
    /// (AUC, KS) only where `scores` is revealed too.
    case metrics
    /// Mean prediction and outcome by tenths of the scores, in the active party's output.
    case deciles
    /// The passive party's coefficients, to the active party.
    case jointCoefficients = "joint-coefficients"

    /// What is opened, in one clause.
    public var meaning: String {
        switch self {
        case .coefficients: "each party's own coefficients, to that party only"
        case .standardErrors: "standard errors of each party's own coefficients, to that party"
        case .covariance: "each party's own block of the covariance matrix, to that party"
        case .scores: "the score of every aligned row, to the active party"
        case .metrics: "metrics of the fit (sums over all rows; rank-based ones only with scores), to the active party"
        case .deciles: "outcome and prediction by tenths of the scores, computed by the active party"
        case .jointCoefficients: "the passive party's coefficients, to the active party"
        }
    }

    /// What must also be opened for this one: computing it shows that to the same party.
    public var requires: Reveal? {
        switch self {
        case .deciles: .scores
        case .covariance: .standardErrors
        default: nil
        }
    }
}

/// What a job may open, by the word that stands in its `reveal` list.
public enum Reveal: String, Sendable, Hashable, CaseIterable, Codable {
    /// Each party's own coefficients, to that party. Always.
    case coefficients
    /// Standard errors of each party's own coefficients, to that party.
    case standardErrors = "standard-errors"
    /// The linear predictor of every aligned row, to the active party.
    case scores
    /// Log-loss and Brier score, or R^2, from sums over the fitted rows that both parties open; without `scores` also over rows
    /// held out. All else follows from `scores` at the active party alone (`protocols/evaluation.md`).
    case metrics
    /// Correlations of all columns with each other and with the label, and with them all coefficients, to all parties.
    case correlations
    /// The description of the cohort: means, standard deviations and counts of all columns by group, to all parties.
    case description
    /// The same with the active party's case weights beside it.
    case weightedDescription = "weighted-description"
    /// Proportional hazards: the survival curve at the job's times, to the active party.
    case survival
    /// There too: the log-rank test between the levels of `model.groups`, to the active party.
    case logrank
    /// There too: the Kaplan-Meier curve of each of these levels at the job's times, to the active party.
    case kaplanMeier = "kaplan-meier"

    /// What is opened, in one clause.
    public var meaning: String {
        switch self {
        case .coefficients: "each party's own coefficients, to that party only"
        case .standardErrors: "standard errors of each party's own coefficients, to that party"
        case .correlations:
            "the correlations of all columns with each other and with the label, and so all coefficients, to all parties"
        case .description:
            "means, standard deviations and counts of all columns by group, to all parties, when the cohort is described"
        case .weightedDescription:
            "the same with the active party's case weights, by which it may ask about single people"
        case .survival:
            "the survival curve of a person with the mean of every column, at the times in `model.times`, to the active party"
        case .logrank:
            "of each level of `model.groups` its rows, its events and those expected, with their covariances, to the active party"
        case .kaplanMeier:
            "the survival of each level of `model.groups` at the times in `model.times`, to the active party"
        case .scores: "the score of every aligned row, to the active party"
        case .metrics:
            "log-loss and Brier score, or R^2, of the fitted rows, from sums that both parties open; without scores also of rows held out"
        }
    }
}

/// Results and prediction (`protocols/training.md`, sections 6 to 9).
extension LeakageWords {
    func end() -> [LeakageTable.Row] {
        [
            row(.end, active, sends: activeSendsAtEnd, learns: activeLearnsAtEnd),
            row(.end, passive, sends: passiveSendsAtEnd, learns: passiveLearnsAtEnd),
        ]
    }

    private var activeSendsAtEnd: [String] {
        informationSent(from: active) + sumsSent
    }

    private var passiveSendsAtEnd: [String] {
        ["its part of the intercept on the raw scale: one number"]
            + informationSent(from: passive) + sumsSent
            + only(.scores, "its partial score of every row of the cohort")
            + only(.jointCoefficients, "its coefficients")
    }

    private var activeLearnsAtEnd: [String] {
        ["its own \(activeCount) coefficients", "\(passive)'s part of the intercept on the raw scale"]
            + loss
            + only(.standardErrors, "the standard errors of its own coefficients")
            + (family == .logistic
                ? only(
                    .standardErrors,
                    "its own block of the information matrix and of its inverse: \(activeMatrix) numbers each, which are "
                        + "equations about the rows' weights")
                : [])
            + only(.covariance, "its own block of the covariance matrix")
            + only(.scores, "\(passive)'s partial score of every row of the cohort, and so the joint score")
            + only(.metrics, metrics)
            + only(.deciles, "outcome and prediction by tenths, from the scores")
            + only(.jointCoefficients, "\(passive)'s \(passiveCount) coefficients")
    }

    private var passiveLearnsAtEnd: [String] {
        ["its own \(passiveCount) coefficients"]
            + loss
            + only(.standardErrors, "the standard errors of its own coefficients")
            + (family == .logistic
                ? only(
                    .standardErrors,
                    "its own block of the information matrix and the Schur complement: \(passiveMatrix) numbers each, which "
                        + "are equations about the rows' weights")
                : [])
            + only(.covariance, "its own block of the covariance matrix")
            + only(.scores, "that it sent its scores, nothing of \(active)'s")
    }

    private var loss: [String] {
        family == .logistic ? ["the number of passes; the log-likelihood summed over all rows, where it is opened"] : []
    }

    private var sumsSent: [String] {
        family == .logistic ? only(.metrics, "its share of sums over all rows (loss and Brier score)") : []
    }

    private var metrics: String {
        family == .logistic
            ? "log-loss and Brier score from sums over all rows; rank-based metrics only from scores, where they are revealed"
            : "R^2 and the residual variance"
    }

    /// The linear family has sent it in its one exchange.
    private func informationSent(from party: String) -> [String] {
        guard family == .logistic else { return [] }
        return only(
            .standardErrors,
            "masked sums of products of its columns under the shared weights, uniform to \(peer(of: party))")
    }

    func prediction() -> [LeakageTable.Row] {
        let asks = only(
            .scores, "the identifiers of the new rows, by the same alignment as above, with what that shows both sides")
        guard !asks.isEmpty else { return [] }
        return [
            row(
                .prediction, active, sends: asks,
                learns: only(.scores, "\(passive)'s partial score of every new row, and so the joint score")),
            row(
                .prediction, passive, sends: only(.scores, "its partial score of every new row"),
                learns: only(.scores, "which of its rows were asked for, and how many; no score, no outcome")),
        ]
    }
}

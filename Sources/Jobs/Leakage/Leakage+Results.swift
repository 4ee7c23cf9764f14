import Records

/// Results, early ends and prediction (`protocols/training.md`, sections 4 and 6 to 9).
extension LeakageWords {
    func end() -> [LeakageTable.Row] {
        [
            row(.end, active, sends: activeSendsAtEnd, learns: activeLearnsAtEnd),
            row(.end, passive, sends: passiveSendsAtEnd, learns: passiveLearnsAtEnd),
        ]
    }

    private var activeSendsAtEnd: [String] {
        guard family == .logistic else { return [] }
        return sumsSent
            + information(
                "its share of the weights and its products of two columns under \(passive)'s, and its rotated columns with their "
                    + "weighted copies, row by row, encrypted or masked: uniform to \(passive)",
                "the masked sums that it decrypted for \(passive), dithered; to itself they are uniform")
    }

    private var passiveSendsAtEnd: [String] {
        let rows =
            family == .logistic
            ? sumsSent
                + information(
                    "R and r at the final coefficients; its share of the weights, and masked sums, encrypted or masked: uniform to "
                        + "\(active)",
                    "the masked sums that it decrypted for \(active), dithered; to itself they are uniform",
                    covarianceParts)
            : only(.standardErrors, covarianceParts)
        return rows + ["its part of the intercept on the raw scale: one number"]
            + only(.scores, "its partial score of every fitted row")
            + when(.heldOutRows, .revealed(.scores), say: ["its partial score of every row held out"])
    }

    private var activeLearnsAtEnd: [String] {
        ["its own \(activeCount) coefficients"]
            + (family == .logistic ? sums(radius: true) + activeInformation : activeCovariance)
            + ["sum_j beta_j mean_j / sd_j of \(passive), its part of the intercept on the raw scale"]
            + only(.scores, "\(passive)'s partial score of every fitted row, and so the joint score")
            + when(
                .heldOutRows, .revealed(.scores),
                say: ["\(passive)'s partial score of every row held out, and so the joint score"])
            + (family == .linear
                ? only(.metrics, "R^2 and the residual variance: nothing that the exchange does not open anyway")
                : only(.metrics, "rank-based metrics (AUC, KS) only from scores, where they are revealed"))
    }

    private var passiveLearnsAtEnd: [String] {
        ["its own \(passiveCount) coefficients"]
            + (family == .logistic ? sums(radius: false) + passiveInformation : passiveCovariance)
            + only(.scores, "that it sent its scores, nothing of \(active)'s")
    }

    // MARK: - Sums over all rows (training.md 2 and 4, step 6)

    private var sumsSent: [String] {
        when(.unpenalised, "its share of the summed loss, at the end and \(Self.separationPoints)")
            + when(.penalised, .revealed(.metrics), say: ["its share of the summed loss, at the end"])
            + only(.metrics, "its share of the summed Brier score")
    }

    private func sums(radius: Bool) -> [String] {
        let beside = radius ? ", and R there" : ""
        return ["the number of passes, and whether they converged"]
            + when(
                .unpenalised,
                "the log-likelihood summed over all rows\(beside), at the end and \(Self.separationPoints): the check for "
                    + "separation, with or without `metrics`")
            + when(
                .penalised, .revealed(.metrics), say: ["the log-likelihood summed over all rows\(beside), at the end"])
            + only(.metrics, "the Brier score summed over all rows\(beside)")
    }

    private static let separationPoints =
        "at the trial points where R first reaches 16 and each time that it has doubled since"

    // MARK: - Standard errors (training.md 5 to 7)

    private func information(_ statements: String...) -> [String] {
        when(.revealed(.standardErrors), .informationAllowed, say: statements)
    }

    private var covarianceParts: String {
        "what its columns add to \(active)'s covariance block and to the variance of the raw intercept: \(activeMatrix) numbers, "
            + "and \(activeCount) + 1"
    }

    private var activeInformation: [String] {
        information(
            "the standard errors of its own coefficients",
            "R at the final coefficients",
            "its own block H_A of the information matrix, dithered: \(numbers(activeMatrix)), equations about the rows' weights",
            "its own block of the inverse information, and the raw intercept's row: \(activeMatrix) numbers, and \(activeCount) + 1"
        )
    }

    private var passiveInformation: [String] {
        information(
            "the standard errors of its own coefficients",
            "its own block H_B of the information matrix, dithered: \(numbers(passiveMatrix)), equations about the rows' weights",
            "the Schur complement S, whose inverse is its own block of the inverse information, and with it C^T C of the weighted "
                + "cross block: \(numbers(passiveMatrix)); single columns of \(active) stay hidden behind the rotation")
    }

    private var activeCovariance: [String] {
        only(
            .standardErrors, "the standard errors of its own coefficients",
            "its own block of the covariance matrix, and the raw intercept's row: \(activeMatrix) numbers, and \(activeCount) + 1"
        )
    }

    private var passiveCovariance: [String] {
        only(
            .standardErrors, "the standard errors of its own coefficients",
            "its own block of the covariance matrix, S^-1 times the residual variance")
    }

    // MARK: - Prediction (training.md 9)

    func prediction() -> [LeakageTable.Row] {
        let asks = only(
            .scores, "the identifiers of the new rows, by the same alignment as above, with what that shows both sides")
        guard !asks.isEmpty else { return [] }
        return [
            row(
                .prediction, active, sends: asks + only(.scores, Self.roots),
                learns: only(.scores, sameInputs(of: passive))
                    + only(.scores, "\(passive)'s partial score of every new row, and so the joint score")),
            row(
                .prediction, passive,
                sends: only(.scores, Self.roots) + only(.scores, "its partial score of every new row"),
                learns: only(.scores, "which of its rows were asked for, and how many; no score, no outcome")
                    + only(.scores, sameInputs(of: active))),
        ]
    }

    // MARK: - Ends without a result

    func early() -> [LeakageTable.Row] {
        [active, passive].map { party in
            row(
                .early, party, sends: ["the name of its reason, no figure"],
                learns: [
                    "the name of \(peer(of: party))'s reason. What a guard or limit of the aligned rows or the ledger refuses ends "
                        + "after the alignment: the intersection is known by then",
                    "if \(peer(of: party)) refuses by inputDifference: that a column of it has changed for few people since an earlier "
                        + "job with \(party), not which column and not for whom",
                ] + (party == passive ? refusedLabels : []) + training(endedFor: party))
        }
    }

    private var refusedLabels: [String] {
        ["if \(active) refuses by guard-1-labels: that n H(y) is below what that guard asks for"]
    }

    private func training(endedFor party: String) -> [String] {
        let alias =
            party == active
            ? "that columns of \(passive) and its own are linearly dependent; which column stays at \(passive)"
            : "that a column of its own and other columns are linearly dependent, and which one of its own"
        guard family == .logistic else { return [alias] }
        return when(
            .unpenalised,
            "separation: that the labels are separated, or that \(peer(of: party))'s predictor passes 64")
            + when(.penalised, "that \(peer(of: party))'s predictor passes 64")
            + ["no convergence: that it is so"]
            + information(alias)
    }
}

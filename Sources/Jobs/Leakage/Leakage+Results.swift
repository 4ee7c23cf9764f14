import Records

/// Results, early ends and prediction (`protocols/training.md`).
extension LeakageWords {
    func end() -> [LeakageTable.Row] {
        [
            row(
                .end, LeakageTable.both,
                sends: [
                    "the high bits of its shares of the other's results: to 2^-12 of a standard error, no finer",
                    "a commitment (salted hash) to its part of the model: it says nothing about it",
                ]
                    + (family == .linear
                        ? []
                        : ["a bit for each of some limits: whether its own part of some row's predictor passes it"]),
                learns: common),
            row(
                .end, active, sends: [],
                learns: ownCoefficients + intercept
                    + only(.standardErrors, "the standard errors of its own coefficients\(rawIntercept)")
                    + only(.scores, "\(passive)'s partial score of every fitted row, and so the joint score")
                    + when(
                        .heldOutRows, .revealed(.scores),
                        say: ["\(passive)'s partial score of every row held out, and so the joint score"])
                    + thetaErrorLearnt + only(.survival, curve) + levelsLearnt + bits(.active)),
            row(
                .end, passive,
                sends: only(.scores, "its partial score of every fitted row, in clear")
                    + when(.heldOutRows, .revealed(.scores), say: ["its partial score of every row held out, in clear"])
                    + only(
                        .survival, "36 bits of its share of each cumulative hazard, of which it learns nothing itself")
                    + thetaErrorSent + levelsSent,
                learns: [
                    "its \(coefficients(passiveCount)): so many equations about \(active)'s rows and labels, as in any joint fit"
                ] + only(.standardErrors, "the standard errors of its own coefficients") + bits(.passive)),
        ]
    }

    private var ownCoefficients: [String] {
        // A proportional-hazards model may have none at the active party.
        activeCoefficients == "0"
            ? []
            : [
                "its \(coefficients(activeCoefficients)): so many equations about \(passive)'s rows, as in any joint fit"
            ]
    }

    private var intercept: [String] {
        family.hasIntercept
            ? ["the intercept on the raw scale, and so one linear function of \(passive)'s coefficients"] : []
    }

    private var rawIntercept: String { family.hasIntercept ? " and of the raw intercept" : "" }

    var curve: String {
        let count = job.map { "\($0.model.times.count) " } ?? ""
        let noun = job?.model.times.count == 1 ? "time" : "times"
        let strata = job.map { $0.model.mostStrata.map { " in each of at most \($0) strata" } ?? "" } ?? ""
        return
            "the cumulative baseline hazard at the \(count)\(noun) that the job declares\(strata), 36 bits each: sums over the events up "
            + "to then"
    }

    /// What all parties learn at the end.
    var common: [String] {
        guard family != .linear else {
            return only(
                .metrics, "the residual variance, and at \(active) R^2: they follow from the residual sum of squares")
                + heldOut + folds
                + only(
                    .correlations,
                    "the correlations of all columns with each other (18 bits each) and with the label (22 bits each), and the gradient "
                        + "at the solution (29 bits a coefficient): from these all coefficients of all parties follow, under this "
                        + "penalty and every other")
        }
        return ["the number of passes and whether they converged; \(bits.all) about its predictor"]
            + loss
            + (family.predictsProbability
                ? only(.metrics, "the Brier score summed over the fitted rows, likewise") : [])
            + (family == .gamma
                ? when(.lossOpened, "Pearson's sum of squares, likewise: the dispersion follows from it") : [])
            + when(
                .thetaEstimated,
                "for each estimate of theta, \(OpenedBits.thetaRounds) at most: a sum over the fitted rows of ln(1 + mean / theta), to 18 bits "
                    + "beyond its leading digit, and \(active)'s bit whether another one follows; theta itself stays with \(active)"
            ) + heldOut + folds
    }

    private var sums: String {
        family == .linear
            ? "the squared residuals" : "the losses" + (family.predictsProbability ? " and the squared errors" : "")
    }

    private var loss: [String] {
        guard family == .cox else {
            return when(
                .lossOpened, "the log-likelihood summed over the fitted rows, to 18 bits beyond its leading digit")
        }
        return when(
            .unpenalised,
            "one sum over the fitted rows: by how much the log-likelihood differs from that of \(active)'s own fit, to 14 bits beyond "
                + "its leading digit")
            + only(
                .standardErrors,
                "two statistics of the whole model, Wald's and the score test's, to 14 bits beyond their leading digits"
            )
    }

    private var folds: [String] {
        when(
            .folds,
            say: [
                "\(sums) once more, each summed over the fitted rows, each row at coefficients without its part of the rows, to 18 bits "
                    + "beyond the leading digit; no coefficient of a part"
                    + (family == .linear
                        ? ""
                        : "; and \(bits.one) of some row's predictor passes a fixed limit")
            ])
    }

    private var heldOut: [String] {
        when(
            .heldOutSums,
            say: [
                "\(sums), each summed over the rows held out, to 18 bits beyond the leading digit, if they are at least "
                    + "`limits.minimumCell`; and \(bits.one) of one of them passes a fixed limit"
            ])
    }

    /// Once the rows are known.
    func bits(_ role: Party.Role) -> [String] {
        guard let job, let rows else { return [] }
        return [
            "in all at most \(OpenedBits(job, rows: rows, to: role).total) bits through windows (\(Guard.budget.name))"
        ]
    }

    // MARK: - Prediction

    func prediction() -> [LeakageTable.Row] {
        let model = only(.scores, "the commitment to its part of the model that it sent at the end of the fit")
        let asks = only(
            .scores, "the identifiers of the new rows, by the same alignment as above, with what that shows both sides")
        guard !asks.isEmpty else { return [] }
        return [
            row(
                .prediction, active, sends: model + asks + only(.scores, Self.roots),
                learns: only(.scores, sameInputs(of: passive))
                    + only(.scores, "\(passive)'s partial score of every new row, and so the joint score")),
            row(
                .prediction, passive,
                sends: model + only(.scores, Self.roots) + only(.scores, "its partial score of every new row"),
                learns: only(.scores, "which of its rows were asked for, and how many; no score, no outcome")
                    + only(.scores, sameInputs(of: active))),
        ]
    }

    // MARK: - Ends without a result

    func early() -> [LeakageTable.Row] {
        [
            row(
                .early, LeakageTable.both, sends: ["the name of its reason, no figure"],
                learns: [
                    "the name of the other's reason. What a guard or limit of the aligned rows or the ledger refuses ends after the "
                        + "alignment: the intersection is known by then",
                    "if the other refuses by inputDifference: that a column of it has changed for few people since an earlier job, not "
                        + "which column and not for whom",
                    "if the other refuses by unfitDesign: that some column or row of its own is not fit (constant, aliased, a small "
                        + "cell, leverage\(unfitEvents)), not which",
                    "if the other refuses by \(Guard.budget.name): that its label or a column of it holds fewer bits than that guard "
                        + "asks for",
                    "collinear columns: that columns of the two are linearly dependent, and how far each of its own takes part "
                        + "(10 bits a column); of the other's, not which. Where \(passive) leaves one out and the fit goes on, \(passive) "
                        + "alone learns how far",
                ] + failures)
        ]
    }

    var unfitEvents: String {
        family == .cox ? ", too many events, few rows between two points of a survival curve" : ""
    }

    /// Ends of a fit that all parties learn.
    var failures: [String] {
        guard family != .linear else { return [] }
        return
            (family == .gamma
            ? []
            : when(
                .unpenalised,
                "separation: that the labels are separated, or nearly, or a level has no event, and no step helps; where an estimate grows "
                    + "slowly, how its own coefficients move in the last step (12 bits a column)"))
            + when(
                .thetaEstimated,
                say: [
                    "that theta has no estimate: \(active)'s counts vary no more than Poisson's, or theta is far from that of its "
                        + "own fit"
                ])
            + ["no convergence, or predictors beyond the longest period: that it is so, and the last gradient's length"]
    }
}

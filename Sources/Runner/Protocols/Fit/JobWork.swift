import Jobs
package import PrivateSetIntersection
package import Records
package import Site
package import SplitRegression
package import Wire

/// What a job asks of the site around it beside what every session asks.
package protocol JobBooks: SessionBooks {
    /// Throws when these columns must not be trained on.
    func admit(_ design: JobDesign, _ intersection: Intersection) throws
    /// What a fit opens about these rows is about to be opened: the model and its bits.
    func remember(_ design: JobDesign, _ inputs: SessionInputs?) throws
    /// Coefficients of this fit are about to be opened once more than its bits count.
    func openCoefficientsAgain(_ design: JobDesign) throws
    /// Throws when these columns must not be described.
    func admit(_ cohort: DescribedCohort) throws
    /// What a description opens about these rows is about to be opened: it counts as a model, with its bits.
    func remember(_ cohort: DescribedCohort, _ inputs: SessionInputs?) throws
    /// Scores of these rows are about to be opened.
    func openScores(of rows: AlignedRows) throws
}

/// One job: alignment, then training.
package struct JobWork: SessionWork {
    package struct Result: Sendable {
        package let intersection: Intersection
        /// In common order, held-out rows among them.
        package let rows: AlignedRows
        package let outcome: TrainingOutcome
        /// What later predictions are held to.
        package let binding: ModelBinding
    }

    package let inputs: JobInputs
    package let opening: SessionOpening
    package let books: any JobBooks
    package let progress: ProgressReporter

    package init(inputs: JobInputs, opening: SessionOpening, books: any JobBooks, progress: ProgressReporter) {
        self.inputs = inputs
        self.opening = opening
        self.books = books
        self.progress = progress
    }

    package func run(over session: Session) async throws -> Result {
        let cohort = try await inputs.cohort(over: session, opening, books, progress)
        let rows = cohort.rows
        let design = try JobDesign(inputs, rows)
        try books.admit(design, cohort.intersection)
        // Before anything about these people is opened: a peer that vanishes then has opened it all the same.
        try books.remember(design, cohort.inputs)
        let outcome = try await train(design, rows, over: session)
        let binding = try await ModelBinding.exchange(outcome.model, over: session)
        return Result(intersection: cohort.intersection, rows: rows, outcome: outcome, binding: binding)
    }

    private func train(
        _ design: JobDesign, _ rows: AlignedRows, over session: Session
    ) async throws -> TrainingOutcome {
        let (progress, books, plan) = (progress, books, design.plan)
        let openings = TrainingOpenings(
            of: inputs.job, again: { try books.openCoefficientsAgain(design) },
            scores: { try books.openScores(of: rows) })
        progress.expect(passes: plan.family == .linear ? nil : plan.maximumPasses)
        let input = try design.input()
        guard let label = design.label else {
            return try await Training.passive(
                input, plan: plan, over: session, openings: openings
            ) { progress.report($0) }
        }
        return try await Training.active(
            input, label: label.values, testLabel: try design.testLabel(), plan: plan, over: session,
            openings: openings
        ) { progress.report($0) }
    }

    /// The result is this party's part of the model.
    package func facts(of result: Result, salt: Bytes32) throws -> ResultFacts {
        let summary = result.outcome.summary
        return ResultFacts(
            try ResultFiles.json(result.outcome.model), file: "model.json", salt: salt,
            counts: [
                "rows": Int64(result.rows.count), "fitted": Int64(summary.n), "passes": Int64(summary.passes),
                "parameters": Int64(summary.parameters), "converged": summary.converged ? 1 : 0,
            ], metrics: Self.metrics(of: result.outcome))
    }

    package static func metrics(of outcome: TrainingOutcome) -> [String: Double] {
        var metrics: [String: Double] = [:]
        if let auc = outcome.metrics?.auc { metrics["auc"] = auc }
        if let r2 = outcome.metrics?.r2 { metrics["r2"] = r2 }
        // A peer's score may be any number: what comes of it must not keep this party from its own result.
        return metrics.filter(\.value.isFinite)
    }
}

extension TrainingPlan {
    init(_ job: Job, rows: Int) {
        self.init(
            family: job.model.family, theta: job.model.theta, ties: job.model.ties ?? .efron,
            mostEvents: job.model.mostEvents, times: job.reveals(.survival) ? job.model.times : [],
            curveStrata: job.model.mostStrata ?? 1,
            isWeighted: job.hasCaseWeights,
            hasOffset: job.active.beside.movesPredictor, activeColumns: job.parameterCount(of: job.active),
            passiveColumns: job.parameterCount(of: job.sharing),
            otherColumns: job.furtherParties.map { job.parameterCount(of: $0) }, l2: job.model.l2, l1: job.model.l1,
            tolerance: job.model.tolerance, maximumPasses: job.model.maximumPasses,
            keyBits: job.keys.bits, nonces: job.keys.nonces.length,
            standardErrors: job.reveals(.standardErrors), covariance: job.model.covariance,
            revealScores: job.reveals(.scores),
            minimumScoreColumns: job.limits.minimumPassiveColumns,
            revealFit: job.reveals(.metrics), minimumHeldOut: job.limits.minimumCell,
            folds: job.crossValidation,
            decisionBits: OpenedBits.decisions(job))
        comparison = LevelPlan(job)
    }
}

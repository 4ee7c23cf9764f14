import Jobs
package import Records
package import Site
package import SplitRegression
package import Wire

/// Joint scoring of new rows with the parts of a model that both sites kept.
package struct PredictionWork: SessionWork {
    package struct Result: Sendable {
        /// In common order.
        package let rows: AlignedRows
        /// The active party's joint linear predictors.
        package let scores: [Double]?
    }

    package let inputs: JobInputs
    /// This party's part.
    package let model: PartialModel
    package let opening: SessionOpening
    package let books: any SessionBooks
    package let progress: ProgressReporter

    package init(
        inputs: JobInputs, model: PartialModel, opening: SessionOpening, books: any SessionBooks,
        progress: ProgressReporter
    ) {
        self.inputs = inputs
        self.model = model
        self.opening = opening
        self.books = books
        self.progress = progress
    }

    package var family: ModelFamily { inputs.job.model.family }

    package func run(over session: Session) async throws -> Result {
        let cohort = try await inputs.cohort(over: session, opening, books, progress)
        try books.remember(cohort.rows, cohort.inputs)
        return Result(rows: cohort.rows, scores: try await exchange(cohort.rows, over: session))
    }

    private func exchange(_ rows: AlignedRows, over session: Session) async throws -> [Double]? {
        let table = inputs.table
        let design = try DesignMatrix(
            rows, columns: table.features, scalings: model.scalings, missing: table.missing,
            fractionBits: family.featureFractionBits)
        let partial = try model.partialScores(design)
        guard inputs.own.role == .active else {
            let facts = GuardFacts(job: inputs.job, rows: rows.count, distinctRows: design.distinctRows)
            if let refusal = Guards.scores(inputs.job, facts).refusal { throw refusal }
            try await ScoreExchange.send(
                partial, model: model, minimumColumns: inputs.job.limits.minimumPassiveColumns, over: session, round: 1)
            return nil
        }
        let scores = try await ScoreExchange.receive(adding: partial, over: session, round: 1)
        return try table.predictorOffset(rows).map { zip(scores, $0).map(+) } ?? scores
    }

    /// array(bytes) identifiers || optional(array(number) scores)
    package func facts(of result: Result, salt: Bytes32) throws -> ResultFacts {
        var encoder = Encoder()
        encoder.write(identifiersOf: result.rows)
        encoder.writeOptional(result.scores) { $0.writeArray($1) { $0.write($1) } }
        return ResultFacts(try encoder.finish(), salt: salt, counts: ["rows": Int64(result.rows.count)])
    }
}

extension SavedModel {
    /// The job that the model is of.
    ///
    /// - Throws: `Failure` 4 when the job does not open scores, 65 when the model is not of this site and the job in it.
    package func scoringJob(at site: SiteFolder) throws -> JobFile {
        try JobFile(yaml: jobYAML).scoring(job: job, party: party, at: site)
    }
}

extension JobFile {
    /// This job, where it is that of a model of this site and opens scores.
    ///
    /// - Parameters:
    ///   - job, party: what the model says of itself.
    /// - Throws: `Failure` 4 when the job does not open scores, 65 when the model is not of this site and the job in it.
    func scoring(job hash: String, party: String, at site: SiteFolder) throws -> JobFile {
        guard self.hash == hash, party == site.name else {
            throw Failure(.badData, "invalidModel", "the model is not of this site and the job in it")
        }
        guard job.reveals(.scores) else {
            throw Failure(
                .refusedByPolicy, "scoresNotOpened", "the job of this model does not open scores",
                hint: "scores must stand in the job's reveal list when it is approved and run")
        }
        return self
    }
}

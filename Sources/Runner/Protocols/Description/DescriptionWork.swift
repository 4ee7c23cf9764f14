import Jobs
package import Records
import Site
package import SplitRegression
package import Wire

/// A description of the cohort: alignment, then the table.
package struct DescriptionWork: SessionWork {
    package struct Result: Sendable {
        /// In common order.
        package let rows: AlignedRows
        package let table: DescriptionTable
    }

    package let inputs: JobInputs
    package let opening: SessionOpening
    package let books: any JobBooks
    package let progress: ProgressReporter

    package func run(over session: Session) async throws -> Result {
        let aligned = try await inputs.cohort(over: session, opening, books, progress)
        let cohort = try DescribedCohort(inputs.job, inputs.own, inputs.table, aligned.rows)
        try books.admit(cohort)
        // Before anything about these people is opened: a peer that vanishes then has opened it all the same.
        try books.remember(cohort, aligned.inputs)
        let report: @Sendable (TrainingProgress) -> Void = { [progress] in progress.report($0) }
        let table =
            inputs.own.role == .active
            ? try await CohortDescription.active(cohort.input, plan: cohort.plan, over: session, progress: report)
            : try await CohortDescription.passive(cohort.input, plan: cohort.plan, over: session, progress: report)
        return Result(rows: aligned.rows, table: table)
    }

    package func facts(of result: Result, salt: Bytes32) throws -> ResultFacts {
        ResultFacts(
            try ResultFiles.json(result.table), file: DescriptionFiles.json, salt: salt,
            counts: [
                "rows": Int64(result.rows.count), "groups": Int64(result.table.groups.count),
                "shown": Int64(result.table.shownColumns),
            ])
    }
}

import Jobs
import PooledRegression
import Records
import SecureSums
import Site

/// A site's table as a job split by rows takes it: read once, and fit for the job.
struct PooledTable: Sendable {
    let table: PartyTable
    /// All usable rows, in the ascending order of their identifiers.
    let rows: AlignedRows
    let input: PooledAnalysis.Rows

    /// - Throws: `RecordsError` for rows that are not fit; `PooledError` for rows that are not taken, before anybody is called.
    init(_ job: Job, _ table: PartyTable, _ secret: SiteSecret) throws {
        self.table = table
        rows = try table.pooledRows()
        let problems = try table.pooledProblems(for: job, rows)
        guard problems.isEmpty else { throw RecordsError.unfitDesign(problems, over: .own) }
        input = try PooledAnalysis.Rows(job, table, rows)
        try PooledTask(job).check(input, SumSettings(job), secret)
    }
}

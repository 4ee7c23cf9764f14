import Jobs
import PrivateSetIntersection
import Records
import Site
package import SplitRegression
import Transcript
import Wire

/// What came of a description of several parties: the same table at each.
package struct JointDescriptionResult: Sendable {
    package let alignment: JointAlignmentResult
    package let table: DescriptionTable

    func facts(salt: Bytes32) throws -> ResultFacts {
        ResultFacts(
            try ResultFiles.json(table), file: DescriptionFiles.json, salt: salt,
            counts: [
                "rows": Int64(alignment.rows.count), "parties": Int64(alignment.parties),
                "shown": Int64(table.shownColumns),
            ])
    }
}

/// The computing part of one party, over sessions that run or that read their logs again: alignment, commitments to the columns, table.
struct JointDescriptionRun: Sendable {
    let file: JobFile
    let own: Int
    let table: PartyTable
    let salts: ColumnSalts
    let patience: Duration
    /// nil in a replay.
    let books: (any JointBooks)?
    let progress: ProgressReporter

    private var job: Job { file.job }

    func run(over sessions: [Int: Session]) async throws -> JointDescriptionResult {
        // As a verifier asks of the keys: who stands behind two names has two places.
        try MultipartyTraining.demandDistinct(Array(sessions.values))
        let alignment = try await JobInputs.alignJointly(
            table, job, own: own, over: sessions, patience: patience, progress: { [progress] in progress.report($1) },
            admit: { [books] in try books?.admit($0) })
        let rows = alignment.rows
        let fixed = try await JobInputs.fixJointly(table, job, salts: salts, over: rows, books, sessions)
        progress.say(
            "aligned \(rows.count) rows with \(job.others(than: job.parties[own].name).map(\.name).joined(separator: ", "))"
        )
        let cohort = try DescribedCohort(job, job.parties[own], table, rows)
        // Before anything about these people is opened: a peer that vanishes then has opened it all the same.
        try books?.open(cohort)
        let roots = try job.parties.map { party in
            guard let root = fixed[party.name] else {
                throw Failure(.internalError, "noInputs", "\(party.name) committed to no columns")
            }
            return root
        }
        let described = try await JointDescription.run(
            cohort.input, own: own, plan: JointDescriptionPlan(job), roots: roots, over: sessions
        ) { [progress] in progress.report($0) }
        return JointDescriptionResult(alignment: alignment, table: described)
    }
}

extension JointDescriptionPlan {
    init(_ job: Job) {
        self.init(
            job.parties.map { Party(name: $0.name, columns: $0.described.map(ColumnSpec.init)) },
            common: DescriptionPlan(job))
    }
}

import Jobs
import PrivateSetIntersection
import Records
import Site
import SplitRegression
import Transcript
import Wire

/// One party's side of a fit or a description of several parties, over sessions that run or that read their logs again.
struct JointSide: Sendable {
    let file: JobFile
    let own: Int
    let table: PartyTable
    let salts: ColumnSalts
    let patience: Duration
    /// nil in a replay.
    let books: (any JointBooks)?
    let progress: ProgressReporter

    var job: Job { file.job }

    /// What both begin with: the common rows, and what each party commits to compute with over them.
    ///
    /// - Returns: by name of the party, SHA-256 of what it fixed its columns with.
    func begin(
        over sessions: [Int: Session]
    ) async throws -> (alignment: JointAlignmentResult, fixed: [String: Bytes32]) {
        // Before the alignment tells anything: who stands behind two names would see what is shared.
        try MultipartyTraining.demandDistinct(Array(sessions.values))
        let alignment = try await JobInputs.alignJointly(
            table, job, own: own, over: sessions, patience: patience, progress: { [progress] in progress.report($1) },
            admit: { [books] in try books?.admit($0) })
        let rows = alignment.rows
        let fixed = try await JobInputs.fixJointly(table, job, salts: salts, over: rows, books, sessions)
        progress.say(
            "aligned \(rows.count) rows with \(job.others(than: job.parties[own].name).map(\.name).joined(separator: ", "))"
        )
        return (alignment, fixed)
    }
}

extension JointSide {
    /// At a site that runs it.
    init(_ mesh: PreparedMesh, patience: Duration, books: SiteJointBooks, progress: ProgressReporter) {
        self.init(
            file: mesh.file, own: mesh.own, table: mesh.table, salts: ColumnSalts(identity: mesh.identity),
            patience: patience, books: books, progress: progress)
    }
}

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

/// The computing part of one party: alignment, commitments to the columns, table.
struct JointDescriptionRun: Sendable {
    let side: JointSide

    private var job: Job { side.job }

    func run(over sessions: [Int: Session]) async throws -> JointDescriptionResult {
        let (alignment, fixed) = try await side.begin(over: sessions)
        let own = job.parties[side.own]
        let cohort = try DescribedCohort(job, own, side.table, alignment.rows)
        // Before anything about these people is opened: a peer that vanishes then has opened it all the same.
        try side.books?.open(cohort)
        let roots = try job.parties.map { party in
            guard let root = fixed[party.name] else {
                throw Failure(.internalError, "noInputs", "\(party.name) committed to no columns")
            }
            return root
        }
        let described = try await JointDescription.run(
            cohort.input, own: side.own, plan: JointDescriptionPlan(job), roots: roots, over: sessions
        ) { [progress = side.progress] in progress.report($0) }
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

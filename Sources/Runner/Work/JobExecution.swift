import Jobs
package import PrivateSetIntersection
package import Records
import Site
package import SplitRegression
package import Wire

/// A job from its output folder's first byte to its name.
package struct JobExecution: Sendable {
    package let prepared: PreparedJob
    package let link: PeerLink
    package let out: String
    package let observer: any RunObserver

    package init(prepared: PreparedJob, link: PeerLink, out: String, observer: any RunObserver) {
        self.prepared = prepared
        self.link = link
        self.out = out
        self.observer = observer
    }

    package func run() async throws -> JobReport {
        let cohorts = prepared.cohorts
        let execution = SessionExecution(prepared, over: link, out: out, observer: observer)
        let (finished, _) = try await execution.run(writing: { finished, folder in
            let job = FinishedJob(finished, of: prepared.inputs)
            try ResultFiles(finished: job).write(into: folder)
            return ["rows": "\(job.rows.count)"]
        }) { opening in
            JobWork(
                inputs: prepared.inputs, opening: opening, books: SiteBooks(prepared: prepared, cohorts: cohorts),
                progress: execution.progress)
        }
        return JobReport(FinishedJob(finished, of: prepared.inputs))
    }
}

/// What a finished job is to this site.
package struct FinishedJob: Sendable {
    package let inputs: JobInputs
    package let session: Bytes32
    package let intersection: Intersection
    /// In common order, held-out rows among them.
    package let rows: AlignedRows
    package let outcome: TrainingOutcome
    let bytesSent: Int
    let bytesReceived: Int
    package let seconds: Double

    init(
        _ result: JobWork.Result, of inputs: JobInputs, session: Bytes32, bytesSent: Int = 0, bytesReceived: Int = 0,
        seconds: Double = 0
    ) {
        self.inputs = inputs
        self.session = session
        intersection = result.intersection
        rows = result.rows
        outcome = result.outcome
        self.bytesSent = bytesSent
        self.bytesReceived = bytesReceived
        self.seconds = seconds
    }

    init(_ finished: SessionExecution.Finished<JobWork.Result>, of inputs: JobInputs) {
        self.init(
            finished.result, of: inputs, session: finished.session, bytesSent: finished.bytesSent,
            bytesReceived: finished.bytesReceived, seconds: finished.seconds)
    }
}

/// The site's own rules and records around a running job.
private struct SiteBooks: JobBooks {
    let prepared: PreparedJob
    let cohorts: CohortLedger

    func admit(_ rows: AlignedRows) throws {
        try cohorts.check(rows, peer: prepared.peer.name)
    }

    func admit(_ design: JobDesign, _ intersection: Intersection) throws {
        let job = prepared.job
        let problems = design.problems(limits: job.limits, parameters: job.parameterCount)
        guard problems.isEmpty else { throw RecordsError.unfitDesign(problems) }
        try Guards.check(
            job,
            GuardFacts(
                job: job, rows: design.design.rows,
                labelEntropy: design.label.map { GuardFacts.labelEntropy(of: $0.values) },
                earlierScoreVectors: try cohorts.scoreVectors(of: design.rows, peer: prepared.peer.name),
                setSizes: [intersection.ownCount, intersection.peerCount],
                smallestCell: design.design.cells.map(\.rows).min()))
    }

    func remember(_ rows: AlignedRows) throws {
        try cohorts.remember(rows, job: prepared.file.hash, peer: prepared.peer.name)
    }

    func openScores(of rows: AlignedRows) throws {
        try cohorts.rememberScores(of: rows, job: prepared.file.hash, peer: prepared.peer.name)
    }
}

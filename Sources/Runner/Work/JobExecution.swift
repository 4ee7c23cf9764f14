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
        let execution = SessionExecution(prepared, over: link, out: out, observer: observer)
        let (finished, _) = try await execution.run(writing: { finished in
            let job = FinishedJob(finished, of: prepared.inputs)
            return SessionOutput(try ResultFiles(finished: job).all(), details: ["rows": "\(job.rows.count)"])
        }) { opening in
            JobWork(
                inputs: prepared.inputs, opening: opening, books: SiteBooks(prepared, with: link.peer),
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

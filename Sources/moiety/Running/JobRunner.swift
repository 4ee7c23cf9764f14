import Foundation
import Jobs
import PrivateSetIntersection
import Records
import SplitRegression
import Transcript
import Wire

/// What a finished job is to this site.
struct FinishedJob: Sendable {
    let inputs: JobInputs
    let session: Bytes32
    let intersection: Intersection
    /// In common order, held-out rows among them.
    let rows: AlignedRows
    let outcome: TrainingOutcome
    let bytesSent: Int
    let bytesReceived: Int
    let seconds: Double

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
}

/// One site's side of one job with its peer over the network.
struct JobRunner: Sendable {
    let prepared: PreparedJob
    let link: PeerLink
    let ledger: CohortLedger
    let progress: ProgressReporter
    /// Runs of this job that this site started before.
    let attempt: UInt32

    func run(leaving evidence: JobEvidence) async throws -> FinishedJob {
        let counting = CountingRecorder(evidence.writer)
        let terms = SessionTerms(
            jobHash: prepared.job.hash, role: prepared.own.role.rawValue, peerRole: prepared.peer.role.rawValue,
            protocols: [.alignment, .training], attempt: attempt)
        let work = JobWork(
            inputs: prepared.inputs, approval: prepared.approval, commitments: evidence.commitments.map(\.item),
            books: SiteBooks(prepared: prepared, ledger: ledger, evidence: evidence), progress: progress)
        return try await link.withSession(
            terms, plan: ProtocolPlan(prepared.job), seed: evidence.seed, recorder: counting,
            finish: { try evidence.finish($0, $1) }
        ) { session in
            let result = try await work.run(over: session)
            return FinishedJob(
                result, of: prepared.inputs, session: session.id, bytesSent: counting.total(.outgoing),
                bytesReceived: counting.total(.incoming), seconds: progress.elapsed.seconds)
        }
    }
}

/// The site's own rules and records around a running job.
private struct SiteBooks: JobBooks {
    let prepared: PreparedJob
    let ledger: CohortLedger
    let evidence: JobEvidence

    func keep(approval note: String, of party: String) throws {
        try evidence.writer.addApproval(of: party, note: note)
    }

    func admit(_ rows: AlignedRows) throws {
        try ledger.check(rows, peer: prepared.peer.name)
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
                earlierScoreVectors: try ledger.scoreVectors(of: design.rows, peer: prepared.peer.name),
                setSizes: [intersection.ownCount, intersection.peerCount],
                smallestCell: design.design.cells.map(\.rows).min()))
    }

    func remember(_ rows: AlignedRows) throws {
        try ledger.remember(rows, job: prepared.file.hash, peer: prepared.peer.name)
    }
}

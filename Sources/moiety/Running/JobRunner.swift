import Foundation
import Jobs
import PrivateSetIntersection
import Records
import SplitRegression
import Wire

/// What a finished job is to this site.
struct FinishedJob: Sendable {
    let prepared: PreparedJob
    let session: Bytes32
    let intersection: Intersection
    /// In common order, held-out rows among them.
    let rows: AlignedRows
    let outcome: TrainingOutcome
    let bytesSent: Int
    let bytesReceived: Int
    let seconds: Double
}

/// One site's side of one job: alignment, guards, training. Writes nothing.
struct JobRunner: Sendable {
    let prepared: PreparedJob
    let link: PeerLink
    let ledger: CohortLedger
    let progress: ProgressReporter
    /// Runs of this job that this site started before.
    let attempt: UInt32

    private var job: Job { prepared.job }

    func run(leaving evidence: JobEvidence) async throws -> FinishedJob {
        let counting = CountingRecorder(evidence.writer)
        let terms = SessionTerms(
            jobHash: job.hash, role: prepared.own.role.rawValue, peerRole: prepared.peer.role.rawValue,
            protocols: [.alignment, .training], attempt: attempt)
        return try await link.withSession(
            terms, plan: ProtocolPlan(job), seed: evidence.seed, recorder: counting,
            finish: { try evidence.finish($0, $1) }
        ) { session in
            try await evidence.open(session, peerIdentity: link.peer.identity)
            let intersection = try await align(over: session)
            let rows = try prepared.table.table.rows(
                at: intersection.rowIndices, of: prepared.table.identifiers)
            try ledger.check(rows, peer: prepared.peer.name)
            try await session.checkpoint()
            let outcome = try await train(rows, intersection, over: session)
            try await session.checkpoint()
            try ledger.remember(rows, job: prepared.file.hash, peer: prepared.peer.name)
            return FinishedJob(
                prepared: prepared, session: session.id, intersection: intersection, rows: rows, outcome: outcome,
                bytesSent: counting.total(.outgoing), bytesReceived: counting.total(.incoming),
                seconds: progress.elapsed.seconds)
        }
    }

    private func align(over session: Session) async throws -> Intersection {
        let settings = AlignmentSettings(job, own: prepared.own)
        let intersection = try await PrivateSetIntersection.Alignment.run(
            prepared.table.identifiers.values, over: session, settings: settings
        ) { progress.report($0) }
        progress.say("aligned \(intersection.rowIndices.count) rows with \(session.peerName)")
        return intersection
    }

    private func train(
        _ rows: AlignedRows, _ intersection: Intersection, over session: Session
    ) async throws -> TrainingOutcome {
        let heldOut = job.holdout == .hash ? rows.heldOut : Array(repeating: false, count: rows.count)
        let fitted = rows.filtered(by: heldOut.map { !$0 })
        let kept = job.holdout == .hash ? rows.filtered(by: heldOut) : nil
        let table = prepared.table
        let limits = DesignLimits(job.limits)
        let plan = TrainingPlan(job, rows: fitted.count)
        let bits = plan.family.featureFractionBits
        let design = try DesignMatrix(
            fitted, columns: table.features, missing: table.missing, fractionBits: bits)
        try design.check(limits: limits, parameters: job.parameterCount)
        let label = try table.label.map { try LabelColumn(fitted, $0, missing: table.missing) }
        if let problems = label?.problems(limits: limits), !problems.isEmpty {
            throw RecordsError.unfitDesign(problems)
        }
        try Guards.check(
            job,
            GuardFacts(
                job: job, rows: fitted.count,
                labelEntropy: label.map { GuardFacts.labelEntropy(of: $0.values) },
                earlierScoreVectors: try ledger.scoreVectors(of: rows, peer: prepared.peer.name),
                setSizes: [intersection.ownCount, intersection.peerCount], smallestCell: design.cells.map(\.rows).min())
        )
        let input = Training.Input(
            design: design,
            test: try kept.map {
                try DesignMatrix(
                    $0, columns: table.features, scalings: design.scalings, missing: table.missing, fractionBits: bits)
            })
        guard let label else {
            return try await Training.passive(input, plan: plan, over: session) { progress.report($0) }
        }
        let testLabel = try kept.map { try LabelColumn($0, label.spec(table), missing: table.missing).values } ?? []
        return try await Training.active(
            input, label: label.values, testLabel: testLabel, plan: plan, over: session
        ) { progress.report($0) }
    }
}

extension LabelColumn {
    fileprivate func spec(_ table: PartyTable) -> ColumnSpec {
        table.label ?? .numeric(name)
    }
}

extension AlignmentSettings {
    init(_ job: Job, own: Party) {
        self.init(
            keyBits: job.keys.bits,
            role: job.alignment.sender.map { $0 == own.name ? .sender : .receiver } ?? .bySize,
            maximumOwnCount: job.limits.maximumSetSize, maximumPeerCount: job.limits.maximumSetSize,
            minimumCohort: job.limits.minimumCohort)
    }
}

extension TrainingPlan {
    init(_ job: Job, rows: Int) {
        self.init(
            family: Family(job.model.family), activeColumns: job.parameterCount(of: job.active),
            passiveColumns: job.parameterCount(of: job.passive), l2: job.model.l2,
            tolerance: job.model.tolerance, maximumPasses: Guards.maximumPasses(job, rows: rows),
            keyBits: job.keys.bits, subgroupKeys: job.keys.kind == .subgroup,
            standardErrors: job.reveals(.standardErrors),
            revealScores: job.reveals(.scores), minimumScoreColumns: job.limits.minimumPassiveColumns,
            revealFit: job.reveals(.metrics))
    }
}

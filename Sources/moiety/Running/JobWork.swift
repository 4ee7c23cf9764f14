import Jobs
import PrivateSetIntersection
import Records
import SplitRegression
import Transcript
import Wire

/// What a job asks of the site around it. A run asks folders, books and guards; a replay asks nobody.
protocol JobBooks: Sendable {
    /// The peer's approval of this job, its signature checked.
    func keep(approval note: String, of party: String) throws
    /// Throws when these people must not be the cohort.
    func admit(_ rows: AlignedRows) throws
    /// Throws when these columns must not be trained on.
    func admit(_ design: JobDesign, _ intersection: Intersection) throws
    /// The training is done.
    func remember(_ rows: AlignedRows) throws
}

/// One site's side of one job within a session, from the approvals to the last checkpoint: what runs when the job runs
/// and, over a session that reads the log, what runs when it is replayed. Everything random in it is the session's.
struct JobWork: Sendable {
    struct Result: Sendable {
        let intersection: Intersection
        /// In common order, held-out rows among them.
        let rows: AlignedRows
        let outcome: TrainingOutcome
    }

    let inputs: JobInputs
    /// This site's signed note.
    let approval: String
    let commitments: [InputCommitments.Item]
    let books: any JobBooks
    let progress: ProgressReporter

    private var job: Job { inputs.job }

    func run(over session: Session) async throws -> Result {
        try await open(session)
        let intersection = try await align(over: session)
        let rows = try inputs.table.table.rows(at: intersection.rowIndices, of: inputs.table.identifiers)
        try books.admit(rows)
        try await session.checkpoint()
        let design = try JobDesign(inputs, rows)
        try books.admit(design, intersection)
        let outcome = try await train(design, over: session)
        try await session.checkpoint()
        try books.remember(rows)
        return Result(intersection: intersection, rows: rows, outcome: outcome)
    }

    /// Before the first protocol message: each side shows its approval and fixes its inputs.
    private func open(_ session: Session) async throws {
        try await session.send(ApprovalMessage(note: approval))
        try await session.send(InputCommitments(items: commitments))
        let note = try await session.receive(ApprovalMessage.self).note
        _ = try await session.receive(InputCommitments.self)
        let peer = try? Approval(note: note, signedBy: session.description.peer.identity)
        guard let peer, peer.job == inputs.file.hash, peer.site == inputs.peer.name else {
            throw session.violation("invalidApproval")
        }
        try books.keep(approval: note, of: inputs.peer.name)
        try await session.checkpoint()
    }

    private func align(over session: Session) async throws -> Intersection {
        let progress = progress
        let intersection = try await PrivateSetIntersection.Alignment.run(
            inputs.table.identifiers.values, over: session, settings: AlignmentSettings(job, own: inputs.own)
        ) { progress.report($0) }
        progress.say("aligned \(intersection.rowIndices.count) rows with \(session.peerName)")
        return intersection
    }

    private func train(_ design: JobDesign, over session: Session) async throws -> TrainingOutcome {
        let (progress, plan) = (progress, design.plan)
        let input = try design.input()
        guard let label = design.label else {
            return try await Training.passive(input, plan: plan, over: session) { progress.report($0) }
        }
        return try await Training.active(
            input, label: label.values, testLabel: try design.testLabel(), plan: plan, over: session
        ) { progress.report($0) }
    }
}

extension JobInputs {
    /// Commitments to what goes into alignment and training, made with these salts or with fresh ones.
    func commitments(salts: [String: [UInt8]] = [:]) throws -> [InputCommitment] {
        [
            try InputCommitment(
                label: "identifiers", values: table.identifiers.values, masterSalt: salts["identifiers"]),
            try InputCommitment(label: "rows", values: table.committedRows(), masterSalt: salts["rows"]),
        ]
    }
}

extension AlignmentSettings {
    init(_ job: Job, own: Party) {
        self.init(
            keyBits: job.keys.bits,
            role: job.alignment.sender.map { $0 == own.name ? .sender : .receiver } ?? .bySize,
            maximumOwnCount: job.limits.maximumSetSize, maximumPeerCount: job.limits.maximumSetSize,
            minimumCohort: job.limits.minimumCohort, subgroupKeys: job.keys.kind == .subgroup)
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

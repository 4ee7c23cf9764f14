import Jobs
import PrivateSetIntersection
import Records
import Site
package import SplitRegression
import Transcript
import Wire

/// What came of a fit of several parties, at one of them.
package struct JointFitResult: Sendable {
    package let alignment: JointAlignmentResult
    package let outcome: TrainingOutcome

    /// The result is this party's part of the model.
    func facts(salt: Bytes32) throws -> ResultFacts {
        let summary = outcome.summary
        return ResultFacts(
            try ResultFiles.json(outcome.model), file: "model.json", salt: salt,
            counts: [
                "rows": Int64(alignment.rows.count), "parties": Int64(alignment.parties),
                "fitted": Int64(summary.n), "passes": Int64(summary.passes),
                "parameters": Int64(summary.parameters), "converged": summary.converged ? 1 : 0,
            ], metrics: JobWork.metrics(of: outcome))
    }
}

/// What a fit asks of the site around it. A run asks its books; a replay asks nobody.
protocol JointFitBooks: Sendable {
    /// Before this site says anything about its identifiers.
    func admit(_ bounds: [GuessBound]) throws
    /// Whether these people may be the cohort, and this site's inputs be used. Nothing was said about them yet.
    func admit(_ own: CohortInputs, over rows: AlignedRows) throws
    /// Whether a party may bring these roots.
    func admit(_ roots: [String: Bytes32], of party: String, over rows: AlignedRows) throws
    /// Throws when these columns must not be trained on; what the fit opens about these rows is about to be opened.
    func open(_ design: JobDesign, _ alignment: JointAlignmentResult) throws
    /// Scores of these rows are about to be opened.
    func openScores(of rows: AlignedRows) throws
}

/// The computing part of one party, over sessions that run or that read their logs again: alignment, commitments to the columns, training.
struct JointFitRun: Sendable {
    let file: JobFile
    let own: Int
    let table: PartyTable
    let salts: ColumnSalts
    let patience: Duration
    /// nil in a replay.
    let books: (any JointFitBooks)?
    let progress: ProgressReporter

    private var job: Job { file.job }

    func run(over sessions: [Int: Session]) async throws -> JointFitResult {
        // Before the alignment tells anything: who stands behind two names would see what is shared.
        try MultipartyTraining.demandDistinct(Array(sessions.values))
        let alignment = try await JobInputs.alignJointly(
            table, job, own: own, over: sessions, patience: patience, progress: { [progress] in progress.report($1) },
            admit: { [books] in try books?.admit($0) })
        let rows = alignment.rows
        try await fixInputs(over: rows, sessions)
        progress.say(
            "aligned \(rows.count) rows with \(job.others(than: job.parties[own].name).map(\.name).joined(separator: ", "))"
        )
        let design = try JobDesign(job, table, rows)
        // Before anything about these people is opened: a peer that vanishes then has opened it all the same.
        try books?.open(design, alignment)
        return JointFitResult(alignment: alignment, outcome: try await train(design, rows, over: sessions))
    }

    /// Right after the alignment: this site sees whether it may use its inputs, then all fix what they compute with. Inspectors have seen to it
    /// that a party's columns are those of the job, over as many rows. All is signed before anything is computed with it.
    private func fixInputs(over rows: AlignedRows, _ sessions: [Int: Session]) async throws {
        let sorted = rows.sortedByIdentifier
        let inputs = try CohortInputs(table, sorted, salt: salts.salt(of: sorted))
        try books?.admit(inputs, over: rows)
        let ordered = sessions.sorted { $0.key < $1.key }
        for (_, session) in ordered { try await session.send(inputs.message) }
        for (number, session) in ordered {
            let theirs = try await session.receive(InputRoots.self)
            let roots = Dictionary(theirs.items.map { ($0.column, $0.root) }, uniquingKeysWith: { first, _ in first })
            try books?.admit(roots, of: job.parties[number].name, over: rows)
        }
        for (_, session) in ordered { try await session.checkpoint() }
    }

    private func train(
        _ design: JobDesign, _ rows: AlignedRows, over sessions: [Int: Session]
    ) async throws -> TrainingOutcome {
        let (progress, books, plan) = (progress, books, design.plan)
        let openingScores: @Sendable () throws -> Void = { try books?.openScores(of: rows) }
        let report: @Sendable (TrainingProgress) -> Void = { progress.report($0) }
        progress.expect(passes: plan.family == .linear ? nil : plan.maximumPasses)
        let input = try design.input()
        let further = job.furtherParties.map(\.name)
        let others = try further.filter { $0 != job.parties[own].name }.map { try session(with: $0, sessions) }
        if let label = design.label {
            return try await MultipartyTraining.active(
                input, label: label.values, testLabel: try design.testLabel(), plan: plan,
                helper: session(with: job.sharing.name, sessions), others: others, openingScores: openingScores,
                progress: report)
        }
        let active = try session(with: job.active.name, sessions)
        guard let index = further.firstIndex(of: job.parties[own].name) else {
            return try await MultipartyTraining.helper(
                input, plan: plan, active: active, others: others, openingScores: openingScores, progress: report)
        }
        return try await MultipartyTraining.other(
            index, input, plan: plan, active: active, helper: session(with: job.sharing.name, sessions),
            openingScores: openingScores, progress: report)
    }

    private func session(with name: String, _ sessions: [Int: Session]) throws -> Session {
        guard let number = job.index(of: name), let session = sessions[number] else {
            throw MultipartyError.badSessions("a session with \(name) is missing")
        }
        return session
    }
}

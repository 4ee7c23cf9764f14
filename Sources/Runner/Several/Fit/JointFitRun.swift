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
    /// What later predictions are held to, by the other party's name.
    let bindings: [String: ModelBinding]

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

/// The computing part of one party: alignment, commitments to the columns, training.
struct JointFitRun: Sendable {
    let side: JointSide

    private var job: Job { side.job }

    func run(over sessions: [Int: Session]) async throws -> JointFitResult {
        let alignment = try await side.begin(over: sessions).alignment
        let rows = alignment.rows
        let design = try JobDesign(job, side.table, rows)
        // Before anything about these people is opened: a peer that vanishes then has opened it all the same.
        try side.books?.open(design, alignment)
        let outcome = try await train(design, rows, over: sessions)
        let bindings = try await ModelBinding.exchange(outcome.model, over: sessions)
        return JointFitResult(alignment: alignment, outcome: outcome, bindings: bindings)
    }

    private func train(
        _ design: JobDesign, _ rows: AlignedRows, over sessions: [Int: Session]
    ) async throws -> TrainingOutcome {
        let (progress, books, plan) = (side.progress, side.books, design.plan)
        let openings = TrainingOpenings(
            of: job, again: { try books?.openCoefficientsAgain(design) },
            scores: { try books?.openScores(of: rows) })
        let report: @Sendable (TrainingProgress) -> Void = { progress.report($0) }
        progress.expect(passes: plan.family == .linear ? nil : plan.maximumPasses)
        let input = try design.input()
        let further = job.furtherParties.map(\.name)
        let others = try further.filter { $0 != job.parties[side.own].name }.map { try session(with: $0, sessions) }
        if let label = design.label {
            return try await MultipartyTraining.active(
                input, label: label.values, testLabel: try design.testLabel(), plan: plan,
                helper: session(with: job.sharing.name, sessions), others: others, openings: openings,
                progress: report)
        }
        let active = try session(with: job.active.name, sessions)
        guard let index = further.firstIndex(of: job.parties[side.own].name) else {
            return try await MultipartyTraining.helper(
                input, plan: plan, active: active, others: others, openings: openings, progress: report)
        }
        return try await MultipartyTraining.other(
            index, input, plan: plan, active: active, helper: session(with: job.sharing.name, sessions),
            openings: openings, progress: report)
    }

    private func session(with name: String, _ sessions: [Int: Session]) throws -> Session {
        guard let number = job.index(of: name), let session = sessions[number] else {
            throw MultipartyError.badSessions("a session with \(name) is missing")
        }
        return session
    }
}

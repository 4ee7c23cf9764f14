package import Jobs
import PrivateSetIntersection
package import ProtocolKit
import Records
import SplitRegression
package import Wire

/// The job itself: alignment and training.
package struct FitProtocol: SiteProtocol {
    package init() {}

    package var purpose: SessionPurpose { .fit }
    package var phrase: String { "a fit" }
    package var versions: [ProtocolVersion] { [.alignment, .training, .inputs, .model] }
    package var descriptions: [ProtocolDescription] {
        ProtocolDescription.alignments + [.inputs] + ModelFamily.allCases.map { .training($0) } + [.model]
    }
    package var commitments: Set<String> { ["identifiers", "rows"] }
    package var counts: Set<String> { ["rows", "fitted", "passes", "parameters", "converged"] }
    package var hasMetrics: Bool { true }
    package var guards: GuardScope { .all }
    package var disclosure: Disclosure { .model }
    package var phases: [LeakagePhase] { [.session, .alignment, .setup, .training, .end, .early] }

    package func plan(for job: Job) -> ProtocolPlan {
        ProtocolPlan(
            aligning: job,
            then: [
                .init(.inputs, of: job), .checkpoint(job), .init(.training(job.model.family), of: job),
                .init(.model, of: job),
            ])
    }

    package func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] {
        let seen = InspectionLedger()
        return [
            TrainingInspector(
                session: session.session, active: job.active.name, moduli: seen.moduli, duplicates: seen.duplicates,
                local: session.local
            ) { rows in TrainingPlan(job, rows: rows) },
            try seen.alignmentInspector(job, in: session), CommittedSetInspector(),
            InputRootsInspector(job, label: true), ModelCommitmentInspector(),
        ]
    }

    package func guardFacts(for job: Job, counts: [String: Int64]) -> GuardFacts? {
        counts["fitted"].map { GuardFacts(job: job, rows: Int($0)) }
    }

    package func work(_ setup: WorkSetup) -> JobWork {
        JobWork(inputs: setup.inputs, opening: setup.opening, books: setup.books, progress: setup.progress)
    }

    package func results(of finished: FinishedSession<JobWork.Result>) throws -> [ResultFile] {
        try ResultFiles(finished: FinishedJob(finished)).results()
    }

    package func files(of finished: FinishedSession<JobWork.Result>) throws -> [ResultFile] {
        try ResultFiles(finished: FinishedJob(finished)).all()
    }

    package func details(of result: JobWork.Result) -> [String: String] { ["rows": "\(result.rows.count)"] }
}

package import Jobs
import PrivateSetIntersection
package import ProtocolKit
import Records
package import Site
import SplitRegression
package import Wire

/// Scores of new rows of three to eight parties, by the model of an earlier fit: the active party has the sum of the others' parts alone
/// (`protocols/multiparty-training.md` 9). What is said here is about one pair's session; ``MeshExecution`` runs them together.
package struct JointPredictionProtocol: SiteProtocol {
    private let alignment = JointAlignmentProtocol()

    package init() {}

    package var purpose: SessionPurpose { SessionPurpose("joint-prediction") }
    package var phrase: String { "a prediction of several parties" }
    package var caveat: String? { PredictionProtocol().caveat }
    package var jobKind: JobKind { .several }
    package var versions: [ProtocolVersion] { alignment.versions + [.inputs, .training] }
    package var descriptions: [ProtocolDescription] { alignment.descriptions + [.inputs, .maskedPrediction] }
    package var commitments: Set<String> { alignment.commitments.union([ModelBinding.label]) }
    package var counts: Set<String> { ["rows", "parties"] }
    package var disclosure: Disclosure { [.scores, .otherRows] }
    package var phases: [LeakagePhase] { LeakagePhase.ofSeveralPrediction }

    package func plan(for job: Job) -> ProtocolPlan { plan(for: job, between: job.parties.prefix(2).map(\.name)) }

    package func plan(for job: Job, between parties: [String]) -> ProtocolPlan {
        ProtocolPlan(job, ofSeveral: parties) { numbers, names in
            guard numbers[0] == 0 else { return [] }
            return [
                .init(.maskedPrediction, parties: ["active": names[0], "passive": names[1]]),
                .init(.checkpoint, ofEach: names),
            ]
        }
    }

    package func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] {
        let pair = session.parties.compactMap { job.index(of: $0.name) }
        guard job.hasModel, pair.count == 2 else {
            throw MultipartyError.badSessions("a session is of two of the job's parties")
        }
        let scores: [any PayloadInspector] =
            pair.contains(0) ? [ScoreInspector(areRevealed: job.reveals(.scores), areMasked: true)] : []
        return scores
            + (try alignment.inspectors(
                for: job, hash: purpose.hash(of: job.hash), in: session, known: InspectionLedger(),
                ofOne: [ModelBinding.label]))
            + [InputRootsInspector(job, label: false)]
    }

    package func check(_ inputs: JobInputs) throws {
        try alignment.check(inputs)
        try scoring(of: inputs).model.demandBound()
    }

    private func scoring(of inputs: JobInputs) throws -> JobInputs.Scoring {
        guard let scoring = inputs.scoring else { throw Self.modelMissing }
        return scoring
    }

    package static let modelMissing = Failure(
        .usage, "modelMissing", "a prediction needs this site's part of a model",
        hint: "moiety model predict MODEL --table NAME|FILE, at every party at the same time")

    package func work(_ setup: WorkSetup) throws -> MeshSessionWork<JointPredictionResult> { MeshSessionWork() }

    package func results(of finished: FinishedSession<JointPredictionResult>) throws -> [ResultFile] {
        try JointPredictionFiles(finished.inputs.file, finished.result).results()
    }

    package func details(of result: JointPredictionResult) -> [String: String] {
        ["rows": "\(result.alignment.rows.count)"]
    }
}

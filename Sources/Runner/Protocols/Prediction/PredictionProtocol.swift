package import Jobs
import PrivateSetIntersection
package import ProtocolKit
import Records
package import Site
import SplitRegression
package import Wire

/// Scores of new rows by a model that was fitted before.
package struct PredictionProtocol: SiteProtocol {
    package init() {}

    package var purpose: SessionPurpose { SessionPurpose("prediction") }
    package var phrase: String { "a prediction" }
    package var caveat: String? { "with the part of the model that each party committed to" }
    package var versions: [ProtocolVersion] { [.alignment, .training, .inputs] }
    package var descriptions: [ProtocolDescription] { ProtocolDescription.alignments + [.inputs, .prediction] }
    package var commitments: Set<String> { ["identifiers", "rows", ModelBinding.label] }
    package var counts: Set<String> { ["rows"] }
    package var disclosure: Disclosure { [.scores, .otherRows] }
    package var phases: [LeakagePhase] { [.session, .alignment, .prediction, .early] }

    package func plan(for job: Job) -> ProtocolPlan {
        ProtocolPlan(
            aligning: job,
            then: [.init(.inputs, of: job), .checkpoint(job), .init(.prediction, of: job)])
    }

    package func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] {
        [
            try InspectionLedger().alignmentInspector(job, in: session),
            ScoreInspector(areRevealed: job.reveals(.scores)), CommittedSetInspector(ofOne: [ModelBinding.label]),
            InputRootsInspector(job, label: false),
        ]
    }

    package func check(_ inputs: JobInputs) throws { try scoring(of: inputs).model.demandBound() }

    private func scoring(of inputs: JobInputs) throws -> JobInputs.Scoring {
        guard let scoring = inputs.scoring else {
            throw Failure(
                .usage, "modelMissing", "a prediction needs this site's part of a model",
                hint: "moiety model predict MODEL --table NAME|FILE")
        }
        return scoring
    }

    package func work(_ setup: WorkSetup) throws -> PredictionWork {
        PredictionWork(
            inputs: setup.inputs, model: try scoring(of: setup.inputs).model.model, opening: setup.opening,
            books: setup.books,
            progress: setup.progress)
    }

    package func results(of finished: FinishedSession<PredictionWork.Result>) throws -> [ResultFile] {
        let (rows, job) = (finished.result.rows, finished.inputs.job)
        return [ResultFile("intersection.csv", try IdentifierTable.csv(of: rows), mode: .ownerOnly)]
            + (try finished.result.scores.map {
                [ResultFile("scores.csv", try ScoreTable.csv($0, of: rows, job: job), mode: .ownerOnly)]
            } ?? [])
    }

    package func details(of result: PredictionWork.Result) -> [String: String] { ["rows": "\(result.rows.count)"] }

    /// With the model and the table that the session was begun with. That the model is the one of the fit, the fit's own transcript
    /// shows: both parties committed to it at its end.
    package func inputs(of file: JobFile, secrets: String, at site: SiteFolder) throws -> JobInputs {
        let saved = try SavedModel.read("\(secrets)/model.json")
        let (own, peer) = try file.parties(at: site)
        guard saved.job == file.hash, saved.party == own.name, saved.peer == peer.name,
            saved.model.role == own.role.rawValue, saved.model.family == file.job.model.family.rawValue
        else {
            throw ReplayRefusal(
                name: "modelMismatch",
                sentence: "The model at hand is not one of this job and this party, in its role.")
        }
        let table = try PrivateFile.readText("\(secrets)/table", limit: 1024)
        return try JobInputs(
            file, for: self, scoring: JobInputs.Scoring(model: saved, table: table), at: site)
    }
}

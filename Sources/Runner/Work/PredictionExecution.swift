import Jobs
import Records
import Site

/// A prediction, from its output folder's first byte to its name.
package struct PredictionExecution: Sendable {
    package let prepared: PreparedJob
    package let model: SavedModel
    package let link: PeerLink
    package let out: String
    package let observer: any RunObserver

    package init(prepared: PreparedJob, model: SavedModel, link: PeerLink, out: String, observer: any RunObserver) {
        self.prepared = prepared
        self.model = model
        self.link = link
        self.out = out
        self.observer = observer
    }

    /// - Returns: what came of it, and the output folder.
    package func run() async throws -> (result: PredictionWork.Result, folder: String) {
        let books = PredictionBooks(job: prepared.file, peer: prepared.peer.name, cohorts: prepared.cohorts)
        let execution = SessionExecution(prepared, over: link, out: out, observer: observer)
        let (finished, folder) = try await execution.run(writing: { finished, folder in
            let rows = finished.result.rows
            try folder.write(try IdentifierTable.csv(of: rows), to: "intersection.csv", mode: .ownerOnly)
            if let scores = finished.result.scores {
                try folder.write(
                    try ScoreTable.csv(scores, of: rows, job: prepared.job), to: "scores.csv", mode: .ownerOnly)
            }
            return ["rows": "\(rows.count)"]
        }) { opening in
            PredictionWork(
                inputs: prepared.inputs, model: model.model, opening: opening, books: books,
                progress: execution.progress)
        }
        return (finished.result, folder)
    }
}

/// The site's own rules and records around a prediction.
private struct PredictionBooks: SessionBooks {
    let job: JobFile
    let peer: String
    let cohorts: CohortLedger

    /// Guard 5: too many score vectors about the same rows would give away the other side's columns.
    func admit(_ rows: AlignedRows) throws {
        let facts = GuardFacts(
            job: job.job, rows: rows.count, earlierScoreVectors: try cohorts.scoreVectors(of: rows, peer: peer))
        let finding = Guards.findings(job.job, facts).first { $0.number == Guard.scores.number }
        guard let finding, finding.verdict == .refused else { return }
        throw Failure(.refusedByPolicy, finding.name, "\(finding.name): \(finding.figures)", hint: finding.remedy)
    }

    func remember(_ rows: AlignedRows) throws {
        try cohorts.rememberScores(of: rows, job: job.hash, peer: peer)
    }
}

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
        let books = SiteBooks(prepared, with: link.peer)
        let execution = SessionExecution(prepared, over: link, out: out, observer: observer)
        let (finished, folder) = try await execution.run(writing: { finished in
            let rows = finished.result.rows
            var files = [ResultFile("intersection.csv", try IdentifierTable.csv(of: rows), mode: .ownerOnly)]
            if let scores = finished.result.scores {
                files.append(
                    ResultFile("scores.csv", try ScoreTable.csv(scores, of: rows, job: prepared.job), mode: .ownerOnly))
            }
            return SessionOutput(files, details: ["rows": "\(rows.count)"])
        }) { opening in
            PredictionWork(
                inputs: prepared.inputs, model: model.model, opening: opening, books: books,
                progress: execution.progress)
        }
        return (finished.result, folder)
    }
}

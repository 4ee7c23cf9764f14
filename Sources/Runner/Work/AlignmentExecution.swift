import Jobs
import Records
import Site

/// An alignment without a fit, from its output folder's first byte to its name.
package struct AlignmentExecution: Sendable {
    package let prepared: PreparedJob
    package let link: PeerLink
    package let out: String
    package let observer: any RunObserver

    package init(prepared: PreparedJob, link: PeerLink, out: String, observer: any RunObserver) {
        self.prepared = prepared
        self.link = link
        self.out = out
        self.observer = observer
    }

    /// - Returns: what came of it, and the output folder.
    package func run() async throws -> (result: AlignmentWork.Result, folder: String) {
        let execution = SessionExecution(prepared, over: link, out: out, observer: observer)
        let (finished, folder) = try await execution.run(writing: { finished in
            let rows = finished.result.rows
            let file = ResultFile("intersection.csv", try IdentifierTable.csv(of: rows), mode: .ownerOnly)
            return SessionOutput([file], details: ["rows": "\(rows.count)"])
        }) { opening in
            AlignmentWork(
                inputs: prepared.inputs, opening: opening, books: SiteBooks(prepared, with: link.peer),
                progress: execution.progress)
        }
        return (finished.result, folder)
    }
}

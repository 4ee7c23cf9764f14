import Jobs
import Site

/// A count of common rows, from its output folder's first byte to its name.
package struct CountExecution: Sendable {
    package let prepared: PreparedJob
    package let link: PeerLink
    package let out: String
    package let observer: any RunObserver
    /// This site's own.
    private let rounding: Int

    package init(prepared: PreparedJob, link: PeerLink, out: String, observer: any RunObserver) {
        self.prepared = prepared
        self.link = link
        self.out = out
        self.observer = observer
        rounding = prepared.policy.roundCountsTo
    }

    package func run() async throws -> CountReport {
        let execution = SessionExecution(prepared, over: link, out: out, observer: observer)
        let (finished, folder) = try await execution.run(writing: { finished in
            let report = CountReport(finished.result, of: prepared.inputs, out: nil)
            return SessionOutput(
                [ResultFile("count.json", try ResultFiles.json(report))],
                details: ["rows": "\(report.roundedCount)", "rounding": "\(report.rounding)"])
        }) { opening in
            CountWork(
                inputs: prepared.inputs, opening: opening, rounding: rounding,
                books: SiteBooks(prepared, with: link.peer))
        }
        return CountReport(finished.result, of: prepared.inputs, out: folder)
    }
}

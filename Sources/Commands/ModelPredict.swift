import ArgumentParser
import Jobs
import Records
import Runner
import Site

struct PredictionReport: Codable, Sendable {
    let job: String
    let peer: String
    let rows: Int
    /// The active party's file; the passive party learns only which of its rows were scored.
    let scores: String?
    let out: String
}

struct ModelPredict: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Score new rows jointly with the peer.",
        discussion: """
            Both sites run it, each with its own part of the model and a table of new rows. Rows are aligned as in the \
            job; each site computes its partial score; only the active one sees the sum. The job must open scores, and at \
            least its limits.minimumCohort rows (50 by default) must be common. A transcript stands in the output folder.
            """)

    @Argument(help: "model.json of a finished job.") var model: String
    @Option(help: ArgumentHelp("The table of new rows: its name in site.yaml, or a file.", valueName: "name|file"))
    var table: String
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The output folder; it must not exist.", valueName: "dir")) var out: String
    @OptionGroup var meeting: MeetingOptions
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<PredictionReport> {
        let announce = try meeting.announcer(console)
        let folder = try site.open()
        let saved = try SavedModel.read(model)
        switch ResultChecks.isAsWritten(model) {
        case true?: break
        case false?:
            throw Failure(
                .badData, "modelChanged", "\(model) is not what the job's run wrote",
                hint: "its transcript lists another file: restore a copy, or run the job again")
        case nil:
            console.warning(
                "cannot tell whether \(model) is what the job's run wrote: no transcript lies beside it")
        }
        let prepared = try PreparedJob(
            try saved.scoringJob(at: folder), for: PredictionProtocol(),
            scoring: JobInputs.Scoring(model: saved, table: folder.nameOrPath(ofTable: table)), at: folder)
        console.progress("\(folder.name): \(prepared.table.summary)")
        let link = try PeerLink(
            prepared.job, site: folder, observer: console, peerAddress: try meeting.address(),
            onListening: announce)
        let (finished, written) = try await SessionExecution(
            prepared, over: link, out: out, observer: console
        ).run(PredictionProtocol())
        let result = finished.result
        let report = PredictionReport(
            job: prepared.file.hash, peer: prepared.peer.name, rows: result.rows.count,
            scores: result.scores == nil ? nil : "\(written)/scores.csv", out: written)
        return Reply(report, text: "\(report.rows) rows scored with \(report.peer)")
    }
}

import ArgumentParser
import Jobs
import Records

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
            job; each site computes its partial score; only the active one sees the sum. The job must open scores.
            """)

    @Argument(help: "model.json of a finished job.") var model: String
    @Option(help: "The table of new rows, by its name in site.yaml.") var table: String
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The output folder; it must not exist.", valueName: "dir")) var out: String
    @OptionGroup var meeting: MeetingOptions
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<PredictionReport> {
        let folder = try site.open()
        let prediction = try Prediction(try SavedModel.read(model), table: table, at: folder)
        console.progress("\(folder.name): \(prediction.table.summary)")
        let link = try PeerLink(
            prediction.file.job, site: folder, console: console, peerAddress: try meeting.address(),
            onListening: meeting.announcer())
        let staged = try StagedFolder(target: out)
        defer { staged.discard() }
        let scored = try await prediction.run(over: link, progress: ProgressReporter(console: console))
        try staged.write(try IdentifierTable.csv(of: scored.rows), to: "intersection.csv", mode: .ownerOnly)
        if let scores = scored.scores {
            let table = try ScoreTable.csv(
                scores, of: scored.rows, at: Array(0..<scored.rows.count), family: prediction.family)
            try staged.write(table, to: "scores.csv", mode: .ownerOnly)
        }
        try staged.commit()
        try prediction.remember(scored)
        let report = PredictionReport(
            job: prediction.file.hash, peer: prediction.peer.name, rows: scored.rows.count,
            scores: scored.scores == nil ? nil : "\(staged.target)/scores.csv", out: staged.target)
        return Reply(report, text: "\(report.rows) rows scored with \(report.peer)")
    }
}

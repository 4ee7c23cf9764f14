import ArgumentParser
import Jobs
import Records
import Runner
import Site

struct PredictionReport: Codable, Sendable {
    let job: String
    /// The other party, or all others.
    let peers: [String]
    let rows: Int
    /// The active party's file; the passive party learns only which of its rows were scored.
    let scores: String?
    let out: String
}

struct ModelPredict: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Score new rows jointly with the peer, or with all others.",
        discussion: """
            All sites run it, each with its own part of the model and a table of new rows. Rows are aligned as in the \
            job; each site computes its partial score; only the active one sees the sum. Of more than two parties it sees the \
            others' parts as one sum. The job must open scores, and at least its limits.minimumCohort rows (50 by default) must be \
            common. Transcripts stand in the output folder.
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
        let file = try ModelFile.read(model)
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
        let name = folder.nameOrPath(ofTable: table)
        let address = try meeting.address()
        let saved: SavedModel
        switch file {
        case .pair(let read): saved = read
        case .several(let read):
            try meeting.demandMesh(address)
            return try await joint(
                JointPredictionJob(read, table: name, at: folder, observer: console), announce, console)
        }
        let prepared = try PreparedJob(
            try saved.scoringJob(at: folder), for: PredictionProtocol(),
            scoring: JobInputs.Scoring(model: saved, table: name), at: folder)
        console.progress("\(folder.name): \(prepared.table.summary)")
        let link = try PeerLink(
            prepared.job, site: folder, observer: console, peerAddress: address,
            onListening: announce)
        let (finished, written) = try await SessionExecution(
            prepared, over: link, out: out, observer: console
        ).run(PredictionProtocol())
        let result = finished.result
        let report = PredictionReport(
            job: prepared.file.hash, peers: [prepared.peer.name], rows: result.rows.count,
            scores: result.scores == nil ? nil : "\(written)/scores.csv", out: written)
        return report.reply
    }

    /// Three and more parties: every one runs it, and waits for all others.
    private func joint(
        _ prepared: JointPredictionJob, _ announce: @escaping @Sendable (NetworkAddress) -> Void, _ console: Console
    ) async throws -> Reply<PredictionReport> {
        let mesh = prepared.mesh
        console.progress("\(mesh.site.name): \(mesh.table.summary)")
        let (result, written) = try await MeshExecution(prepared, out: out, observer: console, onListening: announce)
            .run()
        let report = PredictionReport(
            job: mesh.file.hash, peers: mesh.peers.map(\.name), rows: result.alignment.rows.count,
            scores: result.scores == nil ? nil : "\(written)/scores.csv", out: written)
        return report.reply
    }
}

extension PredictionReport {
    fileprivate var reply: Reply<PredictionReport> {
        Reply(self, text: "\(rows) rows scored with \(peers.joined(separator: ", "))")
    }
}

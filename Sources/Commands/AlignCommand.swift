import ArgumentParser
import Jobs
import Records
import Runner
import Site

struct AlignCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "align", abstract: "Find the rows that both sites have, and nothing else.",
        subcommands: [AlignCount.self, AlignRun.self])
}

struct AlignReport: Codable, Sendable {
    let job: String
    /// Of two parties; of several they stand in `identifiers`.
    let peer: String?
    let aligned: Int
    let ownIdentifiers: Int
    let peerIdentifiers: Int?
    /// Of several parties: set sizes that this site was told, by party.
    let identifiers: [String: Int]?
    let out: String
}

struct AlignRun: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Align under an approved job, without fitting its model.",
        discussion: """
            Both sites learn which of their own rows the other has too, in a common order: intersection.csv in the \
            output folder, beside a transcript. The peer runs the same command. Under a job of three to eight parties all \
            of them run it at the same time; each learns the rows that all others have too, and none alone whom only some have.
            """)

    @OptionGroup var file: JobArgument
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The output folder; it must not exist.", valueName: "dir")) var out: String
    @OptionGroup var meeting: MeetingOptions
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<AlignReport> {
        let announce = try meeting.announcer(console)
        let folder = try site.open()
        let job = try file.read()
        if job.job.kind == .several { return try await joint(job, folder, announce, console) }
        let prepared = try PreparedJob(job, for: AlignmentProtocol(), at: folder)
        console.progress("\(prepared.own.name): \(prepared.table.summary)")
        let link = try PeerLink(
            prepared.job, site: folder, observer: console, peerAddress: try meeting.address(),
            onListening: announce)
        let (finished, written) = try await SessionExecution(
            prepared, over: link, out: out, observer: console
        ).run(AlignmentProtocol())
        let (result, rows) = (finished.result, finished.result.rows)
        let report = AlignReport(
            job: prepared.file.hash, peer: prepared.peer.name, aligned: rows.count,
            ownIdentifiers: result.ownCount, peerIdentifiers: result.peerCount, identifiers: nil, out: written)
        return Reply(report, text: "\(rows.count) rows in common with \(prepared.peer.name)")
    }

    /// All parties at once.
    private func joint(
        _ file: JobFile, _ folder: SiteFolder, _ announce: @escaping @Sendable (NetworkAddress) -> Void,
        _ console: Console
    ) async throws -> Reply<AlignReport> {
        guard try meeting.address() == nil else {
            throw Failure(
                .usage, "manyPeers", "a job of several parties has many peers, and --peer-address is for one",
                hint: "each is dialled where its invitation says, or: moiety peer add FILE --address HOST:PORT")
        }
        let prepared = try JointStart(file, at: folder, observer: console).demand()
        console.progress("\(folder.name): \(prepared.mesh.table.summary)")
        for remark in prepared.mesh.table.remarks { console.warning(remark) }
        let (result, written) = try await MeshExecution(prepared, out: out, observer: console, onListening: announce)
            .run()
        let report = AlignReport(
            job: file.hash, peer: nil, aligned: result.rows.count, ownIdentifiers: result.ownCount,
            peerIdentifiers: nil, identifiers: result.peerCounts, out: written)
        let others = file.job.others(than: folder.name).map(\.name).joined(separator: ", ")
        return Reply(report, text: "\(result.rows.count) rows in common with all of \(others)")
    }
}

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
    let peer: String
    let aligned: Int
    let ownIdentifiers: Int
    let peerIdentifiers: Int
    let out: String
}

struct AlignRun: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Align under an approved job, without fitting its model.",
        discussion: """
            Both sites learn which of their own rows the other has too, in a common order: intersection.csv in the \
            output folder, beside a transcript. The peer runs the same command.
            """)

    @OptionGroup var file: JobArgument
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The output folder; it must not exist.", valueName: "dir")) var out: String
    @OptionGroup var meeting: MeetingOptions
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<AlignReport> {
        let announce = try meeting.announcer(console)
        let folder = try site.open()
        let prepared = try PreparedJob(try file.read(), for: AlignmentProtocol(), at: folder)
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
            ownIdentifiers: result.ownCount, peerIdentifiers: result.peerCount, out: written)
        return Reply(report, text: "\(rows.count) rows in common with \(prepared.peer.name)")
    }
}

import ArgumentParser
import Jobs
import Runner
import Site

struct AlignCount: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "count", abstract: "About how many rows both sites have, and not which.",
        discussion: """
            Both sites learn the size of the intersection, rounded to the larger of their policies' roundCountsTo, and how \
            many identifiers the other has. Neither program shows which identifiers match, but a changed program could \
            find out: protocols/alignment-count.md. The \
            peer runs the same command with the same job. The output folder gets count.json and a transcript. A site's policy \
            says how many counts it makes with one peer (countsPerPeer), and a count is debited like an alignment. Fewer rows in \
            common than the job's minimumCohort are not counted; a table with fewer rows is refused.
            """)

    @OptionGroup var file: JobArgument
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The output folder; it must not exist.", valueName: "dir")) var out: String
    @OptionGroup var meeting: MeetingOptions
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<CountReport> {
        let announce = try meeting.announcer(console)
        let folder = try site.open()
        let prepared = try PreparedJob(try file.read(), for: CountProtocol(), at: folder)
        console.progress("\(prepared.own.name): \(prepared.table.summary)")
        let link = try PeerLink(
            prepared.job, site: folder, observer: console, peerAddress: try meeting.address(),
            onListening: announce)
        let (finished, written) = try await SessionExecution(
            prepared, over: link, out: out, observer: console
        ).run(CountProtocol())
        let report = CountReport(finished.result, of: prepared.inputs, out: written)
        return Reply(report, text: report.text)
    }
}

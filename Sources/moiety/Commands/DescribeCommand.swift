import ArgumentParser
import Foundation
import Jobs
import Records
import Runner
import Site
import SplitRegression

/// What `describe` prints as data.
struct DescribeReport: Encodable, Sendable {
    let job: String
    let peer: String
    let table: DescriptionTable
    let attrition: AttritionTable
    let out: String
}

struct DescribeCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Table 1 of the common rows: all columns of both sites, by group.",
        discussion: """
            Under an approved job that reveals 'description'. Both sites learn the same table: mean and standard deviation or \
            counts by level, in each group that the job names, with standardised differences; with the job's weights too, \
            where it reveals 'weighted-description'. A column of which fewer than limits.minimumCell rows have some level \
            in some group is not shown. The peer runs the same command.
            """)

    @OptionGroup var file: JobArgument
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The output folder; it must not exist.", valueName: "dir")) var out: String
    @OptionGroup var meeting: MeetingOptions
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<DescribeReport> {
        let announce = try meeting.announcer(console)
        let folder = try site.open()
        let address = try meeting.address()
        let prepared = try JobStart(
            try file.read(), for: DescriptionProtocol(), hasAddress: address != nil, at: folder
        ).demand()
        console.progress("\(prepared.own.name): \(prepared.table.summary)")
        for remark in prepared.table.remarks { console.warning(remark) }
        let link = try PeerLink(
            prepared.job, site: folder, observer: console, peerAddress: address, onListening: announce)
        let (finished, written) = try await SessionExecution(
            prepared, over: link, out: out, observer: console
        ).run(DescriptionProtocol())
        let files = DescriptionFiles(finished.result.table, of: prepared.inputs)
        return Reply(
            DescribeReport(
                job: prepared.file.hash, peer: prepared.peer.name, table: finished.result.table,
                attrition: files.attrition, out: written), text: files.text)
    }
}

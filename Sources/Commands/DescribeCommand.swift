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
    /// The other party, or all others.
    let peers: [String]
    let table: DescriptionTable
    let attrition: AttritionTable
    let out: String
}

struct DescribeCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Table 1 of the common rows: all columns of all parties, by group.",
        discussion: """
            Under an approved job that reveals 'description'. All parties learn the same table: mean and standard deviation or \
            counts by level, in each group that the job names, with standardised differences; with the job's weights too, \
            where it reveals 'weighted-description'. A column of which fewer than limits.minimumCell rows have some level \
            in some group is not shown. The other party, or all others, run the same command.
            """)

    @OptionGroup var file: JobArgument
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The output folder; it must not exist.", valueName: "dir")) var out: String
    @OptionGroup var meeting: MeetingOptions
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<DescribeReport> {
        let announce = try meeting.announcer(console)
        let folder = try site.open()
        let file = try file.read()
        let address = try meeting.address()
        if file.job.kind == .several {
            try meeting.demandMesh(address)
            return try await Self.joint(
                JointDescriptionStart(file, at: folder, observer: console), out: out, announce, console)
        }
        let prepared = try JobStart(
            file, for: DescriptionProtocol(), hasAddress: address != nil, at: folder
        ).demand()
        console.progress("\(prepared.own.name): \(prepared.table.summary)")
        for remark in prepared.table.remarks { console.warning(remark) }
        let link = try PeerLink(
            prepared.job, site: folder, observer: console, peerAddress: address, onListening: announce)
        let (finished, written) = try await SessionExecution(
            prepared, over: link, out: out, observer: console
        ).run(DescriptionProtocol())
        let files = DescriptionFiles(finished.result.table, prepared.inputs)
        return Reply(
            DescribeReport(
                job: prepared.file.hash, peers: [prepared.peer.name], table: finished.result.table,
                attrition: files.attrition, out: written), text: files.text)
    }

    /// Three and more parties: every one runs it, and waits for all others.
    static func joint(
        _ start: JointDescriptionStart, out: String, _ announce: @escaping @Sendable (NetworkAddress) -> Void,
        _ console: Console
    ) async throws -> Reply<DescribeReport> {
        let prepared = try start.demand()
        let mesh = prepared.mesh
        console.progress("\(mesh.site.name): \(mesh.table.summary)")
        for remark in mesh.table.remarks { console.warning(remark) }
        let (result, written) = try await MeshExecution(prepared, out: out, observer: console, onListening: announce)
            .run()
        let files = DescriptionFiles(result.table, mesh.file.job, mesh.file.job.parties[mesh.own], mesh.table)
        return Reply(
            DescribeReport(
                job: mesh.file.hash, peers: mesh.peers.map(\.name), table: result.table, attrition: files.attrition,
                out: written), text: files.text)
    }
}

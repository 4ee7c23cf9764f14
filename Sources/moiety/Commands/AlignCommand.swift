import ArgumentParser
import Jobs
import PrivateSetIntersection
import Records
import Wire

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
            output folder. The peer runs the same command.
            """)

    @OptionGroup var file: JobArgument
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The output folder; it must not exist.", valueName: "dir")) var out: String
    @OptionGroup var meeting: MeetingOptions
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<AlignReport> {
        let folder = try site.open()
        let prepared = try PreparedJob(try file.read(), at: folder)
        console.progress("\(prepared.own.name): \(prepared.table.summary)")
        let link = try PeerLink(
            prepared.job, site: folder, console: console, peerAddress: try meeting.address(),
            onListening: meeting.announcer())
        let staged = try StagedFolder(target: out)
        defer { staged.discard() }
        let progress = ProgressReporter(console: console)
        let cohorts = CohortLedger(prepared)
        let terms = SessionTerms(
            jobHash: prepared.job.hash, role: prepared.own.role.rawValue, peerRole: prepared.peer.role.rawValue,
            protocols: [.alignment])
        try folder.ledger.append(event: "alignmentStarted", job: prepared.file.hash, peer: prepared.peer.name)
        let (intersection, rows) = try await link.withSession(
            terms, plan: ProtocolPlan(aligning: prepared.job), seed: SessionSeed(),
            recorder: MemoryRecorder(keepsPayloads: false)
        ) { session in
            let intersection = try await PrivateSetIntersection.Alignment.run(
                prepared.table.identifiers.values, over: session,
                settings: AlignmentSettings(prepared.job, own: prepared.own)
            ) { progress.report($0) }
            let rows = try prepared.table.table.rows(at: intersection.rowIndices, of: prepared.table.identifiers)
            try cohorts.check(rows, peer: prepared.peer.name)
            try cohorts.remember(rows, job: prepared.file.hash, peer: prepared.peer.name)
            return (intersection, rows)
        }
        try staged.write(try IdentifierTable.csv(of: rows), to: "intersection.csv", mode: .ownerOnly)
        try staged.commit()
        try folder.ledger.append(
            event: "alignmentFinished", job: prepared.file.hash, peer: prepared.peer.name,
            details: ["rows": "\(rows.count)"])
        let report = AlignReport(
            job: prepared.file.hash, peer: prepared.peer.name, aligned: rows.count,
            ownIdentifiers: intersection.ownCount, peerIdentifiers: intersection.peerCount, out: staged.target)
        return Reply(report, text: "\(rows.count) rows in common with \(prepared.peer.name)")
    }
}

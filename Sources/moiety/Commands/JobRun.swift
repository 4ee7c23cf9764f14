import ArgumentParser
import Jobs
import Records
import Runner
import Site

/// Where the two sites meet, when the settings are not to be used.
struct MeetingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Dial the peer there, whatever its invitation says.", valueName: "host:port"))
    var peerAddress: String?
    @Option(help: ArgumentHelp("Write this site's address into a file once it listens.", valueName: "file"))
    var announce: String?

    func address() throws -> NetworkAddress? { try peerAddress.map { try NetworkAddress($0) } }

    func announcer(_ console: Console) throws -> @Sendable (NetworkAddress) -> Void {
        try Self.announcer(announce, console)
    }

    /// Writes the address for whoever waits for it.
    ///
    /// - Throws: `RecordsError` (exit code 73) for a file that cannot be written. To be asked for before anything that
    ///   takes long: whoever waits for the file would wait in vain.
    static func announcer(
        _ announce: String?, _ console: Console
    ) throws -> @Sendable (NetworkAddress) -> Void {
        guard let announce else { return { _ in } }
        try AtomicFile.checkWritable(announce)
        return { address in
            do {
                try AtomicFile.write(Array("\(address)\n".utf8), to: announce, replacing: true)
            } catch {
                // The site listens by now, and the peer may come without being told where.
                console.warning("\(error); this site listens on \(address)")
            }
        }
    }
}

struct JobRun: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run an approved job with the peer, and write what this site learns.",
        discussion: """
            Both sites run the same job at the same time; the one that the job names as listener waits, the other dials. \
            The output folder appears whole or not at all.
            """)

    @OptionGroup var file: JobArgument
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The output folder; it must not exist.", valueName: "dir")) var out: String
    @Flag(name: .customLong("dry-run"), help: "Check everything that can be checked alone, then stop.")
    var dryRun = false
    @OptionGroup var meeting: MeetingOptions
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<JobRunReport> {
        let announce = try meeting.announcer(console)
        let folder = try site.open()
        let prepared = try PreparedJob(try file.read(), at: folder)
        console.progress("\(prepared.own.name): \(prepared.table.summary)")
        try prepared.checkTable()
        if dryRun {
            try prepared.checkBudgets()
            return Reply(.checked(job: prepared.file.hash), text: "job \(prepared.file.hash) could run at this site")
        }
        let link = try PeerLink(
            prepared.job, site: folder, observer: console, peerAddress: try meeting.address(),
            onListening: announce)
        let report = try await JobExecution(prepared: prepared, link: link, out: out, observer: console).run()
        return Reply(.finished(report), text: report.text)
    }
}

/// What `job run` prints as data.
enum JobRunReport: Encodable, Sendable {
    case checked(job: String)
    case finished(JobReport)

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .checked(let job): try ["job": job].encode(to: encoder)
        case .finished(let report): try report.encode(to: encoder)
        }
    }
}

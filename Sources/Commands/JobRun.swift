import ArgumentParser
import Foundation
import Jobs
import ProtocolKit
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

    /// Whether the sites of a job with many peers can find each other.
    ///
    /// - Throws: `Failure` 64 where an address was given.
    func demandMesh(_ address: NetworkAddress?) throws {
        guard address != nil else { return }
        throw Failure(
            .usage, "manyPeers", "this job has many peers, and --peer-address is for one",
            hint: "each is dialled where its invitation says, or: moiety peer add FILE --address HOST:PORT")
    }

    func announcer(_ console: Console) throws -> @Sendable (NetworkAddress) -> Void {
        try AddressFile.announcer(announce, console)
    }
}

struct JobRun: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run an approved job with the peer, and write what this site learns.",
        discussion: """
            Both sites run the same job at the same time; the one that the job names as listener waits, the other dials. \
            All sites of a job split by rows do, and all parties of one of several; who stands later in it dials who stands before, \
            and each waits for all. \
            The output folder appears whole or not at all.
            """)

    @OptionGroup var file: JobArgument
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The output folder; it must not exist.", valueName: "dir")) var out: String
    @Flag(
        name: .customLong("dry-run"),
        help:
            "Check everything that this site can check alone (moiety doctor, moiety job check, the output), then stop.")
    var dryRun = false
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("What to do under the job: \(SiteProtocols.names).", valueName: "purpose"),
        transform: SiteProtocols.demand)
    var session: any SiteProtocol = FitProtocol()
    @Option(
        help: ArgumentHelp(
            "Of a job split by rows: ends this process by SIGKILL after so many opened sums, as the demo does.",
            visibility: .hidden))
    var stopAfterSums: Int?
    @OptionGroup var meeting: MeetingOptions
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<JobRunReport> {
        let announce = try meeting.announcer(console)
        let folder = try site.open()
        let file = try file.read()
        let address = try meeting.address()
        if file.job.isMesh {
            try meeting.demandMesh(address)
            return file.job.isSplitByRows
                ? try await pooled(file, folder, announce, console) : try await joint(file, folder, announce, console)
        }
        let start = JobStart(file, for: session, hasAddress: address != nil, at: folder)
        if dryRun { return try await rehearse(file, start.checks, folder) }
        let prepared = try start.demand()
        console.progress("\(prepared.own.name): \(prepared.table.summary)")
        for remark in prepared.table.remarks { console.warning(remark) }
        let link = try PeerLink(
            prepared.job, site: folder, observer: console, peerAddress: address,
            onListening: announce)
        let execution = SessionExecution(prepared, over: link, out: out, observer: console)
        guard let fit = session as? FitProtocol else {
            let report = try await execution.run()
            return Reply(.session(report), text: report.text)
        }
        let (finished, _) = try await execution.run(fit)
        let report = JobReport(FinishedJob(finished))
        return Reply(.finished(report), text: report.text)
    }

    /// A job split by rows: every site runs it, and waits for all others.
    private func pooled(
        _ file: JobFile, _ folder: SiteFolder, _ announce: @escaping @Sendable (NetworkAddress) -> Void,
        _ console: Console
    ) async throws -> Reply<JobRunReport> {
        guard session is FitProtocol || session is PooledProtocol else {
            throw Failure(
                .usage, "splitByRows", "a job split by rows is fitted: --as \(session.purpose.rawValue) is for others")
        }
        let start = PooledStart(file, isDraft: false, at: folder, observer: console)
        if dryRun { return try await rehearse(file, start.checks, folder) }
        var prepared = try start.demand()
        prepared.stopAfterSums = stopAfterSums
        console.progress("\(folder.name): \(prepared.mesh.table.summary)")
        for remark in prepared.mesh.table.remarks { console.warning(remark) }
        let (result, _) = try await MeshExecution(prepared, out: out, observer: console, onListening: announce).run()
        let report = PooledReport(file, result)
        return Reply(.pooled(report), text: report.text)
    }

    /// A fit of three and more parties with different columns: every one runs it, and waits for all others.
    private func joint(
        _ file: JobFile, _ folder: SiteFolder, _ announce: @escaping @Sendable (NetworkAddress) -> Void,
        _ console: Console
    ) async throws -> Reply<JobRunReport> {
        guard file.job.hasModel else {
            throw Failure(
                .usage, "alignsOnly",
                "this job of \(file.job.parties.count) parties aligns their rows, and has no model",
                hint: "moiety align run, at every party at the same time")
        }
        if session is DescriptionProtocol || session is JointDescriptionProtocol {
            let start = JointDescriptionStart(file, at: folder, observer: console)
            if dryRun { return try await rehearse(file, start.checks, folder) }
            let reply = try await DescribeCommand.joint(start, out: out, announce, console)
            return Reply(.described(reply.payload), text: reply.text)
        }
        guard !(session is PredictionProtocol), !(session is JointPredictionProtocol) else {
            throw JointPredictionProtocol.modelMissing
        }
        guard session is FitProtocol || session is JointFitProtocol else {
            throw Failure(
                .usage, "severalParties",
                "a job of several parties is fitted, described, or scores new rows: --as \(session.purpose.rawValue) is for others"
            )
        }
        let start = JointFitStart(file, at: folder, observer: console)
        if dryRun { return try await rehearse(file, start.checks, folder) }
        let prepared = try start.demand()
        console.progress("\(folder.name): \(prepared.mesh.table.summary)")
        for remark in prepared.mesh.table.remarks { console.warning(remark) }
        let (result, _) = try await MeshExecution(prepared, out: out, observer: console, onListening: announce).run()
        let report = JobReport(file, file.job.parties[prepared.mesh.own], result)
        return Reply(.finished(report), text: report.text)
    }

    /// Everything that this site can find out alone: what `doctor` and `job check` look at, and the output folder.
    private func rehearse(
        _ file: JobFile, _ start: [StartCheck], _ folder: SiteFolder
    ) async throws -> Reply<JobRunReport> {
        var checks = SiteChecks.machine() + (await SiteChecks(folder).all()) + start
        do {
            // Made and removed again: whether it can be written shows in no other way.
            try StagedFolder(target: out).discard()
            checks.append(StartCheck("output", .ok, "\(out) can be written"))
        } catch {
            checks.append(StartCheck("output", failed: error))
        }
        let failed = checks.count { $0.verdict == .failed }
        let verdict =
            failed == 0 ? "could run at this site" : "would not run: \(failed) check\(failed == 1 ? "" : "s") failed"
        return Reply(
            .checked(job: file.hash, isReady: failed == 0, checks: checks),
            text: "\(checks.text)\njob \(file.hash) \(verdict)", status: checks.status)
    }
}

/// What `job run` prints as data.
enum JobRunReport: Encodable, Sendable {
    case checked(job: String, isReady: Bool, checks: [StartCheck])
    case finished(JobReport)
    case session(SessionReport)
    case pooled(PooledReport)
    case described(DescribeReport)

    private struct Checked: Encodable {
        let job: String
        let isReady: Bool
        let checks: [StartCheck]
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .checked(let job, let isReady, let checks):
            try Checked(job: job, isReady: isReady, checks: checks).encode(to: encoder)
        case .finished(let report): try report.encode(to: encoder)
        case .session(let report): try report.encode(to: encoder)
        case .pooled(let report): try report.encode(to: encoder)
        case .described(let report): try report.encode(to: encoder)
        }
    }
}

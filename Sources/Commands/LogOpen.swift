import ArgumentParser
import Jobs
import ProtocolKit
import Records
import Runner
import Site
import Transcript
import Wire

struct OpeningReport: Codable, Sendable {
    let party: String
    let peer: String
    let session: String
    let job: String
    let rows: Int
    let out: String
}

struct LogOpen: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Write what an auditor needs to derive every message that this site sent.",
        discussion: """
            The bundle holds the seed of one session, the salts of its commitments, and the rows and columns of this \
            site's table that went into that job. Whoever has it learns those rows, and with the transcript everything \
            that this site learned. It opens nothing of other jobs. Of a prediction it holds this site's part of the \
            model too. The auditor runs `moiety verify --audit`.
            """)

    @Argument(help: "This site's transcript folder, with its private/.") var transcript: String
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The folder to write; it must not exist.", valueName: "dir")) var out: String
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<OpeningReport> {
        let folder = try site.open()
        let parties = try PartiesFile(folder: transcript)
        guard parties.keeper.name == folder.name else {
            throw Failure(
                .configuration, "otherSite", "this is \(parties.keeper.name)'s transcript; the site is '\(folder.name)'"
            )
        }
        let agreed = try TranscriptListing(folder: transcript).agreed(among: .moiety)?.protocol
        guard let session = agreed.flatMap({ SiteProtocols.named($0.purpose.rawValue) }) else {
            throw Failure(
                .verificationFailed, "jobHashMismatch", "job.bin is not the job that the parties agreed on",
                hint: "moiety verify \(transcript)")
        }
        try session.demandOpenable()
        let kept = "\(transcript)/\(TranscriptLayout.privateFolder)"
        let inputs = try Self.inputs(
            of: session, try JobFile(reading: "\(transcript)/\(TranscriptLayout.jobText)"), kept, at: folder)
        let secrets = try OpenedSecrets(folder: kept, of: session)
        let replay = try Replay(folder: transcript, seed: secrets.seed)
        let items = try inputs.commitments(salts: secrets.salts).map(\.item)
        let finding = replay.finding(commitments: items)
        guard finding.status == .passed else {
            throw Failure(
                .verificationFailed, "commitmentMismatch", finding.sentence,
                hint:
                    "the table must be the file as it was when the session ran, and private/model.json as it was written"
            )
        }
        if let hindrance = replay.hindrance {
            console.warning("with this copy nobody can audit the job: \(hindrance)")
        }
        let rows = inputs.table.identifiers.count
        try confirmation.confirm("Open \(rows) rows and all that this site learned in this job to whoever gets \(out)?")
        let staged = try StagedFolder(target: out, rememberedIn: folder.staging)
        defer { staged.discard() }
        try Opening.write(secrets, inputs, parties, into: staged)
        try staged.commit()
        try folder.enter(
            "sessionOpened", job: inputs.file.hash, peer: try folder.peerEntry(in: inputs.file),
            details: ["session": parties.session.hex])
        let report = OpeningReport(
            party: folder.name, peer: parties.other(than: folder.name).name, session: parties.session.hex,
            job: inputs.file.hash,
            rows: rows, out: staged.target)
        return Reply(report, text: "opened \(rows) rows and the secrets of session \(parties.session.hex.prefix(16))")
    }

    /// What the session was begun with.
    private static func inputs(
        of session: any SiteProtocol, _ file: JobFile, _ secrets: String, at folder: SiteFolder
    ) throws -> JobInputs {
        do {
            return try session.inputs(of: file, secrets: secrets, at: folder)
        } catch let refusal as ReplayRefusal {
            throw Failure(.verificationFailed, refusal.name, refusal.sentence)
        }
    }
}

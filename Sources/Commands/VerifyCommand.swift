import ArgumentParser
import Foundation
import Jobs
import ProtocolKit
import Runner
import Site
import Transcript
import Wire

struct VerifyCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check a transcript offline: what was exchanged, by whom, under which job.",
        discussion: """
            Needs no network and no secrets. The first line says what the transcript is, whether it holds, what was checked \
            and what was not. Exit code 0: valid. 1: not closed: what both parties signed holds, and nobody vouches for the \
            rest. 2: invalid, with the first check that failed, or a check that was asked for could not be made. With --site, \
            identities are compared with those that the site pinned, and the job with its policy. With --replay or --audit, secrets are used \
            as well, and the job is computed again.
            """)

    @Argument(help: "The transcript folder, or the folder of results that it stands in.") var transcript: String
    @Option(
        name: .customLong("with"),
        help: ArgumentHelp(
            "Of a job of many parties: another one's results folder, to verify together; may be given again.",
            valueName: "dir"))
    var others: [String] = []
    @Option(help: ArgumentHelp("The peer's copy, to compare record by record.", valueName: "dir"))
    var peerTranscript: String?
    @Option(
        help: ArgumentHelp(
            "Of a prediction: the transcript of the fit that its model is of; of several parties this party's results.",
            valueName: "dir"))
    var fit: String?
    @Option(help: ArgumentHelp("The job that it should be of.", valueName: "file")) var job: String?
    @Option(
        help: ArgumentHelp(
            "What the session should have been: \(SiteProtocols.names).", valueName: "purpose"),
        transform: { try SiteProtocols.demand($0).purpose })
    var purpose: SessionPurpose?
    @Option(
        name: .customLong("site"),
        help: ArgumentHelp("Use the pinned peers and the policy of this site.", valueName: "dir"))
    var sitePath: String?
    @Flag(help: "Print a full account: who, under which job, when, how much, what each learned, what was checked.")
    var explain = false
    @Flag(
        help: """
            Derive every message of this site again from its secrets (the transcript's private/) and its table, and \
            compare. Needs --site.
            """)
    var replay = false
    @Option(
        help: ArgumentHelp(
            "Do the same for a party that opened its secrets, with the bundle that `moiety log open` wrote.",
            valueName: "dir"))
    var audit: String?
    @Option(
        help: ArgumentHelp("With --audit: the smallest group allowed, if larger than the job's.", valueName: "rows"))
    var minimumCell: Int?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if replay && sitePath == nil {
            throw ValidationError("--replay needs --site: the site whose table went into the job")
        }
        if minimumCell != nil && audit == nil { throw ValidationError("--minimum-cell goes with --audit") }
        if replay && audit != nil { throw ValidationError("--replay and --audit exclude each other") }
    }

    func reply(_ console: Console) async throws -> Reply<VerifiedReport> {
        for path in [transcript, peerTranscript, fit, audit].compactMap(\.self) + others {
            guard FileManager.default.fileExists(atPath: path) else {
                throw Failure(.noInput, "fileNotFound", "\(path) does not exist")
            }
        }
        if try !others.isEmpty || MeshVerification.isMesh(transcript) { return try await verifyMesh(console) }
        return try await verify(
            Self.transcript(at: transcript), against: peerTranscript.map { Self.transcript(at: $0) }, console)
    }

    /// A folder of results stands for the transcript in it, and its files are looked at too.
    private func verify(
        _ transcript: String, against peerTranscript: String?, _ console: Console
    ) async throws -> Reply<VerifiedReport> {
        let attributes = try? FileManager.default.attributesOfItem(atPath: transcript)
        if attributes?[.type] as? FileAttributeType == .typeRegular {
            throw Failure(
                .badData, "notAFolder", "\(transcript) is a file, not a transcript folder",
                hint: "moiety log verify is for one message alone")
        }
        for folder in [transcript, peerTranscript].compactMap(\.self)
        where !TranscriptLayout.looksLikeTranscript(folder) {
            throw Failure(
                .badData, "noTranscript", "there is no transcript in \(folder)",
                hint: "give the folder `transcript` of a session's results, or the results folder that it stands in")
        }
        if let peerTranscript {
            let secrets = "\(peerTranscript)/\(TranscriptLayout.privateFolder)"
            if FileManager.default.fileExists(atPath: secrets) {
                console.warning("\(secrets) holds its keeper's secrets: nobody else should have it")
            }
        }
        let site = try sitePath.map { try SiteFolder(opening: $0) }
        if replay, let site { try ReplayChecks.demandOwn(transcript, at: site) }
        var options = try Verifier.Options(job: job.map { try JobFile(reading: $0) }, site: site)
        options.purpose = purpose
        let verifier = Verifier(folder: transcript, options: options)
        var report = peerTranscript.map { verifier.verify(against: $0) } ?? verifier.verify()
        if let unreadable = report.unreadable(in: transcript) { throw unreadable }
        if replay, let site {
            report = report.adding(try await ReplayChecks(transcript, report, console).replay(at: site))
        } else if let audit {
            report = report.adding(
                try await ReplayChecks(transcript, report, console).audit(audit, minimumCell: minimumCell ?? 0))
        }
        if let fit {
            let folder = Self.transcript(at: fit)
            // What is asked of the prediction is not asked of the fit.
            var same = options
            same.purpose = nil
            let other = Verifier(folder: folder, options: same).verify()
            report = report.adding([
                try FitComparison(prediction: transcript, fit: folder).finding(report, other)
            ])
        }
        if let results = ResultChecks.folder(around: transcript), report.failure == nil {
            try ResultChecks.demandReadable(transcript: transcript, results: results)
            report = report.adding([ResultChecks.finding(transcript: transcript, results: results)])
        }
        let unknown = site == nil ? [] : report.unknown(to: options)
        let asked = requested(isFit: report.summary?.purpose.map { $0 == .fit } ?? true)
        let text = explain ? Account(of: report, transcript: transcript).text : report.text
        // Whoever asked for a check that was not made has no answer, whatever holds otherwise.
        let isAnswered = report.missing(of: asked).isEmpty && unknown.isEmpty
        let status = report.verdict.exitStatus
        return Reply(
            .session(report), text: "\(report.sentence(requested: asked, unknown: unknown))\n\(text)",
            status: status == .ok && !isAnswered ? .verificationFailed : status)
    }
}

/// What `verify` prints as data: one session, or those of a mesh.
enum VerifiedReport: Encodable, Sendable {
    case session(VerificationReport)
    case mesh(MeshReport)

    func encode(to encoder: any Swift.Encoder) throws {
        switch self {
        case .session(let report): try report.encode(to: encoder)
        case .mesh(let report): try report.encode(to: encoder)
        }
    }
}

extension VerifyCommand {
    /// The sessions of a mesh, of one party or of several together.
    private func verifyMesh(_ console: Console) async throws -> Reply<VerifiedReport> {
        for (word, isGiven) in [
            ("--peer-transcript", peerTranscript != nil), ("--audit", audit != nil), ("--explain", explain),
        ] where isGiven {
            throw Failure(
                .usage, "notOfRows", "\(word) is for a session between two parties, and this folder is of several",
                hint: word == "--peer-transcript"
                    ? "--with DIR names another party's results"
                    : "give one of its transcripts: \(transcript)/transcripts/NAME")
        }
        let site = try sitePath.map { try SiteFolder(opening: $0) }
        var options = try Verifier.Options(job: job.map { try JobFile(reading: $0) }, site: site)
        options.purpose = purpose
        var report = try MeshVerification([transcript] + others, options: options).run()
        for pair in report.pairs {
            if let unreadable = pair.report.unreadable(in: "\(pair.keeper)'s session with \(pair.peer)") {
                throw unreadable
            }
        }
        if replay, let site {
            report =
                report.failure == nil
                ? report.adding(try await MeshReplay(transcript, at: site, console).findings()) : report
        }
        if let fit {
            // What is asked of the prediction is not asked of the fit.
            var same = options
            same.purpose = nil
            let comparison = try MeshFitComparison(prediction: transcript, fit: fit)
            report = report.adding([
                try comparison.finding(report, MeshVerification([fit], options: same).run())
            ])
        }
        let asked: [Check] = (replay ? [.r01, .r02, .r03] : []) + (fit == nil ? [] : [.m01])
        let open = asked.filter { check in
            !report.findings.contains { $0.check == check && $0.status != .notEvaluated }
        }
        let unknown = site == nil ? [] : Set(report.pairs.flatMap { $0.report.unknown(to: options) }).sorted()
        let isAnswered = open.isEmpty && unknown.isEmpty
        let status = report.verdict.exitStatus
        var words =
            open.isEmpty ? "" : "NOT CHECKED though asked for: \(open.map(\.rawValue).joined(separator: ", "))\n"
        if !unknown.isEmpty { words += "\(MeshReport.notCompared(unknown))\n" }
        return Reply(
            .mesh(report), text: words + report.text,
            status: status == .ok && !isAnswered ? .verificationFailed : status)
    }

    private static func transcript(at path: String) -> String {
        let inside = "\(path)/transcript"
        return FileManager.default.fileExists(atPath: "\(inside)/\(TranscriptLayout.parties)") ? inside : path
    }

    /// Checks that the options ask for beside those of the folder alone. A05 is about scores, which not every job opens;
    /// A04 about keys, of which the receiver of an alignment has none.
    private func requested(isFit: Bool) -> [Check] {
        var checks: [Check] = peerTranscript == nil ? [] : [.x01, .x02]
        if replay { checks += [.r01, .r02, .r03] }
        if fit != nil { checks.append(.m01) }
        if audit != nil { checks += isFit ? [.a01, .a04, .a06, .a07] : [.a01] }
        return checks
    }
}

import Foundation
import Jobs
import Transcript
import Wire

/// Checks that need secrets, on a transcript that was verified without them.
struct ReplayChecks: Sendable {
    typealias Finding = VerificationReport.Finding

    private let folder: String
    private let report: VerificationReport
    private let console: Console

    init(_ folder: String, _ report: VerificationReport, _ console: Console) {
        self.folder = folder
        self.report = report
        self.console = console
    }

    /// R01, R02, R03: this site's own messages, from `private/` and the table that the site has.
    func replay(at site: SiteFolder) async throws -> [Finding] {
        let checks: [Check] = [.r01, .r02, .r03]
        if let reason = hindrance { return Self.skipped(checks, reason) }
        let parties = try PartiesFile(folder: folder)
        guard parties.local.name == site.name else {
            throw Failure(
                .configuration, "otherSite", "this is \(parties.local.name)'s transcript; the site is '\(site.name)'",
                hint: "each party replays its own copy; --audit is for what another party opened")
        }
        let replay: JobReplay
        do {
            replay = try JobReplay(
                transcript: folder, inputs: try JobInputs(try job(), at: site),
                secrets: try OpenedSecrets(folder: "\(folder)/\(TranscriptLayout.privateFolder)"), console: console)
        } catch TranscriptError.otherSeed(let party) {
            return Self.otherSeed(party, .r01) + Self.skipped([.r02, .r03], "the seed is another one")
        }
        let replayed = try await replay.run()
        return try withResults(replayed, replay)
    }

    /// A01, A04, A05, A06: the messages of whoever opened its secrets, in either party's copy.
    func audit(_ bundle: String, minimumCell: Int) async throws -> [Finding] {
        let checks: [Check] = [.a01, .a04, .a05, .a06]
        if let reason = hindrance { return Self.skipped(checks, reason) }
        let opening = try Opening(reading: bundle, of: try PartiesFile(folder: folder))
        let file = try job()
        guard let own = file.job.party(named: opening.party), let peer = file.job.peer(of: opening.party) else {
            throw Failure(.badData, "notAParty", "'\(opening.party)' is not a party of this job")
        }
        let table = try PartyTable(opened: opening.table, file.job, party: own)
        do {
            let replay = try JobReplay(
                transcript: folder, party: own.name,
                inputs: JobInputs(file, own: own, peer: peer, table: table), secrets: opening.secrets, console: console)
            return try await JobAudit(replay: replay, minimumCell: minimumCell).findings()
        } catch TranscriptError.otherSeed(let party) {
            return Self.otherSeed(party, .a01) + Self.skipped([.a04, .a05, .a06], "the seed is another one")
        }
    }

    /// Metrics, and the coefficients that `job run` wrote beside the transcript, must follow too.
    private func withResults(_ replayed: JobReplay.Replayed, _ replay: JobReplay) throws -> [Finding] {
        let path = URL(fileURLWithPath: folder).deletingLastPathComponent().appending(path: "coefficients.csv").path
        return try replayed.findings.map { finding in
            guard finding.check == .r03, finding.status == .passed, let finished = replayed.finished else {
                return finding
            }
            guard replay.hasMetrics(of: finished) else {
                return Finding(
                    check: .r03, status: .failed, error: "resultMismatch",
                    sentence: "Other metrics follow from what was received than those that this party signed.")
            }
            guard FileManager.default.fileExists(atPath: path) else { return finding }
            let again = try ResultFiles(finished: finished).coefficients()
            guard try again == PrivateFile.readBytes(path, limit: 1 << 24) else {
                return Finding(
                    check: .r03, status: .failed, error: "resultsDiffer",
                    sentence: "coefficients.csv beside the transcript is not what the job came to.")
            }
            return Finding(
                check: .r03, status: .passed,
                sentence: "\(finding.sentence) coefficients.csv beside the transcript is of that result.")
        }
    }

    /// Why nothing can be replayed, if so.
    private var hindrance: String? {
        if report.failure != nil { return "this copy alone does not hold" }
        if (report.summary?.payloadsPruned ?? 0) > 0 { return "the payloads were pruned" }
        return nil
    }

    private func job() throws -> JobFile { try JobFile(reading: "\(folder)/\(TranscriptLayout.jobText)") }

    private static func skipped(_ checks: [Check], _ reason: String) -> [Finding] {
        checks.map { Finding(check: $0, status: .notEvaluated, sentence: "Not evaluated: \(reason).") }
    }

    private static func otherSeed(_ party: String, _ check: Check) -> [Finding] {
        [
            Finding(
                check: check, status: .failed, error: "seedMismatch",
                sentence: "The seed at hand is not the one that \(party) committed to.")
        ]
    }
}

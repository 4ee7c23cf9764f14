import Foundation
import Jobs
import PrivateSetIntersection
import ProtocolKit
import Records
package import Site
import SplitRegression
package import Transcript
import Wire

/// Checks that need secrets, on a transcript that was verified without them.
package struct ReplayChecks: Sendable {
    package typealias Finding = VerificationReport.Finding

    /// What R01 to R03 found, and files beside the transcript that must follow too.
    private struct Checked {
        var findings: [Finding]
        var beside: [(name: String, bytes: [UInt8])] = []
    }

    private let folder: String
    private let report: VerificationReport
    private let observer: any RunObserver
    private let protocols: [any SiteProtocol]

    package init(
        _ folder: String, _ report: VerificationReport, _ observer: any RunObserver,
        protocols: [any SiteProtocol] = SiteProtocols.all
    ) {
        self.protocols = protocols
        self.folder = folder
        self.report = report
        self.observer = observer
    }

    /// What the session was for; a transcript that holds says it.
    private func session() throws -> any SiteProtocol {
        let purpose = report.summary?.purpose ?? .fit
        guard let session = protocols.first(where: { $0.purpose == purpose }) else {
            throw Failure(
                .badData, "unknownPurpose", "this program does not run sessions of the kind '\(purpose.rawValue)'")
        }
        return session
    }

    private var secretsFolder: String { "\(folder)/\(TranscriptLayout.privateFolder)" }

    /// Whether a transcript is this site's own, to be asked before anything that takes long; one whose parties cannot be read is
    /// for the verifier to judge.
    ///
    /// - Throws: `Failure` 78.
    package static func demandOwn(_ folder: String, at site: SiteFolder) throws {
        guard let parties = try? PartiesFile(folder: folder), parties.keeper.name != site.name else { return }
        throw Failure(
            .configuration, "otherSite", "this is \(parties.keeper.name)'s transcript; the site is '\(site.name)'",
            hint: "each party replays its own copy; --audit is for what another party opened")
    }

    /// R01, R02, R03: this site's own messages, from `private/` and the table that the site has.
    package func replay(at site: SiteFolder) async throws -> [Finding] {
        let checks: [Check] = [.r01, .r02, .r03]
        if let reason = hindrance { return Finding.notEvaluated(checks, reason) }
        try Self.demandOwn(folder, at: site)
        do {
            let session = try session()
            let replay = try SessionReplay(
                transcript: folder, inputs: try session.inputs(of: try job(), secrets: secretsFolder, at: site),
                secrets: try OpenedSecrets(folder: secretsFolder, of: session), observer: observer)
            return try withFiles(try await again(session, replay))
        } catch TranscriptError.otherSeed(let party) {
            return Self.otherSeed(party, .r01) + Finding.notEvaluated([.r02, .r03], "the seed is another one")
        } catch let refusal as ReplayRefusal {
            return [Finding(check: .r01, status: .failed, error: refusal.name, sentence: refusal.sentence)]
                + Finding.notEvaluated([.r02, .r03], "R01 failed")
        }
    }

    private func again<P: SiteProtocol>(_ session: P, _ replay: SessionReplay) async throws -> Checked {
        let replayed = try await replay.run { try session.work(replay.setup($0, NoBooks())) }
        guard let result = replayed.result else { return Checked(findings: replayed.findings) }
        let finished = FinishedSession(result, of: replay.inputs, session: replay.log.session.id)
        return Checked(
            findings: replayed.findings,
            beside: try session.results(of: finished).map { ($0.name, $0.bytes) })
    }

    /// A01, A04 to A07: the messages of whoever opened its secrets, in either party's copy.
    package func audit(_ bundle: String, minimumCell: Int) async throws -> [Finding] {
        let checks: [Check] = [.a01, .a04, .a05, .a06, .a07]
        if let reason = hindrance { return Finding.notEvaluated(checks, reason) }
        let session = try session()
        try session.demandOpenable()
        let opening = try Opening(reading: bundle, of: try PartiesFile(folder: folder), session)
        let file = try job()
        guard let own = file.job.party(named: opening.party), let peer = file.job.peer(of: opening.party) else {
            throw Failure(.badData, "notAParty", "'\(opening.party)' is not a party of this job")
        }
        let isFit = session.purpose == .fit
        let table = try PartyTable(
            opened: opening.table, file.job, party: own, hasLabel: !session.commitments.contains(ModelBinding.label))
        do {
            let replay = try SessionReplay(
                transcript: folder, party: own.name,
                inputs: JobInputs(file, for: session, own: own, peer: peer, table: table, scoring: opening.scoring),
                secrets: opening.secrets, observer: observer)
            if isFit { return try await JobAudit(replay: JobReplay(replay), minimumCell: minimumCell).findings() }
            let common = AuditFindings(party: own.name)
            if let hindrance = replay.log.hindrance {
                return try common.findings(of: replay.committed(), keys: replay.keys(), without: hindrance)
            }
            return [common.followed(try await again(session, replay).findings), common.keys(try replay.keys())]
                + Finding.notEvaluated([.a05, .a06, .a07], "that is asked of a fit")
        } catch TranscriptError.otherSeed(let party) {
            return Self.otherSeed(party, .a01)
                + Finding.notEvaluated([.a04, .a05, .a06, .a07], "the seed is another one")
        }
    }

    /// What the command wrote beside the transcript must be that result.
    private func withFiles(_ checked: Checked) throws -> [Finding] {
        let results = URL(fileURLWithPath: folder).deletingLastPathComponent()
        let there = checked.beside.filter {
            FileManager.default.fileExists(atPath: results.appending(path: $0.name).path)
        }
        for (name, bytes) in there
        where try bytes != PrivateFile.readBytes(results.appending(path: name).path, limit: 1 << 30) {
            return Self.failing(
                .r03, "resultsDiffer", "\(name) beside the transcript is not what the session came to.",
                in: checked.findings)
        }
        guard !there.isEmpty else { return checked.findings }
        let names = there.map(\.name).joined(separator: ", ")
        return checked.findings.map { finding in
            guard finding.check == .r03, finding.status == .passed else { return finding }
            return Finding(
                check: .r03, status: .passed,
                sentence: "\(finding.sentence) Beside the transcript, of that result: \(names).")
        }
    }

    /// Turns a check that passed into one that failed.
    private static func failing(
        _ check: Check, _ error: String, _ sentence: String, in findings: [Finding]
    ) -> [Finding] {
        findings.map { finding in
            guard finding.check == check, finding.status == .passed else { return finding }
            return Finding(check: check, status: .failed, error: error, sentence: sentence)
        }
    }

    // MARK: What is at hand

    /// Why nothing can be replayed, if so.
    private var hindrance: String? {
        if report.failure != nil { return "this copy alone does not hold" }
        if (report.summary?.payloadsPruned ?? 0) > 0 { return "the payloads were pruned" }
        return nil
    }

    private func job() throws -> JobFile { try JobFile(reading: "\(folder)/\(TranscriptLayout.jobText)") }

    private static func otherSeed(_ party: String, _ check: Check) -> [Finding] {
        [
            Finding(
                check: check, status: .failed, error: "seedMismatch",
                sentence: "The seed at hand is not the one that \(party) committed to.")
        ]
    }
}

extension VerificationReport.Finding {
    /// Checks that were not made, for one reason.
    static func notEvaluated(_ checks: [Check], _ reason: String) -> [VerificationReport.Finding] {
        checks.map {
            VerificationReport.Finding(check: $0, status: .notEvaluated, sentence: "Not evaluated: \(reason).")
        }
    }
}

import Foundation
import Jobs
import PrivateSetIntersection
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

    package init(_ folder: String, _ report: VerificationReport, _ observer: any RunObserver) {
        self.folder = folder
        self.report = report
        self.observer = observer
    }

    /// What the session was for; a transcript that holds says it.
    private var purpose: SessionPurpose { report.summary?.purpose ?? .fit }

    private var secretsFolder: String { "\(folder)/\(TranscriptLayout.privateFolder)" }

    /// R01, R02, R03: this site's own messages, from `private/` and the table that the site has.
    package func replay(at site: SiteFolder) async throws -> [Finding] {
        let checks: [Check] = [.r01, .r02, .r03]
        if let reason = hindrance { return Self.skipped(checks, reason) }
        let parties = try PartiesFile(folder: folder)
        guard parties.local.name == site.name else {
            throw Failure(
                .configuration, "otherSite", "this is \(parties.local.name)'s transcript; the site is '\(site.name)'",
                hint: "each party replays its own copy; --audit is for what another party opened")
        }
        if purpose == .prediction, try !isModelOfTheJob(at: site) {
            return [
                Finding(
                    check: .r01, status: .failed, error: "modelMismatch",
                    sentence: "The model at hand is not one of this job and this party, in its role.")
            ] + Self.skipped([.r02, .r03], "the model is another one")
        }
        let replay: SessionReplay
        do {
            replay = try SessionReplay(
                transcript: folder, inputs: try inputs(at: site),
                secrets: try OpenedSecrets(folder: secretsFolder, of: purpose), observer: observer)
        } catch TranscriptError.otherSeed(let party) {
            return Self.otherSeed(party, .r01) + Self.skipped([.r02, .r03], "the seed is another one")
        }
        let checked =
            switch purpose {
            case .fit: try await fit(JobReplay(replay))
            case .alignment: try await alignment(replay)
            case .count: try await count(replay)
            case .prediction: try await prediction(replay)
            }
        return try withFiles(checked)
    }

    /// A01, A04, A05, A06: the messages of whoever opened its secrets, in either party's copy.
    package func audit(_ bundle: String, minimumCell: Int) async throws -> [Finding] {
        let checks: [Check] = [.a01, .a04, .a05, .a06]
        if let reason = hindrance { return Self.skipped(checks, reason) }
        try purpose.demandFit()
        let opening = try Opening(reading: bundle, of: try PartiesFile(folder: folder))
        let file = try job()
        guard let own = file.job.party(named: opening.party), let peer = file.job.peer(of: opening.party) else {
            throw Failure(.badData, "notAParty", "'\(opening.party)' is not a party of this job")
        }
        let table = try PartyTable(opened: opening.table, file.job, party: own)
        do {
            let replay = try SessionReplay(
                transcript: folder, party: own.name,
                inputs: JobInputs(file, for: .fit, own: own, peer: peer, table: table), secrets: opening.secrets,
                observer: observer)
            return try await JobAudit(replay: JobReplay(replay), minimumCell: minimumCell).findings()
        } catch TranscriptError.otherSeed(let party) {
            return Self.otherSeed(party, .a01) + Self.skipped([.a04, .a05, .a06], "the seed is another one")
        }
    }

    // MARK: By purpose

    private func fit(_ replay: JobReplay) async throws -> Checked {
        let replayed = try await replay.run()
        guard let finished = replayed.finished else { return Checked(findings: replayed.findings) }
        return Checked(
            findings: replayed.findings,
            beside: try ResultFiles(finished: finished).results().map { ($0.name, $0.bytes) })
    }

    private func alignment(_ replay: SessionReplay) async throws -> Checked {
        let replayed = try await replay.run { opening in
            AlignmentWork(inputs: replay.inputs, opening: opening, books: NoBooks(), progress: replay.progress)
        }
        return Checked(
            findings: replayed.findings,
            beside: try replayed.result.map { [("intersection.csv", try IdentifierTable.csv(of: $0.rows))] } ?? [])
    }

    /// The rounding is what this party said then: its policy may have changed since.
    private func count(_ replay: SessionReplay) async throws -> Checked {
        let said = try replay.log.payload(ofSent: AlignmentAudit.countOpening)
        let rounding = said.flatMap { AlignmentAudit.rounding(inOpening: $0) } ?? 1
        let replayed = try await replay.run { opening in
            CountWork(inputs: replay.inputs, opening: opening, rounding: rounding, books: NoBooks())
        }
        return Checked(
            findings: replayed.findings,
            beside: try replayed.result.map {
                [("count.json", try ResultFiles.json(CountReport($0, of: replay.inputs, out: nil)))]
            } ?? [])
    }

    private func prediction(_ replay: SessionReplay) async throws -> Checked {
        guard let scoring = replay.inputs.scoring else { return Checked(findings: []) }
        let replayed = try await replay.run { opening in
            PredictionWork(
                inputs: replay.inputs, model: scoring.model.model, opening: opening, books: NoBooks(),
                progress: replay.progress)
        }
        return Checked(
            findings: replayed.findings,
            beside: try replayed.result.map { result in
                [("intersection.csv", try IdentifierTable.csv(of: result.rows))]
                    + (try result.scores.map {
                        [("scores.csv", try ScoreTable.csv($0, of: result.rows, job: replay.inputs.job))]
                    } ?? [])
            } ?? [])
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

    private func savedModel() throws -> SavedModel { try SavedModel.read("\(secretsFolder)/model.json") }

    /// What the model says of itself: that its coefficients are the fit's, nothing here shows.
    private func isModelOfTheJob(at site: SiteFolder) throws -> Bool {
        let (file, saved) = (try job(), try savedModel())
        let (own, peer) = try file.parties(at: site)
        return saved.job == file.hash && saved.party == own.name && saved.peer == peer.name
            && saved.model.role == own.role.rawValue && saved.model.family == file.job.model.family.rawValue
    }

    private func inputs(at site: SiteFolder) throws -> JobInputs {
        guard purpose == .prediction else { return try JobInputs(try job(), for: purpose, at: site) }
        let scoring = JobInputs.Scoring(
            model: try savedModel(),
            table: try PrivateFile.readText("\(secretsFolder)/table", limit: 1024))
        return try JobInputs(try job(), for: purpose, scoring: scoring, at: site)
    }

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

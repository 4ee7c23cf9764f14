import Foundation
import Jobs
package import Site
package import Transcript
import Wire

/// What verification says of the transcript beside the results, at the moment in which a report is written.
package enum ReportVerification: Sendable {
    /// Nobody looked: it was not wanted.
    case skipped
    case made(Made)

    package struct Made: Sendable {
        /// One with each other party.
        package let sessions: [Session]
        /// What holds of the sessions of several parties together.
        let together: [VerificationReport.Finding]
        package let verdict: VerificationReport.Verdict
        let verdictLine: String
        /// What it is, whether it holds, what was checked and what was not.
        package let sentence: String
        /// Parties whose copy was compared.
        let copies: [String]
        /// Whether identities were compared with pinned ones.
        let hasSite: Bool
        let isAnswered: Bool

        /// Whether the results beside the transcripts were shown to be those of their sessions.
        var isBound: Bool {
            sessions.allSatisfy { session in
                session.report.findings.contains { $0.check == .r04 && $0.status == .passed }
            }
        }
    }

    package struct Session: Sendable {
        let peer: String
        package let report: VerificationReport
        /// Of an outcome that was signed.
        let outcome: Outcome?
        /// SHA-256 of `outcome.bin`.
        let outcomeHash: String?

        init(peer: String, _ report: VerificationReport, in transcript: String) {
            self.peer = peer
            self.report = report
            let bytes = try? PrivateFile.readBytes("\(transcript)/\(TranscriptLayout.outcome)", limit: 1 << 20)
            outcome = bytes.flatMap { try? Outcome(encoded: $0) }
            outcomeHash = bytes.map { Bytes32(hashing: $0).hex }
        }
    }

    /// - Parameters:
    ///   - peers: whose copies are compared record by record, where they are at hand.
    ///   - site: whose pinned identities and policy are used.
    /// - Throws: `Failure` 66 where there is no transcript, 77 where it cannot be read.
    package static func verifying(
        _ study: StudyFolder, against peers: [StudyPeer], site: SiteFolder?
    ) throws -> ReportVerification {
        // The job that the results name is the one that the transcripts must be of.
        let options = try Verifier.Options(job: study.file, site: site)
        return .made(
            study.job.kind == .several
                ? try several(study, peers, options, hasSite: site != nil)
                : try pair(study, peers.first, options, hasSite: site != nil))
    }

    private static func pair(
        _ study: StudyFolder, _ peer: StudyPeer?, _ options: Verifier.Options, hasSite: Bool
    ) throws -> Made {
        let (name, peerTranscript) = (study.results.peers[0], peer?.transcripts[study.party])
        guard let transcript = study.transcripts[name] else { throw noTranscript(in: study, with: [name]) }
        var options = options
        options.purpose = .fit
        let verifier = Verifier(folder: transcript, options: options)
        var report = peerTranscript.map { verifier.verify(against: $0) } ?? verifier.verify()
        if let unreadable = report.unreadable(in: transcript) { throw unreadable }
        if report.failure == nil {
            report = report.adding([
                Self.otherSession(report, study)
                    ?? ResultChecks.finding(transcript: transcript, results: study.path)
            ])
        }
        let asked: [Check] = peerTranscript == nil ? [] : [.x01, .x02]
        let unknown = hasSite ? report.unknown(to: options) : []
        return Made(
            sessions: [Session(peer: name, report, in: transcript)], together: [], verdict: report.verdict,
            verdictLine: report.verdictLine, sentence: report.sentence(requested: asked, unknown: unknown),
            copies: peerTranscript == nil ? [] : [name], hasSite: hasSite,
            isAnswered: report.missing(of: asked).isEmpty && unknown.isEmpty)
    }

    private static func noTranscript(in study: StudyFolder, with peers: [String]) -> Failure {
        let whose = study.results.peers.count == 1 ? "" : " of the session with \(peers.joined(separator: ", "))"
        return Failure(
            .noInput, "noTranscript", "there is no transcript\(whose) in \(study.path)",
            hint: "put it back, or say --no-verify: the report then says that nothing was verified")
    }

    /// All sessions of this party, and of those others whose folders are at hand.
    private static func several(
        _ study: StudyFolder, _ peers: [StudyPeer], _ options: Verifier.Options, hasSite: Bool
    ) throws -> Made {
        var options = options
        options.purpose = JointFitProtocol().purpose
        let absent = study.results.peers.filter { study.transcripts[$0] == nil }
        guard absent.isEmpty else { throw noTranscript(in: study, with: absent) }
        let copies = peers.filter { !$0.transcripts.isEmpty }
        var mesh = try MeshVerification([study.path] + copies.map(\.path), options: options).run()
        for pair in mesh.pairs where pair.keeper == study.party {
            guard let transcript = study.transcripts[pair.peer] else { continue }
            if let unreadable = pair.report.unreadable(in: transcript) { throw unreadable }
        }
        // Pruned transcripts do not say which sessions are one run's.
        let isOther = mesh.mesh.map { $0 != study.results.session } ?? false
        if mesh.failure == nil, isOther || mesh.keepers.first != study.party {
            mesh = mesh.adding([
                .init(
                    check: .r04, status: .failed, error: "otherSession",
                    sentence: "The transcripts are of another run, or another party's, than the results beside them.")
            ])
        }
        let unknown = hasSite ? mesh.pairs.flatMap { $0.report.unknown(to: options) } : []
        let sessions = mesh.pairs.filter { $0.keeper == study.party }.compactMap { pair in
            study.transcripts[pair.peer].map { Session(peer: pair.peer, pair.report, in: $0) }
        }
        return Made(
            sessions: sessions, together: mesh.findings, verdict: mesh.verdict, verdictLine: mesh.verdictLine,
            sentence: mesh.sentence(unknown: Set(unknown).sorted()), copies: copies.map(\.name), hasSite: hasSite,
            isAnswered: unknown.isEmpty)
    }

    /// A valid transcript of another run says nothing about these results, whether or not it lists its own.
    private static func otherSession(
        _ report: VerificationReport, _ study: StudyFolder
    ) -> VerificationReport.Finding? {
        guard let summary = report.summary,
            summary.session != study.results.session || summary.parties.first?.name != study.party
        else { return nil }
        return .init(
            check: .r04, status: .failed, error: "otherSession",
            sentence: "The transcript is of another session, or another party's, than the results beside it.")
    }

    /// What the command that wrote the report ends with.
    package var status: ExitStatus {
        guard case .made(let made) = self else { return .ok }
        let status = made.verdict.exitStatus
        return status == .ok && !made.isAnswered ? .verificationFailed : status
    }

    /// For programs and for the line that a command prints.
    package var verdict: String {
        guard case .made(let made) = self else { return "NOT VERIFIED" }
        return made.verdict.rawValue
    }

    /// Of each session that reads as one.
    var summaries: [TranscriptSummary] {
        guard case .made(let made) = self else { return [] }
        return made.sessions.compactMap(\.report.summary)
    }

    /// All that took part, each once.
    var parties: [TranscriptSummary.Party] {
        summaries.flatMap(\.parties).reduce(into: []) { found, party in
            if !found.contains(where: { $0.name == party.name }) { found.append(party) }
        }
    }

    func approval(of party: String) -> Approval? {
        summaries.lazy.flatMap(\.approvals).first { $0.site == party }
    }

    /// How a reader should take everything else in the report.
    enum Standing { case holds, open, unknown, broken }

    var standing: Standing {
        guard case .made(let made) = self else { return .unknown }
        switch made.verdict {
        case .valid, .validPruned: return made.isAnswered ? .holds : .open
        case .notClosed: return .open
        case .invalid: return .broken
        }
    }
}

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
        package let report: VerificationReport
        /// What it is, whether it holds, what was checked and what was not.
        package let sentence: String
        /// Whether the peer's copy was compared, and identities with pinned ones.
        let hasPeerCopy: Bool
        let hasSite: Bool
        /// Of an outcome that was signed.
        let outcome: Outcome?
        /// SHA-256 of `outcome.bin`.
        let outcomeHash: String?
        let isAnswered: Bool

        /// Whether the results beside the transcript were shown to be those of its session.
        var isBound: Bool { report.findings.contains { $0.check == .r04 && $0.status == .passed } }
    }

    /// - Parameters:
    ///   - peerTranscript: the other party's copy, to compare record by record.
    ///   - site: whose pinned identities and policy are used.
    /// - Throws: `Failure` 66 where there is no transcript, 77 where it cannot be read.
    package static func verifying(
        _ study: StudyFolder, against peerTranscript: String?, site: SiteFolder?
    ) throws -> ReportVerification {
        guard let transcript = study.transcript else {
            throw Failure(
                .noInput, "noTranscript", "there is no transcript in \(study.path)",
                hint: "put it back, or say --no-verify: the report then says that nothing was verified")
        }
        // The job that the results name is the one that the transcript must be of.
        var options = try Verifier.Options(job: study.file, site: site)
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
        let unknown = site == nil ? [] : report.unknown(to: options)
        let bytes = try? PrivateFile.readBytes("\(transcript)/\(TranscriptLayout.outcome)", limit: 1 << 20)
        return .made(
            Made(
                report: report, sentence: report.sentence(requested: asked, unknown: unknown),
                hasPeerCopy: peerTranscript != nil, hasSite: site != nil,
                outcome: bytes.flatMap { try? Outcome(encoded: $0) },
                outcomeHash: bytes.map { Bytes32(hashing: $0).hex },
                isAnswered: report.missing(of: asked).isEmpty && unknown.isEmpty))
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
        let status = made.report.verdict.exitStatus
        return status == .ok && !made.isAnswered ? .verificationFailed : status
    }

    /// For programs and for the line that a command prints.
    package var verdict: String {
        guard case .made(let made) = self else { return "NOT VERIFIED" }
        return made.report.verdict.rawValue
    }

    var summary: TranscriptSummary? {
        guard case .made(let made) = self else { return nil }
        return made.report.summary
    }

    /// How a reader should take everything else in the report.
    enum Standing { case holds, open, unknown, broken }

    var standing: Standing {
        guard case .made(let made) = self else { return .unknown }
        switch made.report.verdict {
        case .valid, .validPruned: return made.isAnswered ? .holds : .open
        case .notClosed: return .open
        case .invalid: return .broken
        }
    }
}

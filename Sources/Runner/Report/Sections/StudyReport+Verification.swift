import Foundation
import Site
import Transcript
import Wire

/// What was checked, what came of it, and what to compare with another copy.
extension StudyReport {
    var verificationSection: ReportSection {
        guard case .made(let made) = verification else {
            return ReportSection(
                "verification", "Verification",
                [
                    .paragraph(.strong("Nothing was verified for this report."), kind: "warned"),
                    .paragraph(.prose("`moiety verify` checks the transcript; Check it yourself, below, says how.")),
                ])
        }
        let kind =
            switch verification.standing {
            case .holds: "passed"
            case .broken: "failed"
            case .open, .unknown: "warned"
            }
        var body: [HTML] = [
            .paragraph(.strong(.text("\(made.verdictLine).")), kind: kind),
            .paragraph("Checked at \(writtenAt) by moiety \(Release.version): \(made.sentence)"),
            .paragraph(.text(identityWords(made))),
        ]
        body += roots(made)
        body.append(identities)
        body += checks(made)
        body += [
            .paragraph(.text(VerificationReport.nobodyCanCheck), kind: "small")
        ]
        return ReportSection("verification", "Verification", body)
    }

    private func identityWords(_ made: ReportVerification.Made) -> String {
        let absent = results.peers.filter { !made.copies.contains($0) }
        let words =
            made.copies.map { "\($0)'s copy of the transcript was compared with it, record by record." }
            + absent.map { "\($0)'s copy of the transcript was not at hand." }
        let copy = words.joined(separator: " ")
        let pins =
            made.hasSite
            ? " Identities were compared with those that the site \(study.party) pinned, and the job with its policy."
            : " Identities were not compared with pinned ones: no site was named. Compare them with those that "
                + "you know."
        return copy + pins
    }

    /// Where both logs ended: whoever has another copy compares these.
    private func roots(_ made: ReportVerification.Made) -> [HTML] {
        let signed = made.sessions.filter { $0.outcome != nil }
        guard !signed.isEmpty else {
            return [.paragraph("No outcome was signed, so the logs have no final roots.")]
        }
        var table = HTMLTable(
            id: "roots", caption: "Transcript roots, as \(study.party) signed them",
            [
                "log", "records",
                "root "
                    + "(SHA-256)",
            ],
            sides: [.left, .right, .left])
        for session in signed {
            guard let outcome = session.outcome else { continue }
            let (own, other) = (outcome.party, session.peer)
            for (from, to, head) in [(own, other, outcome.sent), (other, own, outcome.received)] {
                table.add(["\(from) to \(to)", "\(head.size)", .code(head.root.hex)])
            }
        }
        var facts: [(name: HTML, value: HTML)] = [
            ("Job", .code(results.job)), (sessionName, .code(results.session)),
        ]
        for session in made.sessions {
            guard let hash = session.outcomeHash else { continue }
            let whose = made.sessions.count == 1 ? "" : " with \(session.peer)"
            facts.append((.text("Signed outcome\(whose) (SHA-256 of outcome.bin)"), .code(hash)))
        }
        return [table.html, .facts(facts)]
    }

    private var identities: HTML {
        var table = HTMLTable(
            id: "identities", caption: "Identities (SHA-256 of the key) and certificates",
            ["party", "role", "identity", "certificate"], sides: [])
        for party in verification.parties {
            table.add([.text(party.name), .text(party.role), .code(party.identity), .code(party.certificate)])
        }
        return table.html
    }

    private func checks(_ made: ReportVerification.Made) -> [HTML] {
        guard made.sessions.count > 1 else {
            return made.sessions.map { Self.checks($0.report.findings, "checks", "Every check") }
        }
        let each = made.sessions.enumerated().map { index, session in
            Self.checks(
                session.report.findings, "checks-\(index + 1)", "Every check of the session with \(session.peer)")
        }
        return each + [Self.checks(made.together, "checks-together", "Every check of all sessions together")]
    }

    private static func checks(_ findings: [VerificationReport.Finding], _ id: String, _ caption: String) -> HTML {
        var table = HTMLTable(id: id, caption: .text(caption), ["check", "result", "what it says"], sides: [])
        for finding in findings {
            let (word, kind) = Self.words(finding.status)
            let place = finding.record.map { " at record \($0.sequence) from \($0.from) to \($0.to)" } ?? ""
            let name = finding.error.map { "\($0)\(place): " } ?? ""
            let words =
                finding.status == .notEvaluated
                ? "\(finding.check.sentence) \(finding.sentence)" : "\(name)\(finding.sentence)"
            table.add([.text(finding.check.rawValue), .span(kind, .text(word)), .text(words)])
        }
        return table.html
    }

    private static func words(_ status: VerificationReport.Status) -> (word: String, kind: String) {
        switch status {
        case .passed: ("holds", "passed")
        case .failed: ("FAILED", "failed")
        case .warning: ("warning", "warned")
        case .notEvaluated: ("not evaluated", "small")
        }
    }
}

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
            .paragraph(.strong(.text("\(made.report.verdictLine).")), kind: kind),
            .paragraph("Checked at \(writtenAt) by moiety \(Release.version): \(made.sentence)"),
            .paragraph(.text(identityWords(made))),
        ]
        body += roots(made)
        body += [
            identities(made), checks(made.report), .paragraph(.text(VerificationReport.nobodyCanCheck), kind: "small"),
        ]
        return ReportSection("verification", "Verification", body)
    }

    private func identityWords(_ made: ReportVerification.Made) -> String {
        let copy =
            made.hasPeerCopy
            ? "\(results.peer)'s copy of the transcript was compared with it, record by record."
            : "\(results.peer)'s copy of the transcript was not at hand."
        let pins =
            made.hasSite
            ? " Identities were compared with those that the site \(study.party) pinned, and the job with its policy."
            : " Identities were not compared with pinned ones: no site was named. Compare them with those that "
                + "you know."
        return copy + pins
    }

    /// Where both logs ended: whoever has another copy compares these.
    private func roots(_ made: ReportVerification.Made) -> [HTML] {
        guard let outcome = made.outcome else {
            return [.paragraph("No outcome was signed, so the logs have no final roots.")]
        }
        let other = made.report.summary?.parties.map(\.name).first { $0 != outcome.party } ?? results.peer
        var table = HTMLTable(
            id: "roots", caption: "Transcript roots, as \(outcome.party) signed them",
            [
                "log", "records",
                "root "
                    + "(SHA-256)",
            ],
            sides: [.left, .right, .left])
        for (from, to, head) in [(outcome.party, other, outcome.sent), (other, outcome.party, outcome.received)] {
            table.add(["\(from) to \(to)", "\(head.size)", .code(head.root.hex)])
        }
        var facts: [(name: HTML, value: HTML)] = [
            ("Job", .code(results.job)), ("Session", .code(results.session)),
        ]
        if let hash = made.outcomeHash {
            facts.append(("Signed outcome (SHA-256 of outcome.bin)", .code(hash)))
        }
        return [table.html, .facts(facts)]
    }

    private func identities(_ made: ReportVerification.Made) -> HTML {
        var table = HTMLTable(
            id: "identities", caption: "Identities (SHA-256 of the key) and certificates",
            ["party", "role", "identity", "certificate"], sides: [])
        for party in made.report.summary?.parties ?? [] {
            table.add([.text(party.name), .text(party.role), .code(party.identity), .code(party.certificate)])
        }
        return table.html
    }

    private func checks(_ report: VerificationReport) -> HTML {
        var table = HTMLTable(id: "checks", caption: "Every check", ["check", "result", "what it says"], sides: [])
        for finding in report.findings {
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

import Foundation
import Jobs
import ProtocolKit
import SplitRegression
import Transcript

/// What was agreed on, and who approved it.
extension StudyReport {
    var studySection: ReportSection {
        let words = self.words
        var facts: [(name: HTML, value: HTML)] = [("Title", .text(job.title))]
        if !job.purpose.isEmpty { facts.append(("Purpose", .text(job.purpose))) }
        if !words.loss.isEmpty { facts.append(("What is left of", .list(words.loss.map { .text($0) }))) }
        facts += [
            ("Model", .text(words.model)), ("Rows", .text(words.rows)),
            ("Opened beside the alignment", .list(job.reveal.map { ["\($0.rawValue): \($0.meaning)"] })),
            ("Keys", .text(words.keys)),
        ]
        if let alignment = words.alignment { facts.append(("Alignment", .prose(alignment))) }
        if let trust = words.trust { facts.append(("Who is trusted to keep apart", .prose(trust))) }
        if !words.warnings.isEmpty {
            facts.append(("What deserved a second look", .list(words.warnings.map { .prose($0) })))
        }
        return ReportSection(
            "study", "Study and approvals",
            [.facts(facts), parties(words), .heading("Who approved it")] + approvals)
    }

    private func parties(_ words: StudyWords) -> HTML {
        var table = HTMLTable(
            id: "parties", caption: "What each party brought",
            ["party", "role", "table", "identified by", "outcome", "columns"], sides: [])
        for party in words.parties {
            table.add([
                .text(party.name), .text(party.role), .text(party.table), .text(party.identifier),
                .text(([party.label].compactMap(\.self) + party.beside).joined(separator: ", ")),
                .text(party.features.isEmpty ? "none" : party.features.joined(separator: ", ")),
            ])
        }
        return table.html
    }

    private var approvals: [HTML] {
        guard !verification.summaries.isEmpty else {
            return [
                .paragraph(
                    "Approvals stand in the transcript, signed by each site. It was not read: none is shown.")
            ]
        }
        var table = HTMLTable(
            id: "approvals", caption: "Approvals, signed by each site before its first message",
            ["site", "person", "time", "meaning"], sides: [])
        for party in job.parties.map(\.name) {
            guard let approval = verification.approval(of: party) else {
                table.add([.text(party), "showed no approval", "", ""])
                continue
            }
            table.add([
                .text(approval.site), .text(approval.person), .text(approval.time), .text(approval.meaning),
            ])
        }
        return [table.html]
    }
}

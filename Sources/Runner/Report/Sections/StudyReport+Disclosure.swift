import Jobs
import ProtocolKit
import Site
import SplitRegression

/// What each party learned of the other, and how much more it may learn.
extension StudyReport {
    var learnedSection: ReportSection {
        let session: any SessionProtocol = job.kind == .several ? JointFitProtocol() : FitProtocol()
        let learned = LearnedPhases(job, session, rows: results.fit.n, hasOutcome: true)
        let isPair = results.peers.count == 1
        var body: [HTML] = [
            .paragraph(
                .prose(
                    "If \(isPair ? "both followed the protocol, this is all that each learned of the other" : "all followed the protocol, and those who are trusted to keep apart did, this is all that each learned of the others"). The words are those "
                        + "of `moiety job explain`, with this job's names and numbers."))
        ]
        for phase in learned.phases {
            body.append(.heading(.text(phase.title)))
            for row in phase.rows {
                body += [.paragraph(.strong(.text(Self.heading(of: row)))), .list(row.learns.map { .prose($0) })]
            }
        }
        let words = self.words
        if !words.coalitions.isEmpty {
            body += [.heading("Who puts together what"), .list(words.coalitions.map { .prose($0) })]
        }
        if !words.never.isEmpty {
            body += [.heading("What never left a party"), .list(words.never.map { .prose($0) })]
        }
        return ReportSection("learned", "What each party learned", body)
    }

    /// A party's name is as it is.
    private static func heading(of row: LeakageTable.Row) -> String {
        row.party == LeakageTable.both ? sentence(row.party) : row.party
    }

    var budgetSection: ReportSection {
        let title = "Budget left"
        guard let budget else {
            return ReportSection(
                "budget", title,
                [
                    .paragraph(
                        .prose(
                            "Each site bounds what it discloses over all jobs. What is left of \(study.party)'s "
                                + "budgets stands in its ledger, which was not read: `moiety report --site` shows it "
                                + "here, `moiety policy check` on the spot."))
                ])
        }
        var table = HTMLTable(
            id: "budgets", caption: "What \(study.party) may still disclose, at \(writtenAt)",
            ["budget", "peer", "spent", "allowed", "left"], sides: [.left, .left, .right, .right, .right])
        for line in budget.budgets {
            let meaning = Budget(rawValue: line.budget).map { $0.meaning } ?? line.budget
            table.add([
                .text(Self.sentence(meaning)), .text(line.peer ?? "all"), "\(line.spent)", "\(line.limit)",
                "\(line.left)",
            ])
        }
        var body: [HTML] = [
            table.html,
            .facts([
                ("Entries in the ledger", "\(budget.ledgerEntries)"),
                (
                    "Hash of the last "
                        + "one", .code(budget.ledgerHead)
                ),
            ]),
        ]
        if !budget.inputChanges.isEmpty {
            body += [
                .heading("Columns that changed between sessions over the same people"),
                .list(budget.inputChanges.map { .text($0.text) }),
            ]
        }
        return ReportSection("budget", title, body)
    }
}

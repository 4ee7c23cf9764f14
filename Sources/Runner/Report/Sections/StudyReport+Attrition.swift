import Jobs
import Records
import SplitRegression

/// How many rows each table had, and what became of them.
extension StudyReport {
    var attritionSection: ReportSection {
        let found = [results] + peers.compactMap(\.results)
        let reports = job.parties.flatMap { party in found.filter { $0.party == party.name } }
        let others = results.peers.filter { name in !reports.contains { $0.party == name } }
        let names = reports.map(\.party) + others
        var table = HTMLTable(
            id: "attrition", caption: "From each table to the fit: numbers of rows", ["rows"] + names,
            sides: [.left] + names.map { _ in .right })
        /// Another party's where its folder is at hand.
        func add(
            _ words: String, isLeftOut: Bool = false, _ count: (JobReport) -> Int?,
            unknown: (String) -> String = { _ in "not told" }
        ) {
            let counts = reports.map(count)
            guard !isLeftOut || counts.contains(where: { ($0 ?? 0) > 0 }) else { return }
            let cells = counts.map { HTML.text($0.map { "\($0)" } ?? "") }
            table.add([.text(words)] + cells + others.map { .text(unknown($0)) })
        }
        add("in the table") { $0.alignment.identifiers.rowsRead }
        for (index, step) in results.alignment.identifiers.leftOut.enumerated() {
            add(step.words, isLeftOut: true) { $0.alignment.identifiers.leftOut[index].rows }
        }
        add("in the alignment", { $0.alignment.ownIdentifiers }, unknown: told(of:))
        let (aligned, fitted) = (results.alignment.aligned, results.fit.n)
        add("of people \(inTables)", { _ in aligned }) { _ in "\(aligned)" }
        if aligned > fitted {
            add("kept out of the fit, to test it", { _ in aligned - fitted }) { _ in "\(aligned - fitted)" }
        }
        add("in the fit", { _ in fitted }) { _ in "\(fitted)" }
        return ReportSection("rows", "Rows", [.paragraph(.text(attritionWords)), table.html, missingValues(reports)])
    }

    /// How many identifiers another party said that it brought.
    private func told(of peer: String) -> String {
        results.alignment.peerIdentifiers[peer].map { "\($0)" } ?? "not told"
    }

    private var attritionWords: String {
        let events = results.fit.events.map { " \($0) of the \(results.fit.n) fitted rows have the outcome." } ?? ""
        return "A row is used where its identifier is valid and every column that the job names has a value. "
            + "Nothing is imputed.\(events)"
    }

    /// A row may lack more than one.
    private func missingValues(_ reports: [JobReport]) -> HTML {
        var table = HTMLTable(
            id: "missing", caption: "Rows without a value, by column (a row may lack several)",
            ["column", "party", "rows"], sides: [.left, .left, .right])
        for report in reports {
            let missing = report.alignment.identifiers.missingByColumn.filter { $0.value > 0 }
            for (column, count) in missing.sorted(by: { $0.key < $1.key }) {
                table.add([.text(column), .text(report.party), "\(count)"])
            }
        }
        return table.html
    }
}

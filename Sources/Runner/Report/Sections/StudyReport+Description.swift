import Jobs
import SplitRegression

/// Table 1, where the cohort was described.
extension StudyReport {
    var descriptionSection: ReportSection? {
        guard let description else { return nil }
        let table = description.table
        var body: [HTML] = [.paragraph(.text(descriptionWords(table))), descriptionTable(table, weighted: false)]
        if table.isWeighted { body.append(descriptionTable(table, weighted: true)) }
        let hidden = table.columns.filter(\.lines.isEmpty).map(\.name)
        if !hidden.isEmpty {
            body.append(
                .paragraph(
                    .text(
                        "Not shown, because some group has fewer than \(table.minimumCell) rows of a level or value: "
                            + hidden.joined(separator: ", ") + ".")))
        }
        return ReportSection("description", "Table 1", body)
    }

    private func descriptionWords(_ table: DescriptionTable) -> String {
        let groups = job.active.group.map { " by \($0.column)" } ?? ""
        let hasGroups = table.groups.count > 1
        let weights =
            table.isWeighted
            ? " The second table counts rows with their weights; its differences have the first one's standard deviations."
            : ""
        let difference =
            !hasGroups
            ? ""
            : table.groups.count == 2
                ? " SMD is the standardised difference, \(table.groups[1].name) less \(table.groups[0].name)."
                : " SMD is the largest standardised difference of two groups."
        let verified =
            description?.isVerified == true
            ? " The transcript of this description was verified when the report was written."
            : " Nobody verified the transcript of this description when the report was written."
        return "All \(table.rows) rows \(inTables)\(groups): mean (standard deviation), or rows (percent)."
            + "\(difference)\(weights)\(verified)"
    }

    private func descriptionTable(_ table: DescriptionTable, weighted: Bool) -> HTML {
        let grid = DescriptionGrid(table, of: job, isWeighted: weighted)
        var result = HTMLTable(
            id: weighted ? "table-one-weighted" : "table-one",
            caption: weighted ? "Table 1, weighted" : "Table 1, rows counted once", ["column", "party"] + grid.header,
            sides: [.left, .left] + Array(repeating: .right, count: grid.header.count))
        result.add(([grid.size, ""] + grid.sizes).map { .text($0) })
        for line in grid.lines {
            result.add((["\(line.name), \(line.unit)", line.party] + line.cells).map { .text($0) })
        }
        return result.html
    }
}

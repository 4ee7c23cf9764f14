import Jobs
import Records
import SplitRegression

/// A description's table as all sites have it: as data, as rows for other programs, and as text for people.
struct DescriptionTables {
    static let json = "description.json"

    let table: DescriptionTable
    let job: Job

    func files() throws -> [ResultFile] {
        [
            ResultFile(Self.json, try ResultFiles.json(table)), ResultFile("description.csv", try csv()),
            ResultFile("description.txt", Array((text + "\n").utf8)),
        ]
    }

    /// A row for each line, group and way of counting; differences stand in rows of their own, without a group, and so do columns that
    /// are not shown.
    private func csv() throws -> [UInt8] {
        var writer = try CSVWriter(
            header: [
                "party", "column", "level", "rows.count", "group", "n", "effective.n", "mean", "sd", "count", "share",
                "smd", "note",
            ])
        for column in table.columns {
            let party = column.party(in: job)
            guard !column.lines.isEmpty else {
                try writer.append(
                    [.text(party), .text(column.name)] + Array(repeating: .missing, count: 10) + [.text("not shown")])
                continue
            }
            for line in column.lines {
                let start: [CSVWriter.Cell] = [
                    .text(party), .text(column.name), line.level.map { .text($0) } ?? .missing,
                ]
                func append(
                    _ counting: String, _ group: String, n: Int, effective: Double? = nil, _ cell: DescriptionTable.Cell
                ) throws {
                    let values: [CSVWriter.Cell] = [
                        .integer(n), number(effective), number(cell.mean), number(cell.sd),
                        cell.count.map { .integer($0) } ?? .missing, number(cell.share), .missing, .missing,
                    ]
                    try writer.append(start + [.text(counting), .text(group)] + values)
                }
                func append(_ counting: String, difference: Double?) throws {
                    guard table.groups.count > 1 else { return }
                    try writer.append(
                        start + [.text(counting)] + Array(repeating: .missing, count: 7) + [
                            number(difference), .missing,
                        ])
                }
                try append("once", "(all)", n: table.rows, line.all)
                if table.groups.count > 1 {
                    for (group, cell) in zip(table.groups, line.groups) {
                        try append("once", group.name, n: group.rows, cell)
                    }
                }
                try append("once", difference: line.difference)
                guard let weighted = line.weighted else { continue }
                for (group, cell) in zip(table.groups, weighted) {
                    try append("weighted", group.name, n: group.rows, effective: group.effectiveSize, cell)
                }
                try append("weighted", difference: line.weightedDifference)
            }
        }
        return writer.bytes
    }

    private func number(_ value: Double?) -> CSVWriter.Cell { value.map { .number($0) } ?? .missing }

    /// What `moiety describe` prints of it.
    var text: String {
        let by = table.groupColumn.map { ", by \($0)" } ?? ""
        var parts = [block("rows counted once\(by)", weighted: false)]
        if table.isWeighted { parts.append(block("rows with their weights\(by)", weighted: true)) }
        if let difference { parts.append(difference) }
        let hidden = table.columns.filter(\.lines.isEmpty).map(named)
        if !hidden.isEmpty {
            parts.append(
                "not shown, because some group has fewer than \(table.minimumCell) rows of a level or value: "
                    + hidden.joined(separator: ", "))
        }
        return parts.joined(separator: "\n\n")
    }

    private func named(_ column: DescriptionTable.Column) -> String {
        "\(column.name) [\(column.party(in: job))]"
    }

    /// What SMD stands for.
    private var difference: String? {
        let groups = table.groups
        guard groups.count > 1 else { return nil }
        let which =
            groups.count == 2 ? "\(groups[1].name) less \(groups[0].name)" : "the largest of all pairs of groups"
        let weights =
            table.isWeighted ? "; the standard deviations are those of rows counted once, with weights too" : ""
        return "SMD: standardised difference, \(which)\(weights)"
    }

    private func block(_ title: String, weighted: Bool) -> String {
        let grid = DescriptionGrid(table, of: job, isWeighted: weighted)
        var text = TextTable(
            [title] + grid.header, sides: [.left] + Array(repeating: .right, count: grid.header.count))
        text.add([grid.size] + grid.sizes)
        for line in grid.lines {
            text.add(["\(line.name), \(line.unit)  [\(line.party)]"] + line.cells)
        }
        return text.text(indent: 0)
    }
}

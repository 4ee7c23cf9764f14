import Foundation
import Jobs
import Records
import Site
package import SplitRegression

/// The files of a description: the table as data, as rows for other programs, and as text for people.
package struct DescriptionFiles {
    static let json = "description.json"

    private let table: DescriptionTable
    private let names: (active: String, passive: String)

    package init(_ table: DescriptionTable, of inputs: JobInputs) {
        self.table = table
        names = (inputs.job.active.name, inputs.job.passive.name)
    }

    package func all() throws -> [ResultFile] {
        [
            ResultFile(Self.json, try ResultFiles.json(table)), ResultFile("description.csv", try csv()),
            ResultFile("description.txt", Array((text + "\n").utf8)),
        ]
    }

    /// A row for each line, group and way of counting; differences stand in rows of their own, without a group.
    private func csv() throws -> [UInt8] {
        var writer = try CSVWriter(
            header: [
                "party", "column", "level", "rows.count", "group", "n", "mean", "sd", "count", "share", "smd",
            ])
        for column in table.columns {
            let party = column.isActive ? names.active : names.passive
            for line in column.lines {
                func append(
                    _ counting: String, _ group: String?, _ n: Int?, _ cell: DescriptionTable.Cell?, _ smd: Double?
                ) throws {
                    try writer.append([
                        .text(party), .text(column.name), line.level.map { .text($0) } ?? .missing, .text(counting),
                        group.map { .text($0) } ?? .missing, n.map { .integer($0) } ?? .missing,
                        number(cell?.mean), number(cell?.sd), cell?.count.map { .integer($0) } ?? .missing,
                        number(cell?.share), number(smd),
                    ])
                }
                try append("once", "(all)", table.rows, line.all, nil)
                if table.groups.count > 1 {
                    for (group, cell) in zip(table.groups, line.groups) {
                        try append("once", group.name, group.rows, cell, nil)
                    }
                    try append("once", nil, nil, nil, line.difference)
                }
                guard let weighted = line.weighted else { continue }
                for (group, cell) in zip(table.groups, weighted) {
                    try append("weighted", group.name, group.rows, cell, nil)
                }
                if table.groups.count > 1 { try append("weighted", nil, nil, nil, line.weightedDifference) }
            }
        }
        return writer.bytes
    }

    private func number(_ value: Double?) -> CSVWriter.Cell { value.map { .number($0) } ?? .missing }

    /// What `moiety describe` prints.
    package var text: String {
        var parts = [block("rows counted once", weighted: false)]
        if table.isWeighted { parts.append(block("rows with their weights", weighted: true)) }
        let hidden = table.columns.filter(\.lines.isEmpty).map { "\($0.name)" }
        if !hidden.isEmpty {
            parts.append(
                "not shown, because some group has fewer than \(table.minimumCell) rows of a level or value: "
                    + hidden.joined(separator: ", "))
        }
        let pooled = table.columns.filter { $0.lines.contains { $0.pool != nil } }.map(\.name)
        if !pooled.isEmpty {
            parts.append(
                "levels shown together, because some has fewer than \(table.minimumCell) rows in a group: "
                    + pooled.joined(separator: ", "))
        }
        return parts.joined(separator: "\n\n")
    }

    private func block(_ title: String, weighted: Bool) -> String {
        let hasGroups = table.groups.count > 1
        let groups = hasGroups || weighted ? table.groups : []
        var header = [title]
        if !weighted { header.append("all") }
        header += groups.map(\.name)
        if hasGroups { header.append("SMD") }
        var text = TextTable(
            header, sides: [.left] + Array(repeating: .right, count: header.count - 1))
        var sizes = [weighted ? "effective n" : "n"]
        if !weighted { sizes.append("\(table.rows)") }
        sizes += groups.map { group in
            weighted ? Number.fixed(group.effectiveSize ?? 0, decimals: 1) : "\(group.rows)"
        }
        text.add(sizes)
        for column in table.columns {
            let party = column.isActive ? names.active : names.passive
            for line in column.lines {
                var row = [line.level.map { "\(column.name): \($0), %" } ?? "\(column.name), mean (SD)"]
                row[0] += "  [\(party)]"
                if !weighted { row.append(Self.cell(line.all)) }
                let cells = weighted ? line.weighted ?? [] : line.groups
                row += groups.isEmpty ? [] : cells.map(Self.cell)
                if hasGroups {
                    let difference = weighted ? line.weightedDifference : line.difference
                    row.append(difference.map { Number.fixed($0, decimals: 3) } ?? "")
                }
                text.add(row)
            }
        }
        return text.text(indent: 0)
    }

    private static func cell(_ cell: DescriptionTable.Cell) -> String {
        if let mean = cell.mean, let sd = cell.sd {
            // To a hundredth of a standard deviation or finer: what was opened is finer still.
            let decimals = sd > 0 ? min(max(2 - Int(log10(sd).rounded(.down)), 0), 6) : 2
            return "\(Number.fixed(mean, decimals: decimals)) (\(Number.fixed(sd, decimals: decimals)))"
        }
        let share = Number.fixed(100 * (cell.share ?? 0), decimals: 1)
        return cell.count.map { "\($0) (\(share))" } ?? share
    }
}

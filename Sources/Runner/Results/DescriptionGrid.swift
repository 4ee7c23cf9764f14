import Foundation
import Jobs
import SplitRegression

/// A description's table as people read it, in a terminal and on a page: cells by column and group, rows counted once or with their
/// weights.
struct DescriptionGrid {
    struct Line {
        /// A column, or one of its levels.
        let name: String
        let unit: String
        let party: String
        let cells: [String]
    }

    /// Names of the cells.
    let header: [String]
    /// What the first line counts, and the counts.
    let size: String
    let sizes: [String]
    let lines: [Line]

    init(_ table: DescriptionTable, of job: Job, isWeighted: Bool) {
        let isCompared = table.groups.count > 1
        let groups = isCompared || isWeighted ? table.groups : []
        func cells(all: String, _ own: [String], _ difference: String) -> [String] {
            (isWeighted ? [] : [all]) + (groups.isEmpty ? [] : own) + (isCompared ? [difference] : [])
        }
        header = cells(all: "all", groups.map(\.name), "SMD")
        size = isWeighted ? "effective n" : "n"
        sizes = cells(
            all: "\(table.rows)",
            groups.map { isWeighted ? Number.fixed($0.effectiveSize ?? 0, decimals: 1) : "\($0.rows)" }, "")
        lines = table.columns.flatMap { column in
            column.shownLines.map { line in
                let difference = isWeighted ? line.weightedDifference : line.difference
                return Line(
                    name: line.level.map { "\(column.name): \($0)" } ?? column.name,
                    unit: line.level == nil ? "mean (SD)" : isWeighted ? "%" : "n (%)", party: column.party(in: job),
                    cells: cells(
                        all: line.all.text, (isWeighted ? line.weighted ?? [] : line.groups).map(\.text),
                        difference.map { Number.fixed($0, decimals: 3) } ?? ""))
            }
        }
    }
}

extension DescriptionTable.Cell {
    /// For people: mean and standard deviation to a hundredth of the latter, or rows and percent.
    fileprivate var text: String {
        if let mean, let sd {
            let decimals = sd > 0 && sd.isFinite ? min(max(2 - Int(log10(sd).rounded(.down)), 0), 6) : 2
            return "\(Number.fixed(mean, decimals: decimals)) (\(Number.fixed(sd, decimals: decimals)))"
        }
        if let mean { return Number.short(mean) }
        let percent = Number.fixed(100 * (share ?? 0), decimals: 1)
        return count.map { "\($0) (\(percent))" } ?? percent
    }
}

extension DescriptionTable.Column {
    /// Whose it is.
    func party(in job: Job) -> String { party ?? (isActive ? job.active.name : job.passive.name) }

    /// Of a yes/no column the second line says all.
    fileprivate var shownLines: [DescriptionTable.Line] {
        lines.map(\.level) == ["no", "yes"] ? Array(lines.suffix(1)) : lines
    }
}

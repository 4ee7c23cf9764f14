import PooledRegression
import Records
import Site

/// A table, curves, or the grid of a fit, as `job run` prints them.
enum AnalysisText {
    static func lines(_ outcome: AnalysisOutcome) -> [String] {
        if let table = outcome.table { return lines(table) }
        if let curves = outcome.curves { return lines(curves) }
        if let hazards = outcome.hazards { return lines(hazards) }
        if let noisy = outcome.noisy { return lines(noisy) }
        return []
    }

    // MARK: Table

    private static func lines(_ outcome: TableOutcome) -> [String] {
        let groups = outcome.groups.map(\.level)
        var table = TextTable(
            ["", ""] + groups.map { $0 ?? "all" }, sides: [.left, .left] + groups.map { _ in .right })
        table.add(["rows", ""] + outcome.groups.map { "\($0.rows)" })
        for column in outcome.columns {
            if !column.numbers.isEmpty { add(column, groups, to: &table) }
            // Rows without a value where there are some.
            let levels = column.levels.filter { $0.level != nil || $0.cells.contains { $0.rows > 0 } }
            for (place, level) in levels.enumerated() {
                table.add(
                    [place == 0 ? column.name : "", level.level ?? "(no value)"]
                        + groups.map { group in cell(level.cells.first { $0.group == group }) })
            }
        }
        var lines = [table.text()]
        if let note = outcome.note { lines.append("groups are not shown: \(note)") }
        for column in outcome.columns { lines += remarks(column) }
        if outcome.columns.contains(where: { !$0.numbers.isEmpty }) { lines.append(filledIn) }
        return lines
    }

    /// `protocols/row-statistics.md` 2, numeric columns.
    private static let filledIn =
        "numeric columns: rows without a value that are few at a site (fewer than limits.minimumCell) are counted as if they had that "
        + "site's mean, so that their number is not told"

    private static func add(_ column: TableOutcome.Column, _ groups: [String?], to table: inout TextTable) {
        let found = groups.map { group in column.numbers.first { $0.group == group } }
        table.add(
            [column.name, "mean (sd)"]
                + found.map { item in
                    item?.mean.map { "\(Number.short($0)) (\(Number.short(item?.sd)))" } ?? ""
                })
        guard found.contains(where: { ($0?.missing ?? 0) > 0 }) else { return }
        table.add(["", "(no value)"] + found.map { item in item.map { "\($0.missing)" } ?? "" })
    }

    private static func cell(_ cell: TableOutcome.Cell?) -> String {
        cell.map { "\($0.rows) (\(Number.fixed(100 * $0.share, decimals: 1))%)" } ?? ""
    }

    private static func remarks(_ column: TableOutcome.Column) -> [String] {
        let note = column.note.map { ": \($0)" } ?? ""
        guard column.levels.isEmpty, column.numbers.isEmpty else {
            let names = column.withheld.map { $0.isEmpty ? "(no value)" : $0 }
            return (names.isEmpty ? [] : ["\(column.name): not shown are \(names.joined(separator: ", "))"])
                + (column.note == nil ? [] : ["\(column.name): overall only\(note)"])
        }
        return ["\(column.name): not shown\(note)"]
    }

    // MARK: Curves

    private static func lines(_ outcome: CurveOutcome) -> [String] {
        var table = TextTable(
            ["", "time", "at risk", "events", "survival", "95% CI"],
            sides: [.left, .right, .right, .right, .right, .right])
        for curve in outcome.curves {
            for (place, point) in curve.points.enumerated() {
                let interval =
                    point.confLow.map { "\(Number.short($0)) to \(Number.short(point.confHigh))" } ?? ""
                table.add([
                    place == 0 ? curve.group ?? "all" : "", Number.short(point.time), "\(point.atRisk)",
                    "\(point.events)", Number.short(point.survival), interval,
                ])
            }
        }
        var lines = [table.text()]
        lines.append(
            "median: "
                + outcome.curves.map { curve in
                    "\(curve.group ?? "all") \(curve.median.map { Number.short($0) } ?? "not reached")"
                }.joined(separator: ", "))
        lines.append(Self.rounding)
        guard let test = outcome.test else { return lines }
        if let withheld = test.withheld {
            lines.append("log-rank: none, \(withheld)")
        } else {
            let degrees = test.degreesOfFreedom ?? 0
            lines.append(
                "log-rank: chi-squared \(Number.short(test.chiSquared)) on \(degrees) \(degrees == 1 ? "degree" : "degrees") "
                    + "of freedom, p \(test.pValue.map(Number.scientific) ?? "")")
        }
        return lines
    }

    // MARK: Noise

    private static func lines(_ outcome: NoisyOutcome) -> [String] {
        var table = TextTable(
            ["term", "estimate", "95% CI", "p", "error of the model", "of the noise"],
            sides: [.left, .right, .right, .right, .right, .right])
        for (term, part) in zip(outcome.terms, outcome.parts) {
            table.add([
                term.term, Number.short(term.estimate),
                "\(Number.short(term.confLow)) to \(Number.short(term.confHigh))", Number.scientific(term.pValue),
                Number.short(part.model), Number.short(part.noise),
            ])
        }
        return [
            table.text(),
            "sums with noise: (\(outcome.budget.epsilon), \(outcome.budget.delta))-differentially private for each row; intervals say what it "
                + "costs",
        ]
    }

    // MARK: Grid

    private static func lines(_ outcome: GridOutcome) -> [String] {
        var table = TextTable(
            ["time", "events", "cumulative hazard", "survival at the means"], sides: [.right, .right, .right, .right])
        for point in outcome.baseline {
            table.add([
                Number.short(point.time), "\(point.events)", Number.short(point.cumulativeHazard),
                Number.short(point.survival),
            ])
        }
        return ["one baseline for all sites", table.text(), Self.rounding]
    }

    /// What nobody may overlook who compares with exact times.
    private static let rounding =
        "These are the declared times that are left: one with too few events since the one before joins the next. Every time "
        + "is rounded up to the next of them, and whoever leaves between two counts as at risk until then: survival is higher, and effects are "
        + "smaller, than with exact times, the more so the wider the grid. Declare times closer "
        + "together, as far as the events allow, or use sites as strata"
}

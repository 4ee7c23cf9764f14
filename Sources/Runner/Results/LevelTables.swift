import Records
import SplitRegression

/// The log-rank test between levels of a column: a file and a text.
struct LevelTestTable {
    static let file = "logrank.csv"

    let column: String
    let test: LevelTest

    /// - Returns: nil at a party without a test.
    init?(_ comparison: LevelComparison?) {
        guard let comparison, let test = comparison.test else { return nil }
        (column, self.test) = (comparison.column, test)
    }

    /// A row for each level, as R's `survdiff` prints them, with the test beside each.
    func csv() throws -> [UInt8] {
        var writer = try CSVWriter(
            header: ["column", "level", "n", "observed", "expected", "variance", "statistic", "df", "p.value"])
        for row in test.levels {
            try writer.append([
                .text(column), .text(row.level), .integer(row.rows), .integer(row.observed), .number(row.expected),
                .number(row.variance), .of(test.chiSquared), .of(test.degreesOfFreedom), .of(test.pValue),
            ])
        }
        return writer.bytes
    }

    static let header = ["level", "n", "observed", "expected", "(O-E)^2/E", "(O-E)^2/V"]

    /// As people read them.
    var lines: [[String]] {
        test.levels.map { row in
            let square = (Double(row.observed) - row.expected) * (Double(row.observed) - row.expected)
            func over(_ number: Double) -> String { number > 0 ? Number.fixed(square / number, decimals: 3) : "" }
            return [
                row.level, "\(row.rows)", "\(row.observed)", Number.fixed(row.expected, decimals: 2),
                over(row.expected),
                over(row.variance),
            ]
        }
    }

    /// The statistic, or why there is none.
    var words: String {
        guard let chiSquared = test.chiSquared, let freedom = test.degreesOfFreedom, let p = test.pValue else {
            return "no log-rank test of \(column): \(test.withheld ?? "not known")"
        }
        return "log-rank test of \(column): chi squared \(Number.fixed(chiSquared, decimals: 2)) on \(freedom) df, p "
            + Number.scientific(p)
    }

    var text: String {
        guard !test.levels.isEmpty else { return words }
        var table = TextTable(Self.header, sides: [.left] + Self.header.dropFirst().map { _ in .right })
        for line in lines { table.add(line) }
        return words + "\n" + table.text()
    }
}

/// The Kaplan-Meier curve of each level at the times that a job declares: a file and a text.
struct LevelCurveTable {
    static let file = "survival-groups.csv"

    let column: String
    let curves: [LevelCurve]

    /// - Returns: nil at a party without curves.
    init?(_ comparison: LevelComparison?) {
        guard let comparison, let curves = comparison.curves, !curves.isEmpty else { return nil }
        (column, self.curves) = (comparison.column, curves)
    }

    /// A row for each level and time; NA where too few events of some level are since the time before, or too few rows or events after it.
    func csv() throws -> [UInt8] {
        var writer = try CSVWriter(header: ["column", "level", "time", "surv"])
        for curve in curves {
            for point in curve.points {
                try writer.append([.text(column), .text(curve.level), .number(point.time), .of(point.survival)])
            }
        }
        return writer.bytes
    }

    /// Of a time at which some level has too few events since the time before, or too few rows or events after it.
    static let withheld = "-"

    var header: [String] { ["time"] + curves.map { "\(column) \($0.level)" } }

    /// As people read them: a line for each time.
    var lines: [[String]] {
        curves[0].points.indices.map { index in
            [Number.short(curves[0].points[index].time)]
                + curves.map { $0.points[index].survival.map { Number.fixed($0, decimals: 4) } ?? Self.withheld }
        }
    }

    var hasGaps: Bool { curves.contains { $0.points.contains { $0.survival == nil } } }

    var text: String {
        var table = TextTable(header, sides: header.map { _ in .right })
        for line in lines { table.add(line) }
        let gaps =
            "\(Self.withheld): some level has fewer events since the time before, or people or events after it, than the smallest cell"
        return "Kaplan-Meier survival by \(column)\(hasGaps ? " (\(gaps))" : "")\n" + table.text()
    }
}

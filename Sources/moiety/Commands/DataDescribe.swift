import ArgumentParser
import Records

struct ColumnReport: Codable, Sendable {
    let column: String
    let rows: Int
    let missing: Int
    let distinct: Int
    /// Of numeric columns only.
    let minimum: Double?
    let mean: Double?
    let maximum: Double?
    /// Of columns with few values only: how often each stands there.
    let levels: [String: Int]?
}

struct DataDescribe: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Each column of one of this site's tables: counts, range, levels.",
        discussion: "For this site's own eyes: nothing here is rounded, and nothing leaves the site.")

    /// More values than this are counted, not listed.
    private static let mostLevels = 12

    @Argument(help: "The table's name in site.yaml.") var table: String
    @OptionGroup var site: SiteOption
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<[ColumnReport]> {
        let (path, source) = try site.open().source(ofTable: table)
        let table = try Table.read(csv: path, delimiter: source.delimiter)
        let reports = table.columns.map { describe($0, missing: source.missing) }
        var text = TextTable(
            ["column", "rows", "missing", "distinct", "min", "mean", "max", "levels"],
            sides: [.left, .right, .right, .right, .right, .right, .right, .left])
        for report in reports {
            let levels = report.levels.map { levels in
                levels.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
            }
            text.add([
                report.column, "\(report.rows)", "\(report.missing)", "\(report.distinct)", short(report.minimum),
                short(report.mean), short(report.maximum), levels ?? "",
            ])
        }
        return Reply(reports, text: text.text(indent: 0))
    }

    private func describe(_ column: TextColumn, missing tokens: MissingTokens) -> ColumnReport {
        var counts: [String: Int] = [:]
        var missing = 0
        for row in 0..<column.count {
            let text = column.text(at: row).trimmingWhitespace
            if tokens.contains(Array(text.utf8)[...]) { missing += 1 } else { counts[text, default: 0] += 1 }
        }
        var numbers: [(value: Double, count: Int)] = []
        for (text, count) in counts {
            if let value = Double(text), value.isFinite { numbers.append((value, count)) }
        }
        let numeric = !counts.isEmpty && numbers.count == counts.count
        let present = column.count - missing
        return ColumnReport(
            column: column.name, rows: column.count, missing: missing, distinct: counts.count,
            minimum: numeric ? numbers.map(\.value).min() : nil,
            mean: numeric ? numbers.reduce(0) { $0 + $1.value * Double($1.count) } / Double(present) : nil,
            maximum: numeric ? numbers.map(\.value).max() : nil,
            levels: counts.count <= Self.mostLevels ? counts : nil)
    }

    private func short(_ value: Double?) -> String {
        value.map { CSV.number(($0 * 1e4).rounded() / 1e4) } ?? ""
    }
}

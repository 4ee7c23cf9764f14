import ArgumentParser
import Records
import Runner
import Site

struct DataDescribe: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Each column of one of this site's tables: counts, range, levels.",
        discussion: "For this site's own eyes: nothing here is rounded, and nothing leaves the site.")

    @Argument(help: "The table's name in site.yaml.") var table: String
    @OptionGroup var site: SiteOption
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<[ColumnSummary]> {
        let (path, source) = try site.open().source(ofTable: table)
        let table = try Table.read(csv: path, delimiter: source.delimiter)
        let summaries = table.describe(missing: source.missing)
        var text = TextTable(
            ["column", "kind", "rows", "missing", "distinct", "min", "mean", "max", "levels"],
            sides: [.left, .left, .right, .right, .right, .right, .right, .right, .left])
        for summary in summaries {
            let levels = summary.levels.prefix(6).map { "\($0.text) (\($0.rows))" }.joined(separator: ", ")
            text.add([
                summary.name, summary.kind.rawValue, "\(summary.rows)", "\(summary.missing)", "\(summary.distinct)",
                Number.short(summary.minimum), Number.short(summary.mean), Number.short(summary.maximum),
                levels + (summary.levels.count > 6 ? ", ..." : ""),
            ])
        }
        let problems = summaries.flatMap { summary in summary.problems.map { "\nproblem: \(summary.name): \($0)" } }
        return Reply(summaries, text: text.text(indent: 0) + problems.joined())
    }
}

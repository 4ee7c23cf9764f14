import ArgumentParser
import Jobs
import Records
import Runner
import Site

struct DataReport: Codable, Sendable {
    let table: String
    let file: String
    let identifiers: IdentifierReport
    let terms: [String]
    let problems: [String]
    /// What looks wrong and is used all the same.
    let remarks: [String]

    var text: String {
        let report = identifiers
        var lines = ["\(table): \(file)"]
        var counts = TextTable(["rows read", "\(report.rowsRead)"], sides: [.left, .right])
        for (reason, count) in report.rejected.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let line = report.firstRejectedLine[reason].map { ", first in row \($0)" } ?? ""
            counts.add(["identifier rejected: \(reason.rawValue)\(line)", "\(count)"])
        }
        if report.collapsedDuplicates > 0 { counts.add(["repeated rows, collapsed", "\(report.collapsedDuplicates)"]) }
        if report.conflictingRowsDropped > 0 {
            counts.add(["rows in conflict, dropped", "\(report.conflictingRowsDropped)"])
        }
        for (column, count) in report.missingByColumn.sorted(by: { $0.key < $1.key }) {
            counts.add(["missing in \(column)", "\(count)"])
        }
        if report.incompleteRows > 0 { counts.add(["incomplete rows, dropped", "\(report.incompleteRows)"]) }
        counts.add(["usable identifiers", "\(report.usable)"])
        lines.append(counts.text())
        lines += remarks.map { "look at: \($0)" }
        lines += problems.map { "problem: \($0)" }
        return lines.joined(separator: "\n")
    }
}

struct DataCheck: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read this site's table as a job would, and say what is wrong with it.",
        discussion: """
            Identifiers, missing values, duplicates, and constant, aliased or too small columns over all of this site's \
            own rows; the aligned rows are fewer, and are checked again when the job runs.
            """)

    @OptionGroup var file: JobArgument
    @OptionGroup var site: SiteOption
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<DataReport> {
        let folder = try site.open()
        let file = try file.read()
        let own = try file.parties(at: folder).own
        let table = try PartyTable(file.job, party: own, site: folder)
        let (terms, problems) = try table.check(for: file.job)
        let report = DataReport(
            table: own.table, file: table.table.source, identifiers: table.identifiers.report, terms: terms,
            problems: problems.map { $0.description(over: .own) }, remarks: table.remarks)
        return Reply(report, text: report.text, status: problems.isEmpty ? .ok : .badData)
    }
}

import Jobs
import Records
package import Site

/// What `data check` prints.
package struct DataReport: Codable, Sendable {
    let table: String
    let file: String
    let identifiers: IdentifierReport
    let terms: [String]
    let problems: [String]
    /// What looks wrong and is used all the same.
    let remarks: [String]

    /// - Throws: `RecordsError` and `Failure` for what cannot be read as the job wants it.
    package init(_ file: JobFile, at site: SiteFolder) throws {
        let inputs = try JobInputs(file, for: FitProtocol(), at: site)
        let check = try inputs.table.check(for: file.job)
        // A fit of too few rows is refused whatever their values are.
        let tooFew: [String]
        do {
            try inputs.checkSet()
            tooFew = []
        } catch {
            tooFew = [Failure(describing: error).message]
        }
        table = inputs.own.table
        self.file = inputs.table.table.source
        identifiers = inputs.table.identifiers.report
        terms = check.terms
        problems = tooFew + check.problems.map { $0.description(over: .own) }
        remarks = inputs.table.remarks + (check.leverage.map { [$0.description(over: .own)] } ?? [])
    }

    package var status: ExitStatus { problems.isEmpty ? .ok : .badData }

    package var text: String {
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

import Foundation
import Records
import TestSupport

func example(_ path: String) -> String { Repository.example(path) }

func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
}

func table(_ csv: String, columns: [String]? = nil, delimiter: Delimiter? = nil) throws(RecordsError) -> Table {
    try Table.read(csv: Array(csv.utf8), named: "t.csv", columns: columns, delimiter: delimiter)
}

func cells(_ table: Table) -> [[String]] {
    (0..<table.rowCount).map { row in table.columns.map { $0.text(at: row) } }
}

/// The rows of a table in ascending order of their identifiers, as the reference results have them.
func sortedRows(_ table: Table, _ identifiers: Identifiers, among wanted: Set<String>? = nil) throws -> AlignedRows {
    let positions = (0..<identifiers.count)
        .filter { wanted?.contains(identifiers.texts(at: $0)[0]) ?? true }
        .sorted { identifiers[$0].lexicographicallyPrecedes(identifiers[$1]) }
    return try table.rows(at: positions, of: identifiers)
}

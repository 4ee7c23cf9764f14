import Foundation
import Records

/// The repository's folder, from this file's own place in it.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

func example(_ path: String) -> String { repository.appendingPathComponent("examples/\(path)").path }

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

/// Deterministic numbers for tests: SplitMix64 (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}

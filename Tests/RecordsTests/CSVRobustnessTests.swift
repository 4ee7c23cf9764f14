import Foundation
import Records
import TestSupport
import Testing

@Suite struct CSVRobustnessTests {
    /// A file of another kind, or one without line ends: refused before all of it is held and compared.
    @Test func aHeaderLineWithoutEnd() throws {
        let longest = 1 << 20
        for unit in ["a", "a,"] {
            let bytes = Array(String(repeating: unit, count: 3 * longest / unit.utf8.count).utf8)
            let error = #expect(throws: RecordsError.self) { try Table.read(csv: bytes, named: "t") }
            #expect(error == .tooLarge(path: "t", reason: "its header line is longer than 1 MiB"))
        }
        let names = (0..<20_000).map { "c\($0)" }
        let table = try Table.read(csv: Array((names.joined(separator: ",") + "\n").utf8), named: "t")
        #expect(table.header == names)
    }

    private enum Outcome: Equatable {
        case table([[String]], lines: [Int])
        case error(RecordsError)
    }

    private func outcome(_ bytes: [UInt8], chunk: Int) -> Outcome {
        do {
            let table = try Table.read(csv: bytes, named: "t", columns: nil, delimiter: nil, chunk: chunk)
            return .table(cells(table), lines: (0..<table.rowCount).map(table.line(ofRow:)))
        } catch {
            return .error(error)
        }
    }

    /// Any bytes end in a table or in a named error, and never depend on how the file was cut into chunks.
    @Test func anyBytesGiveTheSameOutcomeInAnyChunks() {
        var random = SplitMix(3)
        let alphabet: [UInt8] = Array("abcdefgh,;\t\"\n\n\r\n é".utf8) + [0, 0xFF]
        var tables = 0
        for round in 0..<1500 {
            var bytes = round % 2 == 0 ? [] : Array("a,b\r\n1,\"x\"\"\ny\"\r\n2,é\r\n".utf8)
            if round % 2 == 0 {
                bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet.randomElement(using: &random)!
                }
            } else {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = alphabet.randomElement(using: &random)!
            }
            let whole = outcome(bytes, chunk: 1 << 20)
            #expect(outcome(bytes, chunk: 1) == whole, "\(bytes)")
            #expect(outcome(bytes, chunk: 3) == whole, "\(bytes)")
            if case .table = whole { tables += 1 }
        }
        #expect(tables > 100 && tables < 1400, "\(tables)")
    }

    /// A file of several chunks, read from the disk.
    @Test func readsAFileOfManyChunks() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("records-\(UUID().uuidString).csv")
            .path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let filler = String(repeating: "é", count: 60)
        var csv = "id;value;note\r\n"
        for row in 0..<20_000 { csv += "\(row);\(Double(row) / 8);\"\(filler)\n\"\r\n" }
        #expect(csv.utf8.count > 2 << 20)
        try Data(csv.utf8).write(to: URL(fileURLWithPath: path))
        let table = try Table.read(csv: path, columns: ["id", "value"])
        #expect(table.rowCount == 20_000 && table.line(ofRow: 19_999) == 40_000)
        let identifiers = try table.identifiers(IdentifierRule(column: "id", normaliser: .digits))
        let rows = try table.rows(at: Array((0..<20_000).reversed()), of: identifiers)
        let values = try rows.values(.numeric("value"))
        #expect(values.first == 2499.875 && values.last == 0)
        try Data((csv + "20000;1;\"open").utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: RecordsError.unterminatedQuote(Place(file: path, line: 40_002, column: "note"))) {
            try Table.read(csv: path)
        }
    }
}

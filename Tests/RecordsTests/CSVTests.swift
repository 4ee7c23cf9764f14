import Foundation
import Records
import TestSupport
import Testing

@Suite struct CSVTests {
    @Test(arguments: [
        ("a,b\n1,2\n", [["1", "2"]]),
        ("a,b\r\n1,2\r\n3,4", [["1", "2"], ["3", "4"]]),
        ("\u{FEFF}a,b\n1,2", [["1", "2"]]),
        ("a;b\n1;2\n", [["1", "2"]]),
        ("a\tb\n1,5\t2\n", [["1,5", "2"]]),
        ("a|b\n1,5|2\n", [["1,5", "2"]]),
        ("a,b\n\"x\"\"y\",\"1\n2\"\n", [["x\"y", "1\n2"]]),
        ("a,b\n\"\",\n", [["", ""]]),
        ("a,b\n1,2\n\n\r\n\n", [["1", "2"]]),
        ("a,b\n", []),
        ("a,b", []),
        ("a\n1\n\n2\n\n", [["1"], [""], ["2"]]),
        ("\n\na,b\n1,2\n", [["1", "2"]]),
        ("a,b\n1,\"2\"", [["1", "2"]]),
        ("a,b\n1,", [["1", ""]]),
        ("\"a,x\",b\nž,Ω\n", [["ž", "Ω"]]),
    ])
    func reads(_ csv: String, _ expected: [[String]]) throws {
        #expect(cells(try table(csv)) == expected)
        // The same for every way to cut the bytes.
        for chunk in 1...5 {
            let cut = try Table.read(csv: Array(csv.utf8), named: "t.csv", columns: nil, delimiter: nil, chunk: chunk)
            #expect(cells(cut) == expected)
        }
    }

    @Test(arguments: [
        ("", RecordsError.emptyFile(path: "t.csv")),
        ("\n\n", .emptyFile(path: "t.csv")),
        ("a,b\n1\n", .raggedRow(Place(file: "t.csv", line: 2), expected: 2, found: 1)),
        ("a,b\n\"x\ny\",2\n1,2,3\n", .raggedRow(Place(file: "t.csv", line: 4), expected: 2, found: 3)),
        ("a,b\n1,\"2\n3,4\n", .unterminatedQuote(Place(file: "t.csv", line: 2, column: "b"))),
        ("a,b\n1,2\"\n", .strayQuote(Place(file: "t.csv", line: 2, column: "b"))),
        ("a,b\n\"1\"x,2\n", .strayQuote(Place(file: "t.csv", line: 2, column: "a"))),
        ("a,b\r1,2\r", .bareCarriageReturn(Place(file: "t.csv", line: 1))),
        ("a,b\n1,2\r", .bareCarriageReturn(Place(file: "t.csv", line: 2, column: "b"))),
        ("a,b\n1,2\n\n3,4\n", .blankLine(Place(file: "t.csv", line: 3))),
        ("a,b\n1,\u{0}\n", .nulByte(Place(file: "t.csv", line: 2, column: "b"))),
        ("a,a\n", .badHeader(path: "t.csv", position: 2, name: "a", problem: .duplicate)),
        ("a,\n", .badHeader(path: "t.csv", position: 2, name: "", problem: .empty)),
        ("a, \n", .badHeader(path: "t.csv", position: 2, name: " ", problem: .empty)),
        ("a,\"b\nc\"\n", .badHeader(path: "t.csv", position: 2, name: "b\nc", problem: .controlCharacter)),
    ])
    func refuses(_ csv: String, _ expected: RecordsError) {
        #expect(throws: expected) { try table(csv) }
        #expect(throws: expected) {
            try Table.read(csv: Array(csv.utf8), named: "t.csv", columns: nil, delimiter: nil, chunk: 1)
        }
    }

    @Test func refusesBytesThatAreNotUTF8() {
        let faults: [[UInt8]] = [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE9]]
        for fault in faults {
            let bytes = Array("a,b\n1,2\n3,".utf8) + fault + Array("\n".utf8)
            let expected = RecordsError.notUTF8(Place(file: "t.csv", line: 3, column: "b"))
            #expect(throws: expected) { try Table.read(csv: bytes, named: "t.csv") }
            // Also in a column that nobody asked for.
            #expect(throws: expected) { try Table.read(csv: bytes, named: "t.csv", columns: ["a"]) }
        }
        #expect(throws: RecordsError.utf16(path: "t.csv")) {
            try Table.read(csv: [0xFF, 0xFE, 0x61, 0x00], named: "t.csv")
        }
    }

    @Test func keepsWantedColumnsInTheOrderAsked() throws {
        let wanted = try table("a,b,c\n1,2,3\n4,5,6\n", columns: ["c", "a"])
        #expect(wanted.columnNames == ["c", "a"])
        #expect(wanted.header == ["a", "b", "c"])
        #expect(cells(wanted) == [["3", "1"], ["6", "4"]])
        #expect(wanted.line(ofRow: 1) == 3)
    }

    @Test func suggestsTheNearestColumn() throws {
        let names = try table("patient_id,Age ,bmi\n")
        func suggestion(_ name: String) -> String? {
            do {
                _ = try names.column(named: name)
                return nil
            } catch {
                guard case .missingColumn("t.csv", name, let suggestion, .names(["patient_id", "Age ", "bmi"])) = error
                else { return nil }
                return suggestion
            }
        }
        #expect(suggestion("age") == "Age ")
        #expect(suggestion("patientid") == "patient_id")
        #expect(suggestion("cholesterol") == nil)
        #expect(
            throws: RecordsError.missingColumn(
                path: "t.csv", name: "x", suggestion: nil, firstLine: .names(["patient", "b", "c"]))
        ) {
            try table("patient,b,c\n", columns: ["x"])
        }
    }

    @Test func namesTheFile() {
        let path = example("no-such.csv")
        #expect(throws: RecordsError.fileNotFound(path: path)) { try Table.read(csv: path) }
        let folder = example("diabetes")
        #expect(throws: RecordsError.unreadable(path: folder, reason: "it is a folder")) { try Table.read(csv: folder) }
        #expect(RecordsError.fileNotFound(path: path).category == .noInput)
    }

    /// Without it nobody finds out that the file has no header, or another separator.
    @Test(arguments: [
        ("id,age\n", ["\"id\", \"age\""], nil),
        (
            "P1001,44,yes\nP1002,45,no\n", ["data instead of column names", "3 fields, 1 of them numbers"],
            "header line"
        ),
        ("1,2\n3,4\n", ["2 numbers"], "header line"),
        ("patient_id:age:sex\n1:2:3\n", ["\"patient_id:age:sex\""], "one field"),
    ])
    func showsTheHeader(_ csv: String, _ parts: [String], _ hint: String?) throws {
        do {
            _ = try table(csv, columns: ["cholesterol"])
            Issue.record("a column that is not there was found")
        } catch {
            let text = "\(error)"
            for part in parts { #expect(text.contains(part), "\(text)") }
            // Cells may be identifiers.
            #expect(!text.contains("P1001"))
            if let hint { #expect(error.hint?.contains(hint) == true, "\(error.hint ?? "none")") }
        }
    }

    /// Opening a pipe waits for a writer; a link in a circle is no question of permissions.
    @Test func namesWhatIsNoFile() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "records-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func path(_ name: String) -> String { folder.appending(path: name).path }
        let made = try Process.run(URL(filePath: "/usr/bin/mkfifo"), arguments: [path("pipe")])
        made.waitUntilExit()
        try FileManager.default.createSymbolicLink(atPath: path("to-pipe"), withDestinationPath: path("pipe"))
        try FileManager.default.createSymbolicLink(atPath: path("loop"), withDestinationPath: path("loop"))
        try Data("a,b\n1,2\n".utf8).write(to: folder.appending(path: "plain.csv"))
        try FileManager.default.createSymbolicLink(atPath: path("to-plain"), withDestinationPath: path("plain.csv"))
        for (name, reason) in [
            ("pipe", "it is a pipe, a socket or a device, not a regular file"),
            ("to-pipe", "it is a pipe, a socket or a device, not a regular file"),
            ("loop", "it is a symbolic link that leads nowhere or in a circle"),
        ] {
            #expect(throws: RecordsError.unreadable(path: path(name), reason: reason)) {
                try Table.read(csv: path(name))
            }
        }
        #expect(try Table.read(csv: path("to-plain")).rowCount == 1)
    }

    @Test func aMissingPermissionIsNoMissingFile() {
        #expect(RecordsError.permissionDenied(path: "t.csv").category == .permission)
        #expect(RecordsError.unreadable(path: "t.csv", reason: "it is a folder").category == .noInput)
    }

    @Test func declaredDelimiterWins() throws {
        #expect(cells(try table("a;b;c,d\n1;2;3,4\n", delimiter: .comma)) == [["1;2;3", "4"]])
        #expect(cells(try table("\"a,b,c\";d\n1;2\n")) == [["1", "2"]])
    }

    /// Random tables written and read back.
    @Test func survivesRandomText() throws {
        var random = SplitMix(1)
        let alphabet = ["a", "\"", ",", ";", "\n", "\r\n", " ", "é", "\t", "=", "", "漢", "0"]
        for _ in 0..<200 {
            let width = Int.random(in: 1...4, using: &random)
            let rows = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                (0..<width).map { _ in
                    (0..<Int.random(in: 0...5, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
                        .joined()
                }
            }
            var csv = (0..<width).map { "c\($0)" }.joined(separator: ",") + "\n"
            for row in rows {
                csv += row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\r\n"
            }
            let chunk = Int.random(in: 1...9, using: &random)
            let read = try Table.read(
                csv: Array(csv.utf8), named: "t", columns: nil, delimiter: .comma, chunk: chunk)
            #expect(cells(read) == rows)
        }
    }
}

import Crypto
import Records
import Testing

@Suite struct IdentifierTests {
    @Test func messyHospital() throws {
        let table = try Table.read(csv: example("diabetes/messy/hospital.csv"))
        #expect(table.rowCount == 409)
        let identifiers = try table.identifiers(IdentifierRule(column: "nhs_number", normaliser: .nhs))
        #expect(identifiers.report.rejected == [.badCheckDigit: 5, .empty: 3, .missingLiteral: 2])
        #expect(identifiers.report.collapsedDuplicates == 6)
        #expect(identifiers.report.conflictingIdentifiers == 0)
        #expect(identifiers.count == 393)
        #expect(identifiers.report.usable == 393)
        #expect(identifiers.report.rejectedRows + 6 + 393 == identifiers.report.rowsRead)
    }

    @Test func messyLab() throws {
        let table = try Table.read(csv: example("diabetes/messy/lab.csv"))
        #expect(table.rowCount == 430)
        let rule = IdentifierRule(column: "nhs_no", normaliser: .nhs)
        do {
            _ = try table.identifiers(rule)
            Issue.record("conflicting duplicates passed")
        } catch {
            guard case .duplicateIdentifiers(table.source, 4, let lines) = error else { throw error }
            #expect(lines.count == 2)
        }
        let dropped = try table.identifiers(rule, duplicates: .drop)
        #expect(dropped.report.conflictingIdentifiers == 4)
        #expect(dropped.report.conflictingRowsDropped == 8)
        #expect(dropped.count == 422)
        let first = try table.identifiers(rule, duplicates: .first)
        #expect(first.report.conflictingRowsDropped == 4)
        #expect(first.count == 426)
    }

    @Test func messyAndCleanAlignAlike() throws {
        let truth = try lines(example("diabetes/intersection_ids.txt"))
        #expect(truth.count == 377)
        for (folder, duplicates) in [("", DuplicatePolicy.error), ("messy/", .drop)] {
            var sets: [Set<[UInt8]>] = []
            for (party, column) in [("hospital", "nhs_number"), ("lab", "nhs_no")] {
                let place = folder.isEmpty ? "\(party)/\(party).csv" : "\(folder)\(party).csv"
                let table = try Table.read(csv: example("diabetes/\(place)"))
                let rule = IdentifierRule(column: column, normaliser: .digits)
                sets.append(Set(try table.identifiers(rule, duplicates: duplicates).values))
            }
            let common = sets[0].intersection(sets[1]).map { String(decoding: $0, as: UTF8.self) }.sorted()
            #expect(common == truth)
            let digest = SHA256.hash(data: Array(common.joined(separator: "\n").utf8))
            let hex = digest.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
            #expect(hex == "9a559106a2d468b12d0d686335e0ad86fd2485e0bcb7f78ec32d7cc4e4597107")
        }
    }

    @Test func duplicatesAreComparedOnKeptColumnsOnly() throws {
        let csv = "id,x,y\n1,a,p\n 1 ,a,q\n2,b,p\n2,b,p\n"
        let rule = IdentifierRule(column: "id", normaliser: .trim)
        #expect(throws: RecordsError.duplicateIdentifiers(path: "t.csv", identifiers: 1, firstLines: [2, 3])) {
            try table(csv).identifiers(rule)
        }
        let kept = try table(csv, columns: ["id", "x"]).identifiers(rule)
        #expect(kept.report.collapsedDuplicates == 2)
        #expect(kept.rowIndices == [0, 2])
    }

    /// They align with nobody, and nothing else says why.
    @Test func whatLooksWrongIsRemarked() throws {
        let csv = "id\nP1\nP2\u{200B}\n P3\n1.23E+15\nP\u{AD}4\n2E5\n3E+5\nP\u{FEFF}5 \n"
        let raw = try table(csv).identifiers(IdentifierRule(column: "id"))
        #expect(raw.count == 8)
        #expect(raw.report.remarked == [.invisibleCharacter: 3, .outerSpace: 2, .scientificNotation: 2])
        #expect(
            raw.report.firstRemarkedLine == [.invisibleCharacter: 3, .outerSpace: 4, .scientificNotation: 5])
        let trimmed = try table(csv).identifiers(IdentifierRule(column: "id", normaliser: .trim))
        #expect(trimmed.report.remarked == [.invisibleCharacter: 3, .scientificNotation: 2])
        // `digits` refuses them by itself.
        let digits = try table(csv).identifiers(IdentifierRule(column: "id", normaliser: .digits))
        #expect(digits.report.remarked.isEmpty && digits.report.rejected == [.notDigits: 8])
    }

    /// `="00123"`, full-width digits, a non-breaking hyphen, an accent beside its letter; a composed accent is plain text.
    @Test func lookAlikesAreRemarked() throws {
        let csv = "id\n\"=\"\"00123\"\"\"\n'00124\n\u{FF11}2\nP\u{2011}1\nMu\u{308}ller\nM\u{FC}ller\nP-1\n"
        let raw = try table(csv).identifiers(IdentifierRule(column: "id"))
        #expect(raw.report.remarked == [.spreadsheetText: 2, .unusualForm: 3])
        #expect(raw.report.firstRemarkedLine == [.spreadsheetText: 2, .unusualForm: 4])
    }

    /// A result is joined back to the table by what stands in the table.
    @Test func ownIdentifiersStayAsWritten() throws {
        let data = try table("id,x\n mrn-1 ,1\nMRN-2,2\n")
        let identifiers = try data.identifiers(IdentifierRule(column: "id", normaliser: .upper))
        let rows = try data.rows(at: [1, 0], of: identifiers)
        let column = try #require(try rows.identifierColumns().first)
        #expect((0..<2).map { column.text(at: rows.tableRow($0)) } == ["MRN-2", " mrn-1 "])
        #expect(Array(rows.identifier(at: 1)) == Array("MRN-1".utf8))
    }

    @Test func compositesNeverCollide() throws {
        let rule = try IdentifierRule(fields: [
            .init(column: "a", normaliser: .trim), .init(column: "b", normaliser: .raw),
        ])
        let identifiers = try table("a,b\nab,c\na,bc\n,x\nNULL,y\n").identifiers(rule)
        #expect(identifiers.count == 2)
        #expect(identifiers.values[0] == [2, 0, 0, 0, 2, 0x61, 0x62, 1, 0, 0, 0, 1, 0x63])
        #expect(identifiers.values[1] == [2, 0, 0, 0, 1, 0x61, 1, 0, 0, 0, 2, 0x62, 0x63])
        #expect(identifiers.texts(at: 1) == ["a", "bc"])
        #expect(identifiers.report.rejected == [.empty: 1, .missingLiteral: 1])
        #expect(throws: RecordsError.self) { try IdentifierRule(fields: []) }
        #expect(throws: RecordsError.self) {
            try IdentifierRule(fields: [.init(column: "a", normaliser: .raw), .init(column: "a", normaliser: .trim)])
        }
    }

    @Test func incompleteRowsAreCountedAndLeftOut() throws {
        let data = try table("id,x,g\n1,1.5,yes\n2,NA,no\n3,2,\n4,4,n\nNULL,,\n")
        let wanted: [ColumnSpec] = [.numeric("x"), .binary("g")]
        let identifiers = try data.identifiers(IdentifierRule(column: "id"), completeIn: wanted)
        #expect(identifiers.rowIndices == [0, 3])
        #expect(identifiers.report.incompleteRows == 2)
        #expect(identifiers.report.missingByColumn == ["x": 2, "g": 2])
        #expect(identifiers.report.rejected == [.missingLiteral: 1])
        #expect(identifiers.report.usable == 2)
    }

    @Test func holdOutSizesOfTheReference() throws {
        for (set, trained, held) in [("diabetes", 301, 76), ("breast", 398, 77)] {
            let ids = try lines(example("\(set)/intersection_ids.txt"))
            let tests = ids.count { HoldOut.isTest($0.utf8) }
            #expect(tests == held && ids.count - tests == trained)
        }
    }
}

import Records
import TestSupport
import Testing

@Suite struct DesignTests {
    private func rows(_ csv: String) throws -> AlignedRows {
        let data = try table(csv)
        let identifiers = try data.identifiers(IdentifierRule(column: "id"))
        return try data.rows(at: Array(0..<identifiers.count), of: identifiers)
    }

    /// `count` rows of id, then the cells that `row` gives.
    private func generated(_ header: String, _ count: Int, _ row: (Int) -> String) throws -> AlignedRows {
        try rows("id,\(header)\n" + (0..<count).map { "\($0 + 1),\(row($0))\n" }.joined())
    }

    @Test func standardisesAsTheReferenceDoes() throws {
        let data = try Table.read(csv: example("diabetes/hospital/hospital.csv"))
        let identifiers = try data.identifiers(IdentifierRule(column: "nhs_number", normaliser: .nhs))
        let truth = Set(try lines(example("diabetes/intersection_ids.txt")))
        let aligned = try sortedRows(data, identifiers, among: truth)
        let names = ["age", "sex", "bmi", "bp"]
        let design = try DesignMatrix(aligned, columns: names.map(ColumnSpec.numeric))
        let means = [48.5225464191, 1.48275862069, 26.4567639257, 94.4040318302]
        let sds = [13.099300238, 0.49970264642, 4.49392317424, 13.8519735804]
        for j in 0..<4 {
            #expect(abs(design.means[j] - means[j]) < 1e-9 && abs(design.sds[j] - sds[j]) < 1e-9)
            #expect(abs(design.columns[j].reduce(0, +)) < 377 * 0x1p-17)
            for (integer, value) in zip(design.integers[j], design.columns[j]) {
                #expect(Double(integer) / 65536 == value)
            }
        }
        #expect(design.terms == names && design.rows == 377)
        #expect(design.problems().isEmpty)
        let label = try LabelColumn(aligned, .numeric("progression"))
        #expect(abs(label.scaling.mean - 151.716180371) < 1e-8 && abs(label.scaling.sd - 77.1538583281) < 1e-9)
        #expect(label.problems().isEmpty)
    }

    struct Vectors: Decodable {
        struct Number: Decodable {
            let value: Double
            let cell: String
        }
        struct Over: Decodable { let cells: [String: [String]] }
        let numbers: [Number]
        let over: [Over]
    }

    /// `protocols/vectors/inputs.json`: what a cell is committed to as.
    @Test func cellsAreCommittedToAsTheFitReadsThem() throws {
        func hex(_ bytes: [UInt8]) -> String {
            bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
        }
        let vectors = try Repository.vectors("inputs", as: Vectors.self)
        for number in vectors.numbers { #expect(hex(CellForm.number(number.value)) == number.cell) }
        // Rows in another order, cells written in other ways: the same bytes.
        let aligned = try rows(
            "id,outcome,size,stage\nZ,no,1E100,III\nA1,0,-0.00,I\nB-07,TRUE,.1, II \nA,1.0,+1.750,II\nÄ,N,-3,I\n")
        let sorted = aligned.sortedByIdentifier
        #expect(
            (0..<5).map { String(decoding: sorted.identifier(at: $0), as: UTF8.self) } == ["A", "A1", "B-07", "Z", "Ä"])
        let specs: [(ColumnSpec, String)] = [
            (.binary("outcome"), "outcome"), (.numeric("size"), "Größe"),
            (.categorical("stage", levels: ["III", "I", "II"], reference: "I"), "stage"),
        ]
        for (spec, name) in specs {
            let cells = Array(try sorted.cells(of: spec))
            #expect(cells.map(hex) == vectors.over[0].cells[name])
            #expect(try sorted.blocks(of: spec) == cells.map(CellBlock.init))
        }
    }

    /// What has no value is no number and no level.
    @Test func blocksOfCells() throws {
        let aligned = try rows("id,x,stage\n1,1,I\n2,,II\n3,-0,\n4,0,I\n")
        let stage = ColumnSpec.categorical("stage", levels: ["I", "II"], reference: "I")
        #expect(
            try aligned.blocks(of: .numeric("x"), keepsIncomplete: true) == [
                .number(1), .missing, .number(0), .number(0),
            ])
        #expect(
            try aligned.blocks(of: stage, keepsIncomplete: true) == [.level("I"), .level("II"), .missing, .level("I")])
        #expect(throws: RecordsError.self) { try aligned.blocks(of: stage) }
        let all = [CellBlock.missing, .number(0), .number(1), .level(""), .level("I"), .level("II")]
        #expect(Set(all).count == all.count && "\(all[2])" == "CellBlock(hidden)")
    }

    /// A column that was read is not taken for one that is declared otherwise.
    @Test func whatWasReadIsWhatTheTextSays() throws {
        let plain = try table("id,x,stage\n1,1,I\n2,0,II\n3,1,III\n")
        func stage(_ levels: [String]) -> ColumnSpec { .categorical("stage", levels: levels, reference: "I") }
        var read = plain
        _ = try read.read([.binary("x"), stage(["I", "II", "III"])])
        let identifiers = try plain.identifiers(IdentifierRule(column: "id"))
        let (kept, fresh) = (
            try read.rows(at: [2, 0, 1], of: identifiers), try plain.rows(at: [2, 0, 1], of: identifiers)
        )
        for spec in [.binary("x"), .numeric("x"), stage(["I", "II", "III"]), stage(["III", "I", "II"])] {
            #expect(try kept.values(spec) == fresh.values(spec), "\(spec)")
        }
    }

    @Test func treatmentCoding() throws {
        let aligned = try rows("id,arm,y\n1,B,yes\n2,A,NO\n3,C,1\n4, A ,f\n".replacing(",f", with: ",false"))
        let arm = ColumnSpec.categorical("arm", levels: ["C", "A", "B"], reference: "A")
        let design = try DesignMatrix(aligned, columns: [arm, .binary("y")])
        #expect(design.terms == ["arm=C", "arm=B", "y"])
        #expect(design.means == [0.25, 0.25, 0.5])
        let raw = (0..<3).map { j in
            design.columns[j].map { ($0 * design.sds[j] + design.means[j] + 0.001).rounded() }
        }
        #expect(raw == [[0, 0, 1, 0], [1, 0, 0, 0], [1, 0, 1, 0]])
        #expect(design.cells.map(\.rows) == [1, 2, 1, 2, 2])
    }

    @Test func newRowsUseTheModelsScaling() throws {
        let aligned = try rows("id,x,g\n1,10,a\n2,-3,b\n")
        let specs: [ColumnSpec] = [.numeric("x"), .categorical("g", levels: ["a", "b"], reference: "a")]
        let scalings = [Scaling(mean: 2, sd: 4), Scaling(mean: 0.5, sd: 0.5)]
        let design = try DesignMatrix(aligned, columns: specs, scalings: scalings)
        #expect(design.columns == [[2, -1.25], [-1, 1]])
        #expect(throws: RecordsError.outOfScale(Place(file: "t.csv", line: 2, column: "x"))) {
            try DesignMatrix(aligned, columns: specs, scalings: [Scaling(mean: 0, sd: 1e-4), scalings[1]])
        }
        #expect(throws: RecordsError.self) { try DesignMatrix(aligned, columns: specs, scalings: [scalings[0]]) }
        let fine = try DesignMatrix(aligned, columns: specs, scalings: scalings, fractionBits: 20)
        #expect(fine.columns == design.columns && fine.integers[0] == [2 << 20, -5 << 18])
        #expect(try DesignMatrix(aligned, columns: specs, scalings: scalings, fractionBits: 60).fractionBits == 22)
        let unseen = try rows("id,x,g\n1,10,c\n")
        let place = Place(file: "t.csv", line: 2, column: "g")
        #expect(throws: RecordsError.unknownLevel(place, declared: ["a", "b"])) {
            try DesignMatrix(unseen, columns: specs, scalings: scalings)
        }
    }

    @Test func constantAndAliasedColumnsAreNamed() throws {
        var random = SplitMix(7)
        let aligned = try generated("a,b,sum,const,copy,g,other", 200) { _ in
            let (a, b) = (Int.random(in: 0...50, using: &random), random.uniform())
            let g = Int.random(in: 0...2, using: &random)
            return "\(a),\(b),\(2 * Double(a) - 30 * b),7.25,\(a * 3 - 1),\(g),\(g == 0 ? "yes" : "no")"
        }
        let group = ColumnSpec.categorical("g", levels: ["0", "1", "2"], reference: "0")
        let numeric = ["a", "b", "sum", "const", "copy"].map(ColumnSpec.numeric)
        let design = try DesignMatrix(aligned, columns: numeric + [group, .binary("other")])
        #expect(
            design.problems() == [
                .constant(term: "const"),
                .aliased(term: "sum", with: ["a", "b"]),
                .aliased(term: "copy", with: ["a"]),
                .aliased(term: "other", with: ["g=1", "g=2"]),
            ])
        #expect(throws: RecordsError.unfitDesign(design.problems())) { try design.check() }
    }

    @Test func actgHasWhatItsReadmeSays() throws {
        let data = try Table.read(csv: example("actg175/lab/lab.csv"))
        let complete = try data.completeCases(["cd40", "cd420", "cd496", "cd80", "cd820"].map(ColumnSpec.numeric))
        #expect(complete.missingByColumn.keys.sorted() == ["cd496"])
        let specs: [ColumnSpec] = [.numeric("cd40"), .numeric("cd496"), .binary("r"), .numeric("cd80")]
        let identifiers = try data.identifiers(IdentifierRule(column: "USUBJID"), completeIn: specs)
        // r says whether cd496 was taken: constant once rows without it are gone.
        let design = try DesignMatrix(try sortedRows(data, identifiers), columns: specs)
        #expect(
            design.problems() == [
                .constant(term: "r"),
                .smallCell(column: "r", level: "no", rows: 0, minimum: 11),
            ])
    }

    @Test func collinearButDistinctColumnsPass() throws {
        let data = try Table.read(csv: example("breast/lab/lab.csv"))
        let identifiers = try data.identifiers(IdentifierRule(column: "mrn"))
        let specs = data.columnNames.dropFirst().map(ColumnSpec.numeric)
        let design = try DesignMatrix(try sortedRows(data, identifiers), columns: Array(specs))
        #expect(design.problems(limits: Self.anyLeverage).isEmpty)
        #expect(design.leverage(hasConstant: false, limit: 0.2).rows == 10)
    }

    private static let anyLeverage = DesignLimits(
        minimumCell: 11, maximumParametersPerRow: 0.33, maximumLeverage: .infinity)

    @Test func tooManyParameters() throws {
        let aligned = try generated("a,b", 100) { "\($0 % 10),\($0 / 10)" }
        let design = try DesignMatrix(aligned, columns: [.numeric("a"), .numeric("b")])
        #expect(design.problems(parameters: 33).isEmpty)
        #expect(design.problems(parameters: 34) == [.tooManyParameters(parameters: 34, rows: 100, limit: 0.33)])
    }

    @Test func smallCells() throws {
        let aligned = try generated("flag,few,g", 60) { row in
            "\(row < 10 ? "y" : "n"),\(row < 5 ? row + 1 : 0),\(row < 20 ? "a" : row < 59 ? "b" : "c")"
        }
        let group = ColumnSpec.categorical("g", levels: ["a", "b", "c"], reference: "a")
        let design = try DesignMatrix(aligned, columns: [.binary("flag"), .numeric("few"), group])
        #expect(
            design.problems(limits: Self.anyLeverage) == [
                .smallCell(column: "flag", level: "yes", rows: 10, minimum: 11),
                .smallCell(column: "g", level: "c", rows: 1, minimum: 11),
                .smallCell(column: "few", level: nil, rows: 5, minimum: 11),
            ])
        let label = try LabelColumn(aligned, .binary("flag"))
        #expect(label.problems() == [.smallCell(column: "flag", level: "yes", rows: 10, minimum: 11)])
        #expect(
            label.problems(limits: DesignLimits(minimumCell: 5, maximumParametersPerRow: 1, maximumLeverage: 1)).isEmpty
        )
    }

    /// Two columns that differ on one row: that row's outcome is their coefficients' difference.
    @Test func aRowWithLeverageIsNamedByItsNumber() throws {
        let aligned = try generated("a,b", 200) { row in "\(row < 100 ? 1 : 0),\(row < 99 ? 1 : 0)" }
        let design = try DesignMatrix(aligned, columns: [.binary("a"), .binary("b")])
        let problems = design.problems()
        guard case .leverage(let rows, let largest, let limit)? = problems.first, problems.count == 1 else {
            Issue.record("\(problems)")
            return
        }
        #expect(rows == 1 && largest > 0.99 && limit == 0.2)
        #expect(RecordsError.unfitDesign(problems).hint?.contains("loosen: [leverage]") == true)
        #expect(
            design.problems(limits: DesignLimits(minimumCell: 11, maximumParametersPerRow: 1, maximumLeverage: 1))
                .isEmpty)
    }

    /// With equal weights it is the leverage without them; a row whose level's others weigh next to nothing stands alone.
    @Test func leverageCountsWeights() throws {
        let aligned = try generated("a,b,c", 120) { row in
            "\(row * 7 % 11),\(row < 12 ? 1 : 0),\(row * 7 % 11 * 2)"
        }
        let design = try DesignMatrix(aligned, columns: [.numeric("a"), .binary("b"), .numeric("c")])
        let plain = design.leverage(hasConstant: true, limit: 0.2)
        let equal = design.leverage(weights: Array(repeating: 3, count: 120), limit: 0.2)
        #expect(plain.rows == 0 && equal.rows == 0 && abs(plain.largest - equal.largest) < 1e-6)
        let alone = design.leverage(weights: (0..<120).map { (1..<12).contains($0) ? 1e-3 : 1 }, limit: 0.2)
        #expect(alone.rows == 1 && alone.largest > 0.98)
        #expect(design.leverage(weights: Array(repeating: .nan, count: 120), limit: 0.2).rows == 120)
    }

    /// Milliseconds since 1970 over ten minutes: an intercept on that scale has no digits.
    @Test func aColumnFarFromZeroIsNamed() throws {
        let aligned = try generated("t", 60) { row in "\(1_750_000_000_000 + row * 7 % 11 * 10_000)" }
        let design = try DesignMatrix(aligned, columns: [.numeric("t")])
        guard case .farFromZero("t", _, _)? = design.problems().first else {
            Issue.record("\(design.problems())")
            return
        }
        let near = try generated("t", 60) { row in "\(1_750_000 + row * 7 % 11)" }
        #expect(try DesignMatrix(near, columns: [.numeric("t")]).problems().isEmpty)
    }

    /// A linear fit of a label in too small a unit would end with its last step, all bits spent.
    @Test func aLabelThatAModelHasNoRoomForIsNamed() throws {
        func problems(
            _ factor: Double, _ family: ModelFamily = .linear, hasOffset: Bool = false
        ) throws -> [DesignProblem] {
            let aligned = try generated("y", 60) { row in "\(Double(row * 7 % 11 + 1) * factor)" }
            return try LabelColumn(aligned, .numeric("y")).sizeProblems(family, hasOffset: hasOffset)
        }
        #expect(try problems(381_300).isEmpty)
        #expect(try problems(381_301) == [.labelTooLarge(column: "y", largest: 11 * 381_301, limit: 0x1p22)])
        #expect(try problems(-1e9).count == 1)
        #expect(try problems(1e9, .poisson).isEmpty && problems(1e9, .gamma).isEmpty)
        #expect(try problems(1e-3, .gamma).isEmpty && problems(1e-6, .linear).isEmpty)
        guard case .labelTooSmall("y", _, 0x1p-10)? = try problems(1e-6, .gamma).first else {
            Issue.record("a gamma label of 1e-6")
            return
        }
        #expect(try problems(1e-6, .gamma, hasOffset: true).isEmpty)
    }

    /// Leverages of a block sum to its rank, and the constant adds one row's share.
    @Test func leveragesSumToTheRank() throws {
        let aligned = try generated("a,b,c", 60) { row in "\(row * 7 % 11),\(row * row % 13),\(row * 7 % 11 * 2)" }
        let design = try DesignMatrix(aligned, columns: [.numeric("a"), .numeric("b")])
        let mean = 2.0 / 60
        // None is above the largest, all are above zero.
        let all = design.leverage(hasConstant: false, limit: 0)
        #expect(all.rows == 60 && all.largest > mean && all.largest < 0.2)
        #expect(design.leverage(hasConstant: false, limit: all.largest).rows == 0)
        let constant = design.leverage(hasConstant: true, limit: 0.2)
        #expect(abs(constant.largest - all.largest - 1.0 / 60) < 1e-12)
        // A copy adds nothing.
        let twice = try DesignMatrix(aligned, columns: [.numeric("a"), .numeric("b"), .numeric("c")])
        #expect(twice.leverage(hasConstant: false, limit: 0).largest == all.largest)
    }

    @Test func differentRowsAreCounted() throws {
        let aligned = try generated("a,b", 60) { row in "\(row % 2),\(row % 3 == 0 ? 1 : 0)" }
        #expect(try DesignMatrix(aligned, columns: [.binary("a"), .binary("b")]).distinctRows == 4)
    }

    /// Before an alignment the same problems are about other rows.
    @Test func problemsNameTheirRows() {
        let problems: [(DesignProblem, own: String, aligned: String)] = [
            (.constant(term: "a"), "a is constant on this site's own rows", "a is constant on the aligned rows"),
            (
                .smallCell(column: "a", level: "no", rows: 3, minimum: 11),
                "a has its level no on 3 own rows: at least 11 are needed",
                "a has its level no on 3 rows: at least 11 are needed"
            ),
            (
                .smallCell(column: "a", level: nil, rows: 3, minimum: 11),
                "a differs from its commonest value on 3 own rows: at least 11 are needed",
                "a differs from its commonest value on 3 rows: at least 11 are needed"
            ),
            (
                .tooManyParameters(parameters: 4, rows: 9, limit: 0.33),
                "4 parameters for 9 own rows: at most 0.33 a row are allowed",
                "4 parameters for 9 rows: at most 0.33 a row are allowed"
            ),
            (
                .leverage(rows: 2, largest: 0.256, limit: 0.2),
                "2 of this site's own rows have a leverage above 0.2, the largest 0.26: the fit would show their outcomes",
                "2 of the aligned rows have a leverage above 0.2, the largest 0.26: the fit would show their outcomes"
            ),
        ]
        for (problem, own, aligned) in problems {
            #expect("\(RecordsError.unfitDesign([problem], over: .own))" == own)
            #expect("\(RecordsError.unfitDesign([problem]))" == aligned)
            #expect("\(problem)" == aligned)
        }
    }

    @Test func badCellsAreNamed() throws {
        func fault(_ cell: String, _ spec: ColumnSpec) -> RecordsError? {
            do {
                _ = try table("id,x\n1,1\n2,\(cell)\n").completeCases([spec])
                return nil
            } catch { return error }
        }
        let place = Place(file: "t.csv", line: 3, column: "x")
        for cell in [
            "abc", "1e", "0x10", "inf", "1 000", "\"1,5\"", "1.2.3", "--1", "1e999", "12kg", "e5", "1e101", "-2e100",
        ] {
            #expect(fault(cell, .numeric("x")) == .notNumeric(place))
        }
        for cell in ["1", "-1.5", "+2", " 3 ", ".5", "5.", "1e-3", "1E+05", "NA", "", "nan", "null", "."] {
            #expect(fault(cell, .numeric("x")) == nil)
        }
        #expect(fault("2", .binary("x")) == .notBinary(place))
        #expect(fault("maybe", .binary("x")) == .notBinary(place))
        for cell in ["TRUE", "No", "y", "0.0", "1.0", "n/a"] { #expect(fault(cell, .binary("x")) == nil) }
        let levels = ColumnSpec.categorical("x", levels: ["1", "None"], reference: "1")
        #expect(fault("none", levels) == nil)
        #expect(fault("None", levels) == nil)
        #expect(fault("1.0", levels) == .unknownLevel(place, declared: ["1", "None"]))
        // Jobs have levels in one form of Unicode; a table may have another.
        let composed = ColumnSpec.categorical("x", levels: ["\u{E9}t", "1"], reference: "1")
        for cell in ["\u{E9}t", "e\u{301}t", "e\u{301}t\u{A0}", "\u{2003}\u{E9}t "] {
            #expect(fault(cell, composed) == nil)
        }
        #expect(fault("et", composed) == .unknownLevel(place, declared: ["\u{E9}t", "1"]))
        #expect(
            fault("1", .numeric("z"))
                == .missingColumn(path: "t.csv", name: "z", suggestion: nil, firstLine: .names(["id", "x"])))
    }

    @Test func numbersAreReadExactly() throws {
        for text in [
            "0.1", "1e23", "123456789012345678", "9007199254740993", "2.2250738585072014e-308", "-0.3", "100e-2",
        ] {
            let data = try rows("id,x\n1,\(text)\n")
            #expect(try data.values(.numeric("x")) == [Double(text)!])
        }
    }

    @Test func declarationsAreChecked() throws {
        func problem(_ specs: ColumnSpec...) -> ColumnProblem? {
            do {
                try ColumnSpec.validate(specs)
                return nil
            } catch {
                guard case .badColumn(_, let problem) = error else { return nil }
                return problem
            }
        }
        for name in ["=cmd", "+x", "-x", "@x"] { #expect(problem(.numeric(name)) == .formulaName) }
        #expect(problem(.numeric("a\u{7}")) == .controlCharacterInName)
        #expect(problem(.numeric(" ")) == .emptyName)
        #expect(problem(.numeric("a"), .binary("a")) == .declaredTwice)
        #expect(problem(.categorical("a", levels: ["x"], reference: "x")) == .noLevels)
        #expect(problem(.categorical("a", levels: ["x", "x"], reference: "x")) == .repeatedLevel)
        #expect(problem(.categorical("a", levels: ["x", " y"], reference: "x")) == .badLevel)
        #expect(problem(.categorical("a", levels: ["x", "y"], reference: "z")) == .referenceNotALevel)
        #expect(problem(.categorical("a", levels: ["x", "y"], reference: "y")) == nil)
    }

    @Test func missingCellInAnAlignedRowIsAnError() throws {
        let aligned = try rows("id,x\n1,NA\n")
        #expect(throws: RecordsError.missingValue(Place(file: "t.csv", line: 2, column: "x"))) {
            try DesignMatrix(aligned, columns: [.numeric("x")])
        }
        #expect(throws: RecordsError.rowOutOfRange(index: 1, count: 1)) {
            try aligned.table.rows(at: [1], of: aligned.identifiers)
        }
        #expect(throws: RecordsError.badColumn(name: "x", problem: .notALabel)) {
            try LabelColumn(aligned, .categorical("x", levels: ["a", "b"], reference: "a"))
        }
    }
}

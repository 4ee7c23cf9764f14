import Records
import SecureSums
import TestSupport
import Testing
import Wire

@testable import PooledRegression

/// Tables of five hospitals' rows against those of the pooled table.
@Suite struct TableTests {
    private static let karnof = TableDesign.Column(name: "karnof", levels: ["70", "80", "90", "100"])
    private static let numeric = ["age", "wtkg", "cd40", "cd80"]
    private static let binary = ["race", "gender", "symptom", "hemo"]

    private func design(_ reference: StatisticReferences.Table) -> TableDesign {
        TableDesign(
            columns: Self.numeric.map { .init(name: $0) } + [Self.karnof]
                + Self.binary.filter { $0 != reference.group }.map { .init(name: $0, levels: ["no", "yes"]) },
            group: reference.group.map { .init(name: $0, levels: ["no", "yes"]) }, smallestCell: reference.least,
            largestLeverage: 0.2)
    }

    /// Some values are taken away, as in the vectors' program.
    private func rows(_ site: Int, _ design: TableDesign) throws -> TableRows {
        let table = try StatisticReferences.site(site)
        let columns = design.columns.map { column in
            table.column(column.name).enumerated().map { row, value -> Double? in
                switch column.name {
                case "wtkg" where row % 9 == 4: nil
                case "age" where row % 60 == 7: nil
                case "karnof": row % 11 == 3 ? nil : (value - 70) / 10
                default: value
                }
            }
        }
        return TableRows(columns: columns, group: table.codes(design.group?.name))
    }

    @Test func tablesEqualThePooledTable() async throws {
        let tables = try StatisticReferences.load().tables
        for reference in tables {
            let ungrouped = try #require(tables.first { $0.group == nil && $0.least == reference.least } ?? tables.last)
            let design = design(reference)
            let settings = try Site.settings(5, coalition: 1)
            let sites = try (0..<5).map { try rows($0, design) }
            let results = try await Computation.run(settings) { own, mesh in
                let table = try PooledTable(design, rows: sites[own], settings, secret: Computation.secret(own))
                return try await table.run(over: mesh, from: Computation.start(settings))
            }
            let outcomes = try results.map { try $0.get() }
            #expect(outcomes.count == 5 && outcomes.allSatisfy { $0 == outcomes[0] })
            try compare(outcomes[0], reference, ungrouped)
        }
    }

    private func compare(
        _ outcome: TableOutcome, _ reference: StatisticReferences.Table, _ ungrouped: StatisticReferences.Table
    ) throws {
        func set(_ group: String?) throws -> StatisticReferences.Table.Rows {
            try #require(reference.sets[group.map { $0 == "no" ? "0" : "1" } ?? "all"])
        }
        #expect(outcome.groups.count == (reference.group == nil ? 1 : 3))
        for group in outcome.groups { #expect(try group.rows == set(group.level).rows) }
        for column in outcome.columns {
            for found in column.numbers {
                // Where it is not shown by group, few missing values take the mean of all rows of the site.
                let whole = column.numbers.count == 1 ? ungrouped.sets["all"] : nil
                let expected = try #require((whole ?? set(found.group)).numbers[column.name])
                #expect(found.rows == expected.rows && found.missing == expected.missing, "\(column.name)")
                let (mean, sd) = (try #require(found.mean), try #require(found.sd))
                #expect(abs(mean - expected.mean) < 1e-9 * abs(expected.mean))
                #expect(abs(sd - expected.sd) < 1e-8 * expected.sd)
            }
            for level in column.levels {
                for cell in level.cells {
                    let counts = try #require(set(cell.group).levels[column.name])
                    let names = column.name == "karnof" ? Self.karnof.levels : ["no", "yes"]
                    #expect(cell.rows == counts[level.level.flatMap { names.firstIndex(of: $0) } ?? names.count])
                }
            }
        }
        let karnof = try #require(outcome.columns.first { $0.name == "karnof" })
        // Two hospitals have one patient below 80; with them the next level of the job is withheld.
        if reference.least == 11 { #expect(karnof.withheld.prefix(2) == ["70", "80"] && karnof.levels.count > 1) }
        if reference.least == 1 { #expect(karnof.withheld.isEmpty && karnof.levels.count == 5) }
        #expect(outcome.columns.contains { $0.numbers.count == outcome.groups.count })
        #expect(outcome.columns.filter { Self.numeric.contains($0.name) }.allSatisfy { !$0.numbers.isEmpty })
    }

    // MARK: Attacks

    /// Two honest sites; `counts[site][level]` rows of a column's levels, so that one level has few.
    private func programs(
        _ counts: [[Int]], smallest: Int = 5
    ) throws -> [CourseProgram<TableCourse>] {
        let design = TableDesign(
            columns: [.init(name: "stage", levels: ["I", "II", "III"])], smallestCell: smallest)
        let settings = try Site.settings(counts.count, coalition: 1)
        return try counts.enumerated().map { site, counts in
            let codes = counts.enumerated().flatMap { Array(repeating: Double($0), count: $1) as [Double?] }
            let rows = TableRows(columns: [codes])
            try rows.check(design)
            return CourseProgram(
                start: try TableCourse(design, settings), siteCount: settings.parties.count,
                own: .init(rows: rows, input: RowsHash.of(rows.hash), secret: try Computation.secret(site)))
        }
    }

    /// Left out alone, a small level is the total less the other levels; with its complement it is not.
    @Test func aWithheldLevelDoesNotFollow() throws {
        let counts = [[20, 30, 0], [40, 25, 2], [33, 31, 1]]
        let programs = try programs(counts)
        let sums = try Computation.sums(programs)
        let course = try programs[0].end(of: sums)
        let outcome = try course.outcome(sites: [], rounds: sums.count)
        let column = outcome.columns[0]
        #expect(column.withheld == ["I", "III"])
        // The first site takes off its own.
        let others = counts[1].reduce(0, +) + counts[2].reduce(0, +)
        let shown = Dictionary(uniqueKeysWithValues: column.levels.map { ($0.level ?? "", $0.cells[0].rows) })
        #expect(shown == ["II": 86, "": 0])
        // The weaker rule shows I too.
        let weaker = outcome.groups[0].rows - 86 - 93
        #expect(weaker - counts[0][2] == 3)
        let rest = outcome.groups[0].rows - shown.values.reduce(0, +) - counts[0][0] - counts[0][2]
        #expect(rest == others - 56 && rest == 76)
    }

    /// With plain ones for objections a site that deviates takes one away, and few rows are opened; uniform ones it cannot hit.
    @Test func votesCannotBeOutvoted() throws {
        let honest = try programs([[40, 25, 2], [33, 31, 1], [20, 30, 0]])
        let step = try #require(try honest[0].next(after: []))
        let parts = try honest.prefix(2).map { try $0.contribution(to: step.request) }
        let plain = parts.map { $0.map { $0 == 0 ? UInt128(0) : 1 } }
        // Both sites object to III.
        let place = 2
        #expect(parts.allSatisfy { $0[place] != 0 })
        var minus = [UInt128](repeating: 0, count: step.count)
        minus[place] = 0 &- 2
        #expect(Computation.total(plain + [minus])[place] == 0)
        for guess in [UInt128(0) &- 2, 0 &- 1, 1, 1 << 60, 0 &- (2 << 60)] {
            minus[place] = guess
            #expect(Computation.total(parts + [minus])[place] != 0)
        }
    }

    /// A coalition that opens an attempt alone, by withholding its shares, knows the sum of the objections, which come again in the next
    /// one: it takes them off. A site that goes on then has a cell below the smallest opened; ours ends the job before anything leaves.
    @Test func anObjectionThatIsTakenBackEndsTheJob() throws {
        // T' is 6: at least as many at a site were let pass whatever the votes came to.
        let programs = try programs([[30, 30, 30], [30, 30, 7], [30, 30, 0]], smallest: 11)
        let step = try #require(try programs[0].next(after: []))
        let honest = Computation.total(try programs.dropFirst().map { try $0.contribution(to: step.request) })
        let again = Computation.total(try programs.dropFirst().map { try $0.contribution(to: step.request) })
        let opened = zip(again, honest.map { 0 &- $0 }).map { $0 &+ $1 }
        #expect(honest.contains { $0 != 0 } && opened.allSatisfy { $0 == 0 })
        let sums = [OpenedSum(point: step.point, sites: [0, 1, 2], values: opened)]
        // Whoever looks at the sums alone goes on, and opens it.
        var course = programs[0].start
        try course.take(opened)
        #expect(course.phase == .table)
        let draw = CourseDraw(secret: try Computation.secret(1), input: .zero, point: .zero)
        let numbers = try programs.dropFirst().map { try course.numbers(of: #require($0.own).rows, draw: draw) }
        #expect(FixedPoint.decode(Computation.total(numbers)).contains(7))
        #expect(throws: PooledError.voteTakenBack) { try programs[1].next(after: sums) }
        // It had not objected.
        _ = try programs[2].next(after: sums)
        // A verifier has no rows.
        _ = try CourseProgram(start: programs[0].start, siteCount: 3, own: nil).next(after: sums)
    }

    /// The same in every attempt, for each row and step another; what hides a vote is not known from another one.
    @Test func objectionsAreThoseOfTheVectors() throws {
        let vector = try StatisticReferences.load().vetoes
        let bytes = try #require(Bytes32(hex: vector.secret)).bytes
        let secret = try #require(SiteSecret(bytes: bytes))
        let input = try #require(Bytes32(hex: vector.input))
        let point = try #require(Bytes32(hex: vector.point))
        let found = secret.vetoes(input: input, point: point, count: 5)
        #expect(found == vector.vetoes.compactMap { UInt128($0, radix: 16) })
        #expect(SiteSecret(bytes: [1, 2, 3]) == nil)
        #expect(secret.vetoes(input: point, point: input, count: 5) != found)
    }

    /// A cell passes with few rows at each site if all sites have their share, and with none at some if the others have all.
    @Test(arguments: [
        ([4, 4, 4, 4, 4], true), ([3, 3, 3, 3, 3], true), ([2, 9, 9, 9, 9], false), ([0, 0, 0, 0, 11], true),
        ([0, 3, 3, 3, 3], false), ([0, 0, 0, 0, 0], true), ([40, 40, 40, 40, 2], false), ([0, 11, 30, 11, 90], true),
    ])
    func rulesOfCells(_ counts: [Int], _ passes: Bool) throws {
        let rule = try CellRule(smallest: 11, Site.settings(5, coalition: 1))
        func isLost(_ condition: CellRule.Condition) -> Bool {
            counts.contains { rule.objects(to: [$0], by: condition) }
        }
        #expect((!isLost(.noneOrMany) || !isLost(.shares)) == passes)
        guard passes else { return }
        // Whoever takes off its own part sees none or enough.
        let all = counts.reduce(0, +)
        for own in counts { #expect(all - own == 0 || all - own >= 11) }
    }

    // MARK: Bad input

    @Test func numericColumnsThatTellOfFew() throws {
        let design = TableDesign(columns: [.init(name: "x")], smallestCell: 5)
        let rule = try CellRule(smallest: 5, Site.settings(3, coalition: 1))
        func objects(_ values: [Double?]) -> Bool {
            LocalTable(TableRows(columns: [values]), design, rule).objections(
                to: .numeric(0, byGroup: false), by: .noneOrMany) == [true]
        }
        let spread = (0..<40).map { Double($0 * 7 % 40) as Double? }
        #expect(!objects(spread))
        #expect(objects(spread.dropLast() + [1e6]))
        #expect(objects(Array(repeating: 0, count: 40) + [7]))
        #expect(objects(Array(repeating: nil, count: 40) + [1, 2]))
        #expect(!objects(Array(repeating: nil, count: 40)))
        #expect(!objects(Array(repeating: 0, count: 20) + Array(repeating: 1, count: 20)))
        #expect(objects(Array(repeating: 0, count: 40) + (1...4).map { Double($0) } + [1, 2, 3, 4]))
        // Eleven values and more: all but three rows have one of them.
        #expect(!objects((0..<12).map { Double($0) } + (0..<12).map { Double($0) }))
    }

    /// Few rows of a group that all lack a value have no mean to enter with: their number would be opened as that of rows without one.
    @Test func fewRowsWithoutAValueAreNotCounted() throws {
        let design = TableDesign(
            columns: [.init(name: "dose")], group: .init(name: "arm", levels: ["a", "b"]), smallestCell: 11)
        let settings = try Site.settings(5, coalition: 1)
        func rows(_ missing: Int, of count: Int) -> TableRows {
            TableRows(
                columns: [(0..<60).map { Double($0) } + (0..<count).map { $0 < missing ? nil : Double($0) }],
                group: Array(repeating: 0, count: 60) + Array(repeating: 1, count: count))
        }
        let sites = [rows(3, of: 3)] + (0..<4).map { _ in rows(0, of: 30) }
        let programs = try sites.enumerated().map { site, rows in
            CourseProgram(
                start: try TableCourse(design, settings), siteCount: 5,
                own: .init(rows: rows, input: RowsHash.of(rows.hash), secret: try Computation.secret(site)))
        }
        // Three at each site are enough for the cell of the group.
        let sums = try Computation.sums(programs)
        let outcome = try programs[0].end(of: sums).outcome(sites: [], rounds: sums.count)
        #expect(outcome.groups.map(\.rows) == [423, 300, 123])
        #expect(outcome.columns[0].numbers.count == 1)
        // Whoever counts them opens three.
        let local = LocalTable(sites[0], design, programs[0].start.rule)
        #expect(local.numbers(0, local.rows(byGroup: true)[1]) == [0, 0, 0])
        #expect(local.objections(to: .numeric(0, byGroup: true), by: .noneOrMany) == [true])
    }

    /// Each numeric column is two equations about the rows: there are more rows than these, at each site and in each group.
    @Test func numbersAreHeldToRows() throws {
        let settings = try Site.settings(3, coalition: 1)
        func design(_ columns: Int, rows: Int = 0) -> TableDesign {
            TableDesign(columns: (0..<columns).map { .init(name: "x\($0)") }, smallestCell: 5, fewestRows: rows)
        }
        _ = try TableCourse(design(9, rows: 19), settings)
        #expect(throws: PooledError.tooManyNumbers(numbers: 21, limit: 19)) {
            try TableCourse(design(10, rows: 19), settings)
        }
        let rule = try CellRule(smallest: 5, settings)
        func objects(_ columns: Int, _ rows: Int) -> Bool {
            let values = Array(repeating: (0..<rows).map { Double($0) as Double? }, count: columns)
            return LocalTable(TableRows(columns: values), design(columns), rule).objections(
                to: .numeric(0, byGroup: false), by: .noneOrMany) == [true]
        }
        #expect(objects(15, 30) && !objects(14, 30))
        for change in [{ $0.largestLeverage = .nan }, { $0.smallestCell = .max }, { $0.smallestCell = 0 }]
            as [(inout TableDesign) -> Void]
        {
            var design = design(1)
            change(&design)
            #expect(throws: PooledError.self) { try TableCourse(design, settings) }
        }
    }

    @Test func badRowsAndDesigns() throws {
        let settings = try Site.settings(3, coalition: 1)
        let design = TableDesign(
            columns: [.init(name: "sex", levels: ["f", "m"]), .init(name: "age")], smallestCell: 1)
        func error(_ design: TableDesign, _ rows: TableRows) -> PooledError? {
            do {
                _ = try PooledTable(design, rows: rows, settings, secret: Computation.secret(0))
                return nil
            } catch { return error as? PooledError }
        }
        #expect(error(design, TableRows(columns: [[0, 1, nil], [1, nil, 3]])) == nil)
        #expect(error(design, TableRows(columns: [[0, 2], [1, 3]])) == .badRows("sex has no such level", row: 1))
        #expect(error(design, TableRows(columns: [[0, 0.5], [1, 3]])) == .badRows("sex has no such level", row: 1))
        #expect(
            error(design, TableRows(columns: [[0, 1], [1, .infinity]])) == .badRows("age is not a number", row: 1))
        #expect(error(design, TableRows(columns: [[0, 1], [1]])) == .badRows("age has another length", row: nil))
        #expect(error(design, TableRows(columns: [[0]])) != nil)
        #expect(error(TableDesign(columns: []), TableRows(columns: [])) != nil)
        let twice = TableDesign(columns: [.init(name: "age"), .init(name: "age")])
        #expect(error(twice, TableRows(columns: [[1], [1]])) != nil)
        let byAge = TableDesign(columns: [.init(name: "sex", levels: ["f", "m"])], group: .init(name: "age"))
        #expect(error(byAge, TableRows(columns: [[0]], group: [0])) != nil)
        let byArm = TableDesign(columns: [.init(name: "age")], group: .init(name: "arm", levels: ["a", "b"]))
        #expect(
            error(byArm, TableRows(columns: [[1, 2]], group: [0, 2])) == .badRows("there is no such group", row: 1))
        #expect(error(byArm, TableRows(columns: [[1, 2]])) != nil)
    }

    /// Fewer rows than the smallest cell: refused before anybody is called.
    @Test func aSiteOfFewRowsTakesNoPart() throws {
        let design = TableDesign(columns: [.init(name: "stage", levels: ["I", "II"])], smallestCell: 5)
        let settings = try Site.settings(3, coalition: 1)
        #expect(throws: PooledError.smallCell("all rows", smallest: 5)) {
            try PooledTable(
                design, rows: TableRows(columns: [[0, 1, nil, 0]]), settings, secret: Computation.secret(0))
        }
    }

    /// Counts that no rows have end the table by name.
    @Test func impossibleCounts() throws {
        let programs = try programs([[20, 30, 10], [40, 25, 12], [33, 31, 11]])
        let sums = try Computation.sums(programs)
        for (place, value) in [(0, 0.5), (1, -3), (1, 1e30), (2, 7)] as [(Int, Double)] {
            var wrong = sums
            let last = wrong.count - 1
            wrong[last].values[place] = UInt128(bitPattern: Int128(min(value, 0x1p62) * 0x1p60))
            #expect(throws: PooledError.self) {
                try programs[0].end(of: wrong).outcome(sites: [], rounds: 0)
            }
        }
    }
}

/// A site is lost in the middle of a table.
@Suite struct StatisticLossTests {
    /// Its objections come out again, or the others would see that a sum differs.
    @Test(arguments: [2, 6, 9, 12]) func aSiteComesBackAndTheTableIsTheSame(_ messages: Int) async throws {
        let design = TableDesign(columns: [.init(name: "stage", levels: ["I", "II", "III"])], smallestCell: 5)
        let settings = try Site.settings(3, coalition: 1)
        let saved = (0..<3).map { _ in SavedState(Computation.start(settings)) }
        @Sendable func table(_ site: Int) throws -> PooledTable {
            let counts = [[20, 30, 0], [40, 25, 2], [33, 31, 1]][site]
            let codes = counts.enumerated().flatMap { Array(repeating: Double($0) as Double?, count: $1) }
            return try PooledTable(
                design, rows: TableRows(columns: [codes]), settings, secret: Computation.secret(site))
        }
        func run(
            _ states: [SumState], wrap: @escaping @Sendable (Int, Int, any PeerChannel) -> any PeerChannel = { $2 }
        ) async throws -> [Result<TableOutcome, any Error>] {
            try await Computation.run(settings, wrap: wrap) { own, mesh in
                let book = saved[own]
                let hooks = SumHooks(save: { state, _ in book.state = try SumState(encoded: state.encoded()) })
                return try await table(own).run(over: mesh, from: states[own], hooks)
            }
        }
        let first = try await run(saved.map(\.state)) { own, _, channel in
            own == 2 ? BreakingChannel(channel, after: 4 + messages) : channel
        }
        #expect(first.allSatisfy { (try? $0.get()) == nil })
        let again = try await run(saved.map(\.state)).map { try $0.get() }
        #expect(again.count == 3 && again.allSatisfy { $0 == again[0] && $0.columns[0].withheld == ["I", "III"] })
    }

    /// What is opened of those that are left, under another design than of all, gives cells that neither shows.
    @Test func nobodyGoesOnWithoutASite() throws {
        let settings = try Site.settings(5, coalition: 1, onLoss: .continue)
        let arm = TableDesign.Column(name: "arm", levels: ["a", "b"])
        for analysis in [
            .table(TableDesign(columns: [arm])), .curves(CurveDesign(times: [1, 2])),
            .hazards(GridDesign(terms: ["b"], features: [1], times: [1])),
        ] as [PooledAnalysis] {
            #expect(
                throws: PooledError.unsupported(
                    "votes on cells under onLoss continue: a site that is lost is waited for")
            ) { try analysis.check(settings) }
            try analysis.check(try Site.settings(5, coalition: 1))
        }
    }
}

import SecureSums

/// Where a table stands (`protocols/row-statistics.md` 2).
struct TableCourse: ResultCourse {
    /// How a column is shown.
    struct Display: Sendable, Equatable {
        let column: Int
        let byGroup: Bool
        /// Places of the levels that are shown and that are not; the missing one is last. Empty for numeric columns.
        var shown: [Int] = []
        var withheld: [Int] = []

        var numbers: [Double] {
            [Double(column), byGroup ? 1 : 0, Double(shown.count)] + shown.map { Double($0) }
                + withheld.map { Double($0) }
        }
    }

    enum Phase: Sendable, Equatable {
        case smallCells, merged, table, done
    }

    let design: TableDesign
    let rule: CellRule
    private(set) var phase = Phase.smallCells
    /// What is voted on, and the votes on it.
    private var questions: [TableQuestion]
    private var ballot: Ballot
    private(set) var showsGroups = false
    /// Of columns that are shown.
    private(set) var displays: [Display] = []
    private(set) var sums: [Double] = []
    /// What did not pass.
    private var lost: Set<TableQuestion> = []

    init(_ design: TableDesign, _ settings: SumSettings) throws(PooledError) {
        try design.check()
        self.design = design
        rule = try CellRule(smallest: design.smallestCell, settings)
        questions = Self.questions(design)
        ballot = Self.ballot(questions, design)
    }

    private static func ballot(_ questions: [TableQuestion], _ design: TableDesign) -> Ballot {
        Ballot(
            questions.flatMap { question in
                Array(repeating: question.hasSecond, count: question.votes(groups: design.group?.levels.count ?? 0))
            })
    }

    private static func questions(_ design: TableDesign) -> [TableQuestion] {
        let ways = design.group == nil ? [false] : [true, false]
        return (design.group == nil ? [] : [.groups])
            + design.columns.enumerated().flatMap { place, column -> [TableQuestion] in
                if column.isNumeric { return ways.map { .numeric(place, byGroup: $0) } }
                return (0..<column.cells).flatMap { level in
                    ways.map { .cell(place, levels: [level], byGroup: $0) }
                }
            }
    }

    var step: CourseStep? {
        switch phase {
        case .smallCells: votes("small cells")
        case .merged: votes("merged cells")
        case .table:
            CourseStep(
                name: Self.table, numbers: [showsGroups ? 1 : 0] + displays.flatMap(\.numbers),
                count: 1 + (showsGroups ? groupCount : 0) + displays.map(count).reduce(0, +))
        case .done: nil
        }
    }

    /// The step that opens numbers.
    static let table = "table"

    private func votes(_ name: String) -> CourseStep {
        CourseStep(
            name: name + (ballot.condition == .shares ? ", shares" : ""),
            numbers: [Double(groupCount)] + questions.flatMap(\.numbers) + ballot.numbers, count: ballot.asked.count)
    }

    var groupCount: Int { design.group?.levels.count ?? 0 }

    private func count(_ display: Display) -> Int { (display.byGroup ? groupCount : 1) * items(display) }

    /// Numbers of a column in each set of rows.
    func items(_ display: Display) -> Int { design.columns[display.column].isNumeric ? 3 : display.shown.count }

    // MARK: Taking sums

    mutating func take(_ sums: [UInt128]) throws(PooledError) {
        switch phase {
        case .smallCells, .merged:
            ballot.take(sums)
            if ballot.isDone { goOn() }
        case .table:
            self.sums = FixedPoint.decode(sums)
            phase = .done
        case .done: return
        }
    }

    private mutating func goOn() {
        var next = ballot.passed[...]
        for question in questions {
            let passed = next.prefix(question.votes(groups: groupCount))
            next = next.dropFirst(passed.count)
            if passed.contains(false) { lost.insert(question) }
        }
        if phase == .smallCells {
            showsGroups = design.group != nil && !lost.contains(.groups)
            questions = candidates()
            ballot = Self.ballot(questions, design)
            if !questions.isEmpty {
                phase = .merged
                return
            }
        }
        phase = .table
        displays = design.columns.indices.compactMap(display)
    }

    /// By groups first, where they are shown.
    private var ways: [Bool] { showsGroups ? [true, false] : [false] }

    private func candidates() -> [TableQuestion] {
        design.columns.indices.filter { !design.columns[$0].isNumeric }.flatMap { column in
            ways.flatMap { byGroup in
                Self.candidates(lostLevels(column, byGroup), of: design.columns[column].cells).map {
                    TableQuestion.cell(column, levels: $0, byGroup: byGroup)
                }
            }
        }
    }

    private func lostLevels(_ column: Int, _ byGroup: Bool) -> [Int] {
        (0..<design.columns[column].cells).filter { lost.contains(.cell(column, levels: [$0], byGroup: byGroup)) }
    }

    /// What may be withheld together: a level that is left out alone would follow from the total and the others.
    static func candidates(_ lost: [Int], of cells: Int) -> [[Int]] {
        guard !lost.isEmpty else { return [] }
        let more = (0..<cells).filter { !lost.contains($0) }.map { (lost + [$0]).sorted() }
        return ((lost.count > 1 ? [lost] : []) + more).filter { $0.count < cells }
    }

    private func display(_ column: Int) -> Display? {
        for byGroup in ways {
            if design.columns[column].isNumeric {
                if lost.contains(.numeric(column, byGroup: byGroup)) { continue }
                return Display(column: column, byGroup: byGroup)
            }
            let cells = design.columns[column].cells
            let small = lostLevels(column, byGroup)
            if small.isEmpty { return Display(column: column, byGroup: byGroup, shown: Array(0..<cells)) }
            let passed = Self.candidates(small, of: cells).first {
                !lost.contains(.cell(column, levels: $0, byGroup: byGroup))
            }
            guard let passed else { continue }
            return Display(
                column: column, byGroup: byGroup, shown: (0..<cells).filter { !passed.contains($0) }, withheld: passed)
        }
        return nil
    }

    // MARK: A site's vector

    func objections(of rows: TableRows) -> [Bool]? {
        guard phase == .smallCells || phase == .merged else { return nil }
        let local = LocalTable(rows, design, rule)
        let all = questions.flatMap { local.objections(to: $0, by: ballot.condition) }
        return ballot.asked.map { all[$0] }
    }

    func numbers(of rows: TableRows, draw: CourseDraw) throws(PooledError) -> [UInt128] {
        try CourseNumbers.encode(numbers(LocalTable(rows, design, rule)), "a numeric column")
    }

    private func numbers(_ local: LocalTable) -> [Double] {
        var out = [Double(local.rows(byGroup: false)[0].count)]
        if showsGroups { out += local.rows(byGroup: true).map { Double($0.count) } }
        for display in displays {
            for rows in local.rows(byGroup: display.byGroup) {
                out +=
                    design.columns[display.column].isNumeric
                    ? local.numbers(display.column, rows)
                    : display.shown.map { Double(local.count(display.column, [$0], rows)) }
            }
        }
        return out
    }
}

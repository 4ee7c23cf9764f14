/// One site's part of a table.
struct LocalTable: Sendable {
    private let design: TableDesign
    private let columns: [[Double?]]
    /// Rows of each group; without groups all are one.
    private let sets: [[Int]]
    private let all: [Int]
    private let rule: CellRule

    init(_ rows: TableRows, _ design: TableDesign, _ rule: CellRule) {
        self.design = design
        columns = rows.columns
        self.rule = rule
        let places = rows.columns[0].indices
        if let group = rows.group, let levels = design.group?.levels {
            sets = levels.indices.map { level in places.filter { group[$0] == level } }
        } else {
            sets = [Array(places)]
        }
        all = sets.flatMap { $0 }.sorted()
    }

    func rows(byGroup: Bool) -> [[Int]] { byGroup ? sets : [all] }

    // MARK: Objections

    /// One for each of the question's votes.
    func objections(to question: TableQuestion, by condition: CellRule.Condition) -> [Bool] {
        guard case .numeric(let column, let byGroup) = question else {
            return counts(question).map { rule.objects(to: CollectionOfOne($0), by: condition) }
        }
        return [rows(byGroup: byGroup).contains { objects(toNumbersOf: column, $0) }]
    }

    /// Rows of the question's cells.
    private func counts(_ question: TableQuestion) -> [Int] {
        switch question {
        case .groups: sets.map(\.count)
        case .cell(let column, let levels, let byGroup): rows(byGroup: byGroup).map { count(column, levels, $0) }
        case .numeric: []
        }
    }

    func count(_ column: Int, _ levels: [Int], _ rows: [Int]) -> Int {
        let missing = design.columns[column].levels.count
        return rows.count { levels.contains(columns[column][$0].map { Int($0) } ?? missing) }
    }

    /// Number, sum and squares are three equations about how often few values occur, and about a row that is far from all others.
    private func objects(toNumbersOf column: Int, _ rows: [Int]) -> Bool {
        let values = rows.compactMap { columns[column][$0] }
        // Few rows that all lack a value have no mean to enter with.
        guard !values.isEmpty else { return rule.isSmall(rows.count) }
        if values.count < design.fewestValues { return true }
        let counts = values.reduce(into: [Double: Int]()) { $0[$1, default: 0] += 1 }
        if counts.count <= Self.fewValues {
            if counts.values.contains(where: rule.isSmall) { return true }
        } else if rule.isSmall(values.count - (counts.values.max() ?? 0)) {
            return true
        }
        guard design.largestLeverage < 1 else { return false }
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        // (1 + z^2) / n, z in deviations with the divisor n
        return values.contains { value in
            let share = spread > 0 ? (value - mean) * (value - mean) / spread : 0
            return !(1 / n + share <= design.largestLeverage)
        }
    }

    private static let fewValues = 10

    // MARK: Numbers

    /// Rows with a value, their sum and sum of squares. Few rows without one enter with the mean of the others.
    func numbers(_ column: Int, _ rows: [Int]) -> [Double] {
        let values = rows.compactMap { columns[column][$0] }
        let sums = [Double(values.count), values.reduce(0, +), values.reduce(0) { $0 + $1 * $1 }]
        guard rule.isSmall(rows.count - values.count), !values.isEmpty else { return sums }
        let factor = Double(rows.count) / Double(values.count)
        return [Double(rows.count), sums[1] * factor, sums[2] * factor]
    }
}

/// What is voted on.
enum TableQuestion: Sendable, Hashable {
    /// The rows of each group.
    case groups
    case numeric(Int, byGroup: Bool)
    /// The rows with one of these levels, the missing one last.
    case cell(Int, levels: [Int], byGroup: Bool)

    func name(_ design: TableDesign) -> String {
        switch self {
        case .groups: design.group?.name ?? "groups"
        case .numeric(let column, _), .cell(let column, _, _): design.columns[column].name
        }
    }

    /// Votes on it by the first condition.
    func votes(groups: Int) -> Int {
        switch self {
        case .groups: groups
        case .numeric: 1
        case .cell(_, _, let byGroup): byGroup ? groups : 1
        }
    }

    /// Whether what did not pass by the first condition may by the second.
    var hasSecond: Bool { if case .numeric = self { false } else { true } }

    /// For the hash of a step's point.
    var numbers: [Double] {
        switch self {
        case .groups: [0]
        case .numeric(let column, let byGroup): [1, Double(column), byGroup ? 1 : 0]
        case .cell(let column, let levels, let byGroup):
            [2, Double(column), byGroup ? 1 : 0, Double(levels.count)] + levels.map { Double($0) }
        }
    }
}

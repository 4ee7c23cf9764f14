/// What is compared between the levels of a column, of the job's features, in a proportional-hazards model (training.md 5.13).
public struct LevelPlan: Sendable, Hashable {
    /// Which passive party has the column; nil where the active party has it, which then compares levels alone, without a message.
    package var owner: PassivePlace?
    public var column: String
    public var levels: [String]
    /// Whether there is a log-rank test.
    public var hasTest: Bool
    /// Ascending times at which there is a survival curve of each level; none without them.
    public var times: [Double]
    /// Fewest rows of a level, and fewest of its rows with an event and without one that anything is opened of.
    public var minimumCell: Int

    package init(
        owner: PassivePlace?, column: String, levels: [String], hasTest: Bool, times: [Double] = [], minimumCell: Int
    ) {
        self.owner = owner
        self.column = column
        self.levels = levels
        self.hasTest = hasTest
        self.times = times
        self.minimumCell = minimumCell
    }

    /// Whether levels are compared in shares.
    var isPassive: Bool { owner != nil }

    /// Most levels: each has an exchange of its own.
    public static let mostLevels = 20

    /// Most rows of a comparison in shares: a number of as many rows times an indicator's rounding is below a unit of what is opened.
    public static let mostRows = 1 << 20

    func check(rows: Int) throws(TrainingError) {
        guard !isPassive || rows <= Self.mostRows else {
            throw .invalidPlan("levels of the other party's column are compared over \(Self.mostRows) rows at most")
        }
    }

    func validate() throws(TrainingError) {
        guard (2...Self.mostLevels).contains(levels.count), Set(levels).count == levels.count else {
            throw .invalidPlan("between 2 and \(Self.mostLevels) different levels are compared")
        }
        guard minimumCell >= 1, minimumCell < 1 << 24 else { throw .invalidPlan("a smallest cell below 1") }
        guard times.allSatisfy({ $0 > 0 && $0.isFinite }), zip(times, times.dropFirst()).allSatisfy(<) else {
            throw .invalidPlan("times of survival curves ascend from above 0")
        }
    }
}

/// The level of each fitted row, as an index into the plan's levels; at the party that has the column.
public struct LevelCodes: Sendable, Equatable {
    public var codes: [Int]

    public init(codes: [Int]) { self.codes = codes }

    /// Rows of each of so many levels.
    func counts(levels: Int) -> [Int] { codes.reduce(into: Array(repeating: 0, count: levels)) { $0[$1] += 1 } }

    /// For each of so many levels a column of these rows: 1 in its rows, else 0.
    func columns(levels: Int, rows: Range<Int>) -> [[Int64]] {
        (0..<levels).map { level in rows.map { codes[$0] == level ? 1 : 0 } }
    }

    /// The same of one level and all rows, as words that are summed up over risk sets.
    func words(ofLevel level: Int) -> [ShareWord] {
        let unit = ShareWord(Int64(1) << Int64(TrainingFacts.levelUnitBits))
        return codes.map { $0 == level ? unit : .zero }
    }

    /// - Throws: ``TrainingError/invalidPlan(_:)`` where a level has fewer rows than the smallest cell, before anything is sent.
    func check(_ plan: LevelPlan, rows: Int) throws(TrainingError) {
        guard codes.count == rows, codes.allSatisfy(plan.levels.indices.contains) else {
            throw .invalidPlan("levels are not those of the rows")
        }
        // The active party may look at its own rows as it likes.
        guard !plan.isPassive || counts(levels: plan.levels.count).allSatisfy({ $0 >= plan.minimumCell }) else {
            throw .invalidPlan("a level of '\(plan.column)' has fewer rows than the smallest cell")
        }
    }
}

/// What all parties know of a comparison whose column is a passive party's: shapes follow from it.
package struct LevelFacts: Sendable, Hashable {
    package let owner: PassivePlace
    /// G
    package let levels: Int
    package let hasTest: Bool
    /// Times of the curves; 0 for none.
    package let times: Int
    package let minimumCell: Int

    /// Counts of each level at each time that the points of curves depend on. With a test, the events after a time follow as well.
    var curveCounts: Int { hasTest ? 3 : 2 }

    /// Numbers that the active party knows of a row and that are summed up by level, for a test and for curves.
    static let testValues = 3
    var curveValues: Int { curveCounts * times }

    package init(owner: PassivePlace = .sharing, levels: Int, hasTest: Bool, times: Int, minimumCell: Int) {
        self.owner = owner
        self.levels = levels
        self.hasTest = hasTest
        self.times = times
        self.minimumCell = minimumCell
    }

    /// nil where the active party has the column.
    init?(_ plan: LevelPlan) {
        guard let owner = plan.owner else { return nil }
        self.init(
            owner: owner, levels: plan.levels.count, hasTest: plan.hasTest, times: plan.times.count,
            minimumCell: plan.minimumCell)
    }
}

/// What one of the two parties that have shares knows of levels that are compared.
package enum LevelSide: Sendable {
    /// Who is at risk when.
    case active(LevelEvents)
    /// Which rows are of which level.
    case passive(LevelCodes)
    /// Nothing: a further party has the column.
    case helper
}

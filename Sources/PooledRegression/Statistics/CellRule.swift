import SecureSums

/// Whether cells may be opened in a sum, by what each site has of them (`protocols/row-statistics.md` 1).
struct CellRule: Sendable, Hashable {
    /// By which a cell passes: one of them is enough.
    enum Condition: Int, Sendable, Hashable {
        /// No site has 1 to T - 1 of its rows in it.
        case noneOrMany
        /// Each site has T' of its rows in it.
        case shares
    }

    /// T: fewest rows of what remains when a coalition takes off its part, unless none.
    let smallest: Int
    /// T': so many at each site leave T.
    let share: Int

    /// - Throws: `unsupported` for a smallest cell that is none, and under `onLoss: continue`: what is opened of those that are left, under
    ///   another design than of all, gives cells that neither shows.
    init(smallest: Int, _ settings: SumSettings) throws(PooledError) {
        guard (1...Self.most).contains(smallest) else {
            throw .unsupported("a smallest cell that is not between 1 and \(Self.most)")
        }
        guard settings.onLoss == .wait else {
            throw .unsupported("votes on cells under onLoss continue: a site that is lost is waited for")
        }
        self.smallest = smallest
        let honest = max(1, settings.parties.count - settings.coalition)
        share = (smallest + honest - 1) / honest
    }

    private static let most = 1 << 20

    func isSmall(_ count: Int) -> Bool { count > 0 && count < smallest }

    /// Whether a site objects to cells that are to pass together, where it has so many rows in each.
    func objects(to counts: some Sequence<Int>, by condition: Condition) -> Bool {
        switch condition {
        case .noneOrMany: counts.contains(where: isSmall)
        case .shares: counts.contains { $0 < share }
        }
    }

    /// - Throws: `smallCell`: a site of fewer rows takes no part.
    func check(rows: Int) throws(PooledError) {
        guard rows >= smallest else { throw .smallCell("all rows", smallest: smallest) }
    }
}

/// Votes by the first condition, then by the second one on what did not pass.
struct Ballot: Sendable, Equatable {
    private let hasSecond: [Bool]
    /// Places of the votes of this step.
    private(set) var asked: [Int]
    private(set) var condition = CellRule.Condition.noneOrMany
    /// By place.
    private(set) var passed: [Bool]

    /// - Parameter hasSecond: of each vote, whether the second condition exists.
    init(_ hasSecond: [Bool]) {
        self.hasSecond = hasSecond
        asked = Array(hasSecond.indices)
        passed = hasSecond.map { _ in false }
    }

    init(count: Int) { self.init(Array(repeating: true, count: count)) }

    var isDone: Bool { asked.isEmpty }

    /// - Parameter sums: one for each vote that is asked.
    mutating func take(_ sums: [UInt128]) {
        for (place, sum) in zip(asked, sums) where sum == 0 { passed[place] = true }
        asked = condition == .noneOrMany ? asked.filter { !passed[$0] && hasSecond[$0] } : []
        condition = .shares
    }

    /// For the hash of a step's point.
    var numbers: [Double] { [Double(condition.rawValue)] + asked.map { Double($0) } }
}

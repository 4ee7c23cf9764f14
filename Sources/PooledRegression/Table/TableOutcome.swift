/// A table of all sites' rows, the same at every site to the last bit.
public struct TableOutcome: Sendable, Equatable, Codable {
    /// Rows of one group, or of all.
    public struct Group: Sendable, Equatable, Codable {
        /// nil: all rows.
        public var level: String?
        public var rows: Int
    }

    public struct Column: Sendable, Equatable, Codable {
        public var name: String
        /// One for each of ``TableOutcome/groups`` in which the column is shown; empty where it is withheld, or has levels.
        public var numbers: [Numbers]
        /// Of a column with levels, as far as they are shown.
        public var levels: [Level]
        /// Levels that are not shown: some site has few rows with one of them, or they would follow. An empty name: without a value.
        public var withheld: [String]
        /// Why it is not shown, or not by group.
        public var note: String?
    }

    /// Of a numeric column in one group.
    public struct Numbers: Sendable, Equatable, Codable {
        public var group: String?
        /// Rows with a value. A site's rows without one that are fewer than the smallest cell are counted here.
        public var rows: Int
        public var missing: Int
        public var mean: Double?
        /// With the divisor n - 1.
        public var sd: Double?
    }

    public struct Level: Sendable, Equatable, Codable {
        /// nil: rows without a value.
        public var level: String?
        public var cells: [Cell]
    }

    public struct Cell: Sendable, Equatable, Codable {
        public var group: String?
        public var rows: Int
        /// Of all rows of the group, those without a value among them.
        public var share: Double
    }

    /// All rows first, then the groups.
    public var groups: [Group]
    public var columns: [Column]
    /// Why there are no groups.
    public var note: String?
    /// Whose rows these are.
    public var sites: [String]
    /// Sums that were opened.
    public var rounds: Int
}

extension TableCourse {
    /// - Throws: `impossibleSums` for numbers that no rows have.
    func outcome(sites: [String], rounds: Int) throws(PooledError) -> TableOutcome {
        var next = sums[...]
        func count(_ name: String) throws(PooledError) -> Int {
            try CourseNumbers.count(next.popFirst() ?? -1, name)
        }
        let all = TableOutcome.Group(level: nil, rows: try count("all rows"))
        var groups: [TableOutcome.Group] = []
        for level in showsGroups ? design.group?.levels ?? [] : [] {
            groups.append(.init(level: level, rows: try count(level)))
        }
        guard groups.isEmpty || groups.reduce(0, { $0 + $1.rows }) == all.rows else {
            throw .impossibleSums(design.group?.name ?? "groups")
        }
        let small = "fewer than \(design.smallestCell) rows may remain of a cell"
        var outcome = TableOutcome(
            groups: [all] + groups, columns: [],
            note: design.group != nil && !showsGroups ? "\(small) of \(design.group?.name ?? "")" : nil, sites: sites,
            rounds: rounds)
        for (place, column) in design.columns.enumerated() {
            var found = TableOutcome.Column(name: column.name, numbers: [], levels: [], withheld: [], note: small)
            guard let display = displays.first(where: { $0.column == place }) else {
                if column.isNumeric { found.note = small + Self.ofNumbers }
                found.withheld = names(column, Array(0..<(column.isNumeric ? 0 : column.cells)))
                outcome.columns.append(found)
                continue
            }
            found.note =
                display.byGroup || !showsGroups
                ? nil : small + " by group" + (column.isNumeric ? Self.ofNumbers : "")
            let shown = display.byGroup ? groups : [all]
            var values: [[Double]] = []
            for _ in shown {
                values.append(Array(next.prefix(items(display))))
                next = next.dropFirst(items(display))
            }
            if display.byGroup { values = [sum(values)] + values }
            let sets = display.byGroup ? [all] + groups : [all]
            for (group, values) in zip(sets, values) {
                if column.isNumeric {
                    found.numbers.append(try numbers(values, of: group, column.name))
                } else {
                    try check(values, of: group, display, column.name)
                }
            }
            for (item, level) in display.shown.enumerated() {
                let cells = zip(sets, values).map { group, values in
                    TableOutcome.Cell(
                        group: group.level, rows: Int(values[item]),
                        share: group.rows > 0 ? values[item] / Double(group.rows) : 0)
                }
                found.levels.append(
                    .init(level: level < column.levels.count ? column.levels[level] : nil, cells: cells))
            }
            found.withheld = names(column, display.withheld)
            outcome.columns.append(found)
        }
        return outcome
    }

    /// Why else a numeric column is not shown.
    private static let ofNumbers = ", or few different values, or a value far from all others"

    private func names(_ column: TableDesign.Column, _ places: [Int]) -> [String] {
        places.map { $0 < column.levels.count ? column.levels[$0] : "" }
    }

    private func sum(_ values: [[Double]]) -> [Double] {
        values.dropFirst().reduce(values.first ?? []) { zip($0, $1).map { $0 + $1 } }
    }

    private func numbers(
        _ values: [Double], of group: TableOutcome.Group, _ name: String
    ) throws(PooledError) -> TableOutcome.Numbers {
        let rows = try CourseNumbers.count(values[0], name)
        guard rows <= group.rows, values[2] >= 0 else { throw .impossibleSums(name) }
        var found = TableOutcome.Numbers(group: group.level, rows: rows, missing: group.rows - rows)
        guard rows > 0 else { return found }
        let (n, mean) = (Double(rows), values[1] / Double(rows))
        found.mean = mean
        if rows > 1 { found.sd = (max(0, values[2] - n * mean * mean) / (n - 1)).squareRoot() }
        return found
    }

    private func check(
        _ values: [Double], of group: TableOutcome.Group, _ display: Display, _ name: String
    ) throws(PooledError) {
        var sum = 0
        for value in values { sum += try CourseNumbers.count(value, name) }
        guard display.withheld.isEmpty ? sum == group.rows : sum <= group.rows else { throw .impossibleSums(name) }
    }
}

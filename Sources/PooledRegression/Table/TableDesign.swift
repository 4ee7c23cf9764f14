/// What a table of all sites' rows describes (`protocols/row-statistics.md` 2): the same at every site.
public struct TableDesign: Sendable, Hashable {
    public struct Column: Sendable, Hashable {
        public var name: String
        /// Declared in the job, in its order; none for a numeric column. A yes/no column has the levels no, yes.
        public var levels: [String]

        public init(name: String, levels: [String] = []) {
            self.name = name
            self.levels = levels
        }

        var isNumeric: Bool { levels.isEmpty }
        /// Cells of a column with levels: rows without a value are one more.
        var cells: Int { levels.count + 1 }
    }

    public var columns: [Column]
    /// A column with levels by which all others are described too; none of `columns`.
    public var group: Column?
    /// Fewest rows of a cell that remain when a coalition takes off its own, unless none.
    public var smallestCell: Int
    /// Largest leverage of a row in a numeric column; 1 and more: not checked.
    public var largestLeverage: Double
    /// Fewest rows that a site has by the job, to which the numbers that are opened are held; 0: they are not.
    public var fewestRows: Int

    public init(
        columns: [Column], group: Column? = nil, smallestCell: Int = 11, largestLeverage: Double = 0.2,
        fewestRows: Int = 0
    ) {
        self.columns = columns
        self.group = group
        self.smallestCell = smallestCell
        self.largestLeverage = largestLeverage
        self.fewestRows = fewestRows
    }

    /// Rows with a value that a site has of a numeric column at least, or none: more than sums are opened over them.
    var fewestValues: Int { max(smallestCell, numbersOfSet) }

    /// Their number, and the sum and the sum of squares of each numeric column.
    private var numbersOfSet: Int { 1 + 2 * columns.count { $0.isNumeric } }

    /// Most columns, and most levels of one.
    static let most = 200

    /// - Throws: `unsupported`; `tooManyNumbers` where more sums than a site has rows would be opened over them.
    func check() throws(PooledError) {
        let all = columns + (group.map { [$0] } ?? [])
        guard !columns.isEmpty, columns.count <= Self.most, Set(all.map(\.name)).count == all.count else {
            throw .unsupported("a table of no column, of more than \(Self.most), or of one twice")
        }
        for column in all {
            guard column.levels.count <= Self.most, Set(column.levels).count == column.levels.count else {
                throw .unsupported("\(column.name): a level twice, or more than \(Self.most)")
            }
        }
        // Two votes for each cell, and once more for what may be merged.
        let cells = columns.reduce(0) { $0 + ($1.isNumeric ? 1 : $1.cells) } * ((group?.levels.count ?? 0) + 1)
        guard 4 * cells <= CourseStep.most else { throw .unsupported("a table of \(cells) cells") }
        guard group?.isNumeric != true else { throw .unsupported("groups by a numeric column") }
        guard largestLeverage > 0 else { throw .unsupported("a leverage limit that is no number above 0") }
        guard fewestRows == 0 || numbersOfSet <= fewestRows else {
            throw .tooManyNumbers(numbers: numbersOfSet, limit: fewestRows)
        }
    }
}

/// One site's rows for a table, in its own order.
public struct TableRows: Sendable {
    /// One array a column, in the design's order: numbers as they are, levels by their place (0 is the first); nil without a value.
    public var columns: [[Double?]]
    /// The place of each row's group; rows without one are left out.
    public var group: [Int?]?

    public init(columns: [[Double?]], group: [Int?]? = nil) {
        self.columns = columns
        self.group = group
    }

    func check(_ design: TableDesign) throws(PooledError) {
        guard columns.count == design.columns.count, (group != nil) == (design.group != nil) else {
            throw .badRows("there are \(columns.count) columns for \(design.columns.count), or no groups", row: nil)
        }
        let count = columns[0].count
        for (column, values) in zip(design.columns, columns) {
            guard values.count == count else { throw .badRows("\(column.name) has another length", row: nil) }
            for (row, value) in values.enumerated() {
                guard let value else { continue }
                guard value.isFinite else { throw .badRows("\(column.name) is not a number", row: row) }
                guard column.isNumeric || column.levels.indices.contains(where: { Double($0) == value }) else {
                    throw .badRows("\(column.name) has no such level", row: row)
                }
            }
        }
        guard let group, let levels = design.group?.levels else { return }
        guard group.count == count else { throw .badRows("groups have another length", row: nil) }
        if let row = group.firstIndex(where: { $0.map { !levels.indices.contains($0) } ?? false }) {
            throw .badRows("there is no such group", row: row)
        }
    }

    /// Rows of some group.
    var count: Int { group.map { $0.count { $0 != nil } } ?? columns[0].count }

    /// Without a value and with 0 are different.
    var hash: [[Double]] {
        columns.flatMap { column in [column.map { $0 == nil ? 1 : 0 }, column.map { $0 ?? 0 }] }
            + [(group ?? []).map { Double($0 ?? -1) }]
    }
}

/// Mean and population standard deviation (ddof 0) of a term over the training rows, in the column's own unit.
public struct Scaling: Sendable, Codable, Hashable {
    public let mean: Double
    public let sd: Double

    public init(mean: Double, sd: Double) {
        self.mean = mean
        self.sd = sd
    }
}

/// One party's features over the aligned rows: standardised, then rounded once to 2^-16 of a standard deviation or finer.
/// The rounded matrix is *the* design matrix everywhere, in clear and under encryption, so both see the same numbers
/// (protocols/training.md). Terms in the order of the declared columns; no intercept.
public struct DesignMatrix: Sendable {
    /// What logistic training uses; linear training, one exchange only, can afford more (protocols/training.md 1).
    public static let defaultFractionBits = 16
    public static let largestFractionBits = 22

    /// An entry is its integer times 2^-fractionBits.
    public let fractionBits: Int

    public let specs: [ColumnSpec]
    public let termList: [Term]
    public let rows: Int
    /// One array a term, `rows` long each.
    public let integers: [[Int32]]
    /// The same matrix as doubles: exactly `integers` times 2^-fractionBits.
    public let columns: [[Double]]
    public let scalings: [Scaling]
    /// For each declared yes/no or categorical column, how many rows have each level.
    public let cells: [LevelCount]
    /// For each numeric column, how many rows differ from the value that most rows have.
    let offModeRows: [String: Int]

    public var terms: [String] { termList.map(\.name) }
    public var means: [Double] { scalings.map(\.mean) }
    public var sds: [Double] { scalings.map(\.sd) }
    public var termCount: Int { termList.count }

    /// How many rows have one level of a column.
    public struct LevelCount: Sendable, Hashable, Codable {
        public let column: String
        public let level: String
        public let rows: Int
    }

    /// - Parameter scalings: nil measures them on these rows (training); those of a model, one a term, for new rows.
    /// - Parameter fractionBits: at most `largestFractionBits`, so that values up to 512 standard deviations fit.
    /// - Throws: errors of `AlignedRows.values`; `outOfScale` for a value that does not fit 32 bits under a given scaling.
    public init(
        _ rows: AlignedRows, columns specs: [ColumnSpec], scalings given: [Scaling]? = nil,
        missing: MissingTokens = .standard, fractionBits: Int = DesignMatrix.defaultFractionBits
    ) throws(RecordsError) {
        try self.init(
            specs, table: rows.table, tableRows: (0..<rows.count).map(rows.tableRow), given, missing, fractionBits)
    }

    /// The same of any rows of a table, in the order given.
    init(
        _ specs: [ColumnSpec], table: Table, tableRows: [Int], _ given: [Scaling]?, _ missing: MissingTokens,
        _ fractionBits: Int = DesignMatrix.defaultFractionBits
    ) throws(RecordsError) {
        let fractionBits = min(max(fractionBits, 1), Self.largestFractionBits)
        let unit = 1.0 / Double(1 << fractionBits)
        try ColumnSpec.validate(specs)
        let termList = specs.flatMap(\.terms)
        if let given, given.count != termList.count { throw .rowOutOfRange(index: given.count, count: termList.count) }
        var integers: [[Int32]] = []
        var scalings: [Scaling] = []
        var cells: [LevelCount] = []
        var offModeRows: [String: Int] = [:]
        for spec in specs {
            let values = try table.values(spec, rows: tableRows, missing: missing)
            let raw: [[Double]]
            switch spec.kind {
            case .numeric:
                raw = [values]
                offModeRows[spec.name] = Self.offMode(values)
            case .binary:
                raw = [values]
                let yes = values.count { $0 == 1 }
                cells.append(LevelCount(column: spec.name, level: "no", rows: values.count - yes))
                cells.append(LevelCount(column: spec.name, level: "yes", rows: yes))
            case .categorical(let levels, let reference):
                for (index, level) in levels.enumerated() {
                    let count = values.count { $0 == Double(index) }
                    cells.append(LevelCount(column: spec.name, level: level, rows: count))
                }
                raw = levels.indices.filter { levels[$0] != reference }.map { index in
                    values.map { $0 == Double(index) ? 1 : 0 }
                }
            }
            for column in raw {
                let scaling = given.map { $0[scalings.count] } ?? Scaling(measuring: column)
                scalings.append(scaling)
                var rounded: [Int32] = []
                rounded.reserveCapacity(column.count)
                for (row, value) in column.enumerated() {
                    guard let integer = scaling.rounded(value, unit: unit) else {
                        throw .outOfScale(table.place(row: tableRows[row], column: spec.name))
                    }
                    rounded.append(integer)
                }
                integers.append(rounded)
            }
        }
        self.fractionBits = fractionBits
        self.specs = specs
        self.termList = termList
        rows = tableRows.count
        self.integers = integers
        columns = integers.map { $0.map { Double($0) * unit } }
        self.scalings = scalings
        self.cells = cells
        self.offModeRows = offModeRows
    }

    /// Rows that differ from the value that most rows have (Boyer and Moore's majority vote). Without a majority it is
    /// some count of at least half the rows, which no check minds.
    private static func offMode(_ values: [Double]) -> Int {
        var candidate = 0.0
        var votes = 0
        for value in values {
            if votes == 0 { candidate = value }
            votes += value == candidate ? 1 : -1
        }
        return values.count { $0 != candidate }
    }
}

extension Scaling {
    /// Two passes with compensated sums (Neumaier 1974): the order of the rows is common, so a replay gives the same bits.
    package init(measuring values: [Double]) {
        guard !values.isEmpty else {
            self.init(mean: 0, sd: 0)
            return
        }
        let count = Double(values.count)
        var sum = CompensatedSum()
        var largest = 0.0
        for value in values {
            sum.add(value)
            largest = max(largest, abs(value))
        }
        let mean = sum.value / count
        var squares = CompensatedSum()
        for value in values { squares.add((value - mean) * (value - mean)) }
        let sd = (squares.value / count).squareRoot()
        // A spread within rounding error of the values is none.
        self.init(mean: mean, sd: sd > largest * 1e-12 ? sd : 0)
    }

    /// (value - mean) / sd to the nearest multiple of `unit`, ties to even; 0 for a constant column; nil where it does
    /// not fit.
    func rounded(_ value: Double, unit: Double) -> Int32? {
        guard sd > 0 else { return 0 }
        return Int32(exactly: ((value - mean) / sd / unit).rounded(.toNearestOrEven))
    }
}

/// A running sum with the low-order part that plain addition would lose.
struct CompensatedSum {
    private var sum = 0.0
    private var lost = 0.0

    var value: Double { sum + lost }

    mutating func add(_ term: Double) {
        let next = sum + term
        lost += abs(sum) >= abs(term) ? (sum - next) + term : (term - next) + sum
        sum = next
    }
}

/// What the sizes of a description depend on, of one column.
package enum DescribedColumn: Sendable, Hashable {
    case levels(Int)
    /// With so many different values; 0 for more than ``mostValues``.
    case numeric(values: Int)

    /// A numeric column with more is not looked at value by value.
    package static let mostValues = 10

    package var isNumeric: Bool { if case .numeric = self { true } else { false } }

    /// Levels or values whose rows are counted; 1 for those off the most frequent value.
    package var counted: Int {
        switch self {
        case .levels(let count): count
        case .numeric(let values): max(1, values)
        }
    }

    /// Items whose numbers are sent: the sums of `z` and `s`; of levels all but the first, which is what they leave.
    var items: [Int] {
        switch self {
        case .levels(let count): Array(1..<count)
        case .numeric: [0, 1]
        }
    }

    /// Whether the first count is what the others leave.
    var leavesFirst: Bool { self != .numeric(values: 0) }

    /// The evaluator's numbers of a row: `z` and `s` of a numeric column, then counts.
    var sums: Int { (isNumeric ? 2 : 0) + counted - (leavesFirst ? 1 : 0) }
}

/// Sizes and places of everything in a description, the same for whoever sends, reads or checks it (describe.md 1 to 3).
package struct DescriptionShape: Sendable, Hashable {
    /// n
    package let rows: Int
    package let active: [DescribedColumn]
    package let passive: [DescribedColumn]
    /// G
    package let groups: Int
    package let isWeighted: Bool
    /// T
    package let minimumCell: Int
    package let modulusBits: Int

    package init(
        rows: Int, active: [DescribedColumn], passive: [DescribedColumn], groups: Int, isWeighted: Bool,
        minimumCell: Int, modulusBits: Int
    ) {
        self.rows = rows
        self.active = active
        self.passive = passive
        self.groups = groups
        self.isWeighted = isWeighted
        self.minimumCell = minimumCell
        self.modulusBits = modulusBits
    }

    /// The active party's first.
    package var columns: [DescribedColumn] { active + passive }
    /// Ways of counting rows: each once, and each with its weight.
    package var blocks: Int { isWeighted ? 2 : 1 }
    /// k
    package var countBits: Int { ceilLog2(rows) }

    /// Fraction bits of a standardised value, and of a weight.
    package static let fractionBits = 16
    package static let weightBits = 20

    // MARK: Sums

    /// Numbers of a row at the evaluator.
    package var sumColumns: Int { passive.reduce(0) { $0 + $1.sums } }

    /// - Throws: `keyTooSmall`.
    package func sumLayout() throws(DescriptionError) -> PackedSumLayout {
        do {
            return try PackedSumLayout(
                values: groups * blocks, columns: sumColumns, valueBits: isWeighted ? Self.weightBits + 1 : 1,
                scalarBits: countBits + Self.fractionBits + 1, rows: rows, modulusBits: modulusBits)
        } catch { throw .keyTooSmall(bits: modulusBits) }
    }

    // MARK: Cells

    /// Cells of a column: one in each group for each count.
    package func cells(_ column: DescribedColumn) -> Int { column.counted * groups }
    package var passiveCells: Int { passive.reduce(0) { $0 + cells($1) } }

    /// Bits of the numbers that a test compares.
    package var testBits: Int { countBits + 1 }

    /// How cell shares are cut into chunks: each is answered by `T` ciphertexts.
    package func testChunks(cells: Int) -> RowChunks {
        RowChunks(rows: cells, multiple: 1, bytesPerRow: 0, largestRows: max(1, 4096 / minimumCell))
    }
}

/// What the active party says of a group: rows, and where rows have weights the sum of these in units of `2^-20` of the largest, and
/// of their squares; else the number of rows both times.
package struct GroupSize: Sendable, Hashable {
    package var rows: UInt64
    package var weight: UInt64
    package var squares: UInt64

    package init(rows: UInt64, weight: UInt64, squares: UInt64) {
        self.rows = rows
        self.weight = weight
        self.squares = squares
    }

    /// N_g
    package func sum(block: Int) -> UInt64 { block == 0 ? rows : weight }

    /// E_g: how many rows of one weight each would say as much. 0 without weights.
    package var effectiveRows: UInt64 {
        squares == 0 ? 0 : UInt64(clamping: UInt128(weight) * UInt128(weight) / UInt128(squares))
    }
}

extension DescriptionShape {
    /// Whether weights do not make the group one of few people: no row has more than the `T`-th part of them, and the effective size is a
    /// twentieth of the rows or more.
    package static func isSpread(_ group: GroupSize, minimumCell: Int) -> Bool {
        group.weight >= UInt64(minimumCell) << UInt64(weightBits)
            && group.effectiveRows >= (group.rows + leastEffective - 1) / leastEffective
    }

    /// Of a group's rows this part at least must count.
    package static let leastEffective: UInt64 = 20

    /// Whether groups can be so: what the passive party, the session and a verifier ask.
    package func allows(_ groups: [GroupSize]) -> Bool {
        guard groups.count == self.groups else { return false }
        var left = UInt64(rows)
        let unit: UInt64 = 1 << UInt64(Self.weightBits)
        for group in groups {
            guard group.rows <= left, group.rows >= UInt64(minimumCell) else { return false }
            left -= group.rows
            guard isWeighted else {
                guard group.weight == group.rows, group.squares == group.rows else { return false }
                continue
            }
            guard group.weight <= group.rows * unit, group.squares >= group.weight,
                group.squares / unit < group.weight || group.squares == group.weight * unit,
                Self.isSpread(group, minimumCell: minimumCell)
            else { return false }
        }
        return left == 0
    }
}

import Records

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The table that a study begins with, the same at both parties (describe.md 6).
public struct DescriptionTable: Sendable, Codable, Hashable {
    public struct Group: Sendable, Codable, Hashable {
        /// A level of the group's column; "all" without one.
        public let name: String
        public let rows: Int
        /// `(sum w)^2 / sum w^2`; nil where rows have no weights.
        public let effectiveSize: Double?
    }

    /// What a group has of a numeric column, or of a level.
    public struct Cell: Sendable, Codable, Hashable {
        /// In the column's unit.
        public var mean: Double?
        public var sd: Double?
        /// Rows of the level; only where rows count once.
        public var count: Int?
        /// Of the group's rows or weight, 0 to 1.
        public var share: Double?
    }

    /// A numeric column, or a level of another.
    public struct Line: Sendable, Codable, Hashable {
        /// nil for a numeric column.
        public let level: String?
        /// Of all rows, each counted once.
        public let all: Cell
        /// Of each group, rows counted once.
        public let groups: [Cell]
        /// Standardised difference of the groups; nil for one group, or where nothing varies.
        public let difference: Double?
        /// The same with case weights; nil where rows have none.
        public let weighted: [Cell]?
        public let weightedDifference: Double?
    }

    public struct Column: Sendable, Codable, Hashable {
        public let name: String
        /// Whether it is the active party's.
        public let isActive: Bool
        /// Whose it is, of more than two parties; nil with two, where ``isActive`` says it.
        public let party: String?
        public let isNumeric: Bool
        /// Empty where nothing is shown.
        public let lines: [Line]
    }

    public let rows: Int
    public let minimumCell: Int
    /// nil where rows are not grouped.
    public let groupColumn: String?
    public let groups: [Group]
    public let columns: [Column]
    public var isWeighted: Bool { groups.contains { $0.effectiveSize != nil } }
    public var shownColumns: Int { columns.count { !$0.lines.isEmpty } }
}

extension DescriptionTable {
    /// - Parameters:
    ///   - plan: its passive columns are those of all parts but the first.
    ///   - parts: the active party's first.
    ///   - parties: whose each column is, of more than two parties.
    /// - Throws: `protocolViolation` where parts are none of such columns.
    init(
        _ plan: DescriptionPlan, rows: Int, groups sizes: [GroupSize], parts: [DescribedPart], parties: [String]? = nil
    ) throws(DescriptionError) {
        let (shown, scales) = (parts.flatMap(\.shown), parts.flatMap(\.scales))
        let later = parts.dropFirst().flatMap(\.values)
        guard let shape = plan.shape(rows: rows, activeValues: parts.first?.values ?? [], passiveValues: later),
            shown.count == shape.columns.count
        else { throw .protocolViolation("parts of other columns than the job has") }
        let (numbers, values) = (shape.numbers(shown: shown, sizes), parts.flatMap(\.numbers))
        guard numbers.count == values.count else { throw .protocolViolation("parts with more or fewer numbers") }
        let names = plan.groups.isEmpty ? ["all"] : plan.groups
        let groups = zip(names, sizes).map { name, size in
            Group(
                name: name, rows: Int(size.rows),
                effectiveSize: shape.isWeighted ? Double(size.weight) / Double(size.squares) * Double(size.weight) : nil
            )
        }
        var sums: [Place: [Double]] = [:]
        for (number, value) in zip(numbers, values) {
            let place = Place(column: number.column, block: number.block, item: number.item)
            let scale = Double(sign: .plus, exponent: number.cut, significand: 1)
            sums[place, default: []].append(Double(value) * scale)
        }
        var scale = scales.makeIterator()
        let columns = zip(plan.columns, shown).enumerated().map { index, item in
            let (spec, isShown) = item
            let builder = ColumnLines(
                column: index, levels: spec.kind.levelNames, shape: shape, sizes: sizes, sums: sums)
            let lines =
                !isShown
                ? [] : spec.kind.levelNames == nil ? builder.numericLines(scale.next()) : builder.levelLines()
            return Column(
                name: spec.name, isActive: index < plan.active.count, party: parties?[index],
                isNumeric: spec.kind.levelNames == nil, lines: lines)
        }
        self.init(
            rows: shape.rows, minimumCell: shape.minimumCell, groupColumn: plan.groupColumn, groups: groups,
            columns: columns)
    }
}

/// Where an opened sum belongs.
private struct Place: Hashable {
    let column: Int
    let block: Int
    let item: Int
}

/// The lines of one column, from its sums by group.
private struct ColumnLines {
    let column: Int
    let levels: [String]?
    let shape: DescriptionShape
    let sizes: [GroupSize]
    let sums: [Place: [Double]]

    private typealias Cell = DescriptionTable.Cell

    private func sums(_ block: Int, _ item: Int) -> [Double] {
        sums[Place(column: column, block: block, item: item)] ?? Array(repeating: 0, count: sizes.count)
    }

    // MARK: Numeric

    /// In units of standard deviations from the mean of all rows.
    private struct Moments {
        let mean: Double
        /// nil for one row, or one with all the weight.
        let variance: Double?
    }

    /// - Parameter squares: of what rows count; with rows counted once their number, so that the factor is n / (n - 1).
    private func moments(_ z: Double, _ s: Double, rows: Double, squares: Double) -> Moments {
        let unit = 1 / Double(1 << DescriptionShape.fractionBits)
        let mean = z * unit / rows
        let rest = rows * rows - squares
        return Moments(
            mean: mean, variance: rest > 0 ? max(0, s * unit / rows - mean * mean) * (rows * rows / rest) : nil)
    }

    func numericLines(_ scale: ColumnScale?) -> [DescriptionTable.Line] {
        guard let scale else { return [] }
        func moments(_ block: Int) -> [Moments] {
            zip(zip(sums(block, 0), sums(block, 1)), sizes).map { sums, size in
                self.moments(
                    sums.0, sums.1, rows: Double(size.sum(block: block)),
                    squares: Double(block == 0 ? size.rows : size.squares))
            }
        }
        func cell(_ moments: Moments) -> Cell {
            Cell(mean: scale.mean + scale.sd * moments.mean, sd: moments.variance.map { scale.sd * $0.squareRoot() })
        }
        let counted = moments(0)
        let all = self.moments(
            sums(0, 0).reduce(0, +), sums(0, 1).reduce(0, +), rows: Double(shape.rows), squares: Double(shape.rows))
        let weighted = shape.isWeighted ? moments(1) : nil
        let variances = counted.map(\.variance)
        return [
            DescriptionTable.Line(
                level: nil, all: cell(all), groups: counted.map(cell),
                difference: difference(counted.map(\.mean), variances), weighted: weighted?.map(cell),
                weightedDifference: weighted.flatMap { difference($0.map(\.mean), variances) })
        ]
    }

    // MARK: Levels

    func levelLines() -> [DescriptionTable.Line] {
        guard let levels else { return [] }
        return levels.indices.map { level in
            guard level == 0 else { return line(levels[level]) { sums($0, level) } }
            // What the others leave.
            return line(levels[level]) { block in
                levels.indices.dropFirst().reduce(sizes.map { Double($0.sum(block: block)) }) { left, level in
                    zip(left, sums(block, level)).map { max(0, $0 - $1) }
                }
            }
        }
    }

    private func line(
        _ name: String, _ counts: (Int) -> [Double]
    ) -> DescriptionTable.Line {
        func shares(_ block: Int) -> [Double] { zip(counts(block), sizes).map { $0 / Double($1.sum(block: block)) } }
        let (rows, counted) = (counts(0), shares(0))
        let weighted = shape.isWeighted ? shares(1) : nil
        let variances = counted.map { $0 * (1 - $0) }
        let total = rows.reduce(0, +)
        return DescriptionTable.Line(
            level: name, all: Cell(count: Int(total), share: total / Double(shape.rows)),
            groups: zip(rows, counted).map { Cell(count: Int($0), share: $1) },
            difference: difference(counted, variances), weighted: weighted?.map { Cell(share: $0) },
            weightedDifference: weighted.flatMap { difference($0, variances) })
    }

    // MARK: Differences

    /// Of two groups the second less the first; of more the largest over all pairs. Variances are those of rows counted once (Stuart
    /// 2010, 3.4.1), in either block.
    private func difference(_ means: [Double], _ variances: [Double?]) -> Double? {
        func of(_ a: Int, _ b: Int) -> Double? {
            guard let first = variances[a], let second = variances[b] else { return nil }
            let spread = ((first + second) / 2).squareRoot()
            return spread > 0 ? (means[b] - means[a]) / spread : nil
        }
        if means.count == 2 { return of(0, 1) }
        let pairs = means.indices.flatMap { a in means.indices.filter { $0 > a }.map { (a, $0) } }
        return pairs.compactMap { of($0.0, $0.1).map(abs) }.max()
    }
}

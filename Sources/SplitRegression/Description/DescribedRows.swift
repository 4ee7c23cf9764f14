package import Records

/// Mean and standard deviation of a column over all rows, in its own unit.
public struct ColumnScale: Sendable, Codable, Hashable {
    public let mean: Double
    public let sd: Double

    public init(mean: Double, sd: Double) {
        self.mean = mean
        self.sd = sd
    }

    /// To `2^-11` of the standard deviation, as it is sent.
    package var rounded: ColumnScale {
        let unit = Double(sign: .plus, exponent: Int(sd.exponent) - DescriptionShape.meanBits, significand: 1)
        // There is no -0 in a message.
        return ColumnScale(
            mean: (mean / unit).rounded(.toNearestOrEven) * unit + 0, sd: (sd / unit).rounded(.toNearestOrEven) * unit)
    }
}

/// One party's columns as a description sums them (describe.md 1).
package struct DescribedRows: Sendable {
    package enum Column: Sendable {
        /// z and its square; and of at most ten values the index of each row's, else whether it is off the most frequent one.
        case numeric(z: [Int64], s: [Int64], index: [Int], values: Int, scale: ColumnScale)
        /// Of each row the level's index.
        case levels([Int], count: Int)
    }

    package let columns: [Column]

    /// - Parameter values: of each column, a row each: numbers, or indices of levels.
    /// - Throws: `constantColumn`.
    package init(_ specs: [ColumnSpec], values: [[Double]]) throws(DescriptionError) {
        var columns: [Column] = []
        for (spec, values) in zip(specs, values) {
            if let levels = spec.kind.levelNames {
                columns.append(.levels(values.map { Int($0) }, count: levels.count))
            } else {
                columns.append(try Self.numeric(values, named: spec.name))
            }
        }
        self.columns = columns
    }

    package static func numeric(_ values: [Double], named name: String) throws(DescriptionError) -> Column {
        let scaling = Scaling(measuring: values)
        guard scaling.sd > 0 else { throw .constantColumn(name) }
        var counts: [Double: Int] = [:]
        for value in values { counts[value, default: 0] += 1 }
        let index: [Int]
        let isFew = counts.count <= DescribedColumn.mostValues
        if isFew {
            let places = Dictionary(
                uniqueKeysWithValues: counts.keys.sorted().enumerated().map { ($0.element, $0.offset) })
            index = values.map { places[$0] ?? 0 }
        } else {
            let most = counts.values.max() ?? 0
            let mode = counts.filter { $0.value == most }.keys.min() ?? 0
            index = values.map { $0 == mode ? 0 : 1 }
        }
        let unit = Double(1 << DescriptionShape.fractionBits)
        let z = values.map { Int64(((($0 - scaling.mean) / scaling.sd) * unit).rounded(.toNearestOrEven)) }
        return .numeric(
            z: z, s: z.map { ($0 * $0 + 1 << 15) >> 16 }, index: index, values: isFew ? counts.count : 0,
            scale: ColumnScale(mean: scaling.mean, sd: scaling.sd))
    }

    /// The evaluator's columns of so many rows: of levels all but the first.
    package func sumColumns(_ range: Range<Int>) -> [[Int64]] {
        columns.flatMap { column -> [[Int64]] in
            switch column {
            case .numeric(let z, let s, let index, let values, _):
                [z, s].map { Array($0[range]) } + Self.indicators(index[range], 1..<max(2, values))
            case .levels(let index, let count): Self.indicators(index[range], 1..<count)
            }
        }
    }

    private static func indicators(_ index: ArraySlice<Int>, _ counted: Range<Int>) -> [[Int64]] {
        counted.map { value in index.map { $0 == value ? 1 : 0 } }
    }

    /// Of own numeric columns: how many different values they have, 0 for more than ten.
    package var values: [Int] {
        columns.compactMap { if case .numeric(_, _, _, let values, _) = $0 { values } else { nil } }
    }

    /// Exact sums over rows of what each has in its group, `[column][block][item][group]`.
    package func sums(_ groups: GroupedRows) -> [[[[Int128]]]] {
        columns.map { column in
            groups.numbers.map { numbers in
                switch column {
                case .numeric(let z, let s, let index, let values, _):
                    [z, s].map { column in groups.sums(of: numbers) { Int128(column[$0]) } }
                        + (values == 0 ? 1..<2 : 0..<values).map { value in
                            groups.sums(of: numbers) { index[$0] == value ? 1 : 0 }
                        }
                case .levels(let index, let count):
                    (0..<count).map { level in groups.sums(of: numbers) { index[$0] == level ? 1 : 0 } }
                }
            }
        }
    }

    /// Of numeric columns, in order; nil for the others.
    package var scales: [ColumnScale?] {
        columns.map { if case .numeric(_, _, _, _, let scale) = $0 { scale } else { nil } }
    }
}

/// The active party's rows by group, with what each counts.
package struct GroupedRows: Sendable {
    /// Of each row; all 0 without a group's column.
    package let group: [Int]
    /// By block: what each row counts.
    package let numbers: [[Int64]]
    package let sizes: [GroupSize]

    /// - Parameters:
    ///   - weight: 0 or above, of each row; nil where rows have none.
    ///   - levels: names of the groups.
    /// - Throws: `smallGroup`, `unevenWeights`, `tooManyRows`.
    package init(
        group: [Int], weight: [Double]?, levels: [String], minimum: Int
    ) throws(DescriptionError) {
        let count = max(1, levels.count)
        guard group.count < DescriptionPlan.mostRows else { throw .tooManyRows(group.count) }
        let names = levels.isEmpty ? ["all"] : levels
        var largest = Array(repeating: 0.0, count: count)
        var rows = Array(repeating: 0, count: count)
        for (row, group) in group.enumerated() {
            rows[group] += 1
            if let weight { largest[group] = max(largest[group], weight[row]) }
        }
        for (level, rows) in zip(names, rows) where rows < minimum {
            throw .smallGroup(level: level, rows: rows, minimum: minimum)
        }
        var numbers = [Array(repeating: Int64(1), count: group.count)]
        if let weight {
            if let empty = largest.firstIndex(where: { $0 <= 0 }) {
                throw .unevenWeights(level: names[empty], minimum: minimum)
            }
            let unit = Double(1 << DescriptionShape.weightBits)
            numbers.append(
                zip(group, weight).map { Int64((unit * $1 / largest[$0]).rounded(.toNearestOrEven)) })
        }
        self.group = group
        self.numbers = numbers
        var sizes = rows.map { GroupSize(rows: UInt64($0), weight: UInt64($0), squares: UInt64($0)) }
        if numbers.count > 1 {
            for index in sizes.indices { (sizes[index].weight, sizes[index].squares) = (0, 0) }
            for (group, number) in zip(group, numbers[1]) {
                sizes[group].weight += UInt64(number)
                sizes[group].squares += UInt64(number * number)
            }
            let uneven = sizes.firstIndex { !DescriptionShape.isSpread($0, minimumCell: minimum) }
            if let uneven { throw .unevenWeights(level: names[uneven], minimum: minimum) }
        }
        self.sizes = sizes
    }

    /// The owner's values of so many rows: each group's of each block.
    package func values(_ range: Range<Int>) -> [[ShareWord]] {
        range.map { row in
            numbers.flatMap { numbers in
                sizes.indices.map { ShareWord(group[row] == $0 ? numbers[row] : 0) }
            }
        }
    }

    /// Sums by group of a row's value times what it counts.
    fileprivate func sums(of numbers: [Int64], _ value: (Int) -> Int128) -> [Int128] {
        var result = Array(repeating: Int128(0), count: sizes.count)
        for (row, group) in group.enumerated() { result[group] += Int128(numbers[row]) * value(row) }
        return result
    }
}

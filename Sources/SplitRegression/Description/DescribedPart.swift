/// What all learn of one party's columns (describe.md 9).
package struct DescribedPart: Sendable, Hashable {
    /// Of each numeric column how many different values it has; 0 for more than ten.
    package var values: [Int]
    /// Of each column whether something of it is shown.
    package var shown: [Bool]
    /// As they were opened, of the columns that are shown, in the order column, block, item, group.
    package var numbers: [Int64]
    /// Of the numeric columns that are shown.
    package var scales: [ColumnScale]

    package init(values: [Int], shown: [Bool], numbers: [Int64], scales: [ColumnScale]) {
        self.values = values
        self.shown = shown
        self.numbers = numbers
        self.scales = scales
    }
}

/// What the active party and a passive one learn of their columns in one session.
package struct DescribedPair: Sendable, Hashable {
    /// n
    package let rows: Int
    package let groups: [GroupSize]
    package let active: DescribedPart
    package let passive: DescribedPart

    /// - Parameters:
    ///   - shown: of columns of both, the active party's first.
    ///   - numbers: of those that are shown, in order.
    init(
        _ shape: DescriptionShape, groups: [GroupSize], shown: [Bool], numbers: [Int64],
        scales: (active: [ColumnScale], passive: [ColumnScale])
    ) {
        let own = shape.active.count
        let first = shape.numbers(shown: shown, groups).count { $0.column < own }
        rows = shape.rows
        self.groups = groups
        active = DescribedPart(
            values: shape.active.compactMap(\.values), shown: Array(shown.prefix(own)),
            numbers: Array(numbers.prefix(first)), scales: scales.active)
        passive = DescribedPart(
            values: shape.passive.compactMap(\.values), shown: Array(shown.dropFirst(own)),
            numbers: Array(numbers.dropFirst(first)), scales: scales.passive)
    }
}

extension DescribedColumn {
    /// Of a numeric column.
    fileprivate var values: Int? { if case .numeric(let values) = self { values } else { nil } }
}

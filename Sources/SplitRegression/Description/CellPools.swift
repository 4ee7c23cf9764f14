/// Which levels of a column have to be tested together (describe.md 3, step 5).
package enum CellPool: Sendable, Hashable {
    /// No cell of the column is small.
    case notNeeded
    /// Nothing of the column is shown.
    case nothingShown
    /// These levels, ascending, are shown together if their sums are not small.
    case of([Int])
}

/// What of a column is shown.
package enum ShownColumn: Sendable, Hashable {
    case nothing
    /// A numeric column, or levels of which each is shown but those of the pool.
    case all
    case without(pool: [Int])

    package var isShown: Bool { self != .nothing }
}

extension DescriptionShape {
    /// What small cells ask for, a column each.
    ///
    /// - Parameter small: of each cell, in their order: column, level, group.
    package func pools(small: [Bool]) -> [CellPool] {
        var first = 0
        return columns.map { column in
            defer { first += cells(column) }
            let small = small[first..<first + cells(column)]
            guard case .levels(let levels) = column else { return small.contains(true) ? .nothingShown : .notNeeded }
            var pool = (0..<levels).filter { level in
                small[first + level * groups..<first + (level + 1) * groups].contains(true)
            }
            if pool.isEmpty { return .notNeeded }
            // One level alone would follow from the others; the one next to it may be the one that it is nearest to.
            if pool.count == 1 { pool = pool[0] == 0 ? [0, 1] : [pool[0] - 1, pool[0]] }
            return pool.count == levels ? .nothingShown : .of(pool)
        }
    }

    /// Once pools are tested.
    ///
    /// - Parameter small: of each pool and group, in the order of columns.
    package func shown(_ pools: [CellPool], smallPools small: [Bool]) -> [ShownColumn] {
        var next = 0
        return pools.map { pool in
            switch pool {
            case .notNeeded: return .all
            case .nothingShown: return .nothing
            case .of(let levels):
                defer { next += groups }
                return small[next..<next + groups].contains(true) ? .nothing : .without(pool: levels)
            }
        }
    }
}

extension [CellPool] {
    /// Columns with a pool to be tested.
    package var tested: [(column: Int, levels: [Int])] {
        enumerated().compactMap { column, pool in
            if case .of(let levels) = pool { (column, levels) } else { nil }
        }
    }
}

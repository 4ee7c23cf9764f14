import Records

/// An upper bound of the bits that a description opens to one party; `protocols/disclosure.md` 2.2, `protocols/describe.md` 8. They
/// count as if a peer that deviates had chosen what each of them tells.
public struct DescribedBits: Sendable, Hashable, Codable {
    /// Of sums over the passive party's columns in the active party's groups: both learn them.
    public let sums: Int
    /// What tells the active party how many cells of a column are small, two bits a cell as it knows its modulus's factors; and the
    /// passive one which columns are hidden.
    public let cells: Int
    /// What the other party says of its own columns and groups.
    public let own: Int

    public var total: Int { sums.plusClamped(cells).plusClamped(own) }

    /// - Parameters:
    ///   - rows: rows of the cohort.
    ///   - role: who learns them.
    public init(_ job: Job, rows: Int, to role: Party.Role) {
        let digits = OpenedBits.digits(rows)
        let groups = job.active.group?.levels?.count ?? 1
        // Of the least group that there can be: its numbers are the widest.
        let least = Int.bitWidth - 1 - max(1, job.limits.minimumCell).leadingZeroBitCount
        let weighted = job.reveals(.weightedDescription)
        let moment = digits + 14 - min(least, digits) + (weighted ? digits + 14 : 0)
        let level = digits + 1 + (weighted ? 15 : 0)
        func numbers(_ features: [Feature]) -> Int {
            features.reduce(0) {
                $0.plusClamped(($1.levels.map { $0.count * level } ?? 2 * moment).timesClamped(groups))
            }
        }
        // Mean and standard deviation, and how many values there are.
        func scales(_ features: [Feature]) -> Int { features.count { $0.levels == nil }.timesClamped(128 + 4) }
        sums = numbers(job.passive.features)
        cells =
            role == .active
            ? job.describedCells.timesClamped(2) : job.passive.features.count.plusClamped(job.active.described.count)
        if role == .active {
            own = scales(job.passive.features)
        } else {
            let sizes = groups * (digits + 1 + (weighted ? 2 * digits + 62 : 0))
            own = numbers(job.active.described)
                .plusClamped(scales(job.active.described)).plusClamped(sizes)
        }
    }
}

extension Job {
    /// Cells of the passive party's columns: one in each group for each level, or for each of ten values of a numeric one at most.
    var describedCells: Int {
        let groups = active.group?.levels?.count ?? 1
        return passive.features.reduce(0) { $0.plusClamped(($1.levels?.count ?? 10).timesClamped(groups)) }
    }

    /// Counts of a description that are compared with a small number, one by one.
    var describedTests: Int { describedCells.timesClamped(limits.minimumCell) }

    /// Numbers that a description opens at most.
    var describedNumbers: Int {
        let groups = (active.group?.levels?.count ?? 1).timesClamped(reveals(.weightedDescription) ? 2 : 1)
        return (active.described + passive.features).reduce(0) {
            $0.plusClamped(($1.levels?.count ?? 2).timesClamped(groups))
        }
    }
}

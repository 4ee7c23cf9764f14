import Records

/// An upper bound of the bits that a description opens to one party; `protocols/disclosure.md` 2.2, `protocols/describe.md` 8. They
/// count as if a peer that deviates had chosen what each of them tells.
public struct DescribedBits: Sendable, Hashable, Codable {
    /// Of sums over passive parties' columns in the active party's groups: all learn them.
    public let sums: Int
    /// What tells the active party how many cells of a column are small, two bits a cell as it knows its modulus's factors; and
    /// another one which columns are hidden.
    public let cells: Int
    /// What a party says of its own columns and groups.
    public let own: Int

    public var total: Int { sums.plusClamped(cells).plusClamped(own) }

    /// - Parameters:
    ///   - rows: rows of the cohort.
    ///   - owner: the party that counts: bits about its rows.
    ///   - peer: who learns them.
    public init(_ job: Job, rows: Int, from owner: Party, to peer: Party) {
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
        guard owner.role == .active else {
            sums = numbers(owner.features)
            cells = peer.role == .active ? job.describedCells(of: owner).timesClamped(2) : owner.features.count
            own = scales(owner.features)
            return
        }
        // Whoever learns a sum of another party's learns it of these groups.
        let others = job.passives.flatMap(\.features)
        sums = numbers(others)
        cells = others.count.plusClamped(owner.described.count)
        let sizes = groups * (digits + 1 + (weighted ? 2 * digits + 62 : 0))
        own = numbers(owner.described).plusClamped(scales(owner.described)).plusClamped(sizes)
    }
}

extension Job {
    /// Cells of a passive party's columns: one in each group for each level, or for each of ten values of a numeric one at most.
    func describedCells(of party: Party) -> Int {
        let groups = group?.levels?.count ?? 1
        return party.features.reduce(0) { $0.plusClamped(($1.levels?.count ?? 10).timesClamped(groups)) }
    }

    /// Counts of a description that are compared with a small number, one by one: of all passive parties' columns.
    package var describedTests: Int { describedCells.timesClamped(limits.minimumCell) }

    /// Cells of all passive parties' columns, at most.
    package var describedCells: Int {
        parties.filter { $0.role == .passive }.reduce(0) { $0.plusClamped(describedCells(of: $1)) }
    }

    /// Numbers that a description opens at most.
    var describedNumbers: Int {
        let groups = (group?.levels?.count ?? 1).timesClamped(reveals(.weightedDescription) ? 2 : 1)
        return parties.flatMap(\.described).reduce(0) {
            $0.plusClamped(($1.levels?.count ?? 2).timesClamped(groups))
        }
    }

    /// The active party's, wherever it stands: rules are asked before parties are sorted.
    private var group: Feature? { parties.lazy.compactMap(\.group).first }
}

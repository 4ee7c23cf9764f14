package import Foundation
package import Jobs

/// One line of what is left: a budget, what was spent of it, what the policy allows.
package struct BudgetLine: Sendable, Hashable, Codable {
    package let budget: String
    /// Nil: all peers together.
    package let peer: String?
    package let spent: Int
    package let limit: Int
    package let left: Int

    init(_ budget: Budget, peer: String?, spent: Int, limit: Int) {
        self.budget = budget.rawValue
        self.peer = peer
        self.spent = spent
        self.limit = limit
        left = max(0, limit - spent)
    }
}

/// What has been spent by the entries of a ledger; `protocols/disclosure.md` 1 and 2.
struct Spending {
    private let view: LedgerView
    private let entries: [LedgerEntry]

    init(in view: LedgerView) {
        self.view = view
        entries = view.entries
    }

    /// By one peer: every entry that shares its name or its key, or is linked to it by entries that do.
    init(of peer: LedgerEntry.Peer, in view: LedgerView) {
        self.view = view
        var names: Set = [peer.name]
        var keys = Set([peer.key].compactMap(\.self))
        let pairs = Set(
            view.entries.compactMap { entry in entry.peer.map { LedgerEntry.Peer(name: $0, key: entry.peerKey) } })
        var size = 0
        while size != names.count + keys.count {
            size = names.count + keys.count
            for pair in pairs where names.contains(pair.name) || pair.key.map(keys.contains) ?? false {
                names.insert(pair.name)
                if let key = pair.key { keys.insert(key) }
            }
        }
        entries = view.entries.filter { entry in
            entry.peer.map(names.contains) ?? false || entry.peerKey.map(keys.contains) ?? false
        }
    }

    var all: [LedgerEntry] { entries }

    func total(of charge: LedgerEntry.Charge, after start: Date = .distantPast) -> Int {
        entries.reduce(0) { $1.date > start ? $0 + $1.amount(of: charge) : $0 }
    }

    /// What the row of a cohort has spent that has spent most.
    func highest(_ charge: LedgerEntry.Charge, over cohort: Cohort) throws -> Int {
        let (amounts, everywhere) = amounts(of: charge)
        var spent = [Int](repeating: 0, count: cohort.count)
        for (name, amount) in amounts {
            cohort.forEachCommon(with: try view.cohort(named: name)) { spent[$0] += amount }
        }
        return everywhere + (spent.max() ?? 0)
    }

    /// The same over all rows that the ledger knows.
    func highest(_ charge: LedgerEntry.Charge) throws -> Int {
        let (amounts, everywhere) = amounts(of: charge)
        var spent: [Cohort.Tag: Int] = [:]
        for (name, amount) in amounts {
            for tag in try view.cohort(named: name).tags { spent[tag, default: 0] += amount }
        }
        return everywhere + (spent.values.max() ?? 0)
    }

    /// How many different cells of a kind, a table, curves or a grid, were opened over the row of a cohort that is in most of them.
    ///
    /// - Parameter isOther: whether an entry's are not those that are asked for.
    func cells(_ kind: String, over cohort: Cohort, _ isOther: (LedgerEntry) -> Bool) throws -> Int {
        var spent = [Int](repeating: 0, count: cohort.count)
        for names in cohorts(ofCells: kind, isOther) {
            var rows: Set<Int> = []
            for name in names { cohort.forEachCommon(with: try view.cohort(named: name)) { rows.insert($0) } }
            for row in rows { spent[row] += 1 }
        }
        return everywhere(cellsOf: kind, isOther) + (spent.max() ?? 0)
    }

    /// The same over all rows that the ledger knows, of the kind of which there are most.
    func cells() throws -> Int {
        var most = 0
        for kind in Set(entries.compactMap { $0.details[PooledBook.Cells.kind] }) {
            var spent: [Cohort.Tag: Int] = [:]
            for names in cohorts(ofCells: kind, { _ in true }) {
                var tags: Set<Cohort.Tag> = []
                for name in names { tags.formUnion(try view.cohort(named: name).tags) }
                for tag in tags { spent[tag, default: 0] += 1 }
            }
            most = max(most, everywhere(cellsOf: kind, { _ in true }) + (spent.values.max() ?? 0))
        }
        return most
    }

    /// How many lists of sites, other than this one, fits had over the row of a cohort that was in those of most of them.
    func siteLists(over cohort: Cohort, otherThan list: String) throws -> Int {
        var spent = [Int](repeating: 0, count: cohort.count)
        // Those that do not say over which rows count for every row.
        var everywhere = 0
        for (other, names) in cohortsBySites where other != list {
            if names.contains(nil) {
                everywhere += 1
                continue
            }
            var rows: Set<Int> = []
            for name in names.compactMap(\.self) {
                cohort.forEachCommon(with: try view.cohort(named: name)) { rows.insert($0) }
            }
            for row in rows { spent[row] += 1 }
        }
        return everywhere + (spent.max() ?? 0)
    }

    /// How many lists of sites fits had over the row that was in those of most of them.
    func siteLists() throws -> Int {
        var spent: [Cohort.Tag: Int] = [:]
        var everywhere = 0
        for names in cohortsBySites.values {
            if names.contains(nil) {
                everywhere += 1
                continue
            }
            var tags: Set<Cohort.Tag> = []
            for name in names.compactMap(\.self) { tags.formUnion(try view.cohort(named: name).tags) }
            for tag in tags { spent[tag, default: 0] += 1 }
        }
        return everywhere + (spent.values.max() ?? 0)
    }

    /// Of each list of sites that fits had the names of the cohorts; nil for one that an entry does not name.
    private var cohortsBySites: [String: Set<String?>] {
        var found: [String: Set<String?>] = [:]
        for entry in entries {
            guard let list = entry.details[PooledBook.parties] else { continue }
            found[list, default: []].insert(entry.cohort)
        }
        return found
    }

    /// Entries that do not say over which rows: they count for every row.
    private func everywhere(cellsOf kind: String, _ isOther: (LedgerEntry) -> Bool) -> Int {
        entries.count { $0.details[PooledBook.Cells.kind] == kind && $0.cohort == nil && isOther($0) }
    }

    /// Of each different set of cells the names of the cohorts.
    private func cohorts(ofCells kind: String, _ isOther: (LedgerEntry) -> Bool) -> [Set<String>] {
        var found: [[String]: Set<String>] = [:]
        for entry in entries where entry.details[PooledBook.Cells.kind] == kind && isOther(entry) {
            guard let cohort = entry.cohort else { continue }
            let what = [entry.job, cohort] + ["point", "sites", "values"].map { entry.details[$0] }
            found[what.map { $0 ?? "" }, default: []].insert(cohort)
        }
        return Array(found.values)
    }

    /// By cohort, and what is charged to every row because its cohort was not kept.
    private func amounts(of charge: LedgerEntry.Charge) -> (byCohort: [String: Int], everywhere: Int) {
        var (amounts, everywhere): ([String: Int], Int) = ([:], 0)
        for entry in entries where entry.amount(of: charge) > 0 {
            if let cohort = entry.cohort {
                amounts[cohort, default: 0] += entry.amount(of: charge)
            } else {
                everywhere += entry.amount(of: charge)
            }
        }
        return (amounts, everywhere)
    }
}

extension LedgerView {
    /// Bits that fits opened about the row that most were opened about.
    ///
    /// - Parameter peer: nil: to all peers together.
    package func mostBits(openedTo peer: LedgerEntry.Peer?) throws -> Int {
        try (peer.map { Spending(of: $0, in: self) } ?? Spending(in: self)).highest(.bits)
    }

    /// What is left of each budget: of each peer named, and of all together.
    package func remaining(
        of budgets: Budgets, peers: [LedgerEntry.Peer], at now: Date
    ) throws -> [BudgetLine] {
        var lines: [BudgetLine] = []
        func add(_ budget: Budget, _ spent: Int, _ peer: String?) {
            lines.append(BudgetLine(budget, peer: peer, spent: spent, limit: budgets[budget]))
        }
        for peer in peers {
            let spent = Spending(of: peer, in: self)
            add(.attemptsPerHour, spent.total(of: .attempts, after: now.addingTimeInterval(-3600)), peer.name)
            add(.identifiersPerDay, spent.total(of: .identifiers, after: now.addingTimeInterval(-86_400)), peer.name)
            add(.identifiersPerPeer, spent.total(of: .identifiers), peer.name)
            add(.countsPerPeer, spent.total(of: .counts), peer.name)
            add(.modelsPerRow, try spent.highest(.models), peer.name)
            add(.scoresPerRow, try spent.highest(.scores), peer.name)
            add(.rootsPerColumn, InputHistory(of: peer, in: self).mostPeerRoots, peer.name)
        }
        let spent = Spending(in: self)
        add(.identifiersInAll, spent.total(of: .identifiers), nil)
        add(.countsInAll, spent.total(of: .counts), nil)
        add(.modelsPerRowInAll, try spent.highest(.models), nil)
        add(.scoresPerRowInAll, try spent.highest(.scores), nil)
        add(.sumsPerRowInAll, try spent.highest(.sums), nil)
        add(.tablesPerRowInAll, try spent.cells(), nil)
        add(.siteListsPerRowInAll, try spent.siteLists(), nil)
        return lines
    }
}

package import Wire

/// The private inputs of both parties in one session, as roots over its cohort; `protocols/disclosure.md` 4.1.
package struct SessionInputs: Sendable {
    /// One of this site's.
    package struct Own: Sendable {
        package let column: String
        /// What was sent of it; nil in a job split by rows, where nothing of a single column is.
        package let root: Bytes32?
        package let digests: RowDigests

        package init(column: String, root: Bytes32? = nil, digests: RowDigests) {
            self.column = column
            self.root = root
            self.digests = digests
        }
    }

    package let own: [Own]
    /// By column.
    package let peer: [String: Bytes32]

    package init(own: [Own], peer: [String: Bytes32]) {
        self.own = own
        self.peer = peer
    }

    var ownEntries: [String: LedgerEntry.Input] {
        Dictionary(
            own.map { ($0.column, LedgerEntry.Input(root: $0.root?.hex, digests: $0.digests.name.hex)) },
            uniquingKeysWith: { first, _ in first })
    }

    var peerEntries: [String: String] { peer.mapValues(\.hex) }
}

/// A column that one of two parties has changed between sessions over the same people.
package struct InputChange: Sendable, Hashable, Codable {
    package let column: String
    /// Whose it is.
    package let party: String
    /// Different ones over these people so far.
    package let versions: Int
    /// People in the cohort.
    package let rows: Int
    /// Of the latest change.
    package let time: String

    package var text: String {
        "column '\(column)' of \(party) has changed over the same \(rows) people: \(versions) versions, the latest of "
            + time
    }
}

/// What the entries with one peer say about the inputs of both.
struct InputHistory {
    private let entries: [LedgerEntry]
    private let view: LedgerView

    init(of peer: LedgerEntry.Peer, in view: LedgerView) {
        self.view = view
        entries = Spending(of: peer, in: view).all.filter { $0.inputs != nil || $0.peerInputs != nil }
    }

    // MARK: This site's own

    /// One input of an earlier session, each once.
    struct Earlier: Hashable {
        let column: String
        let cohort: String
        let input: LedgerEntry.Input
    }

    /// The latest first.
    var own: [Earlier] {
        var seen: Set<Earlier> = []
        return entries.reversed().flatMap { entry in
            (entry.inputs ?? [:]).sorted { $0.key < $1.key }.map { column, input in
                Earlier(column: column, cohort: entry.cohort ?? "", input: input)
            }
        }.filter { seen.insert($0).inserted }
    }

    /// The first of these inputs that differs from an earlier one for fewer people than `minimum`, but for some.
    func smallDifference(
        _ inputs: [SessionInputs.Own], over cohort: Cohort, below minimum: Int
    ) throws -> (column: String, earlier: String, people: Int)? {
        let all = own
        var cohorts: [String: Cohort] = [cohort.name.hex: cohort]
        for input in inputs {
            let same = all.filter { $0.column == input.column }
            if same.contains(where: { $0.cohort == cohort.name.hex && $0.input.digests == input.digests.name.hex }) {
                continue
            }
            // A column without a history may be another one under a new name.
            for earlier in same.isEmpty ? all : same {
                let other = try cohorts[earlier.cohort] ?? view.cohort(named: earlier.cohort)
                cohorts[earlier.cohort] = other
                let digests = try view.digests(of: earlier.input, earlier.column, over: earlier.cohort)
                let people = RowDigests.difference((cohort, input.digests), (other, digests), upTo: minimum)
                if (1..<minimum).contains(people) { return (input.column, earlier.column, people) }
            }
        }
        return nil
    }

    // MARK: Versions

    /// Roots of the peer's column over a cohort, the latest last, each change of it kept.
    func peerRoots(of column: String, over cohort: String) -> [String] {
        entries.filter { $0.cohort == cohort }.compactMap { $0.peerInputs?[column] }
    }

    /// Names of digests: a job split by rows has no roots of columns.
    func ownVersions(of column: String, over cohort: String) -> [String] {
        entries.filter { $0.cohort == cohort }.compactMap { $0.inputs?[column]?.digests }
    }

    /// Most different roots of one of the peer's columns over one cohort.
    var mostPeerRoots: Int {
        var roots: [String: Set<String>] = [:]
        for entry in entries {
            for (column, root) in entry.peerInputs ?? [:] {
                // Columns have no line feed in their names.
                roots["\(entry.cohort ?? "")\n\(column)", default: []].insert(root)
            }
        }
        return roots.values.map(\.count).max() ?? 0
    }

    /// Every column that has changed over one cohort.
    func changes(own site: String, peer: String) throws -> [InputChange] {
        var found: [InputChange] = []
        for cohort in Set(entries.compactMap(\.cohort)).sorted() {
            let over = entries.filter { $0.cohort == cohort }
            let rows = try view.cohort(named: cohort).count
            func add(_ party: String, _ names: (LedgerEntry) -> [String: String]) {
                for column in Set(over.flatMap { names($0).keys }).sorted() {
                    let versions = over.compactMap { entry in names(entry)[column].map { ($0, entry.time) } }
                    let count = Set(versions.map(\.0)).count
                    let latest = Array(zip(versions, versions.dropFirst())).last { $0.0 != $1.0 }?.1.1
                    guard count > 1, let latest else { continue }
                    found.append(
                        InputChange(column: column, party: party, versions: count, rows: rows, time: latest))
                }
            }
            add(site) { ($0.inputs ?? [:]).mapValues(\.digests) }
            add(peer) { $0.peerInputs ?? [:] }
        }
        return found
    }
}

extension LedgerView {
    /// Columns that this site or the peer has changed between sessions over the same people: what a person wants to know
    /// before they approve another job with that peer.
    package func inputChanges(with peer: LedgerEntry.Peer, at site: String) throws -> [InputChange] {
        try InputHistory(of: peer, in: self).changes(own: site, peer: peer.name)
    }
}

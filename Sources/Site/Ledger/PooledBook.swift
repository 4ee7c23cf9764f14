package import Foundation
package import Jobs
package import Records
package import Wire

/// What a job split by rows costs this site, whose sums all its peers learn at once; `protocols/disclosure.md` 2.4.
package struct PooledBook: Sendable {
    private let ledger: SiteLedger
    private let budgets: Budgets
    private let job: String
    private let purpose: SessionPurpose
    private let peers: [DisclosureBook]
    private let digester: RowDigester
    private let now: @Sendable () -> Date

    /// - Parameter peers: a book with each of the job's other sites.
    package init(
        _ ledger: SiteLedger, budgets: Budgets, job: String, purpose: SessionPurpose, peers: [DisclosureBook],
        of identity: SiteIdentity, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.ledger = ledger
        self.budgets = budgets
        self.job = job
        self.purpose = purpose
        self.peers = peers
        digester = RowDigester(identity: identity.key)
        self.now = now
    }

    /// These rows as this site remembers them: made once for all that is asked about them.
    ///
    /// - Parameter rows: all of this site's, in any order.
    package func order(of rows: AlignedRows) -> RowOrder { digester.order(of: rows) }

    /// Before a session with anyone: whether these rows and these inputs may be used.
    ///
    /// - Parameter columns: cells of the rows in the order in which they were given; of one column at a time, as they are needed.
    /// - Throws: `PolicyRefusal`: `cohortDifference`, `inputDifference`; what reading a column throws.
    package func check(
        _ order: RowOrder, _ columns: [(name: String, cells: () throws -> [CellBlock])]
    ) throws -> SessionInputs {
        let inputs = try columns.map { column in
            let cells = try column.cells()
            guard cells.count == order.rows.count else {
                throw Failure(
                    .internalError, "cellsMissing", "'\(column.name)' has not as many cells as there are rows")
            }
            return SessionInputs.Own(column: column.name, digests: digester.digests(of: cells, in: order))
        }
        for peer in peers {
            try peer.check(order.cohort)
            try peer.check(inputs, over: order.cohort)
        }
        return SessionInputs(own: inputs, peer: [:])
    }

    /// The rows are about to be in a pooled fit: one model of each, and an entry with each peer that later cohorts and inputs are
    /// compared with. The same rows and inputs under the same approval cost nothing again.
    ///
    /// - Parameter values: root of the table that this site commits to: no change of it goes unseen, as one of a digest can.
    package func open(_ cohort: Cohort, _ inputs: SessionInputs, values: Bytes32) throws {
        let details = ["values": values.hex]
        try ledger.transact { transaction in
            let view = transaction.view
            let approved = view.entries.lastIndex { $0.is(.jobApproved) && $0.job == job } ?? 0
            let known = view.entries.suffix(from: approved).contains {
                $0.is(.pooledOpened) && $0.job == job && $0.cohort == cohort.name.hex
                    && $0.inputs == inputs.ownEntries && $0.details == details
            }
            if known { return }
            try check(.modelsPerRowInAll, .models, over: cohort, "models a row with all peers", view)
            try transaction.append(entry(.pooledOpened, [.models: 1], details), charging: cohort, inputs: inputs)
        }
        // Each time, for a process may have been killed in between: an entry that is there stays alone.
        for peer in peers { try peer.openOnce(cohort, inputs: inputs) }
    }

    /// A sum that these rows are in is about to be opened. The same again under the same approval, after an interruption, costs nothing.
    ///
    /// - Parameters:
    ///   - details: which it is.
    ///   - cells: of a table, of curves, of a grid: over rows that were in one, others of the kind are refused.
    ///   - isNoisy: whether noise was sized for one course: another point at a place where this job had one is refused, under any approval.
    ///   - parties: of a fit without noise: all sites of its job. Over rows that were in one, a fit of other sites is refused.
    package func openSum(
        _ cohort: Cohort, details: [String: String], cells: Cells? = nil, isNoisy: Bool = false,
        parties: [String]? = nil
    ) throws {
        let list = parties.map { self.list(of: $0) }
        let details = details.merging(cells?.details ?? [:]) { _, new in new }
            .merging(list.map { [Self.parties: $0] } ?? [:]) { _, new in new }
        try ledger.transact { transaction in
            let entries = transaction.view.entries
            let approved = entries.lastIndex { $0.is(.jobApproved) && $0.job == job } ?? 0
            let known = entries.suffix(from: approved).contains {
                $0.is(.sumOpened) && $0.job == job && $0.cohort == cohort.name.hex && Self.isSame($0.details, details)
            }
            if known { return }
            if isNoisy { try checkOnce(details, entries) }
            if let cells { try check(cells, details, over: cohort, transaction.view) }
            if let list { try check(sites: list, over: cohort, transaction.view) }
            try check(.sumsPerRowInAll, .sums, over: cohort, "opened sums a row", transaction.view)
            try transaction.append(entry(.sumOpened, [.sums: 1], details), charging: cohort)
        }
    }

    /// In the details of an opened sum of a fit.
    static let parties = "parties"

    /// Whose sums they are, in whatever order a job names them. A site is its name and its key.
    private func list(of parties: [String]) -> String {
        parties.sorted().map { name in
            let key = peers.first { $0.peer.name == name }?.peer.key
            return key.map { "\(name)=\($0)" } ?? name
        }.joined(separator: " ")
    }

    /// Before anybody is called: whether a fit of these sites would be refused.
    ///
    /// - Throws: `PolicyRefusal`, `policy.siteListsPerRowInAll`.
    package func check(parties: [String], over cohort: Cohort) throws {
        try ledger.read { try check(sites: list(of: parties), over: cohort, $0) }
    }

    /// Linear fits open the same sums whatever the point, and a deviating site steers others to points that an earlier fit had: what two of
    /// them opened differs by the sites that only one has.
    private func check(sites list: String, over cohort: Cohort, _ view: LedgerView) throws {
        let limit = budgets[.siteListsPerRowInAll]
        let names = list.split(separator: " ").map { $0.prefix { $0 != "=" } }.joined(separator: ", ")
        guard try Spending(in: view).siteLists(over: cohort, otherThan: list) < limit else {
            throw PolicyRefusal(
                rule: Budget.siteListsPerRowInAll.rule,
                message:
                    "some of these rows were in fits of other sites than these (\(names)): the difference of what two such fits open is the sums "
                    + "of the sites that only one of them has. This site allows \(limit) \(limit == 1 ? "list" : "lists") of sites a row",
                remedy: "keep to the sites of the earlier fit; whoever answers for this site's data can raise "
                    + "\(Budget.siteListsPerRowInAll.rawValue) in policy.yaml, if those sums may be known")
        }
    }

    /// Cells of rows that a job opens: from those of two designs, or of one design whose votes came out differently, cells follow that
    /// neither shows.
    package struct Cells: Sendable {
        static let kind = "cells"

        private let name: String
        private let design: String
        /// Whether this sum opens them; votes on them do not.
        private let isOpened: Bool

        /// - Parameters:
        ///   - name: a table, curves, a grid.
        ///   - design: hash of what is asked.
        package init(_ name: String, design: Bytes32, isOpened: Bool) {
            (self.name, self.design, self.isOpened) = (name, design.hex, isOpened)
        }

        var details: [String: String] { isOpened ? [Self.kind: name, "design": design] : [:] }

        /// What another job asks is another design, whatever its shape; so are other rows, and other values in them.
        func others(
            in view: LedgerView, of job: String, over cohort: Cohort, _ details: [String: String]
        ) throws -> Int {
            try Spending(in: view).cells(name, over: cohort) { entry in
                entry.job != job || entry.cohort != cohort.name.hex
                    || entry.details["values"] == nil || entry.details["values"] != details["values"]
                    || entry.details["sites"] != details["sites"]
                    || (isOpened ? entry.details["point"] != details["point"] : entry.details["design"] != design)
            }
        }
    }

    /// - Throws: `PolicyRefusal`, `noiseSpent`.
    private func checkOnce(_ details: [String: String], _ entries: [LedgerEntry]) throws {
        let isSpent = entries.contains {
            $0.is(.sumOpened) && $0.job == job && $0.details["sum"] == details["sum"]
                && $0.details["point"] != details["point"]
        }
        guard isSpent else { return }
        throw PolicyRefusal(
            rule: "noiseSpent",
            message: "this job's sums were opened at other points before: its noise was sized for one course of them",
            remedy: "agree on another job, with an epsilon of its own, if what both tell together may be known")
    }

    /// Before anybody is called: whether votes of this design would be refused.
    ///
    /// - Parameter values: root of the table that this site commits to.
    /// - Throws: `PolicyRefusal`, `policy.tablesPerRowInAll`.
    package func check(_ cells: Cells, over cohort: Cohort, values: Bytes32, sites: [String]) throws {
        try ledger.read { view in
            try check(
                cells, ["sites": sites.joined(separator: " "), "values": values.hex], over: cohort, view)
        }
    }

    private func check(
        _ cells: Cells, _ details: [String: String], over cohort: Cohort, _ view: LedgerView
    ) throws {
        let (others, limit) = (try cells.others(in: view, of: job, over: cohort, details), budgets[.tablesPerRowInAll])
        guard others < limit else {
            throw PolicyRefusal(
                rule: Budget.tablesPerRowInAll.rule,
                message:
                    "some of these rows were in \(others) other \(others == 1 ? "table" : "tables"), sets of curves or grids of this "
                    + "kind, or with other sites: together they give cells that neither shows. This site allows \(limit)",
                remedy: "see the earlier job in the ledger; whoever answers for this site's data can raise "
                    + "\(Budget.tablesPerRowInAll.rawValue) in policy.yaml")
        }
    }

    /// Sites may be fewer when a sum is told of that was opened without this site's knowledge. With `onLoss: continue` a sum that was not
    /// opened over some sites, as far as this one knows, and then was over fewer at the same point, is one debit: at most once a loss.
    private static func isSame(_ one: [String: String], _ other: [String: String]) -> Bool {
        one.filter { $0.key != "sites" } == other.filter { $0.key != "sites" }
    }

    /// A site shows what it committed its rows with: the same in every attempt under one approval, or what sums with and without a few of
    /// its people tell would be asked for by starting again.
    ///
    /// - Throws: `PolicyRefusal`, `policy.setsPerApproval`.
    package func admit(_ root: Bytes32, of peer: LedgerEntry.Peer) throws {
        try ledger.transact { transaction in
            let spent = Spending(of: peer, in: transaction.view)
            let earlier = spent.all.suffix(from: spent.approval(of: job)).filter {
                $0.is(.setOpened) && $0.job == job && $0.purpose == purpose.rawValue
            }
            guard !earlier.contains(where: { $0.set == root.hex }) else { return }
            let limit = budgets[.setsPerApproval]
            guard Set(earlier.compactMap(\.set)).count < limit else {
                throw PolicyRefusal(
                    rule: Budget.setsPerApproval.rule,
                    message: "\(peer.name) brings other rows than before under the same approval, this site allows "
                        + "\(limit) \(limit == 1 ? "table" : "different tables")",
                    remedy: "ask why they changed; approve the job again if they should have: moiety job approve")
            }
            try transaction.append(
                LedgerEntry(.setOpened, at: now(), job: job, peer: peer, purpose: purpose.rawValue, set: root.hex))
        }
    }

    private func check(
        _ budget: Budget, _ charge: LedgerEntry.Charge, over cohort: Cohort, _ what: String, _ view: LedgerView
    ) throws {
        let spent = try Spending(in: view).highest(charge, over: cohort)
        let limit = budgets[budget]
        guard spent < limit else {
            throw PolicyRefusal(
                rule: budget.rule, message: "\(what): \(spent) spent, 1 asked for, this site allows \(limit)",
                remedy: "see what is left: moiety policy check; whoever answers for this site's data can raise "
                    + "\(budget.rawValue) in policy.yaml")
        }
    }

    private func entry(
        _ event: LedgerEntry.Event, _ charges: [LedgerEntry.Charge: Int], _ details: [String: String] = [:]
    ) -> LedgerEntry {
        LedgerEntry(
            event, at: now(), job: job, purpose: purpose.rawValue, charges: charges, details: details)
    }
}

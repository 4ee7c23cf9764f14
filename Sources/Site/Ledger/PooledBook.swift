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
    private let tagger: CohortTagger
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
        tagger = CohortTagger(identity: identity.key)
        digester = RowDigester(identity: identity.key)
        self.now = now
    }

    /// Before a session with anyone: whether these rows and these inputs may be used.
    ///
    /// - Parameters:
    ///   - rows: all of this site's, in the ascending order of their identifiers.
    ///   - columns: cells in that order.
    /// - Throws: `PolicyRefusal`: `cohortDifference`, `inputDifference`.
    package func check(
        _ rows: AlignedRows, _ columns: [(name: String, root: Bytes32, cells: [[UInt8]])]
    ) throws -> SessionInputs {
        let order = digester.order(of: (0..<rows.count).map { rows.identifier(at: $0) })
        let inputs = columns.map { column in
            SessionInputs.Own(
                column: column.name, root: column.root, digests: digester.digests(of: column.cells, in: order))
        }
        for peer in peers {
            try peer.check(cohort(rows))
            try peer.check(inputs, over: order.cohort)
        }
        return SessionInputs(own: inputs, peer: [:])
    }

    /// The rows are about to be in a pooled fit: one model of each, and an entry with each peer that later cohorts and inputs are
    /// compared with. The same rows and inputs under the same approval cost nothing again.
    package func open(_ rows: AlignedRows, _ inputs: SessionInputs) throws {
        let cohort = cohort(rows)
        try ledger.transact { transaction in
            let view = transaction.view
            let approved = view.entries.lastIndex { $0.is(.jobApproved) && $0.job == job } ?? 0
            let known = view.entries.suffix(from: approved).contains {
                $0.is(.pooledOpened) && $0.job == job && $0.cohort == cohort.name.hex && $0.inputs == inputs.ownEntries
            }
            if known { return }
            try check(.modelsPerRowInAll, .models, over: cohort, "models a row with all peers", view)
            try transaction.append(entry(.pooledOpened, [.models: 1]), charging: cohort, inputs: inputs)
        }
        // Each time, for a process may have been killed in between: an entry that is there stays alone.
        for peer in peers { try peer.openOnce(cohort, inputs: inputs) }
    }

    /// A sum that these rows are in is about to be opened. The same again under the same approval, after an interruption, costs nothing.
    ///
    /// - Parameter details: which it is.
    package func openSum(_ rows: AlignedRows, details: [String: String]) throws {
        let cohort = cohort(rows)
        try ledger.transact { transaction in
            let entries = transaction.view.entries
            let approved = entries.lastIndex { $0.is(.jobApproved) && $0.job == job } ?? 0
            let known = entries.suffix(from: approved).contains {
                $0.is(.sumOpened) && $0.job == job && $0.cohort == cohort.name.hex && Self.isSame($0.details, details)
            }
            if known { return }
            try check(.sumsPerRowInAll, .sums, over: cohort, "opened sums a row", transaction.view)
            try transaction.append(entry(.sumOpened, [.sums: 1], details), charging: cohort)
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

    private func cohort(_ rows: AlignedRows) -> Cohort {
        tagger.cohort(of: (0..<rows.count).map { rows.identifier(at: $0) })
    }
}

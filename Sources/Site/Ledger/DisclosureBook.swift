package import Foundation
package import Jobs
package import Wire

/// The site's side of one session: what it has cost before anything is disclosed, and whether that may be;
/// `protocols/disclosure.md` 2 to 4.
///
/// Every method that debits checks and appends in one transaction. Refusals are `PolicyRefusal`s under the name of the
/// policy's field or `cohortDifference`, and a `GuardRefusal` for the bits of fits.
package struct DisclosureBook: Sendable {
    let ledger: SiteLedger
    let budgets: Budgets
    let peer: LedgerEntry.Peer
    let job: String
    private let purpose: SessionPurpose
    private let disclosure: Disclosure
    private let otherRows: Set<String>
    let minimumDifference: Int
    let now: @Sendable () -> Date

    /// - Parameters:
    ///   - job: the job's hash.
    ///   - disclosure: what a session of that purpose costs.
    ///   - otherRows: purposes whose sets are not those that the job was approved for.
    ///   - minimumDifference: people by whom two cohorts must differ if they differ at all.
    package init(
        _ ledger: SiteLedger, budgets: Budgets, peer: LedgerEntry.Peer, job: String, purpose: SessionPurpose,
        disclosure: Disclosure, otherRows: [SessionPurpose] = [], minimumDifference: Int,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.ledger = ledger
        self.budgets = budgets
        self.peer = peer
        self.job = job
        self.purpose = purpose
        self.disclosure = disclosure
        self.otherRows = Set(otherRows.map(\.rawValue))
        self.minimumDifference = minimumDifference
        self.now = now
    }

    // MARK: Attempts and sets

    /// Whether a session with the peer may begin, as far as that shows before it is called. Debits nothing.
    package func check() throws {
        try ledger.read { view in
            try checkAttempts(view)
            let spent = Spending(of: peer, in: view)
            let isFirst = !spent.all.suffix(from: spent.approval(of: job)).contains {
                $0.is(.setOpened) && $0.job == job && $0.purpose == purpose.rawValue
            }
            // What follows may be a retry; then it costs nothing.
            if disclosure.contains(.count), isFirst { try checkCounts(spent, in: view) }
        }
    }

    /// A session with the peer has begun.
    package func attempt() throws {
        try ledger.transact { transaction in
            try checkAttempts(transaction.view)
            try transaction.append(entry(.attempt, charges: [.attempts: 1]))
        }
    }

    private func checkAttempts(_ view: LedgerView) throws {
        let hourAgo = now().addingTimeInterval(-3600)
        let recent = Spending(of: peer, in: view).all.filter { $0.amount(of: .attempts) > 0 && $0.date > hourAgo }
        let limit = budgets[.attemptsPerHour]
        guard recent.count >= limit else { return }
        let next = recent[recent.count - limit].date.addingTimeInterval(3600)
        throw PolicyRefusal(
            rule: Budget.attemptsPerHour.rule,
            message: "\(recent.count) sessions with \(peer.name) began within an hour, this site allows \(limit)",
            remedy: "the next may begin at \(next.formatted(.iso8601))")
    }

    /// The peer has said how many identifiers it has, and this site is about to say something about them.
    ///
    /// - Parameters:
    ///   - set: the root that the peer committed to.
    ///   - identifiers: the size that it announced. A root says nothing of it: a retry with more of them pays for what is more.
    package func open(set: Bytes32, identifiers: Int) throws {
        try ledger.transact { transaction in
            let spent = Spending(of: peer, in: transaction.view)
            let earlier = spent.all.suffix(from: spent.approval(of: job)).filter {
                $0.job == job && ($0.is(.setOpened) || $0.is(.setRetried))
            }
            let same = earlier.filter { $0.set == set.hex && $0.purpose == purpose.rawValue }
            if !same.isEmpty {
                try checkRetries(same.count)
                let more = identifiers - same.reduce(0) { $0 + $1.amount(of: .identifiers) }
                guard more > 0 else { return try transaction.append(entry(.setRetried, set: set.hex)) }
                try checkIdentifiers(more, spent, in: transaction.view)
                return try transaction.append(entry(.setRetried, set: set.hex, charges: [.identifiers: more]))
            }
            if !disclosure.contains(.otherRows) { try checkSets(earlier, adding: set.hex) }
            try checkIdentifiers(identifiers, spent, in: transaction.view)
            var charges: [LedgerEntry.Charge: Int] = [.identifiers: identifiers]
            if disclosure.contains(.count) {
                try checkCounts(spent, in: transaction.view)
                charges[.counts] = 1
            }
            try transaction.append(entry(.setOpened, set: set.hex, charges: charges))
        }
    }

    private func checkRetries(_ openings: Int) throws {
        let limit = budgets[.retriesPerSet]
        guard openings <= limit else {
            throw PolicyRefusal(
                rule: Budget.retriesPerSet.rule,
                message:
                    "\(peer.name) has asked about the same set \(openings) times under this approval, this site allows "
                    + "\(limit) retries",
                remedy: "approve the job again if it should have more: moiety job approve")
        }
    }

    private func checkSets(_ earlier: [LedgerEntry], adding set: String) throws {
        let sets = Set(earlier.filter { !otherRows.contains($0.purpose ?? "") }.compactMap(\.set))
        let limit = budgets[.setsPerApproval]
        guard sets.contains(set) || sets.count < limit else {
            throw PolicyRefusal(
                rule: Budget.setsPerApproval.rule,
                message: "\(peer.name) brings other identifiers than before under the same approval, this site allows "
                    + "\(limit) \(limit == 1 ? "set" : "different sets")",
                remedy: "ask why they changed; approve the job again if they should have: moiety job approve")
        }
    }

    private func checkIdentifiers(_ count: Int, _ spent: Spending, in view: LedgerView) throws {
        let dayAgo = now().addingTimeInterval(-86_400)
        try check(
            .identifiersPerDay, spent: spent.total(of: .identifiers, after: dayAgo), adding: count,
            "identifiers of \(peer.name) in 24 hours")
        try check(
            .identifiersPerPeer, spent: spent.total(of: .identifiers), adding: count, "identifiers of \(peer.name)")
        try check(
            .identifiersInAll, spent: Spending(in: view).total(of: .identifiers), adding: count,
            "identifiers of all peers")
    }

    private func checkCounts(_ spent: Spending, in view: LedgerView) throws {
        try check(.countsPerPeer, spent: spent.total(of: .counts), adding: 1, "counts with \(peer.name)")
        try check(.countsInAll, spent: Spending(in: view).total(of: .counts), adding: 1, "counts with all peers")
    }

    // MARK: Cohorts

    /// Whether these people may be the cohort.
    ///
    /// - Throws: `cohortDifference`.
    package func check(_ cohort: Cohort) throws {
        try ledger.read { try checkDifference(cohort, $0) }
    }

    /// These people are about to be used; they are remembered.
    ///
    /// - Parameters:
    ///   - fit: for a fit, what it opens to the peer at most, and what bounds that; nil for other purposes.
    ///   - inputs: what both parties compute with; nil for an alignment alone.
    package func open(_ cohort: Cohort, fit: BitBudget? = nil, inputs: SessionInputs? = nil) throws {
        try open(cohort, fit: fit, inputs: inputs, isOnce: false)
    }

    /// The same without a second entry for the same rows and inputs under one approval.
    package func openOnce(_ cohort: Cohort, inputs: SessionInputs) throws {
        try open(cohort, fit: nil, inputs: inputs, isOnce: true)
    }

    private func open(_ cohort: Cohort, fit: BitBudget?, inputs: SessionInputs?, isOnce: Bool) throws {
        try ledger.transact { transaction in
            try checkDifference(cohort, transaction.view)
            var details: [String: String] = [:]
            if let inputs {
                try checkOwn(inputs.own, cohort, transaction.view)
                try checkPeer(inputs, cohort, transaction.view)
                details = self.details(of: changes(inputs, cohort, transaction.view))
            }
            if isOnce, isRetry(cohort, inputs, in: transaction.view) { return }
            var charges: [LedgerEntry.Charge: Int] = [:]
            if let fit {
                let isRetry = isRetry(cohort, inputs, in: transaction.view)
                if !isRetry {
                    charges[.models] = 1
                    try checkRows(cohort, .models, adding: 1, (.modelsPerRow, .modelsPerRowInAll), transaction.view)
                }
                if !isRetry || fit.isPerRun {
                    charges[.bits] = fit.bits
                    try checkBits(cohort, fit, transaction.view)
                }
            }
            try transaction.append(
                entry(.cohortOpened, charges: charges, details: details), charging: cohort, inputs: inputs)
        }
    }

    /// Score vectors opened with this peer that the row of the cohort is in which is in most: what `guard-scores` asks for.
    package func scoreVectors(of cohort: Cohort) throws -> Int {
        try ledger.read { try Spending(of: peer, in: $0).highest(.scores, over: cohort) }
    }

    /// A score of each of these people is about to be opened.
    ///
    /// - Parameter check: what the caller demands of how many were opened already, of the row of which most were: in the same transaction,
    ///   so that of two sessions at a time one sees the other.
    package func openScores(of cohort: Cohort, check: (_ earlier: Int) throws -> Void = { _ in }) throws {
        try ledger.transact { transaction in
            try check(Spending(of: peer, in: transaction.view).highest(.scores, over: cohort))
            try checkRows(cohort, .scores, adding: 1, (.scoresPerRow, .scoresPerRowInAll), transaction.view)
            try transaction.append(entry(.scoresOpened, charges: [.scores: 1]), charging: cohort)
        }
    }

    /// The same fit of the same rows with the same inputs under the same approval.
    func isRetry(_ cohort: Cohort, _ inputs: SessionInputs?, in view: LedgerView) -> Bool {
        let spent = Spending(of: peer, in: view)
        return spent.all.suffix(from: spent.approval(of: job)).contains { isOf(cohort, inputs, $0) }
    }

    /// Whether an entry is of this job's use of these rows and inputs.
    func isOf(_ cohort: Cohort, _ inputs: SessionInputs?, _ entry: LedgerEntry) -> Bool {
        entry.is(.cohortOpened) && entry.job == job && entry.purpose == purpose.rawValue
            && entry.cohort == cohort.name.hex && entry.inputs == inputs?.ownEntries
            && entry.peerInputs == inputs?.peerEntries
    }

    func checkDifference(_ cohort: Cohort, _ view: LedgerView) throws {
        let earlier = try Spending(of: peer, in: view).all.compactMap(\.cohort).map { try view.cohort(named: $0) }
        let search = CohortSearch(earlier: earlier, minimumDifference: minimumDifference)
        guard let finding = search.finding(for: cohort) else { return }
        let other =
            switch finding {
            case .earlier: "that of an earlier session with \(peer.name)"
            case .combination: "one that earlier sessions with \(peer.name) make together"
            }
        throw PolicyRefusal(
            rule: "cohortDifference",
            message: "this cohort differs from \(other) by fewer than \(minimumDifference) people",
            remedy:
                "results of both would tell about those few; use the same rows as before: where a column lacks values, jobs with it "
                + "and without it have other rows, so fill them in or leave those rows out of the table")
    }

    /// What results of all fits tell together stays below half of what this site's rows hold.
    func checkBits(_ cohort: Cohort, _ fit: BitBudget, _ view: LedgerView) throws {
        let finding = fit.finding(
            earlier: try Spending(of: peer, in: view).highest(.bits, over: cohort),
            inAll: try Spending(in: view).highest(.bits, over: cohort))
        if let refusal = finding.refusal { throw refusal }
    }

    func checkRows(
        _ cohort: Cohort, _ charge: LedgerEntry.Charge, adding amount: Int, inAll: Int? = nil,
        _ rules: (peer: Budget, all: Budget), _ view: LedgerView
    ) throws {
        try check(
            rules.peer, spent: Spending(of: peer, in: view).highest(charge, over: cohort), adding: amount,
            "\(charge.rawValue) a row with \(peer.name)")
        try check(
            rules.all, spent: Spending(in: view).highest(charge, over: cohort), adding: inAll ?? amount,
            "\(charge.rawValue) a row with all peers")
    }

    // MARK: Common parts

    private func check(_ budget: Budget, spent: Int, adding amount: Int, _ what: String) throws {
        let limit = budgets[budget]
        guard amount <= limit, spent <= limit - amount else {
            throw PolicyRefusal(
                rule: budget.rule,
                message: "\(what): \(spent) spent, \(amount) asked for, this site allows \(limit)",
                remedy: "see what is left: moiety policy check; whoever answers for this site's data can raise "
                    + "\(budget.rawValue) in policy.yaml")
        }
    }

    func entry(
        _ event: LedgerEntry.Event, set: String? = nil, charges: [LedgerEntry.Charge: Int] = [:],
        details: [String: String] = [:]
    ) -> LedgerEntry {
        LedgerEntry(
            event, at: now(), job: job, peer: peer, purpose: purpose.rawValue, set: set, charges: charges,
            details: details)
    }
}

extension Spending {
    /// Where the entries after the latest approval of a job begin; 0 when the ledger knows none.
    ///
    /// An approval of a job names its peer, so it is among the peer's entries.
    func approval(of job: String) -> Int {
        all.lastIndex { $0.is(.jobApproved) && $0.job == job }.map { $0 + 1 } ?? 0
    }
}

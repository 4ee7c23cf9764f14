package import Jobs
package import Records
import Wire

/// A fit or a prediction that several other parties learn of: each one's book is debited, or none (`protocols/disclosure.md` 2.2).
extension DisclosureBook {
    /// What one of them learns, and what both parties compute with.
    struct Share {
        let book: DisclosureBook
        /// nil for a prediction, which opens no bits and is no model.
        let fit: BitBudget?
        let inputs: SessionInputs
    }

    /// These people are about to be used. It is the same fit again, which costs no model, only if it is for every one of them: whatever
    /// one party changes is new to all. Bits that count each time cost what they cost.
    ///
    /// - Throws: `PolicyRefusal`; `GuardRefusal` for bits. Nothing is entered then.
    static func open(_ cohort: Cohort, _ shares: [Share]) throws {
        guard let ledger = shares.first?.book.ledger else { return }
        try ledger.transact { transaction in
            let view = transaction.view
            for share in shares {
                try share.book.checkDifference(cohort, view)
                try share.book.checkOwn(share.inputs.own, cohort, view)
                try share.book.checkPeer(share.inputs, cohort, view)
            }
            let isRetry = isRetry(cohort, shares, in: view)
            let details = shares.map { $0.book.details(of: $0.book.changes($0.inputs, cohort, view)) }
            for share in shares where !isRetry && share.fit != nil {
                try share.book.checkRows(
                    cohort, .models, adding: 1, inAll: shares.count, (.modelsPerRow, .modelsPerRowInAll), view)
            }
            // Each budget knows what the others of this fit learn.
            for share in shares {
                guard let fit = share.fit, !isRetry || fit.isPerRun else { continue }
                try share.book.checkBits(cohort, fit, view)
            }
            for (share, details) in zip(shares, details) {
                var charges: [LedgerEntry.Charge: Int] = [:]
                if let fit = share.fit {
                    if !isRetry { charges[.models] = 1 }
                    if !isRetry || fit.isPerRun { charges[.bits] = fit.bits }
                }
                try transaction.append(
                    share.book.entry(.cohortOpened, charges: charges, details: details), charging: cohort,
                    inputs: share.inputs)
            }
        }
    }

    /// Whether one run under the same approvals was of the same rows and the same inputs of all: what each brought to another run is another
    /// fit. Entries of a run stand one after the other, in the order of the shares.
    private static func isRetry(_ cohort: Cohort, _ shares: [Share], in view: LedgerView) -> Bool {
        guard let job = shares.first?.book.job else { return false }
        let entries = view.entries
        let approved = entries.lastIndex { $0.is(.jobApproved) && $0.job == job } ?? 0
        return (approved..<entries.count).contains { first in
            guard first + shares.count <= entries.count else { return false }
            return zip(shares, entries[first...]).allSatisfy { share, entry in
                entry.peer == share.book.peer.name && entry.peerKey == share.book.peer.key
                    && share.book.isOf(cohort, share.inputs, entry)
            }
        }
    }

    /// Coefficients of a fit of these people are about to be opened once more than its bits count.
    ///
    /// - Throws: `GuardRefusal`. Nothing is entered then.
    static func openCoefficientsAgain(_ cohort: Cohort, _ fits: [(book: DisclosureBook, bits: BitBudget)]) throws {
        guard let ledger = fits.first?.book.ledger else { return }
        try ledger.transact { transaction in
            // Each budget knows what the others of this fit learn.
            for (book, bits) in fits { try book.checkBits(cohort, bits, transaction.view) }
            for (book, bits) in fits {
                try transaction.append(
                    book.entry(.coefficientsOpened, charges: [.bits: bits.bits]), charging: cohort)
            }
        }
    }

    /// A score of each of these people is about to be opened, of parts of several parties.
    static func openScores(
        of cohort: Cohort, _ books: [DisclosureBook], check: (_ earlier: Int) throws -> Void
    ) throws {
        guard let ledger = books.first?.ledger else { return }
        try ledger.transact { transaction in
            for book in books {
                try check(Spending(of: book.peer, in: transaction.view).highest(.scores, over: cohort))
                try book.checkRows(
                    cohort, .scores, adding: 1, inAll: books.count, (.scoresPerRow, .scoresPerRowInAll),
                    transaction.view)
            }
            for book in books {
                try transaction.append(book.entry(.scoresOpened, charges: [.scores: 1]), charging: cohort)
            }
        }
    }
}

extension CohortBook {
    /// Of a fit or a prediction of several parties: every book of these, or none.
    package static func open(
        _ rows: AlignedRows, _ shares: [(book: CohortBook, fit: BitBudget?, inputs: SessionInputs)]
    ) throws {
        guard let cohort = shares.first?.book.cohort(rows) else { return }
        try DisclosureBook.open(
            cohort, shares.map { DisclosureBook.Share(book: $0.book.book, fit: $0.fit, inputs: $0.inputs) })
    }

    package static func openCoefficientsAgain(
        _ rows: AlignedRows, _ fits: [(book: CohortBook, bits: BitBudget)]
    ) throws {
        guard let cohort = fits.first?.book.cohort(rows) else { return }
        try DisclosureBook.openCoefficientsAgain(cohort, fits.map { ($0.book.book, $0.bits) })
    }

    /// - Parameter check: what the caller demands of how many were opened to each already.
    package static func openScores(
        of rows: AlignedRows, _ books: [CohortBook], check: (_ earlier: Int) throws -> Void
    ) throws {
        guard let cohort = books.first?.cohort(rows) else { return }
        try DisclosureBook.openScores(of: cohort, books.map(\.book), check: check)
    }
}

package import Jobs
package import Records
package import Wire

/// The disclosure book of a session, asked about aligned rows.
package struct CohortBook: Sendable {
    let book: DisclosureBook
    private let digester: RowDigester

    package init(_ book: DisclosureBook, of identity: SiteIdentity) {
        self.book = book
        digester = RowDigester(identity: identity.key)
    }

    /// - Throws: `PolicyRefusal`, `cohortDifference`.
    package func check(_ rows: AlignedRows) throws { try book.check(cohort(rows)) }

    /// - Parameter fit: for a fit, what it opens to the peer at most, and what bounds that.
    package func open(_ rows: AlignedRows, fit: BitBudget? = nil, inputs: SessionInputs? = nil) throws {
        try book.open(cohort(rows), fit: fit, inputs: inputs)
    }

    /// - Parameter columns: of this site; the cells in the order of the rows, one column after the other.
    /// - Returns: what the ledger keeps of them.
    /// - Throws: `PolicyRefusal`, `inputDifference`.
    package func check(
        _ columns: [(name: String, root: Bytes32, cells: () throws -> [CellBlock])], over rows: AlignedRows
    ) throws -> [SessionInputs.Own] {
        let order = digester.order(of: rows)
        let inputs = try columns.map { column in
            SessionInputs.Own(
                column: column.name, root: column.root, digests: digester.digests(of: try column.cells(), in: order))
        }
        try book.check(inputs, over: order.cohort)
        return inputs
    }

    /// - Returns: what has changed since the latest session over these people.
    /// - Throws: `PolicyRefusal`, `policy.rootsPerColumn`.
    package func check(_ inputs: SessionInputs, over rows: AlignedRows) throws -> [InputChange] {
        try book.check(inputs, over: cohort(rows))
    }

    /// Scores of the row of these that most scores of were opened with this peer.
    package func scoreVectors(of rows: AlignedRows) throws -> Int { try book.scoreVectors(of: cohort(rows)) }

    package func openScores(of rows: AlignedRows, check: (_ earlier: Int) throws -> Void) throws {
        try book.openScores(of: cohort(rows), check: check)
    }

    func cohort(_ rows: AlignedRows) -> Cohort { digester.order(of: rows).cohort }
}

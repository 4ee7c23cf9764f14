package import Records

/// The disclosure book of a session, asked about aligned rows.
package struct CohortBook: Sendable {
    private let book: DisclosureBook
    private let tagger: CohortTagger

    package init(_ book: DisclosureBook, of identity: SiteIdentity) {
        self.book = book
        tagger = CohortTagger(identity: identity.key)
    }

    /// - Throws: `PolicyRefusal`, `cohortDifference`.
    package func check(_ rows: AlignedRows) throws { try book.check(cohort(rows)) }

    /// - Parameter bits: for a fit, what it opens about each row at most.
    package func open(_ rows: AlignedRows, bits: Int? = nil, inputs: SessionInputs? = nil) throws {
        try book.open(cohort(rows), bits: bits, inputs: inputs)
    }

    /// - Throws: `PolicyRefusal`, `inputDifference`.
    package func check(_ inputs: [SessionInputs.Own], over rows: AlignedRows) throws {
        try book.check(inputs, over: cohort(rows))
    }

    /// - Returns: what has changed since the latest session over these people.
    /// - Throws: `PolicyRefusal`, `policy.rootsPerColumn`.
    package func check(_ inputs: SessionInputs, over rows: AlignedRows) throws -> [InputChange] {
        try book.check(inputs, over: cohort(rows))
    }

    /// Scores of the row of these that most scores of were opened with this peer.
    package func scoreVectors(of rows: AlignedRows) throws -> Int { try book.scoreVectors(of: cohort(rows)) }

    package func openScores(of rows: AlignedRows) throws { try book.openScores(of: cohort(rows)) }

    private func cohort(_ rows: AlignedRows) -> Cohort {
        tagger.cohort(of: (0..<rows.count).map { rows.identifier(at: $0) })
    }
}

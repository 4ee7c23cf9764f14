import Jobs
import PrivateSetIntersection
package import Records
import Site
import Transcript
package import Wire

/// What a party computes with in one session: its private inputs over the aligned rows, as they are committed to;
/// `protocols/transcript.md` 7.1.
package struct CohortInputs: Sendable {
    package struct Column: Sendable {
        package let spec: ColumnSpec
        package let root: Bytes32

        package var name: String { spec.name }
    }

    /// In the ascending order of their identifiers.
    package let rows: AlignedRows
    /// In the order of the job: the label, what stands beside it, then the features.
    package let columns: [Column]
    private let missing: MissingTokens

    /// - Parameters:
    ///   - rows: in any order.
    ///   - salt: the cohort salt, 32 secret bytes.
    init(_ table: PartyTable, _ rows: AlignedRows, salt: [UInt8]) throws {
        self.rows = rows
        columns = try table.privateColumns.map { spec in
            let cells = try rows.cells(of: spec, missing: table.missing)
            let item = try InputCommitment.item(label: spec.name, values: cells, masterSalt: salt)
            return Column(spec: spec, root: item.root)
        }
        missing = table.missing
    }

    /// Cells of one column as a site's ledger takes them, in the order of ``rows``. Made when they are asked for: all columns of a
    /// large table in this form would be larger than the table.
    func blocks(of column: Column) throws -> [CellBlock] { try rows.blocks(of: column.spec, missing: missing) }

    var message: InputRoots {
        InputRoots(
            rows: UInt64(rows.count), items: columns.map { InputRoots.Item(column: $0.name, root: $0.root) })
    }
}

extension CohortBook {
    /// - Returns: what the ledger keeps of these inputs.
    /// - Throws: `PolicyRefusal`, `inputDifference`.
    func check(_ own: CohortInputs) throws -> [SessionInputs.Own] {
        try check(
            own.columns.map { column in (column.name, column.root, { try own.blocks(of: column) }) }, over: own.rows)
    }
}

/// The people of a session that computes about them, and what both sides fixed of themselves.
package struct SessionCohort: Sendable {
    let intersection: Intersection
    /// In common order.
    let rows: AlignedRows
    /// For the books, which remember them before anything is opened.
    let inputs: SessionInputs
}

extension JobInputs {
    /// What fits and predictions begin with, in the one order that is safe: whether these people may be the cohort and these inputs be used
    /// is asked before a root is sent, and everything is signed before anything is computed with it.
    func cohort(
        over session: Session, _ opening: SessionOpening, _ books: any SessionBooks, _ progress: ProgressReporter
    ) async throws -> SessionCohort {
        let committed = try await opening.run(over: session)
        let (intersection, rows) = try await align(
            over: session, progress, admit: books.admission(of: committed, over: session))
        try books.admit(rows)
        let inputs = try await exchangeInputs(over: rows, opening, books, session)
        try await session.checkpoint()
        progress.say("aligned \(rows.count) rows with \(session.peerName)")
        return SessionCohort(intersection: intersection, rows: rows, inputs: inputs)
    }

    /// Right after the alignment: this site sees whether it may use its inputs, then both fix what they compute with. The session's
    /// inspectors have seen to it that the peer's columns are those of the job, over as many rows.
    ///
    /// - Returns: the roots of both, and what the ledger keeps of this site's.
    private func exchangeInputs(
        over rows: AlignedRows, _ opening: SessionOpening, _ books: any SessionBooks, _ session: Session
    ) async throws -> SessionInputs {
        let sorted = rows.sortedByIdentifier
        let own = try CohortInputs(table, sorted, salt: try opening.columnSalt(sorted))
        let kept = try books.admit(own)
        try await session.send(own.message)
        let theirs = try await session.receive(InputRoots.self)
        let inputs = SessionInputs(
            own: kept,
            peer: Dictionary(theirs.items.map { ($0.column, $0.root) }, uniquingKeysWith: { first, _ in first }))
        try books.admit(inputs, over: rows)
        return inputs
    }
}

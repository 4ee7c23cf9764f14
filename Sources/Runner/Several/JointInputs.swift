import Jobs
import PrivateSetIntersection
import Records
import Site
import SplitRegression
import Transcript
import Wire

/// What a fit, a description or a prediction of several parties asks of the site around it. A run asks its books; a replay asks nobody.
protocol JointBooks: Sendable {
    /// Before this site says anything about its identifiers.
    func admit(_ bounds: [GuessBound]) throws
    /// Whether these people may be the cohort, and this site's inputs be used. Nothing was said about them yet.
    func admit(_ own: CohortInputs, over rows: AlignedRows) throws
    /// Whether a party may bring these roots.
    func admit(_ roots: [String: Bytes32], of party: String, over rows: AlignedRows) throws
    /// Throws when these columns must not be trained on; what the fit opens about these rows is about to be opened.
    func open(_ design: JobDesign, _ alignment: JointAlignmentResult) throws
    /// Coefficients of this fit are about to be opened once more than its bits count.
    func openCoefficientsAgain(_ design: JobDesign) throws
    /// Throws when these columns must not be described; what the description opens about these rows is about to be opened.
    func open(_ cohort: DescribedCohort) throws
    /// Scores of these rows are about to be opened.
    func openScores(of rows: AlignedRows) throws
    /// Throws when scores of these new rows must not be opened; remembers them first.
    func openPrediction(of rows: AlignedRows) throws
}

extension JobInputs {
    /// Right after the alignment: this site sees whether it may use its inputs, then all fix what they compute with. Inspectors have seen to it
    /// that a party's columns are those of the job, over as many rows. All is signed before anything is computed with it.
    ///
    /// - Returns: by name of the party, SHA-256 of what it fixed them with.
    static func fixJointly(
        _ table: PartyTable, _ job: Job, salts: ColumnSalts, over rows: AlignedRows, _ books: (any JointBooks)?,
        _ sessions: [Int: Session]
    ) async throws -> [String: Bytes32] {
        let sorted = rows.sortedByIdentifier
        let inputs = try CohortInputs(table, sorted, salt: salts.salt(of: sorted))
        try books?.admit(inputs, over: rows)
        let ordered = sessions.sorted { $0.key < $1.key }
        var digests: [String: Bytes32] = [:]
        for (_, session) in ordered {
            try await session.send(inputs.message)
            digests[session.localName] = Bytes32(hashing: try inputs.message.encoded())
        }
        for (number, session) in ordered {
            let theirs = try await session.receive(InputRoots.self)
            let roots = Dictionary(theirs.items.map { ($0.column, $0.root) }, uniquingKeysWith: { first, _ in first })
            try books?.admit(roots, of: job.parties[number].name, over: rows)
            digests[job.parties[number].name] = Bytes32(hashing: try theirs.encoded())
        }
        for (_, session) in ordered { try await session.checkpoint() }
        return digests
    }
}

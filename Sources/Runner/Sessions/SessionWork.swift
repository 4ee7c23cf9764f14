import Jobs
package import PrivateSetIntersection
package import Records
package import Site
import Transcript
package import Wire

/// One site's side of one session, from the approvals to the last message before the closings: what runs when the session runs and, over a
/// session that reads the log, what runs when it is replayed. Everything random in it is the session's.
package protocol SessionWork: Sendable {
    associatedtype Result: Sendable

    func run(over session: Session) async throws -> Result
    /// What this party signs of it.
    func facts(of result: Result, salt: Bytes32) throws -> ResultFacts
}

/// What a session asks of the site around it. A run asks folders and books; a replay asks nobody.
package protocol SessionBooks: Sendable {
    /// Both sides have said how many identifiers they bring, and something is about to be said about them. Throws when the
    /// peer may not ask about so many, or about this set.
    ///
    /// - Parameter set: the root that the peer committed to.
    func open(_ sizes: SetSizes, set: Bytes32) throws
    /// Throws when these people must not be the cohort.
    func admit(_ rows: AlignedRows) throws
    /// Throws when this site must not use these inputs of its own. Nothing was said about them yet.
    ///
    /// - Returns: what the ledger keeps of them.
    func admit(_ own: CohortInputs) throws -> [SessionInputs.Own]
    /// Throws when the peer must not bring these roots. Nothing follows from them yet.
    func admit(_ inputs: SessionInputs, over rows: AlignedRows) throws
    /// What the session opens about these people is about to be opened.
    ///
    /// - Parameter inputs: what it computes with; nil for an alignment alone.
    func remember(_ rows: AlignedRows, _ inputs: SessionInputs?) throws
}

/// Before the first protocol message of every session: each side shows its approval and fixes its inputs.
package struct SessionOpening: Sendable {
    package let inputs: JobInputs
    /// This site's signed note.
    package let approval: String
    package let commitments: [InputCommitments.Item]
    /// Takes the peer's approval, its signature checked.
    package let keep: @Sendable (_ note: String, _ party: String) throws -> Void
    /// The salt of the input roots over these rows, which is kept for whoever opens them.
    package let columnSalt: @Sendable (AlignedRows) throws -> [UInt8]

    /// The session's inspectors have seen to it that the note is the peer's about this very job, and the commitments those
    /// of such a session.
    ///
    /// - Returns: the root of the identifiers that the peer committed to, and their number.
    package func run(over session: Session) async throws -> InputCommitments.Item {
        try await session.send(ApprovalMessage(note: approval))
        try await session.send(InputCommitments(items: commitments))
        let note = try await session.receive(ApprovalMessage.self).note
        let committed = try await session.receive(InputCommitments.self).items
        guard let set = committed.first(where: { $0.label == "identifiers" }) else {
            throw session.violation("commitmentMissing")
        }
        try inputs.demandPeerModel(committed)
        try keep(note, inputs.peer.name)
        try await session.checkpoint()
        return set
    }
}

extension SessionBooks {
    /// The debit of an alignment or a count, once the openings are known.
    ///
    /// - Parameter committed: what the peer committed to: as many identifiers as it then says that it brings.
    func admission(
        of committed: InputCommitments.Item, over session: Session
    ) -> @Sendable (SetSizes) throws -> Void {
        { sizes in
            guard committed.count == UInt64(sizes.peer) else { throw session.violation("wrongCount") }
            try self.open(sizes, set: committed.root)
        }
    }
}

extension SessionOpening {
    init(_ prepared: PreparedJob, leaving evidence: SessionEvidence) {
        self.init(
            inputs: prepared.inputs, approval: prepared.approval, commitments: evidence.commitments.map(\.item),
            keep: { note, party in try evidence.writer.addApproval(of: party, note: note) },
            columnSalt: { [identity = prepared.identity] rows in
                let salt = ColumnSalts(identity: identity).salt(of: rows)
                try evidence.writer.addPrivate(OpenedSecrets.columnSaltFile, salt)
                return salt
            })
    }
}

import Jobs
package import Records
import Site
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
    /// Throws when these people must not be the cohort.
    func admit(_ rows: AlignedRows) throws
    /// What the session opens about these people is about to be opened.
    func remember(_ rows: AlignedRows) throws
}

/// Before the first protocol message of every session: each side shows its approval and fixes its inputs.
package struct SessionOpening: Sendable {
    package let inputs: JobInputs
    /// This site's signed note.
    package let approval: String
    package let commitments: [InputCommitments.Item]
    /// Takes the peer's approval, its signature checked.
    package let keep: @Sendable (_ note: String, _ party: String) throws -> Void

    /// The session's inspectors have seen to it that the note is the peer's about this very job, and the commitments those
    /// of such a session.
    package func run(over session: Session) async throws {
        try await session.send(ApprovalMessage(note: approval))
        try await session.send(InputCommitments(items: commitments))
        let note = try await session.receive(ApprovalMessage.self).note
        _ = try await session.receive(InputCommitments.self)
        try keep(note, inputs.peer.name)
        try await session.checkpoint()
    }
}

extension SessionOpening {
    init(_ prepared: PreparedJob, leaving evidence: SessionEvidence) {
        self.init(
            inputs: prepared.inputs, approval: prepared.approval, commitments: evidence.commitments.map(\.item),
            keep: { note, party in try evidence.writer.addApproval(of: party, note: note) })
    }
}

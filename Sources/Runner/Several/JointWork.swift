import Jobs
import PrivateSetIntersection
import Site
package import Transcript
package import Wire

/// What alignments, descriptions, fits and predictions of several parties have in common: whoever is lost ends them, and they begin anew.
package protocol JointWork: MeshWork {
    /// Roots of sets that peers committed to, by name.
    var roots: Shared<[String: Bytes32]> { get }
}

extension JointWork {
    package var lossTimeout: Int? { nil }
    package var progressMade: Int { 0 }
    package var standing: Result? { nil }
    package var hintOfEnded: String? { nil }

    package func begin() throws {}
    package func leave(in writer: TranscriptWriter) throws {}
    package func end() throws {}

    package func admit(_ committed: [InputCommitments.Item], of peer: MeshPeer, in session: Session) throws {
        try keepSet(committed, of: peer, in: session)
    }

    /// What its budget is debited for.
    func keepSet(_ committed: [InputCommitments.Item], of peer: MeshPeer, in session: Session) throws {
        guard let set = committed.first(where: { $0.label == "identifiers" }) else {
            throw session.violation("commitmentMissing")
        }
        roots.update { $0[peer.name] = set.root }
    }

    package func parties(of result: Result) -> [String] { mesh.job.parties.map(\.name) }
}

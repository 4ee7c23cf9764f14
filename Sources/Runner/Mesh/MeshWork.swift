import Jobs
import ProtocolKit
import Site
package import Transcript
package import Wire

/// What a site computes over its sessions with all others of a job, and what stands around that.
package protocol MeshWork: Sendable {
    /// The same at every site.
    associatedtype Result: Sendable

    var mesh: PreparedMesh { get }
    /// What all peers are shown of this party's inputs, where that is the same: made once. nil where each session makes its own.
    var commitments: [InputCommitment]? { get }
    /// Longest wait for one message of a party that is there.
    var patience: Duration { get }
    /// Seconds that a party is waited for that was lost on the way; nil where a loss ends the job.
    var lossTimeout: Int? { get }
    /// Grows with what is done; a site that goes on after a loss begins there.
    var progressMade: Int { get }
    /// The result of the latest attempt where it stands whatever becomes of the others, though they were not told so yet; else nil.
    var standing: Result? { get }
    /// Where nobody needs this site any more, though it has not ended: what people can do. Else nil.
    var hintOfEnded: String? { get }

    /// Before this site listens or calls.
    func begin() throws
    /// Puts into a transcript's private folder what a replay needs beside its secrets.
    func leave(in writer: TranscriptWriter) throws
    /// What a peer committed to, before anything of the protocol is sent to it.
    func admit(_ committed: [InputCommitments.Item], of peer: MeshPeer, in session: Session) throws
    /// - Parameter sessions: by the number of the peer, approvals and commitments exchanged.
    func run(over sessions: [Int: Session]) async throws -> Result
    /// After the result stands in its place.
    func end() throws

    /// Identity of the mesh that the sessions made.
    func identity(of result: Result) -> Bytes32
    /// Names of the parties that it is of.
    func parties(of result: Result) -> [String]
    /// All that stands beside the transcripts.
    func files(of result: Result) throws -> [ResultFile]
    /// What this party signs of it.
    func facts(of result: Result, salt: Bytes32) throws -> ResultFacts
    /// What the ledger keeps of it: numbers, no values.
    func details(of result: Result) -> [String: String]
}

extension MeshWork {
    package var commitments: [InputCommitment]? { nil }
}

/// One pair's session alone comes to nothing.
package struct MeshSessionWork<Result: Sendable>: SessionWork {
    package init() {}

    package func run(over session: Session) async throws -> Result {
        throw Failure(.usage, "oneSession", "this runs over the sessions of all parties at once")
    }

    package func facts(of result: Result, salt: Bytes32) throws -> ResultFacts {
        throw Failure(.usage, "oneSession", "this runs over the sessions of all parties at once")
    }
}

extension MeshHeads {
    /// What this site says to each other one about all its logs, before any of it is said.
    init(_ mesh: Bytes32, _ job: Job, own: Int, _ sessions: [Int: Session]) {
        let items = job.parties.indices.filter { $0 != own }.map { index in
            Item(site: job.parties[index].name, head: sessions[index]?.sentHead ?? .empty)
        }
        self.init(mesh: mesh, items: items)
    }

    /// What one of them is told. A passive party of several is not told how long another one's log to the active party is: it tells the size
    /// of its set.
    func toward(_ peer: String, from own: String, _ job: Job) -> MeshHeads {
        guard job.kind == .several, peer != job.active.name, own != job.active.name else { return self }
        return MeshHeads(mesh: mesh, items: items.filter { $0.site != job.active.name })
    }

    /// The last messages of one session before its closing.
    func exchange(over session: Session) async throws {
        try await session.send(self)
        let theirs = try await session.receive(MeshHeads.self)
        guard theirs.mesh == mesh else { throw session.violation("otherMesh") }
        try await session.checkpoint()
    }
}

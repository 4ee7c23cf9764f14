import Jobs
import ProtocolKit
import Records
package import Site
import SplitRegression
import Transcript
package import Wire

/// A prediction of several parties at one site, with its books.
package struct JointPredictionJob: JointWork {
    package let mesh: PreparedMesh
    private let model: SavedJointModel
    private let observer: any RunObserver
    private let progress: ProgressReporter
    package let roots = Shared<[String: Bytes32]>([:])
    /// What each peer committed to in its session, by name.
    private let committed = Shared<[String: [InputCommitments.Item]]>([:])

    private var job: Job { mesh.job }

    /// - Parameter table: of new rows: its name in the site's settings, or a file.
    /// - Throws: what ``PreparedMesh`` throws; `Failure` for a model that does not fit the site or its job.
    package init(
        _ model: SavedJointModel, table: String, at site: SiteFolder, observer: any RunObserver
    ) throws {
        mesh = try PreparedMesh(
            model.scoringJob(at: site), for: JointPredictionProtocol(), at: site, scoring: (model, table))
        try Guards.check(mesh.job)
        self.model = model
        self.observer = observer
        progress = ProgressReporter(observer: observer)
    }

    /// Others may be busy with larger sets; that a party is gone shows on its connection.
    package var patience: Duration { mesh.patience + .milliseconds(20 * job.limits.maximumSetSize) }

    package func admit(_ committed: [InputCommitments.Item], of peer: MeshPeer, in session: Session) throws {
        try keepSet(committed, of: peer, in: session)
        self.committed.update { $0[peer.name] = committed }
    }

    package func run(over sessions: [Int: Session]) async throws -> JointPredictionResult {
        // Before anything is said about identifiers.
        for peer in mesh.peers { try peer.prepared.inputs.demandPeerModel(committed.value[peer.name] ?? []) }
        let books = SiteJointBooks(mesh, roots: roots.value, observer: observer)
        return try await books.run {
            try await JointPredictionRun(
                side: JointSide(mesh, patience: patience, books: books, progress: progress), model: model.model
            ).run(over: sessions)
        }
    }

    package func identity(of result: JointPredictionResult) -> Bytes32 { result.alignment.mesh }

    package func files(of result: JointPredictionResult) throws -> [ResultFile] {
        try JointPredictionFiles(mesh.file, result).results()
    }

    package func facts(of result: JointPredictionResult, salt: Bytes32) throws -> ResultFacts {
        try result.facts(salt: salt)
    }

    package func details(of result: JointPredictionResult) -> [String: String] {
        JointPredictionProtocol().details(of: result)
    }
}

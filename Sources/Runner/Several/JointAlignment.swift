import Jobs
import PrivateSetIntersection
import ProtocolKit
package import Records
package import Site
import Transcript
package import Wire

/// What came of an alignment of several parties.
package struct JointAlignmentResult: Sendable {
    /// In common order.
    package let rows: AlignedRows
    /// Identifiers that this site put in.
    package let ownCount: Int
    /// Set sizes that this site was told, by party: of all others at the active one, else of that alone.
    package let peerCounts: [String: Int]
    package let parties: Int
    /// Identity of the mesh.
    package let mesh: Bytes32
    /// Of a passive party, what it shares with each other passive one in this run alone, by that one's number.
    let pairs: [Int: PairSecret]

    func facts(salt: Bytes32) throws -> ResultFacts {
        var encoder = Encoder()
        encoder.write(identifiersOf: rows)
        return ResultFacts(
            try encoder.finish(), salt: salt, counts: ["rows": Int64(rows.count), "parties": Int64(parties)])
    }
}

extension JobInputs {
    /// The computing part of one party, over sessions that run or that read their logs again.
    static func alignJointly(
        _ table: PartyTable, _ job: Job, own: Int, over sessions: [Int: Session], patience: Duration,
        progress: @escaping @Sendable (String, AlignmentProgress) -> Void = { _, _ in },
        admit: @escaping @Sendable ([GuessBound]) throws -> Void = { _ in }
    ) async throws -> JointAlignmentResult {
        let found = try await MultipartyAlignment.run(
            table.identifiers.values, over: sessions, settings: MultipartySettings(job, patience: patience), own: own,
            progress: progress, admit: admit)
        return JointAlignmentResult(
            rows: try table.table.rows(at: found.rowIndices, of: table.identifiers), ownCount: found.ownCount,
            peerCounts: found.peerCounts, parties: job.parties.count, mesh: found.mesh,
            pairs: found.pairs)
    }
}

/// An alignment of several parties at one site, with its books.
package struct JointAlignment: JointWork {
    package let mesh: PreparedMesh
    private let cohorts: [CohortBook]
    private let progress: ProgressReporter
    package let roots = Shared<[String: Bytes32]>([:])

    private var job: Job { mesh.job }

    /// - Throws: what ``PreparedMesh`` throws.
    package init(_ file: JobFile, at site: SiteFolder, observer: any RunObserver) throws {
        let mesh = try PreparedMesh(file, for: JointAlignmentProtocol(), at: site)
        self.mesh = mesh
        cohorts = mesh.peers.map { CohortBook($0.book, of: mesh.identity) }
        progress = ProgressReporter(observer: observer)
    }

    /// Others may be busy with larger sets; that a party is gone shows on its connection.
    package var patience: Duration { mesh.patience + .milliseconds(20 * job.limits.maximumSetSize) }

    package func run(over sessions: [Int: Session]) async throws -> JointAlignmentResult {
        let refusal = Shared<PolicyRefusal?>(nil)
        let result: JointAlignmentResult
        do {
            result = try await align(over: sessions) {
                refusal.value = $0
                return SiteRefuses()
            }
        } catch is SiteRefuses {
            throw refusal.value ?? SiteRefuses() as any Error
        }
        for book in cohorts { try book.check(result.rows) }
        for book in cohorts { try book.open(result.rows) }
        return result
    }

    /// - Parameter refusing: makes of a refusal of this site's books what its sessions end with.
    private func align(
        over sessions: [Int: Session], refusing: @escaping @Sendable (PolicyRefusal) -> SiteRefuses
    ) async throws -> JointAlignmentResult {
        let (mesh, roots, progress) = (mesh, roots, progress)
        return try await JobInputs.alignJointly(
            mesh.table, job, own: mesh.own, over: sessions, patience: patience,
            progress: { _, step in progress.report(step) },
            admit: { bounds in
                do { try Self.debit(bounds, roots: roots.value, mesh) } catch let error as PolicyRefusal {
                    throw refusing(error)
                }
            })
    }

    /// Before this site says anything about its identifiers.
    ///
    /// - Parameter roots: of the sets that the peers committed to, by name.
    /// - Throws: `PolicyRefusal`.
    static func debit(_ bounds: [GuessBound], roots: [String: Bytes32], _ mesh: PreparedMesh) throws {
        for bound in bounds {
            guard let peer = mesh.peers.first(where: { $0.name == bound.party }), let root = roots[peer.name] else {
                throw Failure(.internalError, "noCommitment", "\(bound.party) committed to nothing")
            }
            // A passive party learns by the active one's questions: another set of theirs is another disclosure.
            let asked = roots[mesh.job.active.name].map {
                $0 == root ? root : Bytes32(hashing: $0.bytes + root.bytes)
            }
            try peer.book.open(set: asked ?? root, identifiers: bound.identifiers)
        }
    }

    package func identity(of result: JointAlignmentResult) -> Bytes32 { result.mesh }

    package func files(of result: JointAlignmentResult) throws -> [ResultFile] {
        try JointFiles(mesh.file, result).all()
    }

    package func facts(of result: JointAlignmentResult, salt: Bytes32) throws -> ResultFacts {
        try result.facts(salt: salt)
    }

    package func details(of result: JointAlignmentResult) -> [String: String] {
        JointAlignmentProtocol().details(of: result)
    }
}

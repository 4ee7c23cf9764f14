import Jobs
import PrivateSetIntersection
import ProtocolKit
import Records
package import Site
import SplitRegression
package import Transcript
package import Wire

/// A fit of several parties at one site, with its books.
package struct JointFit: MeshWork {
    package let mesh: PreparedMesh
    private let observer: any RunObserver
    private let progress: ProgressReporter
    /// Roots of sets that peers committed to, by name.
    private let roots = Shared<[String: Bytes32]>([:])

    private var job: Job { mesh.job }

    /// - Throws: what ``PreparedMesh`` throws.
    package init(_ file: JobFile, at site: SiteFolder, observer: any RunObserver) throws {
        mesh = try PreparedMesh(file, for: JointFitProtocol(), at: site)
        self.observer = observer
        progress = ProgressReporter(observer: observer)
    }

    /// Others may be busy with larger sets, and one after the other with columns; that a party is gone shows on its connection.
    package var patience: Duration {
        // No more rows are common than this site has.
        let rows = mesh.table.identifiers.count
        return TrainingPlan(job, rows: rows).patience(
            messageTimeout: mesh.patience + .milliseconds(20 * job.limits.maximumSetSize), rows: rows)
    }

    /// Whoever is lost ends the fit: it begins anew.
    package var lossTimeout: Int? { nil }
    package var progressMade: Int { 0 }
    package var standing: JointFitResult? { nil }
    package var hintOfEnded: String? { nil }

    package func begin() throws {}
    package func leave(in writer: TranscriptWriter) throws {}
    package func end() throws {}

    package func admit(_ committed: [InputCommitments.Item], of peer: MeshPeer, in session: Session) throws {
        guard let set = committed.first(where: { $0.label == "identifiers" }) else {
            throw session.violation("commitmentMissing")
        }
        roots.update { $0[peer.name] = set.root }
    }

    package func run(over sessions: [Int: Session]) async throws -> JointFitResult {
        let books = SiteJointBooks(mesh, roots: roots.value, observer: observer)
        do {
            return try await JointFitRun(
                file: mesh.file, own: mesh.own, table: mesh.table, salts: ColumnSalts(identity: mesh.identity),
                patience: patience, books: books, progress: progress
            ).run(over: sessions)
        } catch is SiteRefuses {
            throw books.refusal.value ?? SiteRefuses() as any Error
        }
    }

    package func identity(of result: JointFitResult) -> Bytes32 { result.alignment.mesh }

    package func parties(of result: JointFitResult) -> [String] { job.parties.map(\.name) }

    package func files(of result: JointFitResult) throws -> [ResultFile] {
        try JointFitFiles(mesh.file, job.parties[mesh.own], result).all()
    }

    package func facts(of result: JointFitResult, salt: Bytes32) throws -> ResultFacts {
        try result.facts(salt: salt)
    }

    package func details(of result: JointFitResult) -> [String: String] { JointFitProtocol().details(of: result) }
}

/// This site's rules and records around a fit: a book for each other party, since each learns what the fit opens.
struct SiteJointBooks: JointFitBooks {
    private let mesh: PreparedMesh
    private let roots: [String: Bytes32]
    private let cohorts: [(peer: MeshPeer, book: CohortBook)]
    private let observer: any RunObserver
    /// What this site's own books refused in the alignment, where the others are told no more than that.
    let refusal = Shared<PolicyRefusal?>(nil)
    /// By peer: what the ledger keeps of this site's inputs, and of both parties' once the peer's are there.
    private let ownInputs = Shared<[String: [SessionInputs.Own]]>([:])
    private let inputs = Shared<[String: SessionInputs]>([:])

    private var job: Job { mesh.job }
    private var isActive: Bool { mesh.own == 0 }

    init(_ mesh: PreparedMesh, roots: [String: Bytes32], observer: any RunObserver) {
        self.mesh = mesh
        self.roots = roots
        self.observer = observer
        cohorts = mesh.peers.map { ($0, CohortBook($0.book, of: mesh.identity)) }
    }

    func admit(_ bounds: [GuessBound]) throws {
        do { try JointAlignment.debit(bounds, roots: roots, mesh) } catch let error as PolicyRefusal {
            refusal.value = error
            throw SiteRefuses()
        }
    }

    func admit(_ own: CohortInputs, over rows: AlignedRows) throws {
        for (_, book) in cohorts { try book.check(rows) }
        for (peer, book) in cohorts {
            let kept = try book.check(own.columns.map { ($0.name, $0.root, $0.cells) }, over: own.rows)
            ownInputs.update { $0[peer.name] = kept }
        }
    }

    /// A change is named while the session runs: it was not known when a person approved the job.
    func admit(_ roots: [String: Bytes32], of party: String, over rows: AlignedRows) throws {
        guard let (_, book) = cohorts.first(where: { $0.peer.name == party }), let own = ownInputs.value[party]
        else { throw Failure(.internalError, "noBook", "there is no book for \(party)") }
        let both = SessionInputs(own: own, peer: roots)
        for change in try book.check(both, over: rows) { observer.warning("\(party): \(change.text)") }
        inputs.update { $0[party] = both }
    }

    func open(_ design: JobDesign, _ alignment: JointAlignmentResult) throws {
        let problems = design.problems(for: job)
        guard problems.isEmpty else { throw RecordsError.unfitDesign(problems) }
        let revealed = job.reveals(.scores) && !isActive
        try Guards.check(
            job,
            GuardFacts(
                job: job, rows: design.design.rows,
                distinctRows: revealed ? design.design.distinctRows : nil,
                earlierScoreVectors: try learners.map { try $0.book.scoreVectors(of: design.rows) }.max() ?? 0,
                setSizes: [alignment.ownCount] + alignment.peerCounts.values,
                smallestCell: design.design.cells.map(\.rows).min()))
        let own = job.parties[mesh.own]
        try CohortBook.open(
            design.rows,
            cohorts.map { peer, book in
                guard let inputs = inputs.value[peer.name] else {
                    throw Failure(.internalError, "noInputs", "\(peer.name) committed to no columns")
                }
                return (book, design.budget(for: job, from: own, to: job.parties[peer.index]), inputs)
            })
    }

    func openScores(of rows: AlignedRows) throws { try CohortBook.openScores(of: rows, learners.map(\.book)) }

    /// Whose books count scores: of a passive party's part the active one learns, the active one's are counted for each part in them.
    private var learners: [(peer: MeshPeer, book: CohortBook)] {
        isActive ? cohorts : cohorts.filter { $0.peer.index == 0 }
    }
}

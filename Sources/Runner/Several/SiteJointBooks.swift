import Jobs
import PrivateSetIntersection
import Records
import Site
import Wire

/// This site's rules and records around a fit, a description or a prediction: a book for each other party, since each learns what is opened.
struct SiteJointBooks: JointBooks {
    private let mesh: PreparedMesh
    private let roots: [String: Bytes32]
    private let cohorts: [(peer: MeshPeer, book: CohortBook)]
    private let observer: any RunObserver
    /// What this site's own books refused in the alignment, where the others are told no more than that.
    private let refusal = Shared<PolicyRefusal?>(nil)
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

    /// Runs a party's side with these books. What they refuse is said here; the others hear no more than that this site refuses.
    func run<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch is SiteRefuses { throw refusal.value ?? SiteRefuses() as any Error }
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
            let kept = try book.check(own)
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
        let problems = try design.problems(for: job)
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
        try open(design.rows) { design.budget(for: job, from: own, to: $0) }
    }

    func open(_ cohort: DescribedCohort) throws {
        try cohort.check(for: job)
        try open(cohort.rows) { cohort.budget(for: job, to: $0) }
    }

    func openPrediction(of rows: AlignedRows) throws {
        let earlier = try learners.map { try $0.book.scoreVectors(of: rows) }.max() ?? 0
        // First, so that a refusal is remembered as well: cohorts that differ by a person would tell about that person.
        try open(rows) { _ in nil }
        // Too many score vectors about the same rows would give away columns.
        let facts = GuardFacts(job: job, rows: rows.count, earlierScoreVectors: earlier)
        if let refusal = Guards.scores(job, facts).refusal { throw refusal }
    }

    /// All books, or none.
    ///
    /// - Parameter budget: nil where no bits are opened.
    private func open(_ rows: AlignedRows, _ budget: (Party) -> BitBudget?) throws {
        try CohortBook.open(
            rows,
            cohorts.map { peer, book in
                guard let inputs = inputs.value[peer.name] else {
                    throw Failure(.internalError, "noInputs", "\(peer.name) committed to no columns")
                }
                return (book, budget(job.parties[peer.index]), inputs)
            })
    }

    func openCoefficientsAgain(_ design: JobDesign) throws {
        let own = job.parties[mesh.own]
        try CohortBook.openCoefficientsAgain(
            design.rows,
            cohorts.map { peer, book in
                (book, design.budget(for: job, from: own, to: job.parties[peer.index], part: .coefficientsAgain))
            })
    }

    func openScores(of rows: AlignedRows) throws {
        try CohortBook.openScores(of: rows, learners.map(\.book)) { earlier in
            let facts = GuardFacts(job: job, rows: rows.count, earlierScoreVectors: earlier)
            if let refusal = Guards.scores(job, facts).refusal { throw refusal }
        }
    }

    /// Whose books count scores: of a passive party's part the active one learns, the active one's are counted for each part in them.
    private var learners: [(peer: MeshPeer, book: CohortBook)] {
        isActive ? cohorts : cohorts.filter { $0.peer.index == 0 }
    }
}

import Jobs
import PrivateSetIntersection
import ProtocolKit
import Records
import Site
import Wire

/// The site's own rules and records around a session of any purpose: each debit is made before its disclosure;
/// `protocols/disclosure.md` 2.
struct SiteBooks: JobBooks {
    private let prepared: PreparedJob
    private let book: DisclosureBook
    private let cohorts: CohortBook

    private var job: Job { prepared.job }
    private var disclosure: Disclosure { prepared.inputs.session.disclosure }

    private let observer: any RunObserver

    init(_ prepared: PreparedJob, with peer: Invitation, observer: any RunObserver) {
        self.prepared = prepared
        self.observer = observer
        book = prepared.book(with: peer)
        cohorts = CohortBook(book, of: prepared.identity)
    }

    func open(_ sizes: SetSizes, set: Bytes32) throws {
        try book.open(set: set, identifiers: sizes.peer)
    }

    func admit(_ rows: AlignedRows) throws {
        try cohorts.check(rows)
        // A fit asks all guards, once it knows its columns.
        if disclosure.contains(.scores) { try checkScores(rows, earlier: cohorts.scoreVectors(of: rows)) }
    }

    func admit(_ design: JobDesign, _ intersection: Intersection) throws {
        let problems = try design.problems(for: job)
        guard problems.isEmpty else { throw RecordsError.unfitDesign(problems) }
        try Guards.check(
            job,
            GuardFacts(
                job: job, rows: design.design.rows,
                distinctRows: design.label == nil && job.reveals(.scores) ? design.design.distinctRows : nil,
                earlierScoreVectors: try cohorts.scoreVectors(of: design.rows),
                setSizes: [intersection.ownCount, intersection.peerCount],
                smallestCell: design.design.cells.map(\.rows).min()))
    }

    func admit(_ cohort: DescribedCohort) throws {
        try cohort.check(for: job)
    }

    func admit(_ own: CohortInputs) throws -> [SessionInputs.Own] {
        try cohorts.check(own)
    }

    /// A change is named while the session runs: it was not known when a person approved the job.
    func admit(_ inputs: SessionInputs, over rows: AlignedRows) throws {
        for change in try cohorts.check(inputs, over: rows) { observer.warning(change.text) }
    }

    func remember(_ rows: AlignedRows, _ inputs: SessionInputs?) throws {
        try cohorts.open(rows, inputs: inputs)
        if disclosure.contains(.scores) { try openScores(of: rows) }
    }

    func remember(_ design: JobDesign, _ inputs: SessionInputs?) throws {
        try cohorts.open(design.rows, fit: design.budget(for: job), inputs: inputs)
    }

    func remember(_ cohort: DescribedCohort, _ inputs: SessionInputs?) throws {
        try cohorts.open(cohort.rows, fit: cohort.budget(for: job, to: prepared.peer), inputs: inputs)
    }

    func openCoefficientsAgain(_ design: JobDesign) throws {
        let budget = design.budget(
            for: job, from: prepared.inputs.own, to: prepared.inputs.peer, part: .coefficientsAgain)
        try CohortBook.openCoefficientsAgain(design.rows, [(cohorts, budget)])
    }

    func openScores(of rows: AlignedRows) throws {
        try cohorts.openScores(of: rows) { try checkScores(rows, earlier: $0) }
    }

    /// Too many score vectors about the same rows would give away the other side's columns.
    private func checkScores(_ rows: AlignedRows, earlier: Int) throws {
        let facts = GuardFacts(job: job, rows: rows.count, earlierScoreVectors: earlier)
        if let refusal = Guards.scores(job, facts).refusal { throw refusal }
    }
}

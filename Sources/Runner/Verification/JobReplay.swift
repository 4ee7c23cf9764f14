import Foundation
import Jobs
import PrivateSetIntersection
import Records
import Site
import SplitRegression
import Synchronization
import Transcript
import Wire

/// A recorded job run again, with what an auditor asks of it. `protocols/transcript.md` sections 9 and 11.
struct JobReplay: Sendable {
    typealias Finding = VerificationReport.Finding

    private let replay: SessionReplay
    private let books = ReplayBooks()

    var inputs: JobInputs { replay.inputs }

    init(_ replay: SessionReplay) { self.replay = replay }

    /// What came of it.
    struct Replayed: Sendable {
        /// R01, R02, R03.
        let findings: [Finding]
        /// The job as it ran again, if it came to its end.
        let finished: FinishedJob?
        /// As trained on, if it came so far.
        let design: JobDesign?
    }

    /// - Parameter comparesMetrics: whether R03 is about them too.
    func run(comparesMetrics: Bool = true) async throws -> Replayed {
        let replayed = try await replay.run(comparesMetrics: comparesMetrics) { opening in
            FitProtocol().work(replay.setup(opening, books))
        }
        return Replayed(
            findings: replayed.findings,
            finished: replayed.result.map {
                FinishedJob(FinishedSession($0, of: inputs, session: replay.log.session.id))
            },
            design: books.design)
    }

    /// Why nothing can be derived again, if so.
    var hindrance: String? { replay.log.hindrance }

    /// R01 alone.
    func committed() throws -> Finding { try replay.committed() }

    /// Whether the metrics that were signed are those of the job as it ran again.
    func hasMetrics(of finished: FinishedJob) -> Bool {
        outcome?.metrics == JobWork.metrics(of: finished.outcome)
    }

    // MARK: A04

    func keys() throws -> [SessionReplay.Key] { try replay.keys() }

    /// What the party signed in the end, if it is the keeper of the folder.
    var outcome: Outcome? { replay.log.outcome }
}

/// Nobody is asked and nothing is written: whether the guards and the cohort ledger let the job run was decided then.
private final class ReplayBooks: JobBooks {
    private let kept = Mutex<JobDesign?>(nil)

    var design: JobDesign? { kept.withLock { $0 } }

    func open(_ sizes: SetSizes, set: Bytes32) throws {}
    func admit(_ rows: AlignedRows) throws {}
    func admit(_ design: JobDesign, _ intersection: Intersection) throws { kept.withLock { $0 = design } }
    func admit(_ own: CohortInputs) throws -> [SessionInputs.Own] { [] }
    func admit(_ inputs: SessionInputs, over rows: AlignedRows) throws {}
    func remember(_ rows: AlignedRows, _ inputs: SessionInputs?) throws {}
    func remember(_ design: JobDesign, _ inputs: SessionInputs?) throws {}
    func admit(_ cohort: DescribedCohort) throws {}
    func remember(_ cohort: DescribedCohort, _ inputs: SessionInputs?) throws {}
    func openCoefficientsAgain(_ design: JobDesign) throws {}
    func openScores(of rows: AlignedRows) throws {}
}

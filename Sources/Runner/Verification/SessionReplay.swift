import Jobs
import PrivateSetIntersection
import ProtocolKit
import Records
import Site
import Transcript
import Wire

/// Runs one party's side of a recorded session again, from its seed, its table and what it received: the very code that
/// ran, over a session that reads the log. `protocols/transcript.md` sections 9 and 11.
struct SessionReplay: Sendable {
    typealias Finding = VerificationReport.Finding

    let inputs: JobInputs
    let log: Replay
    let progress: ProgressReporter
    private let secrets: OpenedSecrets

    /// - Parameters:
    ///   - party: whose messages are derived; the keeper of the folder unless given.
    ///   - inputs: that party's.
    init(
        transcript: String, party: String? = nil, inputs: JobInputs, secrets: OpenedSecrets, observer: any RunObserver
    ) throws {
        self.inputs = inputs
        self.secrets = secrets
        log = try Replay(folder: transcript, seed: secrets.seed, party: party)
        progress = ProgressReporter(observer: observer)
    }

    func setup(_ opening: SessionOpening, _ books: any JobBooks) -> WorkSetup {
        WorkSetup(inputs: inputs, opening: opening, books: books, progress: progress, log: log)
    }

    /// What came of it.
    struct Replayed<Result: Sendable>: Sendable {
        /// R01, R02, R03.
        let findings: [Finding]
        /// What the session came to again, if it came to its end.
        let result: Result?
    }

    /// - Parameter comparesMetrics: whether R03 is about the signed metrics too, as it is unless another check is.
    func run<Work: SessionWork>(
        comparesMetrics: Bool = true, _ make: (SessionOpening) throws -> Work
    ) async throws -> Replayed<Work.Result> {
        let commitments = try commitments()
        let committed = log.finding(commitments: commitments)
        guard committed.status == .passed else {
            return Replayed(findings: [committed] + [Check.r02, .r03].map { Self.skipped($0) }, result: nil)
        }
        if let hindrance = log.hindrance {
            return Replayed(
                findings: [committed, log.finding(), Self.skipped(.r03, "Not evaluated: \(hindrance).")], result: nil)
        }
        // Nobody is asked for an approval again, and nothing is kept.
        let work = try make(
            SessionOpening(
                inputs: inputs, approval: "", commitments: commitments, keep: { _, _ in },
                columnSalt: { [secrets] _ in try secrets.demandColumnSalt() }))
        let (result, error) = await finish(work)
        let derived = log.finding(after: error)
        let compared =
            derived.status == .passed
            ? try compare(work, result, comparesMetrics: comparesMetrics) : Self.skipped(.r03)
        return Replayed(findings: [committed, derived, compared], result: result)
    }

    /// R01: it needs no messages but the commitments.
    func committed() throws -> Finding { log.finding(commitments: try commitments()) }

    private func commitments() throws -> [InputCommitments.Item] {
        try inputs.commitments(salts: secrets.salts).map(\.item)
    }

    private func finish<Work: SessionWork>(_ work: Work) async -> (Work.Result?, (any Error)?) {
        do {
            let result = try await log.session.run { session in
                let result = try await work.run(over: session)
                try await session.close()
                return result
            }
            return (result, nil)
        } catch {
            progress.say("the replay ended: \(Failure(describing: error).code)")
            return (nil, error)
        }
    }

    private static func skipped(
        _ check: Check, _ sentence: String = "Not evaluated after the failure above."
    ) -> Finding {
        Finding(check: check, status: .notEvaluated, sentence: sentence)
    }

    /// R03.
    private func compare<Work: SessionWork>(
        _ work: Work, _ result: Work.Result?, comparesMetrics: Bool
    ) throws -> Finding {
        guard let outcome = log.outcome else {
            return Finding(
                check: .r03, status: .notEvaluated, sentence: "Not evaluated: this copy has no outcome of that party.")
        }
        func failed(_ error: String, _ sentence: String) -> Finding {
            Finding(check: .r03, status: .failed, error: error, sentence: sentence)
        }
        guard let result else {
            return failed("resultMismatch", "This party signed a result, but the session comes to none.")
        }
        // Figures need no salt: whoever keeps it back does not escape them.
        let facts = try work.facts(of: result, salt: secrets.resultSalt ?? .zero)
        let isOpened = secrets.resultSalt == nil || facts.commitment == outcome.resultCommitment
        guard isOpened, facts.counts == outcome.counts, !comparesMetrics || facts.metrics == outcome.metrics else {
            return failed(
                "resultMismatch",
                "Another result follows from these inputs than the one that this party signed.")
        }
        guard secrets.resultSalt != nil else {
            return failed("saltMissing", "This party signed a result and does not open its commitment to it.")
        }
        return Finding(check: .r03, status: .passed, sentence: Check.r03.sentence)
    }
}

/// Nobody is asked and nothing is written: whether the cohort ledger let the session run was decided then.
struct NoBooks: JobBooks {
    func admit(_ design: JobDesign, _ intersection: Intersection) throws {}
    func openCoefficientsAgain(_ design: JobDesign) throws {}
    func openScores(of rows: AlignedRows) throws {}
    func open(_ sizes: SetSizes, set: Bytes32) throws {}
    func admit(_ rows: AlignedRows) throws {}
    func admit(_ own: CohortInputs) throws -> [SessionInputs.Own] { [] }
    func admit(_ inputs: SessionInputs, over rows: AlignedRows) throws {}
    func remember(_ rows: AlignedRows, _ inputs: SessionInputs?) throws {}
    func remember(_ design: JobDesign, _ inputs: SessionInputs?) throws {}
    func admit(_ cohort: DescribedCohort) throws {}
    func remember(_ cohort: DescribedCohort, _ inputs: SessionInputs?) throws {}
}

import Foundation
import Jobs
import PrivateSetIntersection
import Records
import SplitRegression
import Synchronization
import Transcript
import Wire

/// Runs one party's side of a recorded job again, from its seed, its table and what it received: the very code that ran,
/// over a session that reads the log. `protocols/transcript.md` sections 9 and 11.
struct JobReplay: Sendable {
    typealias Finding = VerificationReport.Finding

    let inputs: JobInputs
    let secrets: OpenedSecrets
    private let replay: Replay
    private let books = ReplayBooks()
    private let progress: ProgressReporter

    /// - Parameters:
    ///   - party: whose messages are derived; the keeper of the folder unless given.
    ///   - inputs: that party's.
    init(
        transcript: String, party: String? = nil, inputs: JobInputs, secrets: OpenedSecrets, console: Console
    ) throws {
        self.inputs = inputs
        self.secrets = secrets
        replay = try Replay(folder: transcript, seed: secrets.seed, party: party)
        progress = ProgressReporter(console: console)
    }

    /// What came of it.
    struct Replayed: Sendable {
        /// R01, R02, R03.
        let findings: [Finding]
        /// The job as it ran again, if it came to its end.
        let finished: FinishedJob?
        /// As trained on, if it came so far.
        let design: JobDesign?
    }

    func run() async throws -> Replayed {
        let commitments = try inputs.commitments(salts: secrets.salts).map(\.item)
        let committed = replay.finding(commitments: commitments)
        guard committed.status == .passed else {
            let others = [Check.r02, .r03].map(Self.skipped)
            return Replayed(findings: [committed] + others, finished: nil, design: nil)
        }
        let work = JobWork(
            inputs: inputs, approval: "", commitments: commitments, books: books, progress: progress)
        let (finished, error) = await finish(work)
        let derived = replay.finding(after: error)
        let result = derived.status == .passed ? try compare(finished) : Self.skipped(.r03)
        return Replayed(findings: [committed, derived, result], finished: finished, design: books.design)
    }

    private func finish(_ work: JobWork) async -> (FinishedJob?, (any Error)?) {
        do {
            let result = try await replay.session.run { session in
                let result = try await work.run(over: session)
                try await session.close()
                return result
            }
            return (FinishedJob(result, of: inputs, session: replay.session.id), nil)
        } catch {
            progress.say("the replay ended: \(Failure(describing: error).code)")
            return (nil, error)
        }
    }

    private static func skipped(_ check: Check) -> Finding {
        Finding(check: check, status: .notEvaluated, sentence: "Not evaluated after the failure above.")
    }

    // MARK: R03

    private func compare(_ finished: FinishedJob?) throws -> Finding {
        guard let outcome = replay.outcome else {
            return Finding(
                check: .r03, status: .notEvaluated, sentence: "Not evaluated: this copy has no outcome of that party.")
        }
        guard let finished, let salt = secrets.resultSalt else {
            return Finding(check: .r03, status: .notEvaluated, sentence: "Not evaluated: the job came to no result.")
        }
        let facts = try ResultFacts(finished, salt: salt)
        guard facts.commitment == outcome.resultCommitment, facts.counts == outcome.counts else {
            return Finding(
                check: .r03, status: .failed, error: "resultMismatch",
                sentence: "Another model follows from these inputs than the one that this party signed.")
        }
        return Finding(check: .r03, status: .passed, sentence: Check.r03.sentence)
    }

    /// Whether the metrics that were signed are those of the job as it ran again.
    func hasMetrics(of finished: FinishedJob) -> Bool {
        replay.outcome?.metrics == ResultFacts.metrics(of: finished.outcome)
    }

    // MARK: A04

    /// Keys of this party that follow from its seed, each with whether the one that it sent is that key and well formed.
    func keys() throws -> [(purpose: String, holds: Bool)] {
        var keys: [(String, Bool)] = []
        if let message = try replay.payload(ofSent: AlignmentAudit.keyMessage),
            let head = replay.head(afterReceiving: AlignmentAudit.keyFollows)
        {
            let holds = AlignmentAudit.isKeyWellFormed(
                message, after: head, over: replay.session, keyBits: inputs.job.keys.bits,
                subgroupKeys: inputs.job.keys.kind == .subgroup)
            keys.append(("alignment", holds))
        }
        if let message = try replay.payload(ofSent: TrainingAudit.keyMessage),
            let head = replay.head(afterReceiving: TrainingAudit.keyFollows)
        {
            let holds = TrainingAudit.isKeyWellFormed(
                message, after: head, over: replay.session, keyBits: inputs.job.keys.bits,
                subgroupKeys: inputs.job.keys.kind == .subgroup)
            keys.append(("training", holds))
        }
        return keys
    }

    /// What the party signed in the end, if it is the keeper of the folder.
    var outcome: Outcome? { replay.outcome }
}

/// Nobody is asked and nothing is written: whether the guards and the cohort ledger let the job run was decided then.
private final class ReplayBooks: JobBooks {
    private let kept = Mutex<JobDesign?>(nil)

    var design: JobDesign? { kept.withLock { $0 } }

    func keep(approval note: String, of party: String) throws {}
    func admit(_ rows: AlignedRows) throws {}
    func admit(_ design: JobDesign, _ intersection: Intersection) throws { kept.withLock { $0 = design } }
    func remember(_ rows: AlignedRows) throws {}
}

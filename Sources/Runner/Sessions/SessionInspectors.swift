import Jobs
import Paillier
import PrivateSetIntersection
import SplitRegression
import Transcript
import Wire

/// What looks at the payloads of a session, by its purpose: the running session and the verifier both ask here, so that
/// neither accepts what the other rejects (`protocols/wire.md` 8.1).
enum SessionInspectors {
    /// - Parameters:
    ///   - session: its identity.
    ///   - local: the party that runs the session now; nil for a verifier.
    /// - Throws: where the job's keys have a size that no session is possible with.
    static func make(
        _ job: Job, for purpose: SessionPurpose, session: Bytes32, local: String? = nil
    ) throws -> [any PayloadInspector] {
        let (moduli, duplicates) = (ModulusRegister(), DuplicateFilter())
        func alignment() throws -> AlignmentInspector {
            try AlignmentInspector(
                keyBits: job.keys.bits, subgroupKeys: job.keys.kind == .subgroup,
                maximumSetSize: job.limits.maximumSetSize, session: session, moduli: moduli, duplicates: duplicates,
                local: local)
        }
        let protocols: [any PayloadInspector] =
            switch purpose {
            case .fit:
                [
                    TrainingInspector(
                        session: session, active: job.active.name, moduli: moduli, duplicates: duplicates, local: local
                    ) { rows in TrainingPlan(job, rows: rows) }, try alignment(),
                ]
            case .alignment: [try alignment()]
            case .count:
                [
                    try CountInspector(
                        keyBits: job.keys.bits, maximumSetSize: job.limits.maximumSetSize,
                        minimumCohort: job.limits.minimumCohort)
                ]
            case .prediction: [try alignment(), ScoreInspector(areRevealed: job.reveals(.scores))]
            }
        return protocols + [CommittedSetInspector()]
    }

    /// The same for a session that runs, with what it must see before its first protocol message. A verifier has that rule by
    /// itself.
    static func live(
        _ job: Job, for purpose: SessionPurpose, _ session: SessionDescription
    ) throws -> [any PayloadInspector] {
        let opening = OpeningInspector(job: job.hash, purpose: purpose, parties: [session.local, session.peer])
        return [opening] + (try make(job, for: purpose, session: session.id, local: session.local.name))
    }
}

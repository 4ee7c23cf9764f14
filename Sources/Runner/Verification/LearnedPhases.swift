import Jobs
import ProtocolKit

/// What each party learned in a session under a job if both followed the protocol, phase by phase; phases that did
/// not happen are left out.
struct LearnedPhases: Sendable {
    struct Phase: Sendable {
        let title: String
        /// Those in which somebody learned something.
        let rows: [LeakageTable.Row]
    }

    let phases: [Phase]

    /// - Parameters:
    ///   - rows: of the fit or the cohort, where they are known.
    ///   - hasOutcome: whether the session came to its end.
    init(_ job: Job, _ session: any SessionProtocol, rows: Int?, hasOutcome: Bool) {
        let all = LeakageTable(job: job, rows: rows).rows + session.leakage(of: job, rows: rows)
        phases = session.phases.compactMap { phase in
            if phase == .early && hasOutcome { return nil }
            let rows = all.filter { $0.phase == phase && !$0.learns.isEmpty }
            return rows.isEmpty ? nil : Phase(title: phase.title, rows: rows)
        }
    }
}

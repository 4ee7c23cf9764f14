import Jobs
import Records
import Transcript

/// The checks of an auditor to whom a party opened its seed and its inputs (A01, A04 to A07).
struct JobAudit: Sendable {
    typealias Finding = VerificationReport.Finding

    let replay: JobReplay
    /// Fewest rows that the auditor allows in a cell; the job's own minimum counts if it is larger.
    let minimumCell: Int

    private var party: String { replay.inputs.own.name }

    func findings() async throws -> [Finding] {
        let common = AuditFindings(party: party)
        if let hindrance = replay.hindrance {
            return try common.findings(of: replay.committed(), keys: replay.keys(), without: hindrance)
        }
        let replayed = try await replay.run(comparesMetrics: !hasScores)
        return [
            common.followed(replayed.findings), common.keys(try replay.keys()), metrics(replayed), cells(replayed),
            Self.guards(replayed.design, replay.inputs.job, of: party),
        ]
    }

    /// Metrics are then A05's.
    private var hasScores: Bool { replay.inputs.job.reveals(.scores) && replay.inputs.own.role == .active }

    private func metrics(_ replayed: JobReplay.Replayed) -> Finding {
        func skipped(_ reason: String) -> Finding {
            Finding(check: .a05, status: .notEvaluated, sentence: "Not evaluated: \(reason).")
        }
        guard hasScores else {
            return skipped("the job opens no scores to \(party)")
        }
        guard replay.outcome != nil else { return skipped("this copy has no outcome of \(party)") }
        guard let finished = replayed.finished else { return skipped("the replay did not come to its end") }
        guard replay.hasMetrics(of: finished) else {
            return Finding(
                check: .a05, status: .failed, error: "metricsMismatch",
                sentence: "Other metrics follow from the scores that were opened than those that \(party) signed.")
        }
        return Finding(check: .a05, status: .passed, sentence: Check.a05.sentence)
    }

    /// A07: what a party's own program asks before the training, and what nobody else has the figures for.
    ///
    /// - Parameter design: the rows that it trained on; nil where the replay did not come to them.
    static func guards(_ design: JobDesign?, _ job: Job, of party: String) -> Finding {
        guard let design else {
            return Finding(
                check: .a07, status: .notEvaluated, sentence: "Not evaluated: the replay did not come to the training.")
        }
        let broken: String?
        do { broken = try design.brokenGuard(for: job) } catch {
            return Finding(
                check: .a07, status: .notEvaluated,
                sentence: "Not evaluated: \(party)'s own columns have no fit, by which its rows would be weighed.")
        }
        if let broken {
            // No figure: an audit's report is read by more people than its inputs.
            return Finding(
                check: .a07, status: .failed, error: broken,
                sentence: "\(party) trained on rows for which \(broken) does not hold.")
        }
        return Finding(
            check: .a07, status: .passed,
            sentence: "\(Check.a07.sentence) What earlier fits opened is in its ledger alone.")
    }

    private func cells(_ replayed: JobReplay.Replayed) -> Finding {
        guard let design = replayed.design else {
            return Finding(
                check: .a06, status: .notEvaluated, sentence: "Not evaluated: the replay did not come to the training.")
        }
        let minimum = max(minimumCell, replay.inputs.job.limits.minimumCell)
        let limits = DesignLimits(
            minimumCell: minimum, maximumParametersPerRow: .infinity, maximumLeverage: .infinity)
        let problems = design.design.problems(limits: limits) + (design.label?.problems(limits: limits) ?? [])
        for case .smallCell(let column, _, _, _) in problems {
            // Neither the level nor the count: an audit's report is read by more people than its inputs.
            return Finding(
                check: .a06, status: .failed, error: "smallCell",
                sentence: "Column \(column) of \(party) singles out fewer than \(minimum) rows.")
        }
        return Finding(check: .a06, status: .passed, sentence: "\(Check.a06.sentence) (\(minimum) rows)")
    }
}

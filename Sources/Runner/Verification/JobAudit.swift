import Jobs
import Records
import Transcript

/// The checks of an auditor to whom a party opened its seed and its inputs (A01, A04, A05, A06).
struct JobAudit: Sendable {
    typealias Finding = VerificationReport.Finding

    let replay: JobReplay
    /// Fewest rows that the auditor allows in a cell; the job's own minimum counts if it is larger.
    let minimumCell: Int

    private var party: String { replay.inputs.own.name }

    func findings() async throws -> [Finding] {
        if let hindrance = replay.hindrance { return try findings(without: hindrance) }
        let replayed = try await replay.run(comparesMetrics: !hasScores)
        return [followed(replayed), try keys(), metrics(replayed), cells(replayed)]
    }

    /// Where messages were kept by hash: whether the opened inputs are those committed to, and the keys.
    private func findings(without hindrance: String) throws -> [Finding] {
        let committed = try replay.committed()
        let rest = Finding.notEvaluated([.a05, .a06], hindrance)
        guard committed.status == .failed else {
            return Finding.notEvaluated([.a01], hindrance) + [try keys()] + rest
        }
        return [followed(JobReplay.Replayed(findings: [committed], finished: nil, design: nil)), try keys()] + rest
    }

    /// A01: R01, R02 and R03 of the opened party.
    private func followed(_ replayed: JobReplay.Replayed) -> Finding {
        if let failure = replayed.findings.first(where: { $0.status == .failed }) {
            return Finding(
                check: .a01, status: .failed, error: failure.error, record: failure.record,
                sentence: "\(party) [\(failure.check.rawValue)]: \(failure.sentence)")
        }
        let unsigned = replayed.findings.contains { $0.check == .r03 && $0.status == .notEvaluated }
        return Finding(
            check: .a01, status: .passed,
            sentence: Check.a01.sentence + (unsigned ? " Its result is not in this copy." : ""))
    }

    private func keys() throws -> Finding {
        let keys = try replay.keys()
        guard !keys.isEmpty else {
            return Finding(check: .a04, status: .notEvaluated, sentence: "Not evaluated: \(party) sent no key.")
        }
        if let bad = keys.first(where: { !$0.holds }) {
            return Finding(
                check: .a04, status: .failed, error: "keyMalformed",
                sentence: "\(party)'s \(bad.purpose) key does not follow from its seed or is not well formed.")
        }
        let names = keys.map(\.purpose).joined(separator: " and ")
        return Finding(check: .a04, status: .passed, sentence: "\(Check.a04.sentence) (\(names))")
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

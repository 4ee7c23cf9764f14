extension Guards {
    /// Scores show the passive predictor row by row. With one column that is the column, with few different rows it tells which of
    /// them a row is, and with m_B n / (n - m_B) different score vectors the columns can be solved for (Luo, Wu, Xiao, Ooi, ICDE 2021).
    ///
    /// - Parameter facts: nil before anything is known of a run.
    public static func scores(_ job: Job, _ facts: GuardFacts?) -> GuardFinding {
        guard job.reveals(.scores) else { return GuardFinding(.scores, .notApplicable, "the job opens no scores") }
        let remedy = "drop scores from the reveal list"
        let m = facts?.passiveParameters ?? GuardFacts(job: job, rows: 0).passiveParameters
        let least = job.limits.minimumPassiveColumns
        guard m >= least else {
            return GuardFinding(
                .scores, .refused,
                job.kind == .several
                    ? "scores need at least \(least) columns of each passive party, one has \(m)"
                    : "scores need at least \(least) passive columns, the job has \(m)",
                remedy: "\(remedy), or add passive features")
        }
        guard let facts else {
            return GuardFinding(.scores, .kept, "scores over \(m) passive columns, at least \(least)")
        }
        if let distinct = facts.distinctRows, distinct < (facts.rows.plusClamped(1)) / 2 {
            return GuardFinding(
                .scores, .refused,
                "scores need different passive columns in at least half of \(facts.rows) rows, there are \(distinct) different ones",
                remedy: "\(remedy), or add passive features with more values")
        }
        guard facts.rows > m else {
            return GuardFinding(.scores, .kept, "scores over \(m) passive columns, at least \(least)")
        }
        let bound = Double(m) * Double(facts.rows) / Double(facts.rows.plusClamped(-m))
        let vectors = facts.earlierScoreVectors.plusClamped(1)
        let figures =
            "scores over \(m) passive columns (at least \(least)); \(vectors) score vectors about this cohort, "
            + "fewer than \(decimals(bound)) allowed"
        return Double(vectors) < bound
            ? GuardFinding(.scores, .kept, figures) : GuardFinding(.scores, .refused, figures, remedy: remedy)
    }

    static func decimals(_ value: Double) -> String {
        let hundredths = Int(clamped: (value * 100).rounded())
        let rest = abs(hundredths % 100)
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    static func whole(_ value: Double) -> String { "\(Int(clamped: value.rounded(.down)))" }
}

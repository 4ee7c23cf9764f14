import Records

/// The guards and limits of a job: pure functions of the job and of facts (`GuardFacts`).
///
/// Each side computes them before it starts, a verifier computes them again from the transcript (check T28). What
/// they defend against and their sources are in `protocols/leakage.md`. The leverage of rows is looked at where the
/// columns are (`DesignMatrix.problems`).
public enum Guards {
    /// Largest leverage of a row of a party's own block.
    public static func largestLeverage(loosened: Bool) -> Double { loosened ? 0.7 : 0.2 }

    /// The same under this job.
    public static func largestLeverage(_ job: Job) -> Double {
        largestLeverage(loosened: job.loosened.contains(.leverage))
    }

    /// Whether a job may start over these rows.
    ///
    /// - Throws: the first refusal, limits before guards.
    public static func check(_ job: Job, _ facts: GuardFacts) throws(GuardRefusal) {
        try refuse(findings(job, facts))
    }

    /// Whether a job may start at all: what is decidable before the number of rows is known.
    public static func check(_ job: Job) throws(GuardRefusal) { try refuse(findings(job)) }

    /// Every limit and guard with its figures, in order.
    public static func findings(_ job: Job, _ facts: GuardFacts) -> [GuardFinding] {
        limits(job, facts) + [scores(job, facts), budget(job, facts)]
    }

    /// What is decidable from the job alone.
    public static func findings(_ job: Job) -> [GuardFinding] { [scores(job, nil)] }

    private static func refuse(_ findings: [GuardFinding]) throws(GuardRefusal) {
        for finding in findings {
            if let refusal = finding.refusal { throw refusal }
        }
    }

    private static func budget(_ job: Job, _ facts: GuardFacts) -> GuardFinding {
        guard let budget = facts.budget else {
            return GuardFinding(
                .budget, .notEvaluated, "each party knows what its own columns hold",
                loosened: job.loosened.contains(.budget))
        }
        return budget.finding(earlier: 0, inAll: 0)
    }
}

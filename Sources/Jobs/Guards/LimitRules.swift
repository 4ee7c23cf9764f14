import Records

/// The limits that a job itself names, in the same form as the guards.
extension Guards {
    static func limits(_ job: Job, _ facts: GuardFacts) -> [GuardFinding] {
        var found = [cohort(job, facts), parameters(job, facts)]
        if !facts.setSizes.isEmpty { found.append(setSize(job, facts)) }
        if let cell = facts.smallestCell { found.append(smallestCell(job, cell)) }
        return found
    }

    private static func limit(_ name: String, _ kept: Bool, _ figures: String, _ remedy: String) -> GuardFinding {
        GuardFinding(
            name: name, verdict: kept ? .kept : .refused, figures: figures,
            remedy: kept ? nil : remedy, loosened: false)
    }

    private static func cohort(_ job: Job, _ facts: GuardFacts) -> GuardFinding {
        let least = job.limits.minimumCohort
        let nobody = facts.rows == 0 ? "no row in common" : "\(facts.rows) rows"
        return limit(
            "limit-cohort", facts.rows >= least, "\(nobody), at least \(least) needed",
            "check that both sides use the same identifiers; limits.minimumCohort may be lowered if every site's "
                + "policy allows it")
    }

    private static func parameters(_ job: Job, _ facts: GuardFacts) -> GuardFinding {
        let count = facts.activeParameters.plusClamped(facts.passiveParameters).plusClamped(facts.otherParameters)
        let allowed = Int(clamped: job.limits.parametersPerRow * Double(facts.rows))
        return limit(
            "limit-parameters", count <= allowed,
            "\(count) coefficients, \(facts.rows) rows x \(job.limits.parametersPerRow) allow \(allowed)",
            "use fewer columns or align more rows")
    }

    private static func setSize(_ job: Job, _ facts: GuardFacts) -> GuardFinding {
        let largest = facts.setSizes.max() ?? 0
        return limit(
            "limit-set-size", largest <= job.limits.maximumSetSize,
            "\(largest) identifiers, at most \(job.limits.maximumSetSize) allowed",
            "raise limits.maximumSetSize if every site's policy allows it")
    }

    private static func smallestCell(_ job: Job, _ cell: Int) -> GuardFinding {
        limit(
            "limit-cell", cell >= job.limits.minimumCell,
            "the smallest level has \(cell) rows, at least \(job.limits.minimumCell) needed",
            "merge small levels or drop the column")
    }
}

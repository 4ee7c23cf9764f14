import Jobs

extension Policy {
    /// Budgets that could not pay for one session under the job even if nothing had been spent yet.
    func budgetsBelowOneSession(of job: Job, disclosing disclosure: Disclosure) -> [PolicyRefusal] {
        let cohort = job.limits.minimumCohort
        var needs: [(Budget, Int, String)] = [Budget.identifiersPerDay, .identifiersPerPeer, .identifiersInAll].map {
            ($0, cohort, "the peer brings at least the job's minimumCohort of \(cohort) identifiers")
        }
        if disclosure.contains(.model) {
            needs += [Budget.modelsPerRow, .modelsPerRowInAll].map { ($0, 1, "a fit is one model of each row") }
        }
        if disclosure.contains(.count) {
            needs += [Budget.countsPerPeer, .countsInAll].map { ($0, 1, "this is one count") }
        }
        if disclosure.contains(.scores) {
            needs += [Budget.scoresPerRow, .scoresPerRowInAll].map { ($0, 1, "it opens a score of each row") }
        }
        return needs.compactMap { budget, least, reason in
            guard budgets[budget] < least else { return nil }
            return PolicyRefusal(
                rule: budget.rule,
                message:
                    "\(budget.rawValue) is \(budgets[budget]): no session under this job can keep to it: \(reason)",
                remedy:
                    "whoever answers for this site's data can raise \(budget.rawValue) in policy.yaml to \(least) or more"
            )
        }
    }
}

import Jobs

extension Policy {
    /// Budgets that could not pay for one session under the job even if nothing had been spent yet.
    func budgetsBelowOneSession(of job: Job, disclosing disclosure: Disclosure) -> [PolicyRefusal] {
        disclosure.needs(of: job).compactMap { budget, least, reason in
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

extension Disclosure {
    /// What one session under the job takes of budgets, at least, and why.
    func needs(of job: Job) -> [(budget: Budget, least: Int, reason: String)] {
        let cohort = job.limits.minimumCohort
        var needs: [(Budget, Int, String)] = [Budget.identifiersPerDay, .identifiersPerPeer, .identifiersInAll].map {
            ($0, cohort, "the peer brings at least the job's minimumCohort of \(cohort) identifiers")
        }
        if contains(.model) {
            needs += [Budget.modelsPerRow, .modelsPerRowInAll].map { ($0, 1, "a fit is one model of each row") }
        }
        if contains(.count) { needs += [Budget.countsPerPeer, .countsInAll].map { ($0, 1, "this is one count") } }
        if contains(.scores) {
            needs += [Budget.scoresPerRow, .scoresPerRowInAll].map { ($0, 1, "it opens a score of each row") }
        }
        return needs
    }
}

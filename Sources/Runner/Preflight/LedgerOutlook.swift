import Jobs
import Site

/// Whether the site's ledger leaves enough of its budgets for one more session under a job, as far as that shows before anybody is called.
/// What repeats an earlier run under one approval costs nothing, and which rows will be common is not known: so these are warnings, and
/// the ledger refuses when the time comes.
struct LedgerOutlook {
    let site: SiteFolder
    /// Those of the job; peers that this site does not know have spent nothing.
    let peers: [String]

    /// - Parameter needs: what one run takes, at least.
    /// - Returns: a warning for each budget with too little left; a failure where the ledger or the policy cannot be read.
    func checks(_ needs: [(budget: Budget, amount: Int)]) -> [StartCheck] {
        let report: BudgetReport
        do {
            let known = try site.peers.names()
            report = try BudgetReport(of: site, peers: peers.filter(known.contains))
        } catch {
            return [StartCheck("ledger", failed: error)]
        }
        return report.budgets.compactMap { line in
            let amount = needs.first { $0.budget.rawValue == line.budget }?.amount ?? 0
            // Of an amount above the whole budget the policy's own check says more.
            guard let budget = Budget(rawValue: line.budget), line.left < amount, line.limit >= amount else {
                return nil
            }
            let whose = line.peer.map { " with \($0)" } ?? ""
            let rows = Self.ofRows.contains(budget) ? "; rows that were in none of these are free" : ""
            return StartCheck(
                budget.rule, .warning,
                "\(line.spent) of \(line.limit)\(whose) are used, and this job takes \(amount) or more: \(budget.meaning)\(rows)",
                hint:
                    "the ledger refuses what goes beyond; repeating an earlier run costs nothing (moiety policy check)")
        }
    }

    private static let ofRows: Set<Budget> = [
        .modelsPerRow, .modelsPerRowInAll, .scoresPerRow, .scoresPerRowInAll, .sumsPerRowInAll, .tablesPerRowInAll,
        .siteListsPerRowInAll, .rootsPerColumn,
    ]
}

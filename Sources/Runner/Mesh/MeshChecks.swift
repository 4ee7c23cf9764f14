import Jobs
import Site

/// What may stop a job with a session for each pair of its parties, whatever it computes.
struct MeshChecks {
    let file: JobFile
    let site: SiteFolder

    init(_ file: JobFile, at site: SiteFolder) {
        self.file = file
        self.site = site
    }

    func approval(isDraft: Bool) -> [StartCheck] {
        let check = StartCheck.run("approval") {
            let identity = try site.identity()
            _ = try site.heldApproval(of: file, by: identity, in: site.ledger(signedBy: identity))
            return "held"
        }
        return [isDraft && check.verdict == .failed ? check.asWarning : check]
    }

    /// - Parameter needs: what one run costs of each of these budgets.
    func policy(_ needs: [(budget: Budget, amount: Int)]) -> [StartCheck] {
        do {
            let policy = try site.policy()
            let refusals = policy.refusals(of: file.job, as: site.name)
            let spent = needs.filter { policy.budgets[$0.budget] < $0.amount }.map { budget, amount in
                StartCheck(
                    budget.rule,
                    failed: PolicyRefusal(
                        rule: budget.rule,
                        message:
                            "\(budget.rawValue) is \(policy.budgets[budget]), and such a job takes \(amount) or more: it cannot keep to it",
                        remedy: "whoever answers for this site's data can raise it in policy.yaml"))
            }
            let fine = refusals.isEmpty ? [StartCheck("policy", .ok, "allows the job")] : []
            let others = file.job.others(than: site.name).map(\.name)
            let outlook = LedgerOutlook(site: site, peers: others).checks(needs + [(.attemptsPerHour, 1)])
            return refusals.map { StartCheck($0.rule, failed: $0) } + spent + fine + outlook
        } catch {
            return [StartCheck("policy", failed: error)]
        }
    }

    /// Every other party: who stands later in the job dials.
    func peers(_ place: (own: Int, others: [Int])) -> [StartCheck] {
        place.others.map { index in
            let name = file.job.parties[index].name
            return .run("peer \(name)") {
                let invitation = try site.peers.peer(named: name)
                guard index < place.own else { return "is expected to dial \(site.settings.listen)" }
                guard let address = invitation.address else {
                    throw Failure(
                        .configuration, "noAddress", "this site does not know where '\(name)' listens",
                        hint: "who stands later in the job dials: moiety peer add with --address HOST:PORT")
                }
                return "is dialled at \(address)"
            }
        }
    }
}

import Bignum
import Jobs
import PrivateSetIntersection
import Records
package import Site

/// What would stop a fit of several parties.
package typealias JointFitStart = MeshStart<JointFit>

extension MeshStart where Work == JointFit {
    /// - Parameter isDraft: whether the job need not be approved yet.
    package init(_ file: JobFile, isDraft: Bool = false, at site: SiteFolder, observer: any RunObserver) {
        let job = file.job
        self.init(
            file, isDraft: isDraft, at: site,
            about: { own in
                let party = job.parties[own]
                let role = party.name == job.helper ? "helper" : "\(party.role.rawValue) one"
                return [StartCheck("party", .ok, "\(site.name) is the \(role) of \(job.parties.count) parties")]
            }, needs: { Self.needs(job, own: $0) }, rows: { Self.columns(job, $0, site) },
            prepare: { try JointFit(file, at: site, observer: observer) })
    }

    /// A model is one with each other party, and as many in all; scores are counted at the active party with each whose part is in them.
    private static func needs(_ job: Job, own: Int) -> [(budget: Budget, amount: Int)] {
        let others = job.parties.count - 1
        return JointStart.identifiersNeeded(job) + [(.modelsPerRow, 1), (.modelsPerRowInAll, others)]
            + (job.reveals(.scores) ? [(.scoresPerRow, 1), (.scoresPerRowInAll, own == 0 ? others : 1)] : [])
    }

    /// Identifiers, guards and limits over the rows that this site could bring, at most.
    private static func columns(_ job: Job, _ party: Party, _ site: SiteFolder) -> Rows {
        var found = Rows()
        do {
            let table = try PartyTable(job, party: party, site: site)
            found.identifiers = table.identifiers.report
            try JointStart.check(table, job)
            found.checks.append(StartCheck("identifiers", .ok, table.summary))
            let check = try table.check(for: job)
            if !check.problems.isEmpty {
                found.checks.append(StartCheck("columns", failed: RecordsError.unfitDesign(check.problems, over: .own)))
            }
            if let leverage = check.leverage {
                found.checks.append(
                    StartCheck(
                        Guard.leverage.name, .warning,
                        "\(leverage.description(over: .own)); the job is refused if the common rows have it too"))
            }
            let rows = table.fittedRows(of: job)
            for peer in job.others(than: party.name) {
                let budget = BitBudget(job, rows: rows, from: party, to: peer, hidden: check.hidden)
                let findings = Guards.findings(job, GuardFacts(job: job, rows: rows, budget: budget))
                let refused = findings.compactMap { finding in
                    finding.refusal.map { StartCheck(finding.name, failed: $0) }
                }
                guard refused.isEmpty else {
                    found.checks += refused
                    return found
                }
            }
            found.checks.append(
                StartCheck("columns", .ok, "\(job.coefficientCount(of: party)) of \(job.coefficientCount) coefficients")
            )
            found.estimate = JobEstimate(
                job, rows: rows, heldOut: table.identifiers.count - rows, ownIdentifiers: table.identifiers.count,
                relativeCost: ArithmeticPath.current.relativeCost)
            found.checks += [JobEstimate.check(found.estimate, rows: rows, of: job)].compactMap(\.self)
        } catch {
            found.checks.append(StartCheck("columns", failed: error))
        }
        return found
    }
}

import Jobs
import PrivateSetIntersection
import Records
package import Site

/// What would stop a description of several parties.
package typealias JointDescriptionStart = MeshStart<JointDescriptionJob>

extension MeshStart where Work == JointDescriptionJob {
    package init(_ file: JobFile, at site: SiteFolder, observer: any RunObserver) {
        let job = file.job
        self.init(
            file, isDraft: false, at: site,
            about: { own in
                let role = job.parties[own].role.rawValue
                return [
                    StartCheck("party", .ok, "\(site.name) is the \(role) one of \(job.parties.count) parties"),
                    .run("description") {
                        try JointDescriptionProtocol.demandOpened(job)
                        return "the job opens it"
                    },
                ]
            },
            needs: { _ in
                JointStart.identifiersNeeded(job) + [(.modelsPerRow, 1), (.modelsPerRowInAll, job.parties.count - 1)]
            },
            rows: { Self.rows(job, $0, site) }, prepare: { try JointDescriptionJob(file, at: site, observer: observer) }
        )
    }

    /// Identifiers, groups and budgets over the rows that this site could bring, at most.
    private static func rows(_ job: Job, _ party: Party, _ site: SiteFolder) -> Rows {
        var found = Rows()
        do {
            let table = try PartyTable(job, party: party, site: site)
            found.identifiers = table.identifiers.report
            try JointStart.check(table, job)
            found.checks.append(StartCheck("identifiers", .ok, table.summary))
            try DescriptionProtocol.checkGroups(job, party, table)
            let all = try table.table.rows(at: Array(0..<table.identifiers.count), of: table.identifiers)
            let cohort = try DescribedCohort(job, party, table, all)
            for peer in job.others(than: party.name) {
                let facts = GuardFacts(job: job, rows: all.count, budget: cohort.budget(for: job, to: peer))
                let refusals = Guards.findings(job, facts).filter { $0.name == Guard.budget.name }.compactMap(\.refusal)
                if let refusal = refusals.first {
                    found.checks.append(StartCheck(Guard.budget.name, failed: refusal))
                    return found
                }
            }
            found.checks.append(StartCheck("columns", .ok, "\(party.described.count) to describe"))
        } catch {
            found.checks.append(StartCheck("columns", failed: error))
        }
        return found
    }
}

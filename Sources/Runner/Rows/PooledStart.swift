package import Jobs
import PooledRegression
import Records
import SecureSums
package import Site

/// What would stop a job split by rows.
package typealias PooledStart = MeshStart<PooledJob>

extension MeshStart where Work == PooledJob {
    /// - Parameter isDraft: whether the job need not be approved yet.
    package init(_ file: JobFile, isDraft: Bool = false, at site: SiteFolder, observer: any RunObserver) {
        let job = file.job
        self.init(
            file, isDraft: isDraft, at: site,
            about: { own in
                let place = "\(site.name) is site \(own + 1) of \(job.parties.count) that hold the same columns"
                return [StartCheck("party", .ok, place), Self.check(job)]
            }, budgets: [.modelsPerRowInAll, .sumsPerRowInAll], rows: { Self.rows(job, $0, site) },
            prepare: { try PooledJob(file, at: site, observer: observer) })
    }

    /// What the job alone shows: whether its passes may open more than the rows that it demands can carry.
    package static func check(_ job: Job) -> StartCheck {
        .run("numbers") {
            try PooledFit.check(PooledModel(job), SumSettings(job))
            return "at most \(job.model.maximumPasses) passes: no more numbers than the rows of two sites hold"
        }
    }

    private static func rows(_ job: Job, _ party: Party, _ site: SiteFolder) -> Rows {
        var found = Rows()
        do {
            let table = try PartyTable(job, party: party, site: site)
            found.identifiers = table.identifiers.report
            let usable = table.identifiers.count
            guard usable >= job.limits.minimumCohort else {
                found.checks.append(
                    StartCheck(
                        "rows", .failed,
                        "this site has \(usable) usable rows, and each site needs at least \(job.limits.minimumCohort)",
                        hint: "see limits.minimumCohort in the job, and: moiety data check"))
                return found
            }
            found.checks.append(StartCheck("rows", .ok, table.summary))
            let rows = try table.pooledRows()
            let problems = try table.pooledProblems(for: job, rows)
            guard problems.isEmpty else { throw RecordsError.unfitDesign(problems, over: .own) }
            _ = try PooledFit(PooledModel(job), rows: PooledRows(table, rows))
            found.checks.append(StartCheck("columns", .ok, "\(job.coefficientCount) coefficients"))
        } catch {
            found.checks.append(StartCheck("columns", failed: error))
        }
        return found
    }
}

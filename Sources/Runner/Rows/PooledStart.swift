package import Jobs
import PooledRegression
import ProtocolKit
package import Records
import SecureSums
package import Site

/// What would stop a job split by rows here, in one place: asked by `job check`, by a dry run, and by the run itself.
package struct PooledStart: Sendable {
    package private(set) var checks: [StartCheck] = []
    package private(set) var identifiers: IdentifierReport?
    /// What runs; nil when a check failed.
    package private(set) var prepared: PooledJob?

    /// - Parameter isDraft: whether the job need not be approved yet.
    package init(_ file: JobFile, isDraft: Bool = false, at site: SiteFolder, observer: any RunObserver) {
        let job = file.job
        let place: (own: Int, others: [Int])
        do {
            place = try file.sites(at: site)
        } catch {
            checks.append(StartCheck("party", failed: error))
            return
        }
        checks.append(
            StartCheck(
                "party", .ok, "\(site.name) is site \(place.own + 1) of \(job.parties.count) that hold the same columns"
            ))
        numbers(job)
        checks += MeshChecks(file, at: site).approval(isDraft: isDraft)
        policy(job, site)
        table(job, job.parties[place.own], site)
        checks += MeshChecks(file, at: site).peers(place)
        guard !isDraft, checks.firstFailure == nil else { return }
        do { prepared = try PooledJob(file, at: site, observer: observer) } catch {
            checks.append(StartCheck("books", failed: error))
        }
    }

    /// - Throws: `Failure`: the first that would stop it.
    package func demand() throws -> PooledJob {
        if let failure = checks.firstFailure { throw failure }
        guard let prepared else { throw Failure(.internalError, "notPrepared", "the job could not be prepared") }
        return prepared
    }

    /// What the job alone shows: whether its passes may open more than the rows that it demands can carry.
    package static func check(_ job: Job) -> StartCheck {
        .run("numbers") {
            try PooledFit.check(PooledModel(job), SumSettings(job))
            return "at most \(job.model.maximumPasses) passes: no more numbers than the rows of two sites hold"
        }
    }

    private mutating func numbers(_ job: Job) { checks.append(Self.check(job)) }

    private mutating func policy(_ job: Job, _ site: SiteFolder) {
        do {
            let policy = try site.policy()
            let refusals = policy.refusals(of: job, as: site.name)
            checks += refusals.map { StartCheck($0.rule, failed: $0) }
            for budget in [Budget.modelsPerRowInAll, .sumsPerRowInAll] where policy.budgets[budget] < 1 {
                checks.append(
                    StartCheck(
                        budget.rule, .failed, "\(budget.rawValue) is 0: no job split by rows can keep to it",
                        hint: "whoever answers for this site's data can raise it in policy.yaml"))
            }
            if refusals.isEmpty { checks.append(StartCheck("policy", .ok, "allows the job")) }
        } catch {
            checks.append(StartCheck("policy", failed: error))
        }
    }

    private mutating func table(_ job: Job, _ party: Party, _ site: SiteFolder) {
        do {
            let table = try PartyTable(job, party: party, site: site)
            identifiers = table.identifiers.report
            let usable = table.identifiers.count
            guard usable >= job.limits.minimumCohort else {
                return checks.append(
                    StartCheck(
                        "rows", .failed,
                        "this site has \(usable) usable rows, and each site needs at least \(job.limits.minimumCohort)",
                        hint: "see limits.minimumCohort in the job, and: moiety data check"))
            }
            checks.append(StartCheck("rows", .ok, table.summary))
            let rows = try table.pooledRows()
            let problems = try table.pooledProblems(for: job, rows)
            guard problems.isEmpty else { throw RecordsError.unfitDesign(problems, over: .own) }
            _ = try PooledFit(PooledModel(job), rows: PooledRows(table, rows))
            checks.append(StartCheck("columns", .ok, "\(job.coefficientCount) coefficients"))
        } catch {
            checks.append(StartCheck("columns", failed: error))
        }
    }
}

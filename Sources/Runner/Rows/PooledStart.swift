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
        /// The table is read once, for checks and run.
        var read: PooledTable?
        self.init(
            file, isDraft: isDraft, at: site,
            about: { own in
                let place = "\(site.name) is site \(own + 1) of \(job.parties.count) that hold the same columns"
                return [StartCheck("party", .ok, place), Self.check(job)]
            },
            needs: { _ in
                ([.modelsPerRowInAll, .sumsPerRowInAll] + (job.opensCells ? [.tablesPerRowInAll] : [])).map { ($0, 1) }
            },
            rows: { party in
                let (found, table) = Self.rows(job, party, site)
                read = table
                return found
            },
            prepare: {
                guard let read else { throw Failure(.internalError, "noTable", "the table was checked and not read") }
                return try PooledJob(file, read, at: site, observer: observer)
            })
    }

    /// What the job alone shows: whether its passes may open more than the rows that it demands can carry.
    package static func check(_ job: Job) -> StartCheck {
        .run("numbers") {
            try PooledTask(job).check(SumSettings(job))
            switch job.rows?.analysis ?? .model {
            case .model:
                if let privacy = job.rows?.privacy {
                    return "noise for epsilon \(privacy.epsilon), delta \(privacy.delta)"
                }
                guard job.rows?.hasGrid == true else { break }
                return "one baseline at up to \(job.rows?.times.count ?? 0) times: cells are voted on first"
            case .table: return "a table of \(TableDesign(job).columns.count) columns: cells are voted on first"
            case .survival: return "curves at up to \(job.rows?.times.count ?? 0) times: cells are voted on first"
            }
            return "at most \(job.model.maximumPasses) passes: no more numbers than the rows of two sites hold"
        }
    }

    private static func rows(_ job: Job, _ party: Party, _ site: SiteFolder) -> (Rows, PooledTable?) {
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
                return (found, nil)
            }
            found.checks.append(StartCheck("rows", .ok, table.summary))
            let read = try PooledTable(job, table, SiteSecret(site.identity(), job))
            let words =
                job.rows?.analysis == .model
                ? "\(job.coefficientCount) coefficients" : "\(table.privateColumns.count) columns"
            found.checks.append(StartCheck("columns", .ok, words))
            return (found, read)
        } catch {
            found.checks.append(StartCheck("columns", failed: error))
            return (found, nil)
        }
    }
}

extension Job {
    /// Whether it opens a table, curves or a grid.
    fileprivate var opensCells: Bool { rows?.analysis != .model || rows?.hasGrid == true }
}

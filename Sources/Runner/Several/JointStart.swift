import Jobs
package import Records
package import Site

/// What would stop an alignment of several parties here, in one place: asked by `job check` and by the run itself.
package struct JointStart: Sendable {
    package private(set) var checks: [StartCheck] = []
    package private(set) var identifiers: IdentifierReport?
    /// What runs; nil when a check failed.
    package private(set) var prepared: JointAlignment?

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
        let role = job.parties[place.own].role.rawValue
        checks.append(StartCheck("party", .ok, "\(site.name) is the \(role) one of \(job.parties.count) parties"))
        checks += MeshChecks(file, at: site).approval(isDraft: isDraft)
        policy(job, site)
        table(job, job.parties[place.own], site)
        checks += MeshChecks(file, at: site).peers(place)
        guard !isDraft, checks.firstFailure == nil else { return }
        do { prepared = try JointAlignment(file, at: site, observer: observer) } catch {
            checks.append(StartCheck("books", failed: error))
        }
    }

    /// - Throws: `Failure`: the first that would stop it.
    package func demand() throws -> JointAlignment {
        if let failure = checks.firstFailure { throw failure }
        guard let prepared else { throw Failure(.internalError, "notPrepared", "the job could not be prepared") }
        return prepared
    }

    private mutating func policy(_ job: Job, _ site: SiteFolder) {
        do {
            let refusals = try site.policy().refusals(of: job, as: site.name)
            checks += refusals.map { StartCheck($0.rule, failed: $0) }
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
                        "identifiers", .failed,
                        "this site has \(usable) usable identifiers, fewer than the minimum cohort of \(job.limits.minimumCohort)",
                        hint: "see limits.minimumCohort in the job, and: moiety data check"))
            }
            guard usable <= job.limits.maximumSetSize else {
                return checks.append(
                    StartCheck(
                        "identifiers", .failed,
                        "this site has \(usable) usable identifiers, more than the \(job.limits.maximumSetSize) that the job allows",
                        hint: "see limits.maximumSetSize in the job"))
            }
            checks.append(StartCheck("identifiers", .ok, table.summary))
        } catch {
            checks.append(StartCheck("identifiers", failed: error))
        }
    }
}

import Jobs
import PrivateSetIntersection
import Records
package import Site

/// What would stop an alignment of several parties.
package typealias JointStart = MeshStart<JointAlignment>

extension MeshStart where Work == JointAlignment {
    /// - Parameter isDraft: whether the job need not be approved yet.
    package init(_ file: JobFile, isDraft: Bool = false, at site: SiteFolder, observer: any RunObserver) {
        let job = file.job
        self.init(
            file, isDraft: isDraft, at: site,
            about: { own in
                let role = job.parties[own].role.rawValue
                return [StartCheck("party", .ok, "\(site.name) is the \(role) one of \(job.parties.count) parties")]
            }, needs: { _ in Self.identifiersNeeded(job) }, rows: { Self.identifiers(job, $0, site) },
            prepare: { try JointAlignment(file, at: site, observer: observer) })
    }

    /// Each other party brings at least the smallest cohort, and may learn about as many.
    static func identifiersNeeded(_ job: Job) -> [(budget: Budget, amount: Int)] {
        let (cohort, others) = (job.limits.minimumCohort, job.parties.count - 1)
        return [(.identifiersPerDay, cohort), (.identifiersPerPeer, cohort), (.identifiersInAll, cohort * others)]
    }

    /// Whether a site has neither too few nor too many usable identifiers.
    static func check(_ table: PartyTable, _ job: Job) throws {
        let (usable, limits) = (table.identifiers.count, job.limits)
        guard usable >= limits.minimumCohort else {
            throw AlignmentError.ownSetTooSmall(count: usable, minimum: limits.minimumCohort)
        }
        guard usable <= limits.maximumSetSize else {
            throw AlignmentError.ownSetTooLarge(count: usable, maximum: limits.maximumSetSize)
        }
    }

    private static func identifiers(_ job: Job, _ party: Party, _ site: SiteFolder) -> Rows {
        var found = Rows()
        do {
            let table = try PartyTable(job, party: party, site: site)
            found.identifiers = table.identifiers.report
            try check(table, job)
            found.checks.append(StartCheck("identifiers", .ok, table.summary))
        } catch {
            found.checks.append(StartCheck("identifiers", failed: error))
        }
        return found
    }
}

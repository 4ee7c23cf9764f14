import Jobs
package import Records
import Site

/// What would stop a job with a session for each pair of its parties here, in one place: asked by `job check`, by a dry run, and by the run
/// itself.
package struct MeshStart<Work: MeshWork>: Sendable {
    package private(set) var checks: [StartCheck] = []
    package private(set) var identifiers: IdentifierReport?
    /// nil where none is made.
    package private(set) var estimate: JobEstimate?
    /// What runs; nil when a check failed.
    package private(set) var prepared: Work?

    /// What one site's table shows.
    struct Rows {
        var identifiers: IdentifierReport?
        var checks: [StartCheck] = []
        var estimate: JobEstimate?
    }

    /// - Parameters:
    ///   - isDraft: whether the job need not be approved yet.
    ///   - about: what the job shows, and this site's number in it.
    ///   - needs: what one run costs of budgets in the site's policy.
    init(
        _ file: JobFile, isDraft: Bool, at site: SiteFolder, about: (_ own: Int) -> [StartCheck],
        needs: (_ own: Int) -> [(budget: Budget, amount: Int)] = { _ in [] },
        rows: (Party) -> Rows, prepare: () throws -> Work
    ) {
        let place: (own: Int, others: [Int])
        do {
            place = try file.sites(at: site)
        } catch {
            checks.append(StartCheck("party", failed: error))
            return
        }
        let common = MeshChecks(file, at: site)
        let approval = common.approval(isDraft: isDraft)
        let table = rows(file.job.parties[place.own])
        (identifiers, estimate) = (table.identifiers, table.estimate)
        checks =
            about(place.own) + approval + common.policy(needs(place.own)) + table.checks
            + common.peers(place)
        // What the books say of a job that is not approved yet shows when it is.
        guard checks.firstFailure == nil, approval.allSatisfy({ $0.verdict == .ok }) else { return }
        do { prepared = try prepare() } catch { checks.append(StartCheck("books", failed: error)) }
    }

    /// - Throws: `Failure`: the first that would stop it.
    package func demand() throws -> Work {
        if let failure = checks.firstFailure { throw failure }
        guard let prepared else { throw Failure(.internalError, "notPrepared", "the job could not be prepared") }
        return prepared
    }
}

import Jobs
import Records

/// A job that this site may run and has the data for: everything that can be refused before anything leaves the site.
struct PreparedJob: Sendable {
    let file: JobFile
    let site: SiteFolder
    let own: Party
    let peer: Party
    let identity: SiteIdentity
    /// The signed approval note.
    let approval: String
    let table: PartyTable

    var job: Job { file.job }

    /// - Throws: `Failure` 78 when this site is no party, 4 without approval or against the policy; `GuardRefusal`;
    ///   `RecordsError` for what is wrong in the table.
    init(_ file: JobFile, at site: SiteFolder) throws {
        self.file = file
        self.site = site
        (own, peer) = try file.parties(at: site)
        identity = try site.identity()
        approval = try site.approvals.note(of: file, by: identity)
        try site.policy().check(file.job, as: site.name)
        try Guards.check(file.job)
        for item in [Reveal.covariance, .deciles, .jointCoefficients] where file.job.reveals(item) {
            throw Failure(
                .configuration, "revealNotSupported", "this release does not open '\(item.rawValue)'",
                hint: "drop it from the job's reveal list")
        }
        table = try PartyTable(file.job, party: own, site: site)
    }
}

import Foundation
import Jobs

/// Jobs that are what another one left when a party was lost (`protocols/job.md` 8.4).
extension SiteFolder {
    /// The job that one says it was derived from, where this site approved that; else nil.
    ///
    /// - Throws: `Failure` for a file in `approvals/` that is not the job it is named after.
    package func origin(of file: JobFile) throws -> JobFile? {
        guard let derivedFrom = file.job.derivedFrom else { return nil }
        guard approvals.hasJob(derivedFrom.job) else {
            let isKnown = try ledger().read { view in
                view.entries.contains { $0.is(.jobApproved) && $0.job == derivedFrom.job }
            }
            guard isKnown else { return nil }
            throw Failure(
                .permission, "originMissing",
                "this site once approved job \(derivedFrom.job.prefix(16)), and its text is gone from \(approvals.folder)",
                hint:
                    "put \(derivedFrom.job).yaml back: without it nobody here can tell whether this job is what is left of that"
            )
        }
        let origin = try approvals.job(derivedFrom.job)
        guard origin.hash == derivedFrom.job else {
            throw Failure(
                .permission, "invalidApproval",
                "\(approvals.folder)/\(derivedFrom.job).yaml is not the job that this site approved under that name",
                hint: "who could change files of this site? moiety log verify says whether the ledger is whole")
        }
        return origin
    }

    /// Refuses a job that says it was derived from one that this site approved, and is not what the rule makes of that.
    ///
    /// - Returns: whether there was anything to compare: false where the job does not say so, or this site does not have the other one.
    /// - Throws: `Failure`.
    @discardableResult
    package func checkDerivation(of file: JobFile) throws -> Bool {
        guard let origin = try origin(of: file) else { return false }
        do throws(DerivationError) {
            try file.job.checkDerivation(from: origin.job)
        } catch {
            throw Failure(describing: error)
        }
        return true
    }
}

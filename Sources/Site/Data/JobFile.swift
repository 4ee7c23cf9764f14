package import Jobs
import Wire

/// A job with the text that it was read from.
package struct JobFile: Sendable {
    package let job: Job
    package let yaml: String
    /// SHA-256 of the canonical encoding, lower-case hexadecimal: the job's identity.
    package let hash: String

    /// - Throws: `Failure` 66 for a missing file, `DocumentError` for a bad one.
    package init(reading path: String) throws {
        let text = try PrivateFile.readText(path)
        do {
            try self.init(yaml: text)
        } catch let error as DocumentError {
            let failure = Failure(describing: error)
            throw Failure(failure.status, failure.code, "\(path): \(failure.message)", hint: failure.hint)
        }
    }

    package init(yaml: String) throws {
        self.yaml = yaml
        job = try Job(yaml: yaml)
        hash = job.hash.hex
    }

    /// This site and all others of a job, each with its number in it.
    ///
    /// - Throws: `Failure` 78 when the job does not name this site.
    package func sites(at site: SiteFolder) throws -> (own: Int, others: [Int]) {
        guard let own = job.index(of: site.name) else {
            throw Failure(
                .configuration, "notAParty",
                "the job is between \(job.parties.map(\.name).joined(separator: ", ")); this site is '\(site.name)'")
        }
        return (own, job.parties.indices.filter { $0 != own })
    }

    /// This site's part in the job.
    ///
    /// - Throws: `Failure` 78 when the job does not name it.
    package func parties(at site: SiteFolder) throws -> (own: Party, peer: Party) {
        guard !job.isSplitByRows else {
            throw Failure(
                .usage, "splitByRows",
                "this is for two parties with different columns, and the job is split by rows: the same columns, different people",
                hint: "moiety job run runs such a job, at every site at the same time")
        }
        guard job.kind == .pair else {
            throw Failure(
                .usage, "severalParties", "this is for two parties, and the job is of \(job.parties.count)",
                hint: job.hasModel
                    ? "moiety job run fits its model, at every party at the same time"
                    : "moiety align run finds the rows that all of them have, at every party at the same time")
        }
        guard let own = job.party(named: site.name), let peer = job.peer(of: site.name) else {
            throw Failure(
                .configuration, "notAParty",
                "the job is between \(job.parties.map(\.name).joined(separator: " and ")); this site is '\(site.name)'")
        }
        return (own, peer)
    }
}

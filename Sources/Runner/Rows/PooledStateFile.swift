import Foundation
import Jobs
import PooledRegression
import Records
import SecureSums
import Site
import Wire

/// `pooled/<job>.state` in the site folder: the sums that a pooled fit opened so far, from which a process that comes back goes on. Opened
/// sums are known to all sites of the job, and to nobody else: mode 0600.
struct PooledStateFile: Sendable {
    let path: String
    private let folder: String
    private let job: Bytes32
    private let sites: Int

    /// The state is named after the job's own hash, and bound to what the sessions' hellos name.
    init(_ site: SiteFolder, _ job: Job) {
        folder = "\(site.path)/pooled"
        path = "\(folder)/\(job.hash.hex).state"
        self.job = PooledProtocol().purpose.hash(of: job.hash)
        sites = job.parties.count
    }

    /// What there is; the state before the first sum where there is none.
    ///
    /// - Throws: `Failure` 65 for a file that is damaged or of another job.
    func load() throws -> PooledState {
        guard FileManager.default.fileExists(atPath: path) else { return PooledState(job: job, siteCount: sites) }
        guard let state = try? PooledState(encoded: PrivateFile.readBytes(path, limit: 1 << 28)), state.job == job
        else {
            throw Failure(
                .badData, "badState", "\(path) is not the saved state of this job",
                hint:
                    "put a copy back; where no site has its state any more, remove it at all sites: the fit then starts again"
            )
        }
        return state
    }

    func save(_ state: PooledState) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try AtomicFile.write(state.encoded(), to: path, mode: .ownerOnly, replacing: true)
    }

    func remove() throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.removeItem(atPath: path)
    }
}

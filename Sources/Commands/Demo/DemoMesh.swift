import Foundation
import GRPCTransport
import Runner
import Site
import Transcript

/// Sites on this machine of which each has a session with every other one.
struct DemoMesh: Sendable {
    let folder: String
    let console: Console

    /// - Parameter tables: the file of each site's one table, which has the site's name.
    func makeSites(_ tables: [(name: String, file: String)]) async throws -> [SiteFolder] {
        var seats: [(folder: SiteFolder, made: NewSite, address: NetworkAddress)] = []
        for (name, file) in tables {
            let address = NetworkAddress(
                host: "127.0.0.1", port: try await Self.freePort(besides: seats.map(\.address.port)))
            let made = try NewSite(at: "\(folder)/\(name)", name: name, listen: address, tables: [(name, file)])
            try made.create()
            seats.append((try SiteFolder(opening: made.path), made, address))
        }
        for seat in seats {
            for other in seats where other.folder.name != seat.folder.name {
                try seat.folder.peers.add(other.made.invitation, address: other.address)
            }
        }
        return seats.map(\.folder)
    }

    /// A port that nobody listens on now: each site must be found again where it was.
    private static func freePort(besides taken: [Int]) async throws -> Int {
        let certificate = try SiteCertificate.generate(commonName: "probe")
        for _ in 0..<200 {
            let port = Int.random(in: 20_000..<60_000)
            guard !taken.contains(port) else { continue }
            let listener = GRPCListener(host: "127.0.0.1", port: port, identity: certificate, pinned: [:])
            if (try? await listener.tryBinding()) != nil { return port }
        }
        throw Failure(.cannotCreate, "demoFailed", "no free port was found on 127.0.0.1")
    }

    /// Begins to run the job at a site.
    func start(_ site: SiteFolder, _ more: [String] = []) throws -> ChildProcess {
        let console = console
        let name = site.name
        return try ChildProcess(
            name,
            arguments: ["job", "run", "\(folder)/job.yaml", "--site", site.path, "--out", results(of: site)] + more
        ) { line in
            // The folder gets its name only when all is done; and each pair's session would be a line at both.
            let isSaid = ["written to ", "connected to ", "dialing "].allSatisfy { !line.hasPrefix($0) }
            if isSaid { console.progress("  \(name) | \(line)") }
        }
    }

    /// Until all have ended well; with one that has not, all others are stopped.
    func wait(for running: [ChildProcess]) async throws {
        for child in running {
            let status = await child.wait()
            guard status == 0 else {
                for other in running { other.stop() }
                throw Failure(
                    ExitStatus(rawValue: status) ?? .jobFailed, "demoFailed",
                    "\(child.name) ended with exit code \(status)",
                    hint: "its own lines above say why")
            }
        }
    }

    func results(of site: SiteFolder) -> String { "\(folder)/\(site.name)-results" }

    /// - Returns: what was verified, in words.
    func verify(_ sites: [SiteFolder]) throws -> [String] {
        let results = sites.map { self.results(of: $0) }
        let report = try MeshVerification(results, options: Verifier.Options(job: nil, site: sites[0])).run()
        guard [.valid, .validPruned].contains(report.verdict) else {
            throw Failure(
                .verificationFailed, "demoFailed", "the sites' transcripts together are \(report.verdict.rawValue)",
                hint: report.failure.map { "[\($0.check.rawValue)] \($0.sentence)" })
        }
        let made = report.pairs.reduce(0) { $0 + $1.report.findings.count { $0.status == .passed } }
        return [
            "\(report.pairs.count) transcripts of \(sites.count) sites verified together: \(report.verdict.rawValue), \(made) checks passed"
        ]
    }
}

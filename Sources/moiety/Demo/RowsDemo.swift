import Foundation
import GRPCTransport
import Jobs
import Records
import Runner
import Site
import Transcript

/// Five sites with the same columns on one machine: one is killed in the middle, and comes back or does not.
struct RowsDemo: Sendable {
    let folder: String
    /// The example's own folder.
    let example: String
    /// Whether the killed site stays away.
    let loses: Bool
    let console: Console

    /// On the standardised scale.
    private static let allowedDifference = 1e-6
    /// After so many opened sums.
    private static let killedAfter = 3

    func run(keptIn: String?) async throws -> RowsDemoReport {
        let start = ContinuousClock.now
        let job = try writeJob()
        let names = job.job.parties.map(\.name)
        let sites = try await makeSites(names)
        for site in sites { _ = try site.approve(job, person: "Moiety demo", by: site.identity()) }
        console.progress(
            """
            \(names.count) sites with the same columns and different people: \(names.joined(separator: ", "))
            \(names.count) processes, mutual TLS between each two on 127.0.0.1, pinned self-made certificates
            """)
        let killed = sites[2]
        try await runAll(sites, killing: killed)
        let finished = sites.filter { !loses || $0.name != killed.name }
        let seconds = (ContinuousClock.now - start).seconds
        let results = finished.map { self.results(of: $0) }
        let verification = try verify(finished, results)
        let comparison = loses ? nil : try compare(results)
        return RowsDemoReport(
            sites: names, lost: loses ? [killed.name] : [], seconds: seconds, comparison: comparison,
            verification: verification, kept: keptIn,
            text: try text(results[0]))
    }

    /// The example's job; with a site that stays away, one that goes on without it.
    private func writeJob() throws -> JobFile {
        var text = try PrivateFile.readText("\(example)/job.yaml")
        if loses {
            guard text.contains("onLoss: wait ") else {
                throw Failure(.badData, "invalidExample", "\(example)/job.yaml has no 'onLoss: wait'")
            }
            text = text.replacing("onLoss: wait ", with: "onLoss: continue ")
        }
        let job = try JobFile(yaml: text)
        try AtomicFile.write(Array(job.yaml.utf8), to: "\(folder)/job.yaml")
        return job
    }

    private func makeSites(_ names: [String]) async throws -> [SiteFolder] {
        var seats: [(folder: SiteFolder, made: NewSite, address: NetworkAddress)] = []
        for name in names {
            let address = NetworkAddress(
                host: "127.0.0.1", port: try await Self.freePort(besides: seats.map(\.address.port)))
            let made = try NewSite(
                at: "\(folder)/\(name)", name: name, listen: address, tables: [(name, "\(example)/\(name).csv")])
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

    /// All at once; the one to be killed ends itself by SIGKILL, so that the demo is the same each time.
    private func runAll(_ sites: [SiteFolder], killing killed: SiteFolder) async throws {
        let doomed = try start(killed, ["--stop-after-sums", "\(Self.killedAfter)"])
        let children = try sites.filter { $0.name != killed.name }.map { try start($0, []) }
        // A site that fails beforehand would be waited for in vain.
        while doomed.isRunning, children.allSatisfy(\.isRunning) { try await Task.sleep(for: .milliseconds(50)) }
        if doomed.isRunning { doomed.stop() }
        guard await doomed.wait() == -1, children.allSatisfy(\.isRunning) else {
            for child in children { child.stop() }
            throw Failure(.jobFailed, "demoFailed", "\(killed.name) was not killed in the middle")
        }
        var running = children
        if loses {
            console.progress("\(killed.name) was killed, and stays away")
        } else {
            console.progress("\(killed.name) was killed, and is started again")
            running.append(try start(killed, []))
        }
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

    private func start(_ site: SiteFolder, _ more: [String]) throws -> ChildProcess {
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

    private func results(of site: SiteFolder) -> String { "\(folder)/\(site.name)-results" }

    private func verify(_ sites: [SiteFolder], _ results: [String]) throws -> [String] {
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

    private func compare(_ results: [String]) throws -> Comparison {
        let comparison = try Comparison(
            results: ["\(results[0])/coefficients.csv"], pooled: "\(example)/pooled.csv",
            standardised: "\(example)/pooled-standardised.csv")
        guard comparison.largestDifference <= Self.allowedDifference else {
            throw Failure(
                .jobFailed, "demoFailed",
                "the coefficients differ from those of the joined tables by \(comparison.largestDifference)")
        }
        return comparison
    }

    private func text(_ results: String) throws -> String {
        let bytes = try PrivateFile.readBytes("\(results)/\(MeshFolder.result)", limit: 1 << 24)
        return try ResultFiles.decoder.decode(PooledReport.self, from: Data(bytes)).text
    }
}

struct RowsDemoReport: Encodable, Sendable {
    let sites: [String]
    let lost: [String]
    let seconds: Double
    /// With the fit of all rows in one table; nil where a site's are missing.
    let comparison: Comparison?
    let verification: [String]
    let kept: String?
    /// What each site printed.
    let text: String

    var summary: String {
        var lines = [text]
        if let comparison {
            lines.append(
                "largest difference from the fit of all rows in one table, which no site could run: "
                    + "\(Number.scientific(comparison.largestDifference)) (standardised scale)")
        }
        lines.append("the same result at every site; \(Number.fixed(seconds, decimals: 1)) s")
        lines += verification
        if let kept { lines.append("all sites and their results: \(kept)") }
        return lines.joined(separator: "\n")
    }
}

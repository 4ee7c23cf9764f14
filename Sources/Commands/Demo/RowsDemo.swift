import Foundation
import Jobs
import Records
import Runner
import Site

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

    private var mesh: DemoMesh { DemoMesh(folder: folder, console: console) }

    func run(keptIn: String?) async throws -> RowsDemoReport {
        let start = ContinuousClock.now
        let job = try writeJob()
        let names = job.job.parties.map(\.name)
        let sites = try await mesh.makeSites(names.map { ($0, "\(example)/\($0).csv") })
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
        let results = finished.map { mesh.results(of: $0) }
        let verification = try mesh.verify(finished)
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

    /// All at once; the one to be killed ends itself by SIGKILL, so that the demo is the same each time.
    private func runAll(_ sites: [SiteFolder], killing killed: SiteFolder) async throws {
        let doomed = try mesh.start(killed, ["--stop-after-sums", "\(Self.killedAfter)"])
        let children = try sites.filter { $0.name != killed.name }.map { try mesh.start($0) }
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
            running.append(try mesh.start(killed))
        }
        try await mesh.wait(for: running)
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

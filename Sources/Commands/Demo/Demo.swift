import Foundation
import Records
import Runner
import Site

/// Two sites on one machine, from `init` to verified transcripts.
struct Demo: Sendable {
    let folder: String
    /// The example's own folder.
    let example: String
    let bits: Int
    let console: Console

    private static let active = "hospital"
    private static let passive = "lab"
    /// On the standardised scale.
    private static let allowedDifference = 1e-4

    private struct Sites {
        let hospital: SiteFolder
        let lab: SiteFolder
    }

    /// - Parameter keptIn: where the folder will be when all is done, for the report.
    func run(keptIn: String?) async throws -> DemoReport {
        let start = ContinuousClock.now
        let job = try writeJob()
        let sites = try makeSites()
        for site in [sites.hospital, sites.lab] {
            _ = try site.approve(job, person: "Moiety demo", by: site.identity())
        }
        console.progress(
            """
            hospital (\(try rows(of: sites.hospital, "patients")) rows: outcome, demographics), \
            lab (\(try rows(of: sites.lab, "counts")) rows: CD4 and CD8 counts)
            two processes, mutual TLS on 127.0.0.1, pinned self-made certificates, keys of \(bits) bits
            """)
        try await runBoth(sites)
        let seconds = (ContinuousClock.now - start).seconds
        let comparison = try Comparison(
            results: [Self.active, Self.passive].map { "\(folder)/\($0)-results/coefficients.csv" },
            pooled: "\(example)/pooled.csv", standardised: "\(example)/pooled-standardised.csv")
        guard comparison.rows.allSatisfy({ $0.difference <= Self.allowedDifference }) else {
            throw Failure(
                .jobFailed, "demoFailed",
                "the coefficients differ from those of the joined table by \(comparison.largestDifference)")
        }
        let aligned = try Table.read(csv: "\(folder)/\(Self.active)-results/intersection.csv").rowCount
        let verification = try DemoVerification(folder: folder, sites: [sites.hospital, sites.lab]).run()
        return DemoReport(
            bits: bits, aligned: aligned, seconds: seconds, comparison: comparison, verification: verification,
            kept: keptIn, report: try DemoPage(folder: folder).write([sites.hospital, sites.lab], keptIn: keptIn))
    }

    /// The example's job with the keys that were asked for.
    private func writeJob() throws -> JobFile {
        let text = try PrivateFile.readText("\(example)/job.yaml")
        guard text.contains("bits: 2048") else {
            throw Failure(.badData, "invalidExample", "\(example)/job.yaml has no 'bits: 2048'")
        }
        let job = try JobFile(yaml: text.replacing("bits: 2048", with: "bits: \(bits)"))
        try AtomicFile.write(Array(job.yaml.utf8), to: "\(folder)/job.yaml")
        return job
    }

    private func makeSites() throws -> Sites {
        let anywhere = NetworkAddress(host: "127.0.0.1", port: 0)
        let hospital = try NewSite(
            at: "\(folder)/\(Self.active)", name: Self.active, listen: anywhere,
            tables: [("patients", "\(example)/hospital/hospital.csv")])
        let lab = try NewSite(
            at: "\(folder)/\(Self.passive)", name: Self.passive, listen: anywhere,
            tables: [("counts", "\(example)/lab/lab.csv")])
        try hospital.create()
        try lab.create()
        let sites = Sites(
            hospital: try SiteFolder(opening: hospital.path), lab: try SiteFolder(opening: lab.path))
        try sites.hospital.peers.add(lab.invitation, address: nil)
        try sites.lab.peers.add(hospital.invitation, address: nil)
        return sites
    }

    private func rows(of site: SiteFolder, _ table: String) throws -> Int {
        let (path, source) = try site.source(ofTable: table)
        return try Table.read(csv: path, columns: [], delimiter: source.delimiter).rowCount
    }

    /// The laboratory listens on a port that the system chooses; the hospital is told and dials.
    private func runBoth(_ sites: Sites) async throws {
        let announcement = "\(folder)/address"
        let lab = try start(sites.lab, ["--announce", announcement])
        let address: String
        do {
            address = try await announced(announcement, by: lab)
        } catch {
            lab.stop()
            _ = await lab.wait()
            throw error
        }
        let hospital = try start(sites.hospital, ["--peer-address", address])
        async let labStatus = lab.wait()
        async let hospitalStatus = hospital.wait()
        for (name, status) in [(hospital.name, await hospitalStatus), (lab.name, await labStatus)] where status != 0 {
            throw Failure(
                ExitStatus(rawValue: status) ?? .jobFailed, "demoFailed", "\(name) ended with exit code \(status)",
                hint: "its own lines above say why")
        }
        try FileManager.default.removeItem(atPath: announcement)
    }

    private func start(_ site: SiteFolder, _ more: [String]) throws -> ChildProcess {
        let console = console
        let name = site.name
        return try ChildProcess(
            name,
            arguments: [
                "job", "run", "\(folder)/job.yaml", "--site", site.path, "--out", "\(folder)/\(name)-results",
            ] + more
        ) { line in
            // The folder gets its name only when all is done.
            if !line.hasPrefix("written to ") { console.progress("  \(name) | \(line)") }
        }
    }

    private func announced(_ file: String, by child: ChildProcess) async throws -> String {
        for _ in 0..<600 {
            if let text = try? PrivateFile.readText(file), text.hasSuffix("\n") {
                return text.trimmingCharacters(in: .newlines)
            }
            guard child.isRunning else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(.peerUnreachable, "demoFailed", "\(child.name) did not begin to listen")
    }
}

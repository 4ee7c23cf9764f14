import Foundation
import Jobs
import Records
import Runner
import Site

/// Three sites with different columns about the same people on one machine: the registry of ACTG 175 joins hospital and laboratory.
struct PartiesDemo: Sendable {
    let folder: String
    /// The folder of all examples.
    let examples: String
    let bits: Int
    let console: Console

    /// On the standardised scale.
    private static let allowedDifference = 1e-4

    private var example: String { "\(examples)/three" }
    private var mesh: DemoMesh { DemoMesh(folder: folder, console: console) }

    func run(keptIn: String?) async throws -> PartiesDemoReport {
        let start = ContinuousClock.now
        let job = try writeJob()
        let names = job.job.parties.map(\.name)
        let sites = try await mesh.makeSites([
            ("hospital", "\(examples)/actg175/hospital/hospital.csv"), ("lab", "\(examples)/actg175/lab/lab.csv"),
            ("registry", "\(example)/registry.csv"),
        ])
        for site in sites {
            try allowLoosening(at: site)
            _ = try site.approve(job, person: "Moiety demo", by: site.identity())
        }
        console.progress(
            """
            \(names.count) sites with different columns about the same people: \(names.joined(separator: ", ")); \
            \(job.job.helper ?? "") is the helper
            \(names.count) processes, mutual TLS between each two on 127.0.0.1, pinned self-made certificates, keys of \(bits) bits
            """)
        try await mesh.wait(for: sites.map { try mesh.start($0) })
        let seconds = (ContinuousClock.now - start).seconds
        let comparison = try Comparison(
            results: sites.map { "\(mesh.results(of: $0))/coefficients.csv" }, pooled: "\(example)/pooled.csv",
            standardised: "\(example)/pooled-standardised.csv")
        guard comparison.rows.allSatisfy({ $0.difference <= Self.allowedDifference }) else {
            throw Failure(
                .jobFailed, "demoFailed",
                "the coefficients differ from those of the joined table by \(comparison.largestDifference)")
        }
        return PartiesDemoReport(
            bits: bits, sites: names,
            aligned: try Table.read(csv: "\(mesh.results(of: sites[0]))/intersection.csv").rowCount, seconds: seconds,
            comparison: comparison, verification: try mesh.verify(sites), kept: keptIn,
            report: try DemoPage(folder: folder).write(sites, keptIn: keptIn))
    }

    /// The example's job counts opened bits and does not bound them, which a site's policy has to allow.
    private func allowLoosening(at site: SiteFolder) throws {
        let path = "\(site.path)/policy.yaml"
        let lines = try PrivateFile.readText(path).split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.map { $0.hasPrefix("loosen:") ? "loosen: [budget]" : $0 }.joined(separator: "\n")
        try AtomicFile.write(Array(text.utf8), to: path, replacing: true)
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
}

struct PartiesDemoReport: Encodable, Sendable {
    let bits: Int
    let sites: [String]
    let aligned: Int
    let seconds: Double
    let comparison: Comparison
    let verification: [String]
    let kept: String?
    /// The page about the fit.
    let report: String

    var text: String {
        var lines = [
            comparison.oddsRatios,
            "\(aligned) people in all \(sites.count) tables; largest difference from the fit of the joined table, which no site could "
                + "run: \(Number.scientific(comparison.largestDifference)) (standardised scale)",
            "\(Number.fixed(seconds, decimals: 1)) s with keys of \(bits) bits",
        ]
        lines += verification
        if let kept { lines.append("all sites and their results: \(kept)") }
        lines.append("report, to open in a browser: \(report)")
        return lines.joined(separator: "\n")
    }
}

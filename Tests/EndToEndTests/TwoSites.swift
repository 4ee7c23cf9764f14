import Foundation
import TestSupport
import Testing

/// A hospital and a laboratory that know each other, each with one table.
struct TwoSites {
    let scratch: TemporaryFolder
    let job: String

    static let names = ["hospital", "lab"]

    /// - Parameters:
    ///   - job: the job's text.
    ///   - hospital, lab: name and file of each site's table.
    init(
        job: String, hospital: (table: String, file: String), lab: (table: String, file: String),
        knowing: Bool = true, initOptions: [String] = [], in scratch: TemporaryFolder? = nil
    ) async throws {
        let scratch = try scratch ?? TemporaryFolder()
        self.scratch = scratch
        self.job = try scratch.write("job.yaml", job)
        for (name, table) in [("hospital", hospital), ("lab", lab)] {
            let made = try await Program.run(
                [
                    "init", "--name", name, "--site", scratch.path(name), "--listen", "127.0.0.1:0", "--table",
                    "\(table.table)=\(table.file)",
                ] + initOptions)
            try #require(made.code == 0, "\(made.errors)")
            _ = try scratch.write("\(name).txt", made.output)
        }
        // Small tables hold fewer bits than a fit may open.
        try setPolicy("loosen", "[budget, leverage]")
        guard knowing else { return }
        for (name, peer) in [("hospital", "lab"), ("lab", "hospital")] {
            let added = try await Program.run(
                "peer", "add", scratch.path("\(peer).txt"), "--site", site(name), "--yes")
            try #require(added.code == 0, "\(added.errors)")
        }
    }

    func site(_ name: String) -> String { scratch.path(name) }
    func results(_ name: String) -> String { scratch.path("\(name)-results") }

    func approve(_ names: [String] = names) async throws {
        for name in names {
            let approved = try await Program.run(
                "job", "approve", job, "--site", site(name), "--person", "A Person", "--yes")
            try #require(approved.code == 0, "\(approved.errors)")
        }
    }

    /// Lets a site's policy allow what it does not by default.
    func setPolicy(_ key: String, _ value: String) throws {
        for name in Self.names {
            let path = "\(site(name))/policy.yaml"
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false
            ).map { $0.hasPrefix("\(key):") ? "\(key): \(value)" : String($0) }
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
        }
    }

    /// Arguments of `job run` at one site.
    func command(_ name: String, job: String? = nil) -> [String] {
        ["job", "run", job ?? self.job, "--site", site(name), "--out", results(name), "--format", "json"]
    }

    /// Starts the hospital, which listens in these tests, and returns its address.
    func listen(_ arguments: [String]? = nil) async throws -> (process: Running, address: String) {
        let file = scratch.path("address-\(UUID().uuidString)")
        let process = try Program.start((arguments ?? command("hospital")) + ["--announce", file])
        let deadline = ContinuousClock.now + .seconds(600)
        while process.isRunning, ContinuousClock.now < deadline {
            if let text = try? String(contentsOfFile: file, encoding: .utf8), text.hasSuffix("\n") {
                return (process, text.trimmingCharacters(in: .whitespacesAndNewlines))
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the hospital does not listen: \(process.errors)")
        throw CancellationError()
    }

    /// Runs the job at both sites to their ends.
    func run() async throws -> (hospital: Program.Ended, lab: Program.Ended) {
        let (hospital, address) = try await listen()
        let lab = try await Program.run(command("lab") + ["--peer-address", address])
        return (await hospital.wait(), lab)
    }

    /// Whether either site left anything of a job's output, hidden or not.
    func leftovers() throws -> [String] {
        try scratch.names().filter { $0.contains("-results") }
    }
}

/// Small tables and a job over them, for what needs no real data.
enum Small {
    static func job(
        minimumCohort: Int = 50, timeout: Int = 300, features: String = "[marker]", label: String = "outcome",
        title: String = "Small", payloads: String = "hashes"
    ) -> String {
        """
        moiety: 8
        title: \(title)
        parties:
          - name: hospital
            role: active
            table: patients
            identifier: id
            label: \(label)
            features: [age]
          - name: lab
            role: passive
            table: results
            identifier: id
            features: \(features)
        model: {family: linear}
        keys: {bits: 2048}
        reveal: [coefficients]
        loosen: [budget]
        limits: {minimumCohort: \(minimumCohort)}
        transcript: {payloads: \(payloads)}
        network: {listener: hospital, connectTimeout: \(timeout), messageTimeout: 300}

        """
    }

    /// `id,outcome,age` of so many people from number `first` on.
    static func hospital(_ count: Int, first: Int = 0) -> String {
        "id,outcome,age\n"
            + (first..<(first + count)).map { "P\(1000 + $0),\(Double($0 * 7 % 23) / 3),\(20 + $0 * 13 % 61)\n" }
            .joined()
    }

    /// `id,marker` of so many people.
    static func lab(_ count: Int, first: Int = 0) -> String {
        "id,marker\n" + (first..<(first + count)).map { "P\(1000 + $0),\(Double($0 * 11 % 37) / 2)\n" }.joined()
    }

    static func sites(
        job: String = job(), hospital: String = hospital(80), lab: String = lab(80), knowing: Bool = true,
        initOptions: [String] = []
    ) async throws -> TwoSites {
        let scratch = try TemporaryFolder()
        return try await TwoSites(
            job: job, hospital: ("patients", try scratch.write("hospital.csv", hospital)),
            lab: ("results", try scratch.write("lab.csv", lab)), knowing: knowing, initOptions: initOptions,
            in: scratch)
    }
}

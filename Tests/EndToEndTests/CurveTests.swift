import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Jobs whose alignment is `ecdh-p256`: two programs over TLS, both verifiers, replay.
    @Suite(.serialized) struct OverTheCurve {
        private func sites(payloads: String) async throws -> TwoSites {
            let job = Small.job(payloads: payloads) + "alignment: {protocol: ecdh-p256}\n"
            // 70 people in common of 80 and 90.
            let sites = try await Small.sites(job: job, hospital: Small.hospital(80), lab: Small.lab(90, first: 10))
            try await sites.approve()
            return sites
        }

        /// Runs a command at both sites; where each left its results.
        private func run(_ sites: TwoSites, _ words: [String]) async throws -> [String: String] {
            let out = Dictionary(
                uniqueKeysWithValues: TwoSites.names.map {
                    ($0, sites.scratch.path("\($0)-\(words.joined(separator: "-"))"))
                })
            func arguments(_ name: String) -> [String] {
                words + [sites.job, "--site", sites.site(name), "--out", out[name] ?? "", "--format", "json"]
            }
            let (hospital, address) = try await sites.listen(arguments("hospital"))
            let lab = try await Program.run(arguments("lab") + ["--peer-address", address])
            let other = await hospital.wait()
            #expect(lab.code == 0, "\(lab.output)\(lab.errors)")
            #expect(other.code == 0, "\(other.output)\(other.errors)")
            return out
        }

        private func expectEvidence(_ sites: TwoSites, _ out: [String: String], replays: Bool) async throws {
            for name in TwoSites.names {
                let transcript = "\(out[name] ?? "")/transcript"
                let verified = try await Program.run("verify", transcript)
                #expect(verified.code == 0, "\(verified.output)\(verified.errors)")
                let script = Repository.root.appending(path: "scripts/verify-transcript").path
                let second = try await Running(
                    "/usr/bin/env", ["python3", script, transcript], in: nil, input: nil
                ).wait()
                // 127: there is no Python here.
                #expect(
                    second.output.hasSuffix("VALID\n") || second.code == 127, "\(second.output)\(second.errors)")
                guard replays else { continue }
                let replayed = try await Program.run("verify", transcript, "--replay", "--site", sites.site(name))
                #expect(replayed.code == 0, "\(replayed.output)\(replayed.errors)")
                for check in ["R01", "R02", "R03"] {
                    #expect(replayed.output.contains("[\(check)] ok"), "\(replayed.output)")
                }
            }
        }

        private func rows(_ path: String) throws -> [Substring] {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        }

        @Test(.stopsAHang)
        func alignmentAndCount() async throws {
            let sites = try await sites(payloads: "full")
            let aligned = try await run(sites, ["align", "run"])
            try await expectEvidence(sites, aligned, replays: true)
            let common = try rows("\(aligned["lab"] ?? "")/intersection.csv")
            #expect(common == (try rows("\(aligned["hospital"] ?? "")/intersection.csv")))
            #expect(common.count == 71)
            let people = common.dropFirst().compactMap { $0.split(separator: ",").last.map(String.init) }
            #expect(Set(people) == Set((10..<80).map { "P\(1000 + $0)" }))

            let counted = try await run(sites, ["align", "count"])
            try await expectEvidence(sites, counted, replays: true)
            let report = try String(contentsOfFile: "\(counted["lab"] ?? "")/count.json", encoding: .utf8)
            #expect(report.contains("70"), "\(report)")
        }

        /// The fit that follows has the same rows; of points the transcript keeps the hashes.
        @Test(.stopsAHang)
        func fit() async throws {
            let sites = try await sites(payloads: "hashes")
            let (hospital, lab) = try await sites.run()
            try #require(hospital.code == 0 && lab.code == 0, "\(hospital.errors)\(lab.errors)")
            let out = Dictionary(uniqueKeysWithValues: TwoSites.names.map { ($0, sites.results($0)) })
            try await expectEvidence(sites, out, replays: false)
        }
    }
}

import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Sessions under a job that are not its fit leave evidence as the fit does.
    @Suite(.serialized) struct OtherSessions {
        /// What `verify` says of a command's transcripts, each by its keeper's secrets and both beside each other; then what it
        /// says when a byte is changed.
        static func expectEvidence(_ sites: TwoSites, _ results: (String) -> String, shows words: [String]) async throws
        {
            func transcript(_ name: String) -> String { "\(results(name))/transcript" }
            for (name, peer) in [("hospital", "lab"), ("lab", "hospital")] {
                let verified = try await Program.run(
                    "verify", transcript(name), "--peer-transcript", transcript(peer), "--site", sites.site(name),
                    "--job", sites.job, "--replay", "--format", "json", "--quiet")
                #expect(verified.code == 0, "\(verified.output)\(verified.errors)")
                let data = verified.envelope["data"] as? [String: Any]
                let findings = data?["findings"] as? [[String: Any]] ?? []
                func status(_ check: String) -> String? {
                    findings.first { $0["check"] as? String == check }?["status"] as? String
                }
                for check in [
                    "T02", "T09", "T10", "T13", "T14", "T15", "T25", "T33", "X01", "X02", "R01", "R02", "R03",
                ] {
                    #expect(status(check) == "passed", "\(check): \(verified.output)")
                }
                // A count has no cohort, the others no fit.
                #expect(status("T28") == (words[0].contains("count") ? "not evaluated" : "passed"))
            }
            let own = transcript("lab")
            let told = try await Program.run("verify", own, "--explain")
            for words in words { #expect(told.code == 0 && told.output.contains(words), "\(words): \(told.output)") }
            // Nobody takes it for the fit.
            let plain = try await Program.run("verify", own, "--job", sites.job)
            #expect(plain.code == 0 && plain.output.hasSuffix(", no fit)\n"), "\(plain.output)")
            let asked = try await Program.run("verify", own, "--job", sites.job, "--purpose", "fit")
            #expect(asked.code == 2 && asked.output.contains("otherPurpose"), "\(asked.output)")
            #expect(try await Program.run("verify", own, "--purpose", "sum").code == 64)
            let shown = try await Program.run("log", "show", own)
            #expect(shown.code == 0 && !shown.output.contains("message 0x"), "\(shown.output)")
            // One message alone.
            let message = sites.scratch.path("message-\(UUID().uuidString).json")
            let exported = try await Program.run(
                "log", "export", own, "--from", "lab", "--sequence", "2", "--out", message)
            #expect(exported.code == 0, "\(exported.errors)")
            let alone = try await Program.run("log", "verify", message, "--site", sites.site("lab"))
            #expect(alone.code == 0 && alone.output.contains("both identities are the ones pinned"), "\(alone.output)")
            // Only sessions that compute with columns are audited.
            if !words[0].contains("prediction") { try await expectNoAudit(of: own, sites) }
            for file in ["log/lab~hospital.log", "parties.bin", "outcome.bin"] {
                let path = URL(fileURLWithPath: "\(own)/\(file)")
                let bytes = try Data(contentsOf: path)
                var changed = bytes
                changed[bytes.count / 2] ^= 1
                try changed.write(to: path)
                #expect(try await Program.run("verify", own).code == 2, "\(file)")
                try bytes.write(to: path)
            }
        }

        private static func expectNoAudit(of own: String, _ sites: TwoSites) async throws {
            let opened = try await Program.run(
                "log", "open", own, "--site", sites.site("lab"), "--out", sites.scratch.path("opened"), "--yes",
                "--format", "json")
            #expect(opened.code == 65 && opened.errorCode == "notOpenable", "\(opened.output)")
            let audited = try await Program.run("verify", own, "--audit", sites.scratch.path, "--format", "json")
            #expect(audited.code == 65 && audited.errorCode == "notOpenable", "\(audited.output)")
        }

        /// A command of `align` at a site, its results in a folder of its own.
        private func align(_ sites: TwoSites, _ command: String, _ name: String, _ folder: String) -> [String] {
            [
                "align", command, sites.job, "--site", sites.site(name), "--out",
                sites.scratch.path("\(folder)-\(name)"),
                "--format", "json",
            ]
        }

        @Test(.stopsAHang)
        func countThenAlign() async throws {
            let sites = try await Small.sites(job: Small.job(payloads: "full"), lab: Small.lab(80, first: 17))
            // A table's file may stand alone in site.yaml.
            let settings = "\(sites.site("lab"))/site.yaml"
            let text = try String(contentsOfFile: settings, encoding: .utf8)
            try Data(text.replacing("\"results\":\n    file: ", with: "results: ").utf8).write(
                to: URL(fileURLWithPath: settings))
            let unapproved = try await Program.run(align(sites, "count", "lab", "count"))
            #expect(unapproved.code == 4 && unapproved.errorCode == "notApproved")
            try await sites.approve()
            let (process, address) = try await sites.listen(align(sites, "count", "hospital", "count"))
            let lab = try await Program.run(align(sites, "count", "lab", "count") + ["--peer-address", address])
            // 63, to the nearest 5.
            for ended in [await process.wait(), lab] {
                #expect(ended.code == 0, "\(ended.errors)")
                #expect(ended.output.contains("\"roundedCount\":65"), "\(ended.output)")
            }
            try await Self.expectEvidence(
                sites, { sites.scratch.path("count-\($0)") },
                shows: [
                    "a count of common rows", "65 rows in common, rounded to the nearest 5",
                    "the exact number of common identifiers",
                ])

            let (other, where2) = try await sites.listen(align(sites, "run", "hospital", "aligned"))
            // The other way to say the same.
            let lab2 = try await Program.run([
                "job", "run", sites.job, "--as", "alignment", "--site", sites.site("lab"), "--out",
                sites.scratch.path("aligned-lab"), "--format", "json", "--peer-address", where2,
            ])
            let hospital2 = await other.wait()
            #expect(hospital2.code == 0 && hospital2.output.contains("\"aligned\":63"), "\(hospital2.output)")
            #expect(lab2.code == 0 && lab2.output.contains("\"rows\":\"63\""), "\(lab2.output)\(lab2.errors)")
            let unknown = try await Program.run(sites.command("lab") + ["--as", "covert"])
            #expect(unknown.code == 64 && unknown.output.contains("prediction"), "\(unknown.output)")
            let unmodelled = try await Program.run(
                sites.command("lab") + ["--as", "prediction", "--peer-address", "127.0.0.1:1"])
            #expect(unmodelled.code == 64, "\(unmodelled.output)")
            try await Self.expectEvidence(
                sites, { sites.scratch.path("aligned-\($0)") }, shows: ["an alignment", "63 rows in common"])
            // Another intersection beside the transcript.
            let path = sites.scratch.path("aligned-lab/intersection.csv")
            let rows = try String(contentsOfFile: path, encoding: .utf8)
            try Data(rows.replacing("P1020", with: "P2020").utf8).write(to: URL(fileURLWithPath: path))
            let changed = try await Program.run(
                "verify", sites.scratch.path("aligned-lab/transcript"), "--replay", "--site", sites.site("lab"))
            #expect(changed.code == 2 && changed.output.contains("resultsDiffer"), "\(changed.output)")
        }

        /// Sites that run different commands find out before anything is said, and leave nothing.
        @Test(.stopsAHang)
        func differentCommandsMeetADisagreement() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            for command in ["run", "count"] {
                let (process, address) = try await sites.listen(align(sites, command, "hospital", "one"))
                let other = command == "run" ? align(sites, "count", "lab", "other") : sites.command("lab")
                let lab = try await Program.run(other + ["--peer-address", address])
                let hospital = await process.wait()
                for ended in [hospital, lab] {
                    #expect(ended.code == 5, "\(ended.output)\(ended.errors)")
                    #expect(ended.output.contains("the same command") || ended.output.contains("ended the job"))
                }
            }
            #expect(try sites.scratch.names().allSatisfy { !$0.hasPrefix("one") && !$0.hasPrefix("other") })
        }

        /// A session that ends badly leaves what was exchanged.
        @Test(.stopsAHang)
        func aFailedAlignmentKeepsItsEvidence() async throws {
            let sites = try await Small.sites(job: Small.job(payloads: "full"), lab: Small.lab(80, first: 70))
            try await sites.approve()
            let (process, address) = try await sites.listen(align(sites, "run", "hospital", "few"))
            let lab = try await Program.run(align(sites, "run", "lab", "few") + ["--peer-address", address])
            #expect(await process.wait().code == 4 && lab.code == 4, "\(lab.output)")
            for name in TwoSites.names {
                let kept = "\(sites.site(name))/failed"
                let folders = try FileManager.default.contentsOfDirectory(atPath: kept)
                #expect(folders.count == 1)
                let verified = try await Program.run(
                    "verify", "\(kept)/\(folders.first ?? "")", "--replay", "--site", sites.site(name))
                #expect(verified.code == 1 && verified.output.contains("NOT CLOSED"), "\(verified.output)")
                #expect(verified.output.contains("[R02] ok"), "\(verified.output)")
                #expect(verified.output.contains("[R03] -"), "\(verified.output)")
            }
        }
    }
}

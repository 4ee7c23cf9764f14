import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Table 1 of a cohort: two programs over TLS, both verifiers, replay, audit.
    @Suite(.serialized) struct Describing {
        private static let grades = ["I", "II", "III"]

        private func sites(
            _ edit: (String) -> String = { $0 }, arms: Int = 2, far: Bool = false, heavy: Int = 1
        ) async throws -> TwoSites {
            let job = Small.job(
                features: "[marker, {column: grade, type: categorical, levels: [I, II, III], reference: I}]",
                payloads: "full"
            ).replacing("reveal: [coefficients]", with: "reveal: [description, weighted-description]")
                .replacing(
                    "    label: outcome\n",
                    with: "    label: outcome\n    weights: w\n    group: {column: arm, levels: [placebo, drug]}\n")
            let hospital =
                "id,outcome,age,arm,w\n"
                + (0..<120).map { row in
                    let arm = row % arms == 0 ? "placebo" : "drug"
                    return
                        "P\(1000 + row),\(Double(row * 7 % 23) / 3),\(20 + row * 13 % 61),\(arm),\(row == 0 ? heavy : 1 + row % 4)\n"
                }.joined()
            let lab =
                "id,marker,grade\n"
                + (0..<120).map {
                    "P\(1000 + $0),\($0 == 3 && far ? 900 : Double($0 * 11 % 37) / 2),\(Self.grades[$0 * 5 % 3])\n"
                }.joined()
            let sites = try await Small.sites(job: edit(job), hospital: hospital, lab: lab)
            try await sites.approve()
            return sites
        }

        private func describe(_ sites: TwoSites) async throws -> [String: Program.Ended] {
            func arguments(_ name: String) -> [String] {
                ["describe", sites.job, "--site", sites.site(name), "--out", sites.results(name), "--format", "json"]
            }
            let (hospital, address) = try await sites.listen(arguments("hospital"))
            let lab = try await Program.run(arguments("lab") + ["--peer-address", address])
            return ["hospital": await hospital.wait(), "lab": lab]
        }

        private func file(_ sites: TwoSites, _ site: String, _ name: String) throws -> String {
            try String(contentsOfFile: "\(sites.results(site))/\(name)", encoding: .utf8)
        }

        @Test(.stopsAHang)
        func tableAndEvidence() async throws {
            let sites = try await sites()
            for (name, ended) in try await describe(sites) {
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
            }
            for name in ["description.json", "description.csv", "description.txt"] {
                #expect(try file(sites, "hospital", name) == file(sites, "lab", name))
            }
            // Grade II of the drug's rows: numbers 1, 3, ... of which 5 i mod 3 is 1.
            let csv = try file(sites, "lab", "description.csv")
            let count = (0..<120).count { $0 % 2 == 1 && $0 * 5 % 3 == 1 }
            #expect(csv.contains("lab,grade,II,once,drug,60,NA,NA,NA,\(count),"), "\(csv)")
            #expect(try file(sites, "lab", "attrition.csv").contains("in the table,NA,120\n"))
            let text = try file(sites, "lab", "description.txt")
            #expect(text.contains("effective n") && text.contains("marker, mean (SD)"), "\(text)")

            for name in TwoSites.names {
                let verified = try await Program.run("verify", sites.results(name))
                #expect(verified.code == 0, "\(verified.output)\(verified.errors)")
                let transcript = "\(sites.results(name))/transcript"
                let script = Repository.root.appending(path: "scripts/verify-transcript").path
                let second = try await Running("/usr/bin/env", ["python3", script, transcript], in: nil, input: nil)
                    .wait()
                // 127: there is no Python here.
                #expect(
                    second.output.hasSuffix("VALID\n") || second.code == 127, "\(second.output)\(second.errors)")
                let replayed = try await Program.run("verify", transcript, "--replay", "--site", sites.site(name))
                for check in ["R01", "R02", "R03"] {
                    #expect(replayed.output.contains("[\(check)] ok"), "\(replayed.output)\(replayed.errors)")
                }
                let bundle = sites.scratch.path("\(name)-opening")
                let opened = try await Program.run(
                    "log", "open", transcript, "--site", sites.site(name), "--out", bundle, "--yes")
                #expect(opened.code == 0, "\(opened.output)\(opened.errors)")
                let audited = try await Program.run("verify", transcript, "--audit", bundle)
                #expect(audited.output.contains("[A01] ok") && audited.output.contains("[A04] ok"), "\(audited.output)")
            }
            let explained = try await Program.run("verify", "\(sites.results("lab"))/transcript", "--explain")
            #expect(explained.output.contains("When the cohort is described"), "\(explained.output)")
            try await expectReport(sites)
        }

        /// The page of a fit under the same job has the table; a table that somebody edited is refused.
        private func expectReport(_ sites: TwoSites) async throws {
            let described = sites.results("lab")
            let fit = sites.scratch.path("fit")
            func arguments(_ name: String) -> [String] {
                ["job", "run", sites.job, "--site", sites.site(name), "--out", "\(fit)-\(name)"]
            }
            let (hospital, address) = try await sites.listen(arguments("hospital"))
            let lab = try await Program.run(arguments("lab") + ["--peer-address", address])
            let other = await hospital.wait()
            try #require(lab.code == 0 && other.code == 0, "\(lab.errors)\(other.errors)")
            let page = try await Program.run("report", "\(fit)-lab", "--description", described)
            #expect(page.code == 0, "\(page.output)\(page.errors)")
            let html = try String(contentsOfFile: "\(fit)-lab/report.html", encoding: .utf8)
            #expect(html.contains("Table 1, weighted") && html.contains("grade: II"), "\(html.count)")
            let file = "\(described)/description.json"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            try text.replacing("\"rows\" : 120", with: "\"rows\" : 119").write(
                toFile: file, atomically: true, encoding: .utf8)
            let others = try await Program.run(
                "report", "\(fit)-lab", "--description", described, "--format", "json")
            #expect(others.code == 5 && others.errorCode == "otherRows", "\(others.output)")
            try text.replacing("\"rows\" : 60", with: "\"rows\" : 61").write(
                toFile: file, atomically: true, encoding: .utf8)
            let edited = try await Program.run(
                "report", "\(fit)-lab", "--description", described, "--format", "json")
            #expect(edited.code == 2 && edited.errorCode == "descriptionNotVerified", "\(edited.output)")
        }

        /// What a job does not open, and a group that is too small.
        @Test(.stopsAHang)
        func refusals() async throws {
            let closed = try await sites { job in
                job.replacing("reveal: [description, weighted-description]", with: "reveal: [coefficients]")
                    .replacing("    group: {column: arm, levels: [placebo, drug]}\n", with: "")
            }
            let refused = try await Program.run(
                "describe", closed.job, "--site", closed.site("hospital"), "--out", closed.results("hospital"),
                "--format", "json")
            #expect(refused.code == 4 && refused.errorCode == "descriptionNotOpened", "\(refused.output)")

            // One placebo in twenty: six rows.
            let small = try await sites(arms: 20)
            // Nobody is dialled: so few rows in the table are too few in any cohort.
            let own = try await Program.run(
                "describe", small.job, "--site", small.site("hospital"), "--out", small.results("hospital"), "--format",
                "json")
            #expect(own.code == 4 && own.errorCode == "smallGroup", "\(own.output)")
            #expect(own.output.contains("placebo") && own.output.contains("6 of the rows"), "\(own.output)")
            #expect(try small.leftovers().isEmpty)

            // A row of the laboratory far from all others, and one of the hospital with nearly all the weight: each site says so, the
            // other learns the name of the reason, and nothing is debited.
            for (sites, who, code, word) in [
                (try await sites(far: true), "lab", "farRow", "marker"),
                (try await sites(heavy: 900), "hospital", "unevenWeights", "placebo"),
            ] {
                let ended = try await describe(sites)
                let own = try #require(ended[who])
                #expect(own.code == 4 && own.errorCode == code && own.output.contains(word), "\(own.output)")
                let other = try #require(ended.first { $0.key != who }?.value)
                #expect(other.code != 0 && !other.output.contains(word), "\(other.output)")
                let spent = try await Program.run(
                    "policy", "check", "--site", sites.site(who), "--format", "json")
                #expect(spent.output.replacing(" ", with: "").contains(#""budget":"modelsPerRow","left":20"#))
            }
        }
    }
}

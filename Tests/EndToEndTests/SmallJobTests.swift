import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What happens after a job: serving, scoring, running again.
    @Suite(.serialized) struct AfterAJob {
        @Test(.stopsAHang)
        func serveThenPredict() async throws {
            let job = Small.job(features: "[m1, m2, m3]", payloads: "full").replacing(
                "reveal: [coefficients]", with: "reveal: [coefficients, scores]")
            let lab =
                "id,m1,m2,m3\n"
                + (0..<90).map { "P\(1000 + $0),\($0 * 11 % 37),\($0 * 17 % 41),\($0 * 5 % 31)\n" }.joined()
            let sites = try await Small.sites(job: job, hospital: Small.hospital(90), lab: lab)
            try await sites.approve()

            // The hospital waits for whatever it approved.
            let (service, address) = try await sites.listen([
                "serve", "--site", sites.site("hospital"), "--out", sites.scratch.path("served"), "--once",
            ])
            // It runs jobs, and says so to whoever wants something else.
            let other = try await Program.run(
                "align", "run", sites.job, "--site", sites.site("lab"), "--out", sites.scratch.path("other"),
                "--peer-address", address, "--format", "json")
            #expect(other.code == 5 && other.errorCode == "jobMismatch", "\(other.output)")
            let ran = try await Program.run(sites.command("lab") + ["--peer-address", address])
            #expect(ran.code == 0, "\(ran.output)\(ran.errors)")
            let served = await service.wait()
            #expect(served.code == 0, "\(served.errors)")
            let hash = try #require(served.output.split(separator: "\n").first.map(String.init))
            let results = sites.scratch.path("served/\(hash)")

            let shown = try await Program.run("model", "show", "\(results)/model.json")
            #expect(shown.code == 0 && shown.output.contains("age"))

            try await Self.expectEditsAreSeen(results, sites)

            // A model that somebody edited into something that fits nothing.
            let text = try String(contentsOfFile: "\(results)/model.json", encoding: .utf8)
            let terms = try Regex(#""terms" *: *\["#)
            let edited = try sites.scratch.write("edited.json", text.replacing(terms, with: #""terms":["more","#))
            let unfit = try await Program.run(
                "model", "predict", edited, "--table", "patients", "--site", sites.site("hospital"), "--out",
                sites.scratch.path("unfit"), "--format", "json")
            #expect(unfit.code == 65 && unfit.errorCode == "invalidModel", "\(unfit.output)\(unfit.errors)")

            // Both score the same rows again: the same numbers to the last bit.
            let (active, where2) = try await sites.listen([
                "model", "predict", "\(results)/model.json", "--table", "patients", "--site", sites.site("hospital"),
                "--out", sites.scratch.path("scored"),
            ])
            let passive = try await Program.run(
                "model", "predict", "\(sites.results("lab"))/model.json", "--table", "results", "--site",
                sites.site("lab"), "--out", sites.scratch.path("scored-lab"), "--peer-address", where2)
            #expect(passive.code == 0, "\(passive.errors)")
            #expect(await active.wait().code == 0)
            func scores(_ path: String) throws -> Set<String> {
                Set(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init))
            }
            #expect(try scores(sites.scratch.path("scored/scores.csv")) == scores("\(results)/scores.csv"))
            #expect(!FileManager.default.fileExists(atPath: sites.scratch.path("scored-lab/scores.csv")))
            try await OtherSessions.expectEvidence(
                sites, { sites.scratch.path($0 == "lab" ? "scored-lab" : "scored") },
                shows: ["a prediction", "90 rows in common", "partial score of every new row"])
            try await Self.expectNoOtherModel(sites, sites.scratch.path("scored-lab/transcript"))
        }

        /// Each file beside the transcript is what the session wrote, and no model is scored that is not.
        private static func expectEditsAreSeen(_ results: String, _ sites: TwoSites) async throws {
            let whole = try await Program.run("verify", results)
            #expect(whole.code == 0 && whole.output.contains("[R04] ok"), "\(whole.output)")
            for name in ["metrics.json", "model.json", "job.yaml", "coefficients.csv", "glance.csv", "scores.csv"] {
                let path = URL(fileURLWithPath: "\(results)/\(name)")
                let kept = try Data(contentsOf: path)
                try (kept + Data(" ".utf8)).write(to: path)
                let edited = try await Program.run("verify", results)
                #expect(edited.code == 2 && edited.output.contains("[R04] FAIL resultChanged"), "\(edited.output)")
                #expect(edited.output.contains("\(name) beside the transcript"), "\(edited.output)")
                if name == "model.json" {
                    let scored = try await Program.run(
                        "model", "predict", path.path, "--table", "patients", "--site", sites.site("hospital"), "--out",
                        sites.scratch.path("edited"), "--format", "json")
                    #expect(scored.code == 65 && scored.errorCode == "modelChanged", "\(scored.output)")
                }
                try kept.write(to: path)
            }
        }

        /// A prediction's replay takes no model but one of the job, of this party and in its role.
        private static func expectNoOtherModel(_ sites: TwoSites, _ transcript: String) async throws {
            let path = URL(fileURLWithPath: "\(transcript)/private/model.json")
            let kept = try Data(contentsOf: path)
            var saved = try #require(try JSONSerialization.jsonObject(with: kept) as? [String: Any])
            let model = try #require(saved["model"] as? [String: Any])
            let job = saved
            for (name, value) in [
                ("job", String(repeating: "0", count: 64)), ("party", "hospital"), ("role", "active"),
                ("family", "logistic"), ("family", "none"),
            ] {
                saved = job
                if saved[name] == nil {
                    saved["model"] = model.merging([name: value]) { $1 }
                } else {
                    saved[name] = value
                }
                try JSONSerialization.data(withJSONObject: saved).write(to: path)
                let ended = try await Program.run(
                    "verify", transcript, "--replay", "--site", sites.site("lab"), "--quiet")
                #expect(ended.code == 2 && ended.output.contains("[R01] FAIL modelMismatch"), "\(ended.output)")
            }
            try kept.write(to: path)
        }

        /// Rows kept aside are scored as the others are, and marked. The job comes from an editor that writes a mark first.
        @Test(.stopsAHang)
        func scoresOfRowsKeptAside() async throws {
            let lab =
                "id,m1,m2,m3\n"
                + (0..<120).map { "P\(1000 + $0),\($0 * 11 % 37),\($0 * 17 % 41),\($0 * 5 % 13)\n" }.joined()
            let job = Small.job(features: "[m1, m2, m3]", payloads: "full").replacing(
                "reveal: [coefficients]",
                with: "reveal: [coefficients, scores, metrics]\nholdout: hash")
            let sites = try await Small.sites(job: "\u{FEFF}" + job, hospital: Small.hospital(120), lab: lab)
            try await sites.approve()
            let (hospital, other) = try await sites.run()
            try #require(hospital.code == 0 && other.code == 0, "\(hospital.output)\(hospital.errors)\(other.errors)")
            let lines = try String(contentsOfFile: "\(sites.results("hospital"))/scores.csv", encoding: .utf8).split(
                separator: "\n")
            #expect(lines.first == "id,linear.predictor,prediction,held.out")
            #expect(lines.count == 121)
            let fitted = lines.count { $0.hasSuffix(",FALSE") }
            #expect((60..<120).contains(fitted) && hospital.output.contains("\(fitted)"))
            #expect(lines.count { $0.hasSuffix(",TRUE") } == 120 - fitted)
            try evaluated(sites, fitted: fitted)
            let replayed = try await Program.run(
                "verify", sites.results("hospital"), "--replay", "--site", sites.site("hospital"))
            #expect(replayed.code == 0 && replayed.output.contains("deciles.csv"), "\(replayed.output)")
        }

        /// Both files are there, at the active party alone, about both kinds of rows.
        private func evaluated(_ sites: TwoSites, fitted: Int) throws {
            func table(_ name: String) throws -> [[String]] {
                try String(contentsOfFile: "\(sites.results("hospital"))/\(name)", encoding: .utf8)
                    .split(separator: "\n").map {
                        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                    }
            }
            // A linear job: nothing is ranked.
            let measures = try table("evaluation.csv")
            #expect(measures.first == ["rows", "measure", "estimate", "std.error", "conf.low", "conf.high"])
            #expect(measures.contains { $0[...2] == ["fitted", "n", "\(fitted)"] })
            #expect(measures.contains { $0[...2] == ["held-out", "n", "\(120 - fitted)"] })
            #expect(measures.contains { $0[1] == "rmse" } && !measures.contains { $0[1] == "auc" })
            for rows in ["fitted", "held-out"] {
                let slope = try #require(measures.first { $0[...1] == [rows, "calibration.slope"] })
                let numbers = slope[2...].compactMap(Double.init)
                try #require(numbers.count == 4)
                #expect(numbers[2] <= numbers[0] && numbers[0] <= numbers[3])
            }
            let tenths = try table("deciles.csv").dropFirst()
            #expect(tenths.filter { $0[0] == "fitted" }.compactMap { Int($0[2]) }.reduce(0, +) == fitted)
            #expect(tenths.filter { $0[0] == "held-out" }.compactMap { Int($0[2]) }.reduce(0, +) == 120 - fitted)
            for name in ["evaluation.csv", "deciles.csv", "scores.csv"] {
                #expect(!FileManager.default.fileExists(atPath: "\(sites.results("lab"))/\(name)"))
            }
        }

        @Test(.stopsAHang)
        func aCohortThatDiffersByAFewIsRefused() async throws {
            let sites = try await Small.sites()
            // Two tables under one approval, which by itself would end it before the cohort is known.
            try sites.setPolicy("setsPerApproval", "2")
            try await sites.approve()
            let first = try await sites.run()
            #expect(first.hospital.code == 0 && first.lab.code == 0, "\(first.hospital.errors)\(first.lab.errors)")
            for name in TwoSites.names { try FileManager.default.removeItem(atPath: sites.results(name)) }
            _ = try sites.scratch.write("hospital.csv", Small.hospital(78))
            let second = try await sites.run()
            #expect(second.hospital.code == 4, "\(second.hospital.errors)")
            #expect(second.lab.code == 4)
            #expect([second.hospital.errorCode, second.lab.errorCode].contains("cohortDifference"))
            #expect(try sites.leftovers() == [])
        }

        @Test(.stopsAHang)
        func halfNoncesWhereDemanded() async throws {
            let sites = try await Small.sites()
            try sites.setPolicy("minimumNonces", "half")
            let refused = try await Program.run(
                "job", "approve", sites.job, "--site", sites.site("lab"), "--person", "A Person", "--yes", "--format",
                "json")
            #expect(refused.code == 4 && refused.errorCode == "policy.minimumNonces")
            let job = Small.job(payloads: "full").replacing(
                "keys: {bits: 2048}", with: "keys: {bits: 2048, nonces: half}")
            try job.write(toFile: sites.job, atomically: true, encoding: .utf8)
            try await sites.approve()
            let (hospital, lab) = try await sites.run()
            #expect(hospital.code == 0 && lab.code == 0, "\(hospital.errors)\(lab.errors)")
            let verified = try await Program.run(
                "verify", "\(sites.results("lab"))/transcript", "--site", sites.site("lab"), "--replay")
            #expect(verified.code == 0, "\(verified.output)")
            // The keys of both protocols, made again by an auditor, are those that were sent.
            let bundle = sites.scratch.path("opened")
            let opened = try await Program.run(
                "log", "open", "\(sites.results("lab"))/transcript", "--site", sites.site("lab"), "--out", bundle,
                "--yes")
            try #require(opened.code == 0, "\(opened.errors)")
            let audited = try await Program.run(
                "verify", "\(sites.results("hospital"))/transcript", "--audit", bundle)
            #expect(audited.code == 0 && audited.output.contains("[A04] ok"), "\(audited.output)")
        }
    }
}

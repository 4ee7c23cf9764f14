import Foundation
import Jobs
import PrivateSetIntersection
import Records
import Runner
import Site
import SplitRegression
import TestSupport
import Testing
import Transcript
import Wire

extension EndToEnd {
    /// A prediction is held to the model of its fit: `protocols/transcript.md` 7.2.
    @Suite(.serialized) struct PredictionBinding {
        private struct Fitted {
            let sites: TwoSites

            static func make() async throws -> Fitted {
                let job = Small.job(features: "[m1, m2, m3]", payloads: "full").replacing(
                    "reveal: [coefficients]", with: "reveal: [coefficients, scores]")
                let lab =
                    "id,m1,m2,m3\n"
                    + (0..<60).map { "P\(1000 + $0),\($0 * 11 % 37),\($0 * 17 % 41),\($0 * 5 % 31)\n" }.joined()
                let sites = try await Small.sites(job: job, hospital: Small.hospital(60), lab: lab)
                try await sites.approve()
                let fitted = Fitted(sites: sites)
                try await fitted.run()
                return fitted
            }

            func run() async throws {
                let (hospital, lab) = try await sites.run()
                try #require(hospital.code == 0 && lab.code == 0, "\(hospital.errors)\(lab.errors)")
            }

            func model(_ name: String) -> String { "\(sites.results(name))/model.json" }

            /// A site's command, with a model of one's choice.
            func command(_ name: String, _ model: String, _ out: String) -> [String] {
                [
                    "model", "predict", model, "--table", name == "lab" ? "results" : "patients", "--site",
                    sites.site(name), "--out", sites.scratch.path("\(out)-\(name)"), "--format", "json",
                ]
            }

            func predict(
                _ out: String, lab: String? = nil
            ) async throws -> (hospital: Program.Ended, lab: Program.Ended) {
                let (process, address) = try await sites.listen(command("hospital", model("hospital"), out))
                let other = try await Program.run(
                    command("lab", lab ?? model("lab"), out) + ["--peer-address", address])
                return (await process.wait(), other)
            }

            func transcript(_ out: String, _ name: String) -> String {
                sites.scratch.path("\(out)-\(name)/transcript")
            }

            /// The lab's model with its first coefficient one unit larger.
            ///
            /// - Parameter isRebound: whether its own commitment in the file is made to fit.
            func altered(isRebound: Bool) throws -> String {
                let path = model("lab")
                let text = try String(contentsOfFile: path, encoding: .utf8)
                let saved = try SavedModel.read(path)
                var part = saved.model
                part.coefficients[0] += 1 << 30
                var edited = text.replacing("\(saved.model.coefficients[0])", with: "\(part.coefficients[0])")
                if isRebound {
                    let salt = try #require(Hex.decode(saved.binding.salt))
                    edited = edited.replacing(saved.binding.own, with: try part.commitment(salt: salt).item.root.hex)
                }
                let file = try sites.scratch.write("altered-\(isRebound).json", edited)
                try #require(SavedModel.read(file).model == part)
                return file
            }
        }

        private static func finding(_ ended: Program.Ended, _ check: String) -> String? {
            let data = ended.envelope["data"] as? [String: Any]
            let findings = data?["findings"] as? [[String: Any]] ?? []
            let found = findings.first { $0["check"] as? String == check }
            return found.map { "\($0["status"] ?? "")\($0["error"].map { " \($0)" } ?? "")" }
        }

        private static func verify(_ arguments: String...) async throws -> Program.Ended {
            try await Program.run(["verify"] + arguments + ["--format", "json", "--quiet"])
        }

        /// The verifier that shares no code with this package: its last line.
        private static func second(_ transcript: String, fit: String) async throws -> String {
            let script = Repository.root.appending(path: "scripts/verify-transcript").path
            let ended = try await Running(
                "/usr/bin/env", ["python3", script, transcript, "--fit", fit], in: nil, input: nil
            )
            .wait()
            let last = ended.output.split(separator: "\n").last.map(String.init) ?? ""
            return "\(ended.code) \(last)"
        }

        @Test(.stopsAHang)
        func heldToItsFit() async throws {
            let fitted = try await Fitted.make()
            let sites = fitted.sites
            let (hospital, lab) = try await fitted.predict("scored")
            try #require(hospital.code == 0 && lab.code == 0, "\(hospital.output)\(lab.output)")

            // Either copy of either session, without a secret.
            for (copy, fit) in [("hospital", "hospital"), ("hospital", "lab"), ("lab", "hospital")] {
                let ended = try await Self.verify(
                    fitted.transcript("scored", copy), "--fit", sites.results(fit), "--site", sites.site(copy))
                #expect(ended.code == 0 && Self.finding(ended, "M01") == "passed", "\(ended.output)")
            }
            let none = try await Self.verify(
                fitted.transcript("scored", "lab"), "--fit", fitted.transcript("scored", "hospital"))
            #expect(none.code == 2 && Self.finding(none, "M01") == "failed otherFit", "\(none.output)")
            let fit = try await Self.verify(sites.results("lab"), "--fit", sites.results("hospital"))
            #expect(fit.code == 2 && Self.finding(fit, "M01") == "not evaluated", "\(fit.output)")
            try await Self.seconded(fitted)

            try await Self.audited(fitted)
            try await Self.alteredModels(fitted)
            try await Self.anotherFit(fitted)
        }

        /// What the second verifier says of the same.
        private static func seconded(_ fitted: Fitted) async throws {
            guard Self.hasPython else { return }
            let sites = fitted.sites
            let (scored, fit) = (fitted.transcript("scored", "lab"), "\(sites.results("hospital"))/transcript")
            for copy in TwoSites.names {
                #expect(try await second(fitted.transcript("scored", copy), fit: fit) == "0 VALID")
            }
            #expect(try await second(scored, fit: fitted.transcript("scored", "hospital")) == "2 M01 otherFit")
            #expect(try await second(fit, fit: fit) == "1 VALID")
            // A fit that does not hold binds nobody.
            let broken = sites.scratch.path("broken")
            try FileManager.default.copyItem(atPath: fit, toPath: broken)
            let log = "\(broken)/log/hospital~lab.log"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: log))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(fileURLWithPath: log))
            #expect(try await second(scored, fit: broken).hasPrefix("2 M01 fitInvalid"))
        }

        private static var hasPython: Bool {
            (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
                FileManager.default.isExecutableFile(atPath: "\($0)/python3")
            }
        }

        /// What the lab opens derives its scores again; a changed model or table is named.
        private static func audited(_ fitted: Fitted) async throws {
            let sites = fitted.sites
            let own = fitted.transcript("scored", "lab")
            let bundle = sites.scratch.path("opened")
            let opened = try await Program.run(
                "log", "open", own, "--site", sites.site("lab"), "--out", bundle, "--yes")
            try #require(opened.code == 0, "\(opened.errors)")
            for copy in TwoSites.names {
                let ended = try await verify(
                    fitted.transcript("scored", copy), "--audit", bundle, "--fit", sites.results("hospital"))
                #expect(ended.code == 0, "\(ended.output)")
                for check in ["A01", "M01"] { #expect(finding(ended, check) == "passed", "\(ended.output)") }
            }
            for (name, old, new, named) in [
                ("model.json", nil, nil, "another model."), ("table.csv", "P1004,7,", "P1004,8,", "another rows."),
            ] {
                let file = URL(fileURLWithPath: "\(bundle)/\(name)")
                let kept = try Data(contentsOf: file)
                if let old, let new {
                    try Data(String(decoding: kept, as: UTF8.self).replacing(old, with: new).utf8).write(to: file)
                } else {
                    // With a commitment in the file that fits: the one in the log does not.
                    try Data(contentsOf: URL(fileURLWithPath: try fitted.altered(isRebound: true))).write(to: file)
                }
                let ended = try await verify(own, "--audit", bundle)
                #expect(ended.code == 2 && finding(ended, "A01") == "failed commitmentMismatch", "\(ended.output)")
                #expect(ended.output.contains(named), "\(ended.output)")
                try kept.write(to: file)
            }
        }

        /// A changed coefficient: refused at home, and by the peer where the file was made to fit itself.
        private static func alteredModels(_ fitted: Fitted) async throws {
            let plain = try await Program.run(
                fitted.command("lab", try fitted.altered(isRebound: false), "plain") + [
                    "--peer-address", "127.0.0.1:1",
                ])
            #expect(plain.code == 65 && plain.errorCode == "modelChanged", "\(plain.output)")
            let shown = try await Program.run("model", "show", try fitted.altered(isRebound: false), "--format", "json")
            #expect(shown.code == 65 && shown.errorCode == "modelChanged", "\(shown.output)")

            let (hospital, lab) = try await fitted.predict("rebound", lab: try fitted.altered(isRebound: true))
            #expect(hospital.code == 5 && hospital.errorCode == "modelMismatch", "\(hospital.output)")
            #expect(lab.code != 0 && lab.output.contains("modelMismatch"), "\(lab.output)")
            // Before a word about identifiers.
            let failed = "\(fitted.sites.site("hospital"))/failed"
            let kept = try #require(try FileManager.default.contentsOfDirectory(atPath: failed).first)
            let said = try await Program.run("log", "show", "\(failed)/\(kept)", "--from", "hospital")
            #expect(said.output.contains("commitments") && !said.output.contains("opening"), "\(said.output)")
        }

        /// The same job fitted again: another session, other commitments.
        private static func anotherFit(_ fitted: Fitted) async throws {
            let sites = fitted.sites
            let first = sites.scratch.path("first-lab")
            try FileManager.default.moveItem(atPath: sites.results("lab"), toPath: first)
            let hospital = sites.scratch.path("first-hospital")
            try FileManager.default.moveItem(atPath: sites.results("hospital"), toPath: hospital)
            try await fitted.run()
            let (active, passive) = try await fitted.predict("crossed", lab: "\(first)/model.json")
            #expect(active.code == 5 || passive.code == 5, "\(active.output)\(passive.output)")
            for ended in [active, passive] {
                #expect(ended.code != 0 && ended.output.contains("modelMismatch"), "\(ended.output)")
            }
            let ended = try await verify(fitted.transcript("scored", "lab"), "--fit", sites.results("hospital"))
            #expect(ended.code == 2 && finding(ended, "M01") == "failed modelMismatch", "\(ended.output)")
            guard hasPython else { return }
            let other = try await second(
                fitted.transcript("scored", "lab"), fit: "\(sites.results("hospital"))/transcript")
            // Both parties' commitments are others in the new fit.
            #expect(other == "2 M01 modelMismatch: hospital")
        }

        // MARK: A program that does not do what it committed to

        private struct Silent: RunObserver {
            func progress(_ text: String) {}
            func warning(_ text: String) {}
            func sessionFailed(_ failure: Failure) {}
        }

        private struct Unasked: JobBooks {
            func open(_ sizes: SetSizes, set: Bytes32) throws {}
            func admit(_ rows: AlignedRows) throws {}
            func admit(_ design: JobDesign, _ intersection: Intersection) throws {}
            func admit(_ own: CohortInputs) throws -> [SessionInputs.Own] { [] }
            func admit(_ inputs: SessionInputs, over rows: AlignedRows) throws {}
            func remember(_ rows: AlignedRows, _ inputs: SessionInputs?) throws {}
            func remember(_ design: JobDesign, _ inputs: SessionInputs?) throws {}
            func admit(_ cohort: DescribedCohort) throws {}
            func remember(_ cohort: DescribedCohort, _ inputs: SessionInputs?) throws {}
            func openCoefficientsAgain(_ design: JobDesign) throws {}
            func openScores(of rows: AlignedRows) throws {}
        }

        /// It commits to the model of the fit and scores with another: nobody sees it, and its secrets show it.
        @Test(.stopsAHang)
        func scoresOfAnotherModel() async throws {
            let fitted = try await Fitted.make()
            let sites = fitted.sites
            let site = try SiteFolder(opening: sites.site("lab"))
            let saved = try SavedModel.read(fitted.model("lab"))
            let prepared = try PreparedJob(
                saved.scoringJob(at: site), for: PredictionProtocol(),
                scoring: JobInputs.Scoring(model: saved, table: "results"), at: site)
            let (process, address) = try await sites.listen(
                fitted.command("hospital", fitted.model("hospital"), "cheated"))
            let link = try PeerLink(
                prepared.job, site: site, observer: Silent(), peerAddress: try NetworkAddress(address),
                onListening: { _ in })
            let execution = SessionExecution(
                prepared, over: link, out: sites.scratch.path("cheated-lab"), observer: Silent())
            _ = try await execution.run(writing: { _ in SessionOutput([], details: [:]) }) { opening in
                var other = saved.model
                other.coefficients[0] += 1 << 30
                return PredictionWork(
                    inputs: prepared.inputs, model: other, opening: opening, books: Unasked(),
                    progress: execution.progress)
            }
            #expect(await process.wait().code == 0)
            let own = fitted.transcript("cheated", "lab")
            let seen = try await Self.verify(own, "--fit", sites.results("hospital"))
            #expect(seen.code == 0 && Self.finding(seen, "M01") == "passed", "\(seen.output)")
            let replayed = try await Self.verify(own, "--replay", "--site", sites.site("lab"))
            #expect(
                replayed.code == 2 && Self.finding(replayed, "R02") == "failed replayMismatch", "\(replayed.output)")
            let bundle = sites.scratch.path("opened")
            let opened = try await Program.run(
                "log", "open", own, "--site", sites.site("lab"), "--out", bundle, "--yes")
            try #require(opened.code == 0, "\(opened.errors)")
            let audited = try await Self.verify(fitted.transcript("cheated", "hospital"), "--audit", bundle)
            #expect(audited.code == 2 && Self.finding(audited, "A01") == "failed replayMismatch", "\(audited.output)")
        }
    }
}

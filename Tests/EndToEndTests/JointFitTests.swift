import Foundation
import Runner
import Site
import SplitRegression
import TestSupport
import Testing
import Transcript
import Wire

extension EndToEndOfMany {
    /// Fits of several parties: real processes, each with a session to every other one.
    @Suite(.serialized) struct JointFits {
        @Test(.stopsAHang)
        func threePartiesFitVerifyAndReplay() async throws {
            let parties = try await FittingParties(
                job: FittingParties.job(
                    "transcript: {payloads: full}\nreveal: [coefficients, standard-errors, scores, description]"
                ).replacing("label: outcome,", with: "label: outcome, group: {column: ward, levels: [north, south]},"),
                hasWards: true)
            let sites = parties.sites
            let explained = try await Program.run("job", "explain", sites.job, "--site", sites.site("registry"))
            #expect(
                explained.code == 0
                    && explained.output.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(
                        "lab is the helper")
                    && explained.output.contains("hospital and lab do not put")
                    && explained.output.contains("When new rows are scored"), "\(explained.output)")
            let approval = try await Program.run(
                "job", "approve", sites.job, "--site", sites.site("lab"), "--person", "Ada", "--dry-run", "--format",
                "json")
            #expect(
                approval.output.contains("hospital and lab do not put their parts together"), "\(approval.output)")
            for (name, ended) in try await parties.run() {
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
                let data = ended.envelope["data"] as? [String: Any]
                #expect((data?["peers"] as? [String])?.count == 2, "\(ended.output)")
            }
            // As ordinary least squares over the joined table has it.
            let expected = try FittedByHand().coefficients
            let found = try parties.estimates()
            #expect(Set(found.keys) == Set(expected.keys))
            for (term, value) in expected {
                let estimate = try #require(found[term])
                #expect(abs(estimate - value) <= 1e-4 * max(1, abs(value)), "\(term): \(estimate), \(value)")
            }
            let scores = try String(contentsOfFile: "\(sites.results("hospital"))/scores.csv", encoding: .utf8)
            #expect(scores.split(separator: "\n").count == FittingParties.rows + 1)
            let files = try FittingParties.names.map {
                try Data(contentsOf: URL(fileURLWithPath: "\(sites.results($0))/result.json"))
            }
            #expect(Set(files).count == 1)
            for name in FittingParties.names {
                let verified = try await Program.run(
                    "verify", sites.results(name), "--replay", "--site", sites.site(name))
                #expect(verified.code == 0, "\(name): \(verified.output)\(verified.errors)")
                for check in ["M02", "M03", "M05", "R01", "R02", "R03"] {
                    #expect(verified.output.contains("[\(check)] ok"), "\(verified.output)")
                }
            }
            for (name, other) in FittingParties.sessions {
                try await expectSecond("\(sites.results(name))/transcripts/\(other)")
            }
            let together = try await Program.run(
                "verify", sites.results("hospital"), "--with", sites.results("lab"), "--with",
                sites.results("registry"))
            #expect(together.code == 0 && together.output.contains("[M04] ok"), "\(together.output)")
            try await expectKeeperBlamesNobody(sites)
            try await expectMetricsFollow(sites)
            try await expectReports(sites)
            try await expectDescription(parties)
            try await expectPrediction(parties)
            try await expectModels(sites)
            try await expectHints(sites)
            // Nobody opens its logs to an auditor: with the other holder's they would be everybody's columns.
            let opened = try await Program.run(
                "log", "open", "\(sites.results("lab"))/transcripts/hospital", "--site", sites.site("lab"), "--out",
                sites.scratch.path("opened"), "--format", "json")
            #expect(opened.code == 65 && opened.errorCode == "notOpenable", "\(opened.output)")
            let table = try await Program.run(
                ["results", "merge"] + FittingParties.names.map { sites.results($0) })
            #expect(table.code == 0 && table.output.contains("r2"), "\(table.output)\(table.errors)")
            // A copy for the archive says less, and is not held against anybody.
            let archive = sites.scratch.path("archive")
            try FileManager.default.copyItem(atPath: sites.results("registry"), toPath: archive)
            for peer in ["hospital", "lab"] {
                let (whole, pruned) = ("\(archive)/transcripts/\(peer)", sites.scratch.path("pruned-\(peer)"))
                let made = try await Program.run("log", "prune", whole, "--out", pruned)
                #expect(made.code == 0, "\(made.errors)")
                try FileManager.default.removeItem(atPath: whole)
                try FileManager.default.moveItem(atPath: pruned, toPath: whole)
            }
            for more in [[], ["--with", sites.results("lab")]] {
                let archived = try await Program.run(["verify", archive] + more)
                #expect(
                    archived.code == 0 && archived.output.hasSuffix("VALID (payloads pruned)\n"),
                    "\(archived.output)")
                #expect(archived.output.contains("[M05] -"), "\(archived.output)")
                #expect(archived.output.contains(more.isEmpty ? "[M03] -" : "[M03] ok"), "\(archived.output)")
            }
            // A session that is kept back is missed there too.
            try FileManager.default.removeItem(atPath: "\(archive)/transcripts/lab")
            let lacking = try await Program.run("verify", archive)
            #expect(lacking.code == 2 && lacking.output.contains("sessionMissing"), "\(lacking.output)")
            // A coefficient that is edited.
            let path = URL(fileURLWithPath: "\(sites.results("registry"))/coefficients.csv")
            let text = try String(contentsOf: path, encoding: .utf8)
            try Data(text.replacing("registry,", with: "registry,1").utf8).write(to: path)
            let edited = try await Program.run("verify", sites.results("registry"))
            #expect(edited.code == 2 && edited.output.contains("resultChanged"), "\(edited.output)")
        }

        /// Records that the registry makes up in the hospital's name, after all that the hospital signed: other heads, another mesh, another
        /// part of the model.
        private func expectKeeperBlamesNobody(_ sites: ManySites) async throws {
            let folder = try sites.scratch.copy(of: sites.results("registry"))
            let transcript = "\(folder)/transcripts/hospital"
            let other = Bytes32(hashing: [9])
            try MadeUp.append(to: transcript, from: "hospital", to: "registry") { (said: MeshHeads) in
                MeshHeads(
                    mesh: other,
                    items: said.items.map { .init(site: $0.site, head: TreeHead(size: $0.head.size, root: other)) })
            }
            try MadeUp.append(to: transcript, from: "hospital", to: "registry") { (_: ModelCommitment) in
                ModelCommitment(root: other)
            }
            let verified = try await Program.run("verify", folder)
            #expect(
                verified.code == 2 && verified.output.contains("registry with hospital: INVALID"), "\(verified.output)")
            for check in ["M02", "M03", "M05"] {
                #expect(!verified.output.contains("[\(check)] FAIL"), "\(verified.output)")
            }
        }

        /// R03 of figures that no file beside the transcripts has.
        private func expectMetricsFollow(_ sites: ManySites) async throws {
            let folder = try sites.scratch.copy(of: sites.results("hospital"))
            let site = try SiteFolder(opening: sites.site("hospital"))
            try MadeUp.outcome(of: "\(folder)/transcripts/registry") { figures in
                #expect(!figures.metrics.isEmpty)
                figures.metrics = figures.metrics.mapValues { $0 + 1e-3 }
            }
            let finding = try await MeshReplay(folder, at: site, Silent()).findings().first { $0.check == .r03 }
            #expect(finding?.status == .failed && finding?.error == "resultMismatch", "\(finding?.sentence ?? "none")")
        }

        /// What each has of the model, and all of it where parties share their parts.
        private func expectModels(_ sites: ManySites) async throws {
            let files = FittingParties.names.map { "\(sites.results($0))/model.json" }
            let shown = try await Program.run("model", "show", files[1])
            for words in ["the part of lab (helper)", "with hospital, registry", "m2", "in session"] {
                #expect(shown.code == 0 && shown.output.contains(words), "\(shown.output)\(shown.errors)")
            }
            let part = try await Program.run("model", "export", files[2], "--out", sites.scratch.path("part.pmml"))
            #expect(part.code == 0, "\(part.errors)")
            let out = sites.scratch.path("whole.pmml")
            let command = ["model", "export", files[0], "--out", out, "--format", "json", "--peer", files[1]]
            let lacking = try await Program.run(command)
            #expect(lacking.code == 64 && lacking.errorCode == "partsMissing", "\(lacking.output)")
            let whole = try await Program.run(command + ["--peer", files[2]])
            #expect(
                whole.code == 0 && (whole.envelope["data"] as? [String: Any])?["isWhole"] as? Bool == true,
                "\(whole.output)\(whole.errors)")
            let text = try String(contentsOfFile: out, encoding: .utf8)
            #expect(text.contains("label=\"m3\"") && text.contains("label=\"arm\"") && text.contains("outcome"))
        }

        /// Table 1 of all columns under the same job: verified, replayed, in the page of the fit.
        private func expectDescription(_ parties: FittingParties) async throws {
            let sites = parties.sites
            func described(_ name: String) -> String { sites.scratch.path("\(name)-described") }
            let running = try FittingParties.names.map { name in
                try Program.start([
                    "describe", sites.job, "--site", sites.site(name), "--out", described(name), "--format", "json",
                ])
            }
            for process in running {
                let ended = await process.wait()
                try #require(ended.code == 0, "\(ended.output)\(ended.errors)")
            }
            let tables = try FittingParties.names.map {
                try String(contentsOfFile: "\(described($0))/description.csv", encoding: .utf8)
            }
            #expect(Set(tables).count == 1)
            let people = (0..<FittingParties.rows).filter { FittingParties.ward($0) == "south" }
            let arm = people.count { FittingParties.columns($0).arm == 1 }
            #expect(tables[0].contains("registry,arm,yes,once,south,\(people.count),NA,NA,NA,\(arm),"), "\(tables[0])")
            #expect(tables[0].contains("hospital,age,") && tables[0].contains("lab,m1,"))
            for name in FittingParties.names {
                let replay = name == "lab" ? ["--replay", "--site", sites.site(name)] : []
                let verified = try await Program.run(["verify", described(name)] + replay)
                for check in ["M02", "M03", "M05"] + (name == "lab" ? ["R01", "R02", "R03"] : []) {
                    #expect(verified.output.contains("[\(check)] ok"), "\(verified.output)\(verified.errors)")
                }
                #expect(verified.code == 0 && verified.output.contains("VALID"))
            }
            for (name, other) in FittingParties.sessions {
                try await expectSecond("\(described(name))/transcripts/\(other)")
            }
            let page = sites.scratch.path("described.html")
            let written = try await Program.run(
                "report", sites.results("lab"), "--description", described("lab"), "--output", page)
            #expect(written.code == 0, "\(written.output)\(written.errors)")
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(html.contains("Table 1, rows counted once") && html.contains(">registry<"))
            // Another table, in a copy: the messages come to the one that was there.
            // What people read is compared too, also where the result beside it was taken away.
            let table = URL(fileURLWithPath: "\(described("lab"))/description.csv")
            let rows = try String(contentsOf: table, encoding: .utf8)
            try Data((rows + "x\n").utf8).write(to: table)
            for _ in 0..<2 {
                let edited = try await Program.run("verify", described("lab"))
                #expect(edited.code == 2 && edited.output.contains("[M05] FAIL"), "\(edited.output)")
                try? FileManager.default.removeItem(atPath: "\(described("lab"))/result.json")
            }
            let file = URL(fileURLWithPath: "\(described("registry"))/description.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacing("\"count\" : \(arm)", with: "\"count\" : \(arm - 1)").utf8).write(to: file)
            let edited = try await Program.run(
                "verify", described("registry"), "--replay", "--site", sites.site("registry"))
            #expect(edited.code == 2 && edited.output.contains("[M05] FAIL resultMismatch"), "\(edited.output)")
            let refused = try await Program.run(
                "report", sites.results("registry"), "--description", described("registry"), "--format", "json")
            #expect(refused.code == 2 && refused.errorCode == "descriptionNotVerified", "\(refused.output)")
        }

        func expectSecond(_ transcript: String, _ more: String...) async throws {
            let script = Repository.root.appending(path: "scripts/verify-transcript").path
            let told = try await Running("/usr/bin/env", ["python3", script, transcript] + more, in: nil, input: nil)
                .wait()
            // 127: there is no Python here.
            #expect(
                told.code == 0 && told.output.hasSuffix("VALID\n") || told.code == 127, "\(told.output)\(told.errors)")
        }

        /// The page at each party: with what all handed over, with one part of it, and alone.
        private func expectReports(_ sites: ManySites) async throws {
            let folders = FittingParties.names.map { sites.results($0) }
            func page(_ arguments: [String]) async throws -> String {
                let out = sites.scratch.path("page.html")
                let ended = try await Program.run(["report"] + arguments + ["--output", out])
                #expect(ended.code == 0 && ended.output.contains("VALID"), "\(ended.output)\(ended.errors)")
                return try String(contentsOfFile: out, encoding: .utf8)
            }
            let whole = try await page(folders + ["--site", sites.site("hospital")])
            for words in [
                "people whom all know", "Coefficients of all parties", "hospital and lab do not put",
                "So are lab&#39;s and registry&#39;s", ">r2<", "Every check of the session with registry",
                "Every check of all sessions together", "Circles: lab, registry", "registry to hospital",
            ] { #expect(whole.contains(words), "\(words)") }
            #expect(!whole.contains("P1000") && !whole.contains("both tables"))
            let part = try await page([folders[0], "\(folders[1])/coefficients.csv"])
            for words in ["lab&#39;s coefficients are as lab handed them over", "registry holds its own 3"] {
                #expect(part.contains(words), "\(words)")
            }
            // Who holds no part of the numbers knows as well how the fit went.
            let further = try await page([folders[2]])
            for words in ["hospital holds its own 2", "lab holds its own 3"] {
                #expect(further.contains(words), "\(words)")
            }
            let lacking = sites.scratch.path("lacking")
            try FileManager.default.copyItem(atPath: folders[0], toPath: lacking)
            try FileManager.default.removeItem(atPath: "\(lacking)/transcripts/lab")
            let refused = try await Program.run("report", lacking, "--format", "json")
            #expect(
                refused.code == 66 && refused.errorCode == "noTranscript" && refused.output.contains("with lab"),
                "\(refused.output)")
        }

        /// Commands for one transcript say which there are; what lies beside them by mistake is named.
        private func expectHints(_ sites: ManySites) async throws {
            let own = sites.results("hospital")
            let shown = try await Program.run("log", "show", own, "--format", "json")
            #expect(
                shown.code == 64 && shown.errorCode == "severalTranscripts"
                    && shown.output.contains("transcripts/lab"), "\(shown.output)")
            let copy = sites.scratch.path("with-a-stray")
            try FileManager.default.copyItem(atPath: own, toPath: copy)
            try FileManager.default.copyItem(atPath: "\(own)/transcripts/lab", toPath: "\(copy)/transcripts/zz")
            let stray = try await Program.run("verify", copy, "--format", "json")
            #expect(stray.code == 65 && stray.errorCode == "strayTranscript", "\(stray.output)")
            try FileManager.default.removeItem(atPath: "\(copy)/transcripts/zz")
            try FileManager.default.removeItem(atPath: "\(copy)/scores.csv")
            let absent = try await Program.run("verify", copy)
            #expect(absent.code == 0 && absent.output.contains("not at hand: scores.csv"), "\(absent.output)")
        }

        /// One party's column does not allow the fit: it says which, the others that it ended, and nothing is written.
        @Test(.stopsAHang)
        func aColumnThatIsNotFit() async throws {
            let job = FittingParties.job().replacing("connectTimeout: 30", with: "connectTimeout: 4")
            let parties = try await FittingParties(job: job) { party, person, cells in
                guard party == 2 else { return cells }
                return cells.split(separator: ",").dropLast().joined(separator: ",") + (person < 3 ? ",1" : ",0")
            }
            for (name, ended) in try await parties.run() {
                #expect(ended.code != 0, "\(name): \(ended.output)")
                #expect(!FileManager.default.fileExists(atPath: parties.sites.results(name)))
            }
            let checked = try await Program.run(
                "job", "check", parties.sites.job, "--site", parties.sites.site("registry"))
            #expect(checked.code != 0 && checked.output.contains("arm"), "\(checked.output)")
        }

        @Test(.stopsAHang)
        func whatSuchAJobIsNotFor() async throws {
            let parties = try await FittingParties()
            let sites = parties.sites
            for (command, code, word) in [
                (
                    ["describe", sites.job, "--site", sites.site("lab"), "--out", sites.results("lab")], 4,
                    "descriptionNotOpened"
                ),
                (
                    [
                        "job", "run", sites.job, "--site", sites.site("lab"), "--out", sites.results("lab"), "--as",
                        "prediction",
                    ], 64, "modelMissing"
                ),
            ] as [([String], Int32, String)] {
                let ended = try await Program.run(command + ["--format", "json"])
                #expect(ended.code == code && ended.errorCode == word, "\(command): \(ended.output)\(ended.errors)")
            }
            let rehearsed = try await Program.run(
                "job", "run", sites.job, "--site", sites.site("lab"), "--out", sites.results("lab"), "--dry-run")
            #expect(
                rehearsed.code == 0 && rehearsed.output.contains("is the helper of 3 parties"), "\(rehearsed.output)")
            // The same parties may align under it, and no more.
            for (name, ended) in try await sites.run(command: ["align", "run"]) {
                #expect(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
            }
        }
    }
}

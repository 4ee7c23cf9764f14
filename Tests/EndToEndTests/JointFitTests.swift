import Foundation
import Runner
import SplitRegression
import TestSupport
import Testing
import Transcript
import Wire

/// Three parties that fit a linear model over some of the same people.
struct FittingParties {
    let sites: ManySites

    static let names = ["hospital", "lab", "registry"]
    static let rows = 240

    static func job(_ more: String = "", helper: String = "lab", family: String = "linear") -> String {
        """
        moiety: 12
        title: Outcome by all
        parties:
          - {name: hospital, role: active, identifier: id, label: outcome, features: [age]}
          - {name: lab, identifier: id, features: [m1, m2, m3]}
          - {name: registry, identifier: id, features: [r1, r2, {column: arm, type: binary}]}
        helper: \(helper)
        model: {family: \(family), maxPasses: 12}
        keys: {bits: 2048}
        loosen: [budget]
        network: {connectTimeout: 30, messageTimeout: 60}
        \(more)

        """
    }

    /// Of a person; the same noise in every run.
    static func columns(_ person: Int) -> (age: Int, m: [Int], r: [Int], arm: Int, outcome: Double) {
        let age = 20 + person * 13 % 61
        let m = [person * 11 % 37, person * 17 % 41, person * 5 % 31]
        let r = [person * 7 % 29, person * 19 % 43]
        let arm = person * 3 % 2 == 0 || person % 5 == 0 ? 1 : 0
        let noise = Double(person * 23 % 47) / 5
        let outcome =
            1 + 0.25 * Double(age) - 0.5 * Double(m[0]) + 0.1 * Double(m[1]) - 0.3 * Double(r[0]) + 2 * Double(arm)
            + noise
        return (age, m, r, arm, outcome)
    }

    /// The active party's, with times.
    private static func hospitalCells(_ person: Int) -> String {
        let of = columns(person)
        let days = max(1, 30 - Int(of.outcome)) + person * 37 % 31
        let (event, entered) = (person * 29 % 10 < 7 ? 1 : 0, days > 10 ? person % 7 : 0)
        return "\(event),\(of.age),\(days),\(entered),\(person % 3 % 2)"
    }

    /// - Parameters:
    ///   - job: nil for the standard one.
    ///   - rows: that all have.
    ///   - hasTimes: whether the outcome is an event or the end of observation, after some days, of people who enter late and are at two
    ///     centres.
    ///   - hasWards: whether the active party has a column that nothing follows from.
    ///   - more: changes a row of a party's table.
    init(
        job: String? = nil, rows: Int = Self.rows, hasTimes: Bool = false, hasWards: Bool = false,
        changing row: @escaping (Int, Int, String) -> String = { $2 }
    ) async throws {
        sites = try await ManySites(Self.names, job: job ?? Self.job("transcript: {payloads: full}"), approve: false) {
            party in
            let headers = [
                "id,outcome,age\(hasTimes ? ",days,entered,centre" : "")\(hasWards ? ",ward" : "")\n", "id,m1,m2,m3\n",
                "id,r1,r2,arm\n",
            ]
            let rows = (0..<rows + 20).filter { $0 < rows || $0 % 3 == party }.map { person in
                let of = Self.columns(person)
                let cells =
                    switch party {
                    case 0 where hasTimes: Self.hospitalCells(person)
                    case 0: "\(of.outcome),\(of.age)" + (hasWards ? ",\(Self.ward(person))" : "")
                    case 1: of.m.map { "\($0)" }.joined(separator: ",")
                    default: (of.r + [of.arm]).map { "\($0)" }.joined(separator: ",")
                    }
                return "P\(1000 + person),\(row(party, person, cells))\n"
            }
            return headers[party] + (party == 1 ? rows.reversed() : rows).joined()
        }
        for name in Self.names {
            let policy = URL(fileURLWithPath: "\(sites.site(name))/policy.yaml")
            let text = try String(contentsOf: policy, encoding: .utf8).split(separator: "\n").filter {
                !$0.hasPrefix("loosen")
            }.joined(separator: "\n")
            try Data("\(text)\nloosen: [budget, leverage]\n".utf8).write(to: policy)
            try await sites.approve(name)
        }
    }

    static func ward(_ person: Int) -> String { person % 3 == 0 ? "north" : "south" }

    func run() async throws -> [String: Program.Ended] { try await sites.run(command: ["job", "run"]) }

    /// Rows of a party's result, by column.
    func rows(_ name: String, _ file: String) throws -> [[String: String]] {
        let lines = try String(contentsOfFile: "\(sites.results(name))/\(file)", encoding: .utf8).split(separator: "\n")
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
    }

    /// Estimates by term, over these parties.
    func estimates(_ column: String = "estimate", of names: [String] = Self.names) throws -> [String: Double] {
        var found: [String: Double] = [:]
        for row in try names.flatMap({ try rows($0, "coefficients.csv") }) {
            found[try #require(row["term"])] = Double(row[column] ?? "")
        }
        return found
    }
}

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
            for name in FittingParties.names {
                for other in FittingParties.names where other != name {
                    try await expectSecond("\(sites.results(name))/transcripts/\(other)")
                }
            }
            let together = try await Program.run(
                "verify", sites.results("hospital"), "--with", sites.results("lab"), "--with",
                sites.results("registry"))
            #expect(together.code == 0 && together.output.contains("[M04] ok"), "\(together.output)")
            try await expectReports(sites)
            try await expectDescription(parties)
            try await expectPrediction(parties)
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

        /// New rows by the model of that fit: the sums are those of the pooled fit, and all is held to the parts that were committed to.
        private func expectPrediction(_ parties: FittingParties) async throws {
            let sites = parties.sites
            let people = 300..<380
            func cells(_ party: Int, _ person: Int) -> String {
                let of = FittingParties.columns(person)
                let cells = [[of.age], of.m, of.r + [of.arm]][party]
                return "P\(1000 + person)," + cells.map { "\($0)" }.joined(separator: ",") + "\n"
            }
            func scored(_ name: String) -> String { sites.scratch.path("\(name)-scored") }
            var commands: [String: [String]] = [:]
            for (party, name) in FittingParties.names.enumerated() {
                // Each has people whom the others lack.
                let rows = people.map { cells(party, $0) } + (400..<410).map { cells(party, $0 + 10 * party) }
                let table = try sites.scratch.write(
                    "\(name)-new.csv", ["id,age\n", "id,m1,m2,m3\n", "id,r1,r2,arm\n"][party] + rows.joined())
                commands[name] = [
                    "model", "predict", "\(sites.results(name))/model.json", "--table", table, "--site",
                    sites.site(name), "--out", scored(name), "--format", "json",
                ]
            }
            let running = try commands.mapValues { try Program.start($0) }
            for (name, process) in running {
                let ended = await process.wait()
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
                #expect(
                    FileManager.default.fileExists(atPath: "\(scored(name))/scores.csv") == (name == "hospital"))
            }
            let coefficients = try FittedByHand().coefficients
            let lines = try String(contentsOfFile: "\(scored("hospital"))/scores.csv", encoding: .utf8)
                .split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
            #expect(lines.count == people.count)
            for line in lines {
                let of = FittingParties.columns(try #require(Int(line[0].dropFirst())) - 1000)
                let values = [
                    "(Intercept)": 1, "age": of.age, "m1": of.m[0], "m2": of.m[1], "m3": of.m[2], "r1": of.r[0],
                    "r2": of.r[1], "arm": of.arm,
                ]
                let expected = coefficients.reduce(0) { $0 + $1.value * Double(values[$1.key] ?? 0) }
                let found = try #require(Double(line[1]))
                #expect(abs(found - expected) <= 1e-3, "\(line): \(expected)")
            }
            for name in FittingParties.names {
                let verified = try await Program.run(
                    "verify", scored(name), "--replay", "--site", sites.site(name), "--fit", sites.results(name))
                for check in ["M01", "M02", "M03", "M05", "R01", "R02", "R03"] {
                    #expect(verified.output.contains("[\(check)] ok"), "\(verified.output)\(verified.errors)")
                }
                #expect(verified.code == 0 && verified.output.contains("prediction of 3 parties"))
                for other in FittingParties.names where other != name {
                    try await expectSecond(
                        "\(scored(name))/transcripts/\(other)", "--fit", "\(sites.results(name))/transcripts/\(other)")
                }
            }
            let others = try await Program.run("verify", scored("lab"), "--fit", sites.results("hospital"))
            #expect(others.code == 2 && others.output.contains("[M01] FAIL otherFit"), "\(others.output)")
            // A part that is not the one of the fit, by its own commitment: nobody is called.
            let model = "\(sites.results("registry"))/model.json"
            let text = try String(contentsOfFile: model, encoding: .utf8)
            let start = try #require(text.range(of: "\"coefficients\" : ["))
            let digit = try #require(text[start.upperBound...].firstIndex { $0.isNumber })
            let changed = text.replacingCharacters(in: digit...digit, with: text[digit] == "1" ? "2" : "1")
            var command = try #require(commands["registry"])
            command[2] = try sites.scratch.write("changed.json", changed)
            command[8] = sites.scratch.path("changed-out")
            let refused = try await Program.run(command)
            #expect(refused.code == 65 && refused.errorCode == "modelChanged", "\(refused.output)")
            try await expectHeldToTheFit(sites, commands)
            // Ten different rows over and over: sums would show them. The others hear no more than that a site refuses.
            let few = "id,r1,r2,arm\n" + people.map { "P\(1000 + $0),\($0 % 10),\($0 % 5),\($0 % 2)\n" }.joined()
            commands["registry"]?[4] = try sites.scratch.write("few.csv", few)
            let ended = try await expectNothing(sites, commands, "few")
            #expect(ended["registry"] == "guard-scores" && ended["hospital"] != "guard-scores", "\(ended)")
        }

        /// What each is told where nobody gets a result.
        private func expectNothing(
            _ sites: ManySites, _ commands: [String: [String]], _ out: String
        ) async throws -> [String: String] {
            let running = try commands.map { name, command in
                var command = command
                command[8] = sites.scratch.path("\(name)-\(out)")
                return (name, try Program.start(command))
            }
            var codes: [String: String] = [:]
            for (name, process) in running {
                let ended = await process.wait()
                #expect(ended.code != 0, "\(name): \(ended.output)")
                #expect(!FileManager.default.fileExists(atPath: sites.scratch.path("\(name)-\(out)")))
                codes[name] = ended.errorCode
            }
            return codes
        }

        /// A part that fits a commitment of its own, which is not the one of the fit: the others end before they say anything.
        private func expectHeldToTheFit(_ sites: ManySites, _ commands: [String: [String]]) async throws {
            let path = "\(sites.results("registry"))/model.json"
            guard case .several(let saved) = try ModelFile.read(path), let binding = saved.bindings["lab"] else {
                Issue.record("no model of several parties")
                return
            }
            var part = saved.model
            part.coefficients[0] += 1 << 30
            let root = try part.commitment(salt: try #require(Hex.decode(binding.salt))).item.root.hex
            let text = try String(contentsOfFile: path, encoding: .utf8)
                .replacing("\(saved.model.coefficients[0])", with: "\(part.coefficients[0])")
                .replacing(binding.own, with: root)
            var commands = commands
            commands["registry"]?[2] = try sites.scratch.write("rebound.json", text)
            let codes = try await expectNothing(sites, commands, "rebound")
            #expect(codes.values.contains("modelMismatch"), "\(codes)")
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
                let verified = try await Program.run("verify", described(name), "--replay", "--site", sites.site(name))
                for check in ["M02", "M03", "M05", "R01", "R02", "R03"] {
                    #expect(verified.output.contains("[\(check)] ok"), "\(verified.output)\(verified.errors)")
                }
                #expect(verified.code == 0 && verified.output.contains("VALID"))
                for other in FittingParties.names where other != name {
                    try await expectSecond("\(described(name))/transcripts/\(other)")
                }
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

        private func expectSecond(_ transcript: String, _ more: String...) async throws {
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

/// Least squares over the joined table, by normal equations.
struct FittedByHand {
    let coefficients: [String: Double]

    /// - Parameter out: columns that are left out.
    init(without out: Set<String> = []) throws {
        let rows = (0..<FittingParties.rows).map { FittingParties.columns($0) }
        let all = ["(Intercept)", "age", "m1", "m2", "m3", "r1", "r2", "arm"]
        let kept = all.indices.filter { !out.contains(all[$0]) }
        let names = kept.map { all[$0] }
        let design = rows.map { row in
            let cells = [1, Double(row.age)] + row.m.map(Double.init) + row.r.map(Double.init) + [Double(row.arm)]
            return kept.map { cells[$0] }
        }
        let p = names.count
        var system = (0..<p).map { i in
            (0..<p).map { j in design.reduce(0) { $0 + $1[i] * $1[j] } }
                + [zip(design, rows).reduce(0) { $0 + $1.0[i] * $1.1.outcome }]
        }
        for i in 0..<p {
            let pivot = try #require((i..<p).max { abs(system[$0][i]) < abs(system[$1][i]) })
            system.swapAt(i, pivot)
            for row in 0..<p where row != i {
                let factor = system[row][i] / system[i][i]
                for column in i...p { system[row][column] -= factor * system[i][column] }
            }
        }
        coefficients = Dictionary(
            uniqueKeysWithValues: names.enumerated().map { ($1, system[$0][p] / system[$0][$0]) })
    }
}

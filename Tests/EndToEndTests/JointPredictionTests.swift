import Foundation
import Runner
import SplitRegression
import TestSupport
import Testing
import Transcript
import Wire

// New rows after a fit of several parties.
extension EndToEndOfMany.JointFits {
    /// New rows by the model of that fit: the sums are those of the pooled fit, and all is held to the parts that were committed to.
    func expectPrediction(_ parties: FittingParties) async throws {
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
        }
        for (name, other) in FittingParties.sessions {
            try await expectSecond(
                "\(scored(name))/transcripts/\(other)", "--fit", "\(sites.results(name))/transcripts/\(other)")
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
        try await expectRefusals(sites, commands)
    }

    /// Ten different rows over and over: sums would show them. The others hear no more than that a site refuses, and without one of these
    /// people, by whatever columns, they are refused again.
    private func expectRefusals(_ sites: ManySites, _ commands: [String: [String]]) async throws {
        func ended(_ people: Range<Int>, _ out: String, _ cells: (Int) -> String) async throws -> [String: String] {
            var commands = commands
            for (name, columns) in [("hospital", "age"), ("lab", "m1,m2,m3"), ("registry", "r1,r2,arm")] {
                let rows = people.map { person in
                    let of = FittingParties.columns(person)
                    let values = name == "hospital" ? "\(of.age)" : of.m.map { "\($0)" }.joined(separator: ",")
                    return "P\(1000 + person),\(name == "registry" ? cells(person) : values)\n"
                }
                commands[name]?[4] = try sites.scratch.write(
                    "\(name)-\(out).csv", "id,\(columns)\n" + rows.joined())
            }
            return try await expectNothing(sites, commands, out)
        }
        let few = try await ended(500..<560, "few") { "\($0 % 10),\($0 % 5),\($0 % 2)" }
        #expect(few["registry"] == "guard-scores" && few["hospital"] == "siteRefuses", "\(few)")
        let again = try await ended(500..<559, "again") { "\($0 * 7 % 29),\($0 * 19 % 43),\($0 * 3 % 2)" }
        #expect(again["registry"] == "cohortDifference", "\(again)")
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
}

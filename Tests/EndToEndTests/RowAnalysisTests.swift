import Foundation
import Records
import TestSupport
import Testing

/// What the rows of all sites come to in one table.
private struct Joined {
    struct Row {
        let age: Double?
        let isSmoker: Bool
        let arm: String
        let grade: String
        let days: Double
        let event: Bool
    }

    static let arms = ["a", "b"]
    static let levels = ["low", "mid", "high", "rare"]

    static func rows(_ site: Int) -> [Row] {
        (0..<96).map { row in
            // One site lacks some ages; another has three rows with a level that nobody else has.
            let age = site == 0 && row % 8 == 0 ? nil : Double(20 + (row * 13 + site * 7) % 61)
            let grade = site == 1 && row < 6 && row % 2 == 0 ? "rare" : levels[row / 2 % 3]
            return Row(
                age: age, isSmoker: row / 2 % 3 == 0, arm: arms[row % 2], grade: grade,
                days: Double(1 + (row * 7 + site * 5) % 60), event: (row * 3 + row / 7 + site) % 5 < 3)
        }
    }

    static var all: [Row] { (0..<3).flatMap(rows) }

    /// - Parameter full: with every age, as models need it.
    static func csv(_ site: Int, full: Bool) -> String {
        "id,age,smoker,arm,grade,days,event\n"
            + rows(site).enumerated().map { number, row in
                let age = row.age ?? (full ? 50 : nil)
                return
                    "S\(site)-\(100 + number),\(age.map { "\($0)" } ?? "NA"),\(row.isSmoker ? "yes" : "no"),\(row.arm),"
                    + "\(row.grade),\(row.days),\(row.event ? 1 : 0)\n"
            }.joined()
    }

    static func job(_ analysis: String, _ columns: String) -> String {
        """
        moiety: 11
        split: rows
        title: Small
        parties: [north, east, south]
        columns: {identifier: id, \(columns)}
        network: {connectTimeout: 60, messageTimeout: 300, lossTimeout: 600}
        \(analysis)

        """
    }

    static let arm = "{column: arm, type: categorical, levels: [a, b], reference: a}"
    static let times = "[10, 20, 30, 40, 50, 60]"
    static let table = job(
        "analysis: table\ngroup: arm",
        "features: [age, {column: smoker, type: binary}, \(arm), {column: grade, type: categorical, levels: [low, mid, "
            + "high, rare], reference: low}]")
    static let curves = job(
        "analysis: survival\ntimes: \(times)\ngroup: arm", "label: event, time: days, features: [\(arm)]")
    static let grid = job(
        "model: {family: cox, baseline: grid, times: \(times), covariance: HC0}",
        "label: event, time: days, features: [{column: smoker, type: binary}]")
}

extension ManySites {
    /// Cells of a result, by the columns' names; nil: NA.
    fileprivate func lines(_ name: String, _ file: String) throws -> [[String: String]] {
        let table = try Table.read(csv: "\(results(name))/\(file)")
        return try (0..<table.rowCount).map { row in
            var cells: [String: String] = [:]
            for column in table.columns.map(\.name) {
                let text = try table.column(named: column).text(at: row)
                if text != "NA" { cells[column] = text }
            }
            return cells
        }
    }

    /// Another job over the same tables.
    fileprivate func again(_ yaml: String) async throws -> [String: Program.Ended] {
        let job = try scratch.write("again.yaml", yaml)
        for name in names {
            let approved = try await Program.run(
                "job", "approve", job, "--site", site(name), "--person", "A Person", "--yes")
            try #require(approved.code == 0, "\(approved.errors)")
        }
        let running = try names.map { name in
            try Program.start(["job", "run", job, "--site", site(name), "--out", scratch.path("\(name)-again")])
        }
        var ended: [String: Program.Ended] = [:]
        for (name, process) in zip(names, running) { ended[name] = await process.wait() }
        return ended
    }

    fileprivate func expectFilesAlike(_ files: [String]) throws {
        for file in files + ["result.json"] {
            #expect(try Set(names.map { try bytes($0, file) }).count == 1, "\(file)")
        }
    }

    fileprivate func expectVerified(replaying name: String) async throws {
        let all = try await Program.run(
            "verify", results("north"), "--with", results("east"), "--with", results("south"))
        #expect(all.code == 0 && all.output.contains("[M04] ok"), "\(all.output)\(all.errors)")
        #expect(all.output.contains("[M05] ok"), "\(all.output)")
        let replayed = try await Program.run("verify", results(name), "--replay", "--site", site(name))
        #expect(replayed.code == 0 && replayed.output.contains("[R03] ok"), "\(replayed.output)\(replayed.errors)")
    }
}

private func expectEqual(_ found: String?, _ wanted: Double, _ what: String) {
    let value = found.flatMap { Double($0) } ?? .nan
    #expect(abs(value - wanted) < 1e-6 * max(1, abs(wanted)), "\(what): \(value), not \(wanted)")
}

extension EndToEndOfMany {
    /// Tables, curves and hazards on a grid over the rows of three sites: real processes.
    @Suite(.serialized) struct RowAnalyses {
        @Test(.stopsAHang)
        func aTableOfAllSites() async throws {
            let sites = try await ManySites(3, job: Joined.table, tables: { Joined.csv($0, full: false) })
            let checked = try await Program.run("job", "check", sites.job, "--site", sites.site("north"))
            #expect(checked.code == 0 && checked.output.contains("96 rows; 96 usable"), "\(checked.output)")
            for (name, ended) in try await sites.run() {
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
            }
            try sites.expectFilesAlike(["table.csv"])
            let lines = try sites.lines("south", "table.csv")
            for group in [nil] + Joined.arms {
                let rows = Joined.all.filter { group == nil || $0.arm == group }
                func line(_ column: String?, _ level: String?) -> [String: String]? {
                    lines.first { $0["column"] == column && $0["level"] == level && $0["group"] == group }
                }
                expectEqual(line(nil, nil)?["n"], Double(rows.count), "rows")
                let ages = rows.compactMap(\.age)
                let mean = ages.reduce(0, +) / Double(ages.count)
                let spread = ages.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(ages.count - 1)
                expectEqual(line("age", nil)?["n"], Double(ages.count), "ages")
                expectEqual(line("age", nil)?["missing"], Double(rows.count - ages.count), "rows without an age")
                expectEqual(line("age", nil)?["mean"], mean, "mean age")
                expectEqual(line("age", nil)?["sd"], spread.squareRoot(), "sd of age")
                expectEqual(line("smoker", "yes")?["n"], Double(rows.count { $0.isSmoker }), "smokers")
                for level in ["mid", "high"] {
                    expectEqual(line("grade", level)?["n"], Double(rows.count { $0.grade == level }), level)
                }
                // Three rows at one site, and a level from which they would follow.
                #expect(line("grade", "rare")?["n"] == nil && line("grade", "low")?["n"] == nil)
            }
            let withheld = lines.filter { $0["column"] == "grade" && $0["n"] == nil }.compactMap { $0["level"] }
            #expect(Set(withheld) == ["low", "rare"])
            try await sites.expectVerified(replaying: "east")

            let path = "\(sites.results("east"))/result.json"
            let text = try String(decoding: sites.bytes("east", "result.json"), as: UTF8.self)
            let edited = text.replacing("\"rows\" : 288", with: "\"rows\" : 289")
            #expect(edited != text)
            try Data(edited.utf8).write(to: URL(fileURLWithPath: path))
            let verified = try await Program.run("verify", sites.results("east"))
            #expect(verified.code == 2 && verified.output.contains("[M05] FAIL"), "\(verified.output)")
        }

        /// A site is killed between the votes and the numbers, and comes back.
        @Test(.stopsAHang)
        func curvesOfAllSites() async throws {
            let sites = try await ManySites(3, job: Joined.curves, tables: { Joined.csv($0, full: true) })
            let doomed = try sites.start("east", "--stop-after-sums", "2")
            let others = try ["north", "south"].map { ($0, try sites.start($0)) }
            #expect(await doomed.wait().code == -1)
            #expect(try await others[0].1.says("lost east"))
            let back = await (try sites.start("east")).wait()
            #expect(back.code == 0, "\(back.output)\(back.errors)")
            #expect(back.errors.contains("goes on after 2 opened sums"), "\(back.errors)")
            for (name, process) in others {
                let ended = await process.wait()
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
            }
            try sites.expectFilesAlike(["survival.csv", "logrank.csv"])
            let lines = try sites.lines("north", "survival.csv")
            let times = lines.filter { $0["group"] == nil }.compactMap { $0["time"].flatMap { Double($0) } }
            #expect(times.count > 1 && times.last == 60)
            var tallies: [[(events: Double, atRisk: Double)]] = []
            for group in [nil] + Joined.arms {
                let rows = Joined.all.filter { group == nil || $0.arm == group }
                var survival = 1.0
                var tally: [(events: Double, atRisk: Double)] = []
                for (place, time) in times.enumerated() {
                    let before = place == 0 ? 0 : times[place - 1]
                    let events = Double(rows.count { $0.event && $0.days > before && $0.days <= time })
                    let atRisk = Double(rows.count { $0.days > before })
                    survival *= 1 - events / atRisk
                    tally.append((events, atRisk))
                    let line = lines.first { $0["group"] == group && $0["time"].flatMap { Double($0) } == time }
                    expectEqual(line?["n.event"], events, "events")
                    expectEqual(line?["n.risk"], atRisk, "at risk")
                    expectEqual(line?["surv"], survival, "survival")
                }
                tallies.append(tally)
            }
            var (observed, expected, variance) = (0.0, 0.0, 0.0)
            for (all, one) in zip(tallies[0], tallies[1]) where all.atRisk > 1 {
                let share = one.atRisk / all.atRisk
                observed += one.events
                expected += all.events * share
                variance += all.events * share * (1 - share) * (all.atRisk - all.events) / (all.atRisk - 1)
            }
            let test = try sites.lines("north", "logrank.csv")
            expectEqual(test.first?["statistic"], (observed - expected) * (observed - expected) / variance, "log-rank")
            try await sites.expectVerified(replaying: "east")
        }

        @Test(.stopsAHang)
        func hazardsOnAGrid() async throws {
            let sites = try await ManySites(3, job: Joined.grid, tables: { Joined.csv($0, full: true) })
            for (name, ended) in try await sites.run() {
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
            }
            try sites.expectFilesAlike(["coefficients.csv", "glance.csv", "baseline.csv"])
            let baseline = try sites.lines("east", "baseline.csv")
            let times = baseline.compactMap { $0["time"].flatMap { Double($0) } }
            #expect(times.count > 1 && times.last == 60)
            let fit = Self.breslow(times)
            let found = try sites.estimates("east")
            #expect(found.count == 1)
            for (found, wanted) in zip(found, fit) { expectEqual("\(found)", wanted, "coefficient") }
            try await sites.expectVerified(replaying: "south")
        }

        /// Newton's method over the joined rows, times rounded up to the grid.
        static func breslow(_ times: [Double]) -> [Double] {
            let rows = Joined.all.map { row in
                (
                    place: times.firstIndex { $0 >= row.days } ?? 0, event: row.event, x: row.isSmoker ? 1.0 : 0
                )
            }
            var b = 0.0
            for _ in 0..<20 {
                var (score, information) = (0.0, 0.0)
                for place in times.indices {
                    let dead = rows.filter { $0.event && $0.place == place }
                    let risk = rows.filter { $0.place >= place }
                    let rates = risk.map { exp($0.x * b) }
                    let mean = zip(risk, rates).reduce(0) { $0 + $1.0.x * $1.1 } / rates.reduce(0, +)
                    score += dead.reduce(0) { $0 + $1.x - mean }
                    // Of a column of 0 and 1.
                    information += Double(dead.count) * mean * (1 - mean)
                }
                b += score / information
            }
            return [b]
        }

        /// The noise of a vector is the same when it is made again: a site that is killed comes back, and a replay finds its messages.
        @Test(.stopsAHang)
        func aModelWithNoise() async throws {
            let privacy = "privacy: {epsilon: 20, delta: 1e-3, clip: 3, rounds: 4, bounds: {age: [20, 81]}}"
            let job = Joined.job(
                "model: {family: logistic, \(privacy)}", "label: event, features: [age, {column: smoker, type: binary}]"
            )
            let sites = try await ManySites(3, job: job, tables: { Joined.csv($0, full: true) })
            let doomed = try sites.start("east", "--stop-after-sums", "2")
            let others = try ["north", "south"].map { ($0, try sites.start($0)) }
            #expect(await doomed.wait().code == -1)
            #expect(try await others[0].1.says("lost east"))
            let back = await (try sites.start("east")).wait()
            #expect(back.code == 0, "\(back.output)\(back.errors)")
            for (name, process) in others {
                let ended = await process.wait()
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
            }
            try sites.expectFilesAlike(["coefficients.csv", "noise.csv"])
            #expect(try sites.estimates("north").count == 3)
            #expect(try sites.lines("south", "noise.csv").allSatisfy { $0["std.error.noise"] != nil })
            try await sites.expectVerified(replaying: "east")
        }

        /// What one job opened another does not vary, at a site whose policy says nothing of it; under `continue` there is none.
        @Test(.stopsAHang)
        func aSecondTableOfTheSameRowsIsRefused() async throws {
            let sites = try await ManySites(3, job: Joined.table, tables: { Joined.csv($0, full: true) })
            for (name, ended) in try await sites.run() {
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
            }
            let again = try await sites.again(Joined.table.replacing("group: arm", with: "group: smoker"))
            #expect(again.values.allSatisfy { $0.code != 0 })
            #expect(again.values.contains { $0.errors.contains("tablesPerRowInAll") }, "\(again)")
            let going = try sites.scratch.write("going.yaml", Joined.table + "onLoss: continue\n")
            let checked = try await Program.run("job", "check", going, "--site", sites.site("north"))
            #expect(checked.code != 0 && (checked.output + checked.errors).contains("onLoss"), "\(checked.errors)")
        }
    }
}

import Foundation
import GRPCTransport
import Records
import TestSupport
import Testing

/// A port that nobody listens on: below those that the system hands out to whoever asks for any.
func freePort(except taken: Set<Int> = []) async throws -> Int {
    let certificate = try SiteCertificate.generate(commonName: "probe")
    while true {
        let candidate = Int.random(in: 20_000..<32_000)
        let listener = GRPCListener(host: "127.0.0.1", port: candidate, identity: certificate, pinned: [:])
        if !taken.contains(candidate), (try? await listener.tryBinding()) != nil { return candidate }
    }
}

/// Sites with the same columns, each with a port of its own.
struct ManySites {
    let scratch: TemporaryFolder
    let names: [String]
    let job: String

    static let names = ["north", "east", "south", "west"]

    /// `id,outcome,age,dose` of so many people: no two sites have one in common.
    static func table(_ site: Int, rows: Int = 60) -> String {
        "id,outcome,age,dose\n"
            + (0..<rows).map { row in
                let (age, dose) = (20 + (row * 13 + site * 7) % 61, Double((row * 11 + site * 5) % 37) / 2)
                let noise = Double((row * 17 + site * 3) % 23) / 5
                return "S\(site)-\(100 + row),\(2 + 0.25 * Double(age) - 0.5 * dose + noise),\(age),\(dose)\n"
            }.joined()
    }

    static func job(_ count: Int, _ more: String = "", timeout: Int = 60, lossTimeout: Int = 600) -> String {
        """
        moiety: 11
        split: rows
        title: Small
        parties: [\(names.prefix(count).joined(separator: ", "))]
        columns:
          identifier: id
          label: outcome
          features: [age, dose]
        model: {family: linear}
        network: {connectTimeout: \(timeout), messageTimeout: 300, lossTimeout: \(lossTimeout)}
        \(more)

        """
    }

    init(
        _ count: Int, job: String? = nil, approve: Bool = true, tables: (Int) -> String = { Self.table($0) }
    ) async throws {
        try await self.init(
            Array(Self.names.prefix(count)), job: job ?? Self.job(count), approve: approve, table: tables)
    }

    /// - Parameter table: of a site, by its number.
    init(_ names: [String], job: String, approve: Bool = true, table: (Int) -> String) async throws {
        let scratch = try TemporaryFolder()
        self.scratch = scratch
        self.names = names
        self.job = try scratch.write("job.yaml", job)
        var taken: Set<Int> = []
        for (index, name) in names.enumerated() {
            let table = try scratch.write("\(name).csv", table(index))
            let port = try await freePort(except: taken)
            taken.insert(port)
            let made = try await Program.run(
                "init", "--name", name, "--site", scratch.path(name), "--listen", "127.0.0.1:\(port)", "--table",
                "\(name)=\(table)")
            try #require(made.code == 0, "\(made.errors)")
            _ = try scratch.write("\(name).txt", made.output)
        }
        for name in names {
            for other in names where other != name {
                let added = try await Program.run(
                    "peer", "add", scratch.path("\(other).txt"), "--site", site(name), "--yes")
                try #require(added.code == 0, "\(added.errors)")
            }
            if approve { try await self.approve(name) }
        }
    }

    func approve(_ name: String) async throws {
        let approved = try await Program.run(
            "job", "approve", job, "--site", site(name), "--person", "A Person", "--yes")
        try #require(approved.code == 0, "\(approved.errors)")
    }

    func site(_ name: String) -> String { scratch.path(name) }
    func results(_ name: String) -> String { scratch.path("\(name)-results") }

    func start(_ name: String, _ more: String..., command: [String] = ["job", "run"]) throws -> Running {
        try Program.start(arguments(name, command) + more)
    }

    /// The same some seconds later, which the process itself waits: tasks of this one may wait longer for a core.
    func start(_ name: String, later seconds: Int) throws -> Running {
        try Running(
            "/bin/sh",
            ["-c", "sleep \(seconds); exec \"$@\"", "sh", Program.path()] + arguments(name, ["job", "run"]),
            in: nil, input: nil)
    }

    private func arguments(_ name: String, _ command: [String]) -> [String] {
        command + [job, "--site", site(name), "--out", results(name), "--format", "json"]
    }

    /// Runs the job at these sites to their ends.
    func run(
        _ some: [String]? = nil, command: [String] = ["job", "run"]
    ) async throws -> [String: Program.Ended] {
        let running = try (some ?? names).map { ($0, try start($0, command: command)) }
        var ended: [String: Program.Ended] = [:]
        for (name, process) in running { ended[name] = await process.wait() }
        return ended
    }

    func bytes(_ name: String, _ file: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(results(name))/\(file)"))
    }

    /// Least squares over the rows of these sites in one table.
    static func pooled(_ sites: [Int]) throws -> [Double] {
        var matrix = [[Double]](repeating: [Double](repeating: 0, count: 4), count: 3)
        for site in sites {
            for line in table(site).split(separator: "\n").dropFirst() {
                let cells = line.split(separator: ",").dropFirst().compactMap { Double($0) }
                let row = [1, cells[1], cells[2], cells[0]]
                for i in 0..<3 { for j in 0..<4 { matrix[i][j] += row[i] * row[j] } }
            }
        }
        for pivot in 0..<3 {
            for other in 0..<3 where other != pivot {
                let factor = matrix[other][pivot] / matrix[pivot][pivot]
                for j in 0..<4 { matrix[other][j] -= factor * matrix[pivot][j] }
            }
        }
        return (0..<3).map { matrix[$0][3] / matrix[$0][$0] }
    }

    func estimates(_ name: String) throws -> [Double] {
        let table = try Table.read(csv: "\(results(name))/coefficients.csv")
        let column = try table.column(named: "estimate")
        return (0..<table.rowCount).compactMap { Double(column.text(at: $0)) }
    }

    func expectPooled(_ name: String, _ sites: [Int]) throws {
        let (found, wanted) = (try estimates(name), try Self.pooled(sites))
        #expect(found.count == 3)
        for (found, wanted) in zip(found, wanted) { #expect(abs(found - wanted) < 1e-6 * max(1, abs(wanted))) }
    }
}

extension EndToEndOfMany {
    /// Jobs split by rows: real processes, each with a session to every other one.
    @Suite(.serialized) struct Rows {
        @Test(.stopsAHang)
        func threeSitesFitVerifyAndReplay() async throws {
            let sites = try await ManySites(3)
            let checked = try await Program.run("job", "check", sites.job, "--site", sites.site("east"))
            #expect(checked.code == 0 && checked.output.contains("site 2 of 3"), "\(checked.output)")
            for (name, ended) in try await sites.run() {
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
            }
            try sites.expectPooled("north", [0, 1, 2])
            for file in ["coefficients.csv", "glance.csv", "result.json"] {
                #expect(try Set(sites.names.map { try sites.bytes($0, file) }).count == 1, "\(file)")
            }
            for name in sites.names {
                let alone = try await Program.run("verify", sites.results(name), "--replay", "--site", sites.site(name))
                #expect(alone.code == 0, "\(name): \(alone.output)\(alone.errors)")
                for check in ["M02", "M03", "M05", "R01", "R02", "R03"] {
                    #expect(alone.output.contains("[\(check)] ok"), "\(alone.output)")
                }
                // The saved sums of a finished fit are gone.
                let states = try? FileManager.default.contentsOfDirectory(atPath: "\(sites.site(name))/pooled")
                #expect((states ?? []).isEmpty)
            }
            let all = [
                "verify", sites.results("north"), "--with", sites.results("east"), "--with", sites.results("south"),
            ]
            let together = try await Program.run(all)
            #expect(together.code == 0 && together.output.contains("[M04] ok"), "\(together.output)")

            // Counts that a site signs and that do not follow from the sums. (Here not signed anew: no session's keys are kept.)
            let counted = try sites.scratch.copy(of: sites.results("north"))
            try MadeUp.outcome(of: "\(counted)/transcripts/east") { figures in
                figures.counts = figures.counts.mapValues { $0 + 1 }
            }
            let miscounted = try await Program.run("verify", counted)
            #expect(
                miscounted.code == 2 && miscounted.output.contains("[M05] FAIL countMismatch"), "\(miscounted.output)")

            // A result that is edited, then a log.
            let result = "\(sites.results("east"))/result.json"
            let before = try Data(contentsOf: URL(fileURLWithPath: result))
            try Data(String(decoding: before, as: UTF8.self).replacing("\"n\" : 180", with: "\"n\" : 181").utf8)
                .write(to: URL(fileURLWithPath: result))
            let edited = try await Program.run(all)
            #expect(edited.code == 2 && edited.output.contains("[R04]"), "\(edited.output)")
            // A site called lost, in a job that waits for all: whoever keeps the folder could write that.
            let text = String(decoding: before, as: UTF8.self).replacing(
                "\"lost\" : [\n\n  ]", with: "\"lost\" : [\"south\"]")
            try Data(text.utf8).write(to: URL(fileURLWithPath: result))
            let lost = try await Program.run("verify", sites.results("east"))
            #expect(lost.code == 2 && lost.output.contains("[M02] FAIL resultOfOthers"), "\(lost.output)")
            // One that does not read is not one that is not at hand.
            try Data("{}".utf8).write(to: URL(fileURLWithPath: result))
            let unread = try await Program.run("verify", sites.results("east"))
            #expect(unread.code == 2 && unread.output.contains("[M05] FAIL resultUnreadable"), "\(unread.output)")
            try before.write(to: URL(fileURLWithPath: result))
            let log = "\(sites.results("south"))/transcripts/east/log/east~south.log"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: log))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(fileURLWithPath: log))
            let tampered = try await Program.run(all)
            #expect(tampered.code == 2 && tampered.output.contains("INVALID"), "\(tampered.output)")
        }

        @Test(.stopsAHang)
        func aKilledSiteComesBack() async throws {
            let sites = try await ManySites(3)
            let doomed = try sites.start("east", "--stop-after-sums", "1")
            let others = try ["north", "south"].map { ($0, try sites.start($0)) }
            #expect(await doomed.wait().code == -1)
            #expect(try await others[0].1.says("lost east"))
            let back = await (try sites.start("east")).wait()
            #expect(back.code == 0, "\(back.output)\(back.errors)")
            #expect(back.errors.contains("goes on after 1 opened sums"), "\(back.errors)")
            for (name, process) in others {
                let ended = await process.wait()
                #expect(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
            }
            try sites.expectPooled("south", [0, 1, 2])
            #expect(try Set(sites.names.map { try sites.bytes($0, "result.json") }).count == 1)
            let verified = try await Program.run(
                "verify", sites.results("north"), "--with", sites.results("east"), "--with", sites.results("south"))
            #expect(verified.code == 0, "\(verified.output)")
            let replayed = try await Program.run(
                "verify", sites.results("east"), "--replay", "--site", sites.site("east"))
            #expect(replayed.code == 0 && replayed.output.contains("[R03] ok"), "\(replayed.output)")
        }

        /// The others have the result, and wait a while lest it lack the last sum; what they hold of its session is not closed, and nothing
        /// of it is wrong.
        @Test(.stopsAHang)
        func aSiteIsKilledAtTheVeryEnd() async throws {
            let sites = try await ManySites(3, job: ManySites.job(3, lossTimeout: 6))
            let doomed = try sites.start("east", "--stop-after-sums", "4")
            let others = try ["north", "south"].map { ($0, try sites.start($0)) }
            #expect(await doomed.wait().code == -1)
            for (name, process) in others {
                let ended = await process.wait()
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
                #expect(ended.errors.contains("the result stands"), "\(ended.errors)")
                try sites.expectPooled(name, [0, 1, 2])
                let verified = try await Program.run("verify", sites.results(name))
                #expect(verified.code == 1 && verified.output.contains("NOT CLOSED"), "\(verified.output)")
                #expect(!verified.output.contains("FAIL"), "\(verified.output)")
            }
        }

        /// Nor does it cost them the result that somebody stops their waiting.
        @Test(.stopsAHang)
        func aResultThatStandsOutlivesAnInterruption() async throws {
            let sites = try await ManySites(3)
            let doomed = try sites.start("east", "--stop-after-sums", "4")
            let others = try ["north", "south"].map { ($0, try sites.start($0)) }
            #expect(await doomed.wait().code == -1)
            for (_, process) in others { #expect(try await process.says("the result is there")) }
            for (name, process) in others {
                process.send(SIGINT)
                let ended = await process.wait()
                #expect(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
                try sites.expectPooled(name, [0, 1, 2])
            }
        }

        @Test(.stopsAHang)
        func othersGoOnWithoutALostSite() async throws {
            let sites = try await ManySites(4, job: ManySites.job(4, "onLoss: continue"))
            let doomed = try sites.start("south", "--stop-after-sums", "1")
            let others = try ["north", "east", "west"].map { ($0, try sites.start($0)) }
            #expect(await doomed.wait().code == -1)
            for (name, process) in others {
                let ended = await process.wait()
                #expect(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
                let data = ended.envelope["data"] as? [String: Any]
                #expect(data?["lost"] as? [String] == ["south"])
            }
            try sites.expectPooled("north", [0, 1, 3])
            let verified = try await Program.run(
                "verify", sites.results("north"), "--with", sites.results("east"), "--with", sites.results("west"))
            #expect(verified.code == 0 && verified.output.contains("the site was lost"), "\(verified.output)")
        }

        @Test(.stopsAHang)
        func aSiteThatNeverComes() async throws {
            let sites = try await ManySites(3, job: ManySites.job(3, timeout: 4))
            for (name, ended) in try await sites.run(["north", "south"]) {
                #expect(ended.code == 69 && ended.errorCode == "sitesMissing", "\(name): \(ended.output)")
                #expect(ended.output.contains("east") && ended.errors.contains("waiting for"), "\(ended.errors)")
                #expect(!FileManager.default.fileExists(atPath: sites.results(name)))
            }
        }

        @Test(.stopsAHang)
        func whatIsRefusedBeforeAnybodyIsCalled() async throws {
            let sites = try await ManySites(3, approve: false)
            func ended(_ arguments: String...) async throws -> Program.Ended {
                try await Program.run(arguments + ["--format", "json"])
            }
            let run = [
                "job", "run", sites.job, "--site", sites.site("north"), "--out", sites.results("north"), "--format",
                "json",
            ]
            #expect(try await Program.run(run).errorCode == "notApproved")
            let explained = try await Program.run("job", "explain", sites.job)
            #expect(explained.code == 0 && explained.output.contains("You approve these sites, each by name"))
            try await sites.approve("north")
            #expect(try await Program.run(run + ["--peer-address", "127.0.0.1:1"]).errorCode == "manyPeers")
            for command in [["align", "run"], ["align", "count"], ["describe"]] {
                let other = try await Program.run(
                    command + [
                        sites.job, "--site", sites.site("north"), "--out", sites.scratch.path("o"), "--format", "json",
                    ])
                #expect(other.code == 64 && other.errorCode == "splitByRows", "\(command): \(other.output)")
            }
            // A few people less than a finished fit had are told by the difference.
            let few = try sites.scratch.write("north.csv", ManySites.table(0, rows: 49))
            #expect(FileManager.default.fileExists(atPath: few))
            let small = try await Program.run(run)
            #expect(small.code != 0 && small.output.contains("49 usable"), "\(small.output)")
            // A column whose squares have no digits in the sums.
            let tiny = ManySites.table(0).split(separator: "\n").enumerated().map { $0 == 0 ? "\($1)" : "\($1)e-12" }
            _ = try sites.scratch.write("north.csv", tiny.joined(separator: "\n") + "\n")
            let scale = try await ended("job", "check", sites.job, "--site", sites.site("north"))
            #expect(scale.code == 65 && scale.output.contains("values of 'dose' are too"), "\(scale.output)")
            let two = try sites.scratch.write("two.yaml", ManySites.job(2))
            let pair = try await ended("job", "check", two)
            #expect(pair.code == 65 && pair.output.contains("at least 3"), "\(pair.output)")
        }

        /// After a fit, a table with a few people less is refused at its own site; another table under the same approval at the others'.
        @Test(.stopsAHang)
        func aTableThatChangedALittle() async throws {
            let sites = try await ManySites(3)
            for (name, ended) in try await sites.run() {
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
            }
            _ = try sites.scratch.write("east.csv", ManySites.table(1, rows: 58))
            let job = try sites.scratch.write("other.yaml", ManySites.job(3, "purpose: Again."))
            let approved = try await Program.run(
                "job", "approve", job, "--site", sites.site("east"), "--person", "P", "--yes")
            #expect(approved.code == 0)
            let again = try await Program.run(
                "job", "run", job, "--site", sites.site("east"), "--out", sites.scratch.path("again"), "--format",
                "json")
            #expect(again.code == 4 && again.errorCode == "cohortDifference", "\(again.output)")
        }
    }
}

import Foundation
import TestSupport
import Testing

/// Three parties with different columns about some of the same people, each with a port of its own.
struct ThreeParties {
    private let sites: ManySites

    static let names = ["hospital", "lab", "registry"]

    /// People 0 to 59 are everywhere; of 60 to 99 each pair of parties has some that the third one lacks.
    static func people(_ party: Int) -> [Int] {
        Array(0..<60) + (60..<100).filter { $0 % 4 == party || $0 % 4 == 3 && $0 / 4 % 3 != party }
    }

    static func job(_ more: String = "") -> String {
        """
        moiety: 12
        title: Known to all
        parties:
          - {name: hospital, role: active, identifier: id}
          - {name: lab, identifier: id}
          - {name: registry, identifier: id}
        keys: {bits: 2048}
        transcript: {payloads: full}
        network: {connectTimeout: 30, messageTimeout: 300}
        \(more)

        """
    }

    init(job: String? = nil) async throws {
        sites = try await ManySites(Self.names, job: job ?? Self.job()) { party in
            let rows = Self.people(party).map { "P\(1000 + $0 * 7 % 997),\($0 % 5)\n" }
            // Each in an order of its own.
            return "id,value\n" + (party == 1 ? rows.reversed() : rows).joined()
        }
    }

    var job: String { sites.job }

    func site(_ name: String) -> String { sites.site(name) }
    func results(_ name: String) -> String { sites.results(name) }

    /// Runs the alignment at these parties to their ends.
    func run(_ some: [String]? = nil) async throws -> [String: Program.Ended] {
        try await sites.run(some, command: ["align", "run"])
    }

    /// Identifiers in common order, as a party has them.
    func common(_ name: String) throws -> [String] {
        try String(contentsOfFile: "\(results(name))/intersection.csv", encoding: .utf8).split(
            separator: "\n"
        )
        .dropFirst().map { String($0.split(separator: ",")[1]) }
    }
}

extension EndToEndOfMany {
    /// Alignments of several parties: real processes, each with a session to every other one.
    @Suite(.serialized) struct Parties {
        @Test(.stopsAHang)
        func threePartiesAlignVerifyAndReplay() async throws {
            let parties = try await ThreeParties()
            let explained = try await Program.run(
                "job", "explain", parties.job, "--site", parties.site("lab"))
            #expect(explained.code == 0 && explained.output.contains("no party alone learns whom only some have"))
            for (name, ended) in try await parties.run() {
                try #require(ended.code == 0, "\(name): \(ended.output)\(ended.errors)")
                let data = ended.envelope["data"] as? [String: Any]
                #expect(data?["aligned"] as? Int == 60, "\(name): \(ended.output)")
                // The active party alone is told how many the others have.
                let told = (data?["identifiers"] as? [String: Int]).map { Set($0.keys) }
                #expect(
                    told == (name == "hospital" ? ["lab", "registry"] : ["hospital"]),
                    "\(name): \(ended.output)")
            }
            let orders = try ThreeParties.names.map { try parties.common($0) }
            #expect(Set(orders[0]).count == 60 && Set(orders).count == 1)
            #expect(orders[0] != orders[0].sorted())
            let files = try ThreeParties.names.map {
                try Data(contentsOf: URL(fileURLWithPath: "\(parties.results($0))/result.json"))
            }
            #expect(Set(files).count == 1)
            for name in ThreeParties.names {
                let verified = try await Program.run(
                    "verify", parties.results(name), "--replay", "--site", parties.site(name))
                #expect(verified.code == 0, "\(name): \(verified.output)\(verified.errors)")
                for check in ["M02", "M03", "M05", "R01", "R02", "R03"] {
                    #expect(verified.output.contains("[\(check)] ok"), "\(verified.output)")
                }
            }
            // How many identifiers a party has is told to the active one alone.
            for (peer, count) in [("hospital", ThreeParties.people(1).count), ("registry", 1)] {
                let shown = try await Program.run(
                    "log", "show", "\(parties.results("lab"))/transcripts/\(peer)", "--from", "lab", "--sequence", "2")
                #expect(shown.output.contains("identifiers: \(count) leaves"), "\(shown.output)")
            }
            let script = Repository.root.appending(path: "scripts/verify-transcript").path
            for name in ThreeParties.names {
                for other in ThreeParties.names where other != name {
                    let transcript = "\(parties.results(name))/transcripts/\(other)"
                    let told = try await Running("/usr/bin/env", ["python3", script, transcript], in: nil, input: nil)
                        .wait()
                    // 127: there is no Python here.
                    #expect(told.output.hasSuffix("VALID\n") || told.code == 127, "\(told.output)\(told.errors)")
                }
            }
            let all = [
                "verify", parties.results("hospital"), "--with", parties.results("lab"), "--with",
                parties.results("registry"),
            ]
            let together = try await Program.run(all)
            #expect(together.code == 0 && together.output.contains("[M04] ok"), "\(together.output)")
            try await expectUnreadable(parties.results("lab"))
            // A result that is edited, then a log.
            let result = "\(parties.results("lab"))/result.json"
            let before = try Data(contentsOf: URL(fileURLWithPath: result))
            try Data(String(decoding: before, as: UTF8.self).replacing("60", with: "61").utf8)
                .write(to: URL(fileURLWithPath: result))
            let edited = try await Program.run("verify", parties.results("lab"))
            #expect(edited.code == 2, "\(edited.output)")
            try before.write(to: URL(fileURLWithPath: result))
            let log = "\(parties.results("registry"))/transcripts/lab/log/lab~registry.log"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: log))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(fileURLWithPath: log))
            let tampered = try await Program.run(all)
            #expect(tampered.code == 2 && tampered.output.contains("INVALID"), "\(tampered.output)")
            // What a broken log says of heads is not taken for good.
            #expect(tampered.output.contains("[M03] -"), "\(tampered.output)")
        }

        /// What this user may not read is neither missing nor wrong: nothing is said of the rest.
        private func expectUnreadable(_ folder: String) async throws {
            for name in [
                "transcripts", "transcripts/hospital", "transcripts/hospital/job.bin", "transcripts/hospital/log",
                "result.json", "intersection.csv",
            ] {
                let refused = try await Program.runAsPlainUser(
                    "verify", folder, "--format", "json", without: "\(folder)/\(name)")
                #expect(refused.code == 77 && refused.errorCode == "cannotRead", "\(name): \(refused.output)")
            }
        }

        /// One site's budget, which the smallest cohort would keep to and the set that comes does not: it says which; the others hear that it refuses, and nothing is written anywhere.
        @Test(.stopsAHang)
        func aBudgetThatIsTooSmall() async throws {
            let parties = try await ThreeParties()
            let policy = URL(fileURLWithPath: "\(parties.site("registry"))/policy.yaml")
            let text = try String(contentsOf: policy, encoding: .utf8).split(separator: "\n").filter {
                !$0.hasPrefix("identifiersPerDay")
            }.joined(separator: "\n")
            try Data("\(text)\nidentifiersPerDay: 60\n".utf8).write(to: policy)
            for (name, ended) in try await parties.run() {
                let isOwn = name == "registry"
                #expect(ended.code == 4 || !isOwn && ended.code != 0, "\(name): \(ended.output)")
                #expect(isOwn == (ended.errorCode == "policy.identifiersPerDay"), "\(name): \(ended.output)")
                #expect(isOwn || !ended.output.contains("identifiersPerDay"), "\(name): \(ended.output)")
                #expect(!FileManager.default.fileExists(atPath: parties.results(name)))
            }
        }

        @Test(.stopsAHang)
        func fewerThanTheMinimumCohort() async throws {
            let parties = try await ThreeParties(job: ThreeParties.job("limits: {minimumCohort: 61}"))
            for (name, ended) in try await parties.run() {
                #expect(ended.code == 4 && ended.errorCode == "cohortTooSmall", "\(name): \(ended.output)")
                #expect(!FileManager.default.fileExists(atPath: parties.results(name)))
            }
        }

        @Test(.stopsAHang)
        func aPartyThatNeverComes() async throws {
            let parties = try await ThreeParties(
                job: ThreeParties.job().replacing("connectTimeout: 30", with: "connectTimeout: 4"))
            for (name, ended) in try await parties.run(["hospital", "registry"]) {
                #expect(ended.code == 69 && ended.errorCode == "sitesMissing", "\(name): \(ended.output)")
                #expect(ended.output.contains("lab"), "\(ended.output)")
            }
        }

        @Test(.stopsAHang)
        func whatSuchAJobIsNotFor() async throws {
            let parties = try await ThreeParties()
            for (command, code, word) in [
                (
                    [
                        "job", "run", parties.job, "--site", parties.site("lab"), "--out",
                        parties.results("lab"),
                    ], 64, "alignsOnly"
                ),
                (
                    [
                        "describe", parties.job, "--site", parties.site("lab"), "--out", parties.results("lab"),
                    ], 4, "descriptionNotOpened"
                ),
                (
                    [
                        "align", "count", parties.job, "--site", parties.site("lab"), "--out",
                        parties.results("lab"),
                    ], 64, "severalParties"
                ),
            ] as [([String], Int32, String)] {
                let ended = try await Program.run(command + ["--format", "json"])
                #expect(
                    ended.code == code && ended.errorCode == word,
                    "\(command): \(ended.output)\(ended.errors)")
            }
            let checked = try await Program.run(
                "job", "check", parties.job, "--site", parties.site("hospital"))
            #expect(
                checked.code == 0 && checked.output.contains("active one of 3 parties"), "\(checked.output)"
            )
        }
    }
}

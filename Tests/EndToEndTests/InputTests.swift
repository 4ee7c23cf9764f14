import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Two jobs over the same people, and what changed between them: `protocols/disclosure.md` 4.1.
    @Suite(.serialized) struct Inputs {
        /// The hospital's table with the outcomes of so many people raised by one.
        private static func raised(_ count: Int) -> String {
            let lines = Small.hospital(80).split(separator: "\n").map(String.init)
            return
                ([lines[0]]
                + lines.dropFirst().enumerated().map { index, line in
                    guard index < count else { return line }
                    let cells = line.split(separator: ",").map(String.init)
                    return "\(cells[0]),\((Double(cells[1]) ?? 0) + 1),\(cells[2])"
                }).joined(separator: "\n") + "\n"
        }

        private struct Next {
            let sites: TwoSites
            let job: String

            /// Another job over the same tables, approved at both sites.
            ///
            /// - Returns: what `job approve` said at the lab.
            static func make(_ title: String, _ sites: TwoSites) async throws -> (Next, approval: String) {
                let job = try sites.scratch.write("\(title).yaml", Small.job(title: title, payloads: "full"))
                var said = ""
                for name in ["hospital", "lab"] {
                    let ended = try await Program.run(
                        "job", "approve", job, "--person", "Ada", "--site", sites.site(name), "--yes")
                    try #require(ended.code == 0, "\(ended.errors)")
                    said = ended.errors
                }
                return (Next(sites: sites, job: job), said)
            }

            func out(_ name: String) -> String { "\(sites.results(name))-\(URL(filePath: job).lastPathComponent)" }

            private func command(_ name: String) -> [String] {
                ["job", "run", job, "--site", sites.site(name), "--out", out(name), "--format", "json"]
            }

            func run() async throws -> (hospital: Program.Ended, lab: Program.Ended) {
                let (hospital, address) = try await sites.listen(command("hospital"))
                let lab = try await Program.run(command("lab") + ["--peer-address", address])
                return (await hospital.wait(), lab)
            }
        }

        private static func sent(by party: String, in transcript: String) async throws -> String {
            try await Program.run("log", "show", transcript, "--from", party).output
        }

        @Test(.stopsAHang)
        func aChangedCellIsRefusedBeforeAnythingIsSentAndLargerChangesAreNamed() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let first = try await sites.run()
            try #require(first.hospital.code == 0 && first.lab.code == 0, "\(first.hospital.errors)\(first.lab.errors)")
            func store(_ csv: String) throws {
                try Data(csv.utf8).write(to: URL(fileURLWithPath: sites.scratch.path("hospital.csv")))
            }

            // One outcome changed: the hospital refuses itself, by name, and has sent no input roots.
            try store(Self.raised(1))
            let (second, _) = try await Next.make("Second", sites)
            let refused = try await second.run()
            #expect(refused.hospital.code == 4 && refused.hospital.errorCode == "inputDifference")
            #expect(refused.hospital.output.contains("'outcome'") && refused.hospital.output.contains("1 people"))
            #expect(refused.lab.output.contains("inputDifference"), "\(refused.lab.output)")
            let failed = try FileManager.default.contentsOfDirectory(atPath: "\(sites.site("hospital"))/failed")
            let kept = "\(sites.site("hospital"))/failed/\(try #require(failed.first))"
            let sent = try await Self.sent(by: "hospital", in: kept)
            #expect(sent.contains("commitments") && !sent.contains("input roots"), "\(sent)")

            // The values as they were.
            try store(Small.hospital(80))
            let again = try await second.run()
            try #require(again.hospital.code == 0 && again.lab.code == 0, "\(again.hospital.errors)\(again.lab.errors)")
            #expect(
                try await Self.sent(by: "hospital", in: "\(second.out("hospital"))/transcript").contains("input roots"))

            // As many as the minimum: allowed, counted, named at both sites, also to whoever approves the next job.
            try store(Self.raised(20))
            let (third, quiet) = try await Next.make("Third", sites)
            #expect(!quiet.contains("has changed"))
            let changed = try await third.run()
            try #require(changed.hospital.code == 0 && changed.lab.code == 0, "\(changed.lab.errors)")
            #expect(
                changed.hospital.errors.contains("'outcome' of this site has changed"), "\(changed.hospital.errors)")
            #expect(changed.lab.errors.contains("'outcome' of hospital has changed"), "\(changed.lab.errors)")
            let (_, warned) = try await Next.make("Fourth", sites)
            #expect(
                warned.contains("'outcome' of hospital has changed over the same 80 people: 2 versions"), "\(warned)")
            let left = try await Program.run("policy", "check", "--site", sites.site("lab"))
            #expect(left.output.contains("rootsPerColumn") && left.output.contains("'outcome' of hospital"))

            // The roots are those of what was used: made again from the table and the salt, by the keeper and by an auditor.
            let transcript = "\(third.out("hospital"))/transcript"
            func replay() async throws -> Program.Ended {
                try await Program.run("verify", transcript, "--replay", "--site", sites.site("hospital"), "--quiet")
            }
            #expect(try await replay().code == 0)
            let salt = URL(fileURLWithPath: "\(transcript)/private/salt-columns")
            let genuine = try Data(contentsOf: salt)
            func audit(_ bundle: String) async throws -> Program.Ended {
                let path = sites.scratch.path(bundle)
                let opened = try await Program.run(
                    "log", "open", transcript, "--site", sites.site("hospital"), "--out", path, "--yes")
                try #require(opened.code == 0, "\(opened.errors)")
                return try await Program.run(
                    "verify", "\(third.out("lab"))/transcript", "--audit", path, "--quiet")
            }
            let audited = try await audit("opened")
            #expect(audited.code == 0, "\(audited.output)\(audited.errors)")
            try Data(repeating: 7, count: 32).write(to: salt)
            let replayed = try await replay()
            #expect(replayed.code == 2 && replayed.output.contains("[R02] FAIL replayMismatch"), "\(replayed.output)")
            let other = try await audit("other")
            #expect(other.code == 2 && other.output.contains("[A01] FAIL replayMismatch"), "\(other.output)")
            try genuine.write(to: salt)
        }
    }
}

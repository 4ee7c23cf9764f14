import Foundation
import Jobs
import Site
import TestSupport
import Testing
import Transcript
import Wire

extension EndToEnd {
    /// What a site refuses because of what it has disclosed already, or because it cannot know: protocols/disclosure.md.
    @Suite(.serialized) struct Disclosure {
        // MARK: Guesses

        /// One approval, a service, and a peer that comes with table after table of guesses.
        @Test(.stopsAHang)
        func threeTablesOfGuesses() async throws {
            let sites = try await Small.sites(lab: Small.lab(60, first: 50))
            try await sites.approve()
            let (service, address) = try await sites.listen([
                "serve", "--site", sites.site("hospital"), "--out", sites.scratch.path("served"),
            ])
            func ask() async throws -> Program.Ended {
                try await Program.run(sites.command("lab") + ["--peer-address", address])
            }
            // Too few match, and so no result comes of it: but the guesses were answered.
            let first = try await ask()
            #expect(first.code == 4 && first.errorCode == "cohortTooSmall", "\(first.output)")
            for guess in [51, 52] {
                _ = try sites.scratch.write("lab.csv", Small.lab(60, first: guess))
                let next = try await ask()
                #expect(next.code == 4 && next.errorCode == "policy.setsPerApproval", "\(next.output)")
            }
            #expect(try await service.says("[policy.setsPerApproval]"), "\(service.errors)")
            // The first table is still one that may be asked about.
            _ = try sites.scratch.write("lab.csv", Small.lab(60, first: 50))
            let retry = try await ask()
            #expect(retry.errorCode == "cohortTooSmall", "\(retry.output)")
            service.send(SIGINT)
            _ = await service.wait()
            let entries = try SiteFolder(opening: sites.site("hospital")).ledger().entries()
            #expect(entries.reduce(0) { $0 + $1.amount(of: .identifiers) } == 60)
            #expect(entries.reduce(0) { $0 + $1.amount(of: .attempts) } == 4)
            let left = try await Program.run("policy", "check", "--site", sites.site("hospital"), "--format", "json")
            #expect(
                left.code == 0 && left.output.contains(#""budget":"identifiersPerPeer","left":9999940"#),
                "\(left.output)")
        }

        /// Two people that are known to be at the hospital, and one about whom the lab wants to know. Nobody is dialled.
        @Test(arguments: [["align", "count"], ["align", "run"], ["job", "run"]])
        func aTargetAmongTwoKnownPeople(_ command: [String]) async throws {
            let sites = try await Small.sites(lab: Small.lab(3))
            try await sites.approve()
            let ended = try await Program.run(
                command + [
                    sites.job, "--site", sites.site("lab"), "--out", sites.scratch.path("out"), "--peer-address",
                    "127.0.0.1:1", "--format", "json",
                ])
            #expect(ended.code == 4 && ended.errorCode == "ownSetTooSmall", "\(ended.output)")
            #expect(!ended.errors.contains("dialing"))
        }

        @Test func aSetAboveTheMaximumIsNotBrought() async throws {
            let job = Small.job().replacing("limits: {", with: "limits: {maximumSetSize: 79, ")
            let sites = try await Small.sites(job: job)
            try await sites.approve()
            let ended = try await Program.run(sites.command("lab") + ["--dry-run"])
            #expect(ended.code == 4 && Self.says("ownSetTooLarge", ended), "\(ended.output)")
        }

        /// As the error of a command, or as the failed check of a dry run.
        private static func says(_ code: String, _ ended: Program.Ended) -> Bool {
            ended.errorCode == code || ended.output.contains(#""code":"\#(code)""#)
        }

        // MARK: Approvals

        @Test func revokedApprovals() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let revoke = ["job", "revoke", sites.job, "--site", sites.site("lab"), "--yes", "--format", "json"]
            let revoked = try await Program.run(revoke)
            #expect(revoked.code == 0, "\(revoked.errors)")
            for arguments in [sites.command("lab"), sites.command("lab") + ["--dry-run"]] {
                let ended = try await Program.run(arguments)
                #expect(ended.code == 4 && Self.says("approvalRevoked", ended), "\(ended.output)")
            }
            let twice = try await Program.run(revoke)
            #expect(twice.code == 4 && twice.errorCode == "notApproved", "\(twice.output)")
            try await sites.approve(["lab"])
            let again = try await Program.run(
                sites.command("lab") + ["--dry-run", "--peer-address", "127.0.0.1:1"])
            #expect(again.code == 0, "\(again.output)")
            // Without the copy of its text an approval holds, so it can be taken back.
            let hash = try JobFile(reading: sites.job).hash
            try FileManager.default.removeItem(atPath: "\(sites.site("lab"))/approvals/\(hash).yaml")
            let gone = try await Program.run(revoke)
            #expect(gone.code == 0, "\(gone.output)")
            let after = try await Program.run(sites.command("lab") + ["--dry-run"])
            #expect(after.code == 4 && Self.says("approvalRevoked", after), "\(after.output)")
        }

        /// A service holds to it as well, for jobs that were approved when it started.
        @Test(.stopsAHang)
        func aServiceRefusesARevokedJob() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let (service, address) = try await sites.listen([
                "serve", "--site", sites.site("hospital"), "--out", sites.scratch.path("served"),
            ])
            let hash = try JobFile(reading: sites.job).hash
            let revoked = try await Program.run("job", "revoke", hash, "--site", sites.site("hospital"), "--yes")
            #expect(revoked.code == 0, "\(revoked.errors)")
            let lab = try await Program.run(sites.command("lab") + ["--peer-address", address])
            #expect(lab.code == 4 && lab.errorCode == "approvalRevoked", "\(lab.output)")
            #expect(try await service.says("[approvalRevoked]"), "\(service.errors)")
            service.send(SIGINT)
            _ = await service.wait()
        }

        @Test func expiredApprovals() async throws {
            let sites = try await Small.sites()
            let site = try SiteFolder(opening: sites.site("lab"))
            let (file, identity) = (try JobFile(reading: sites.job), try site.identity())
            _ = try site.approve(file, person: "A Person", by: identity)
            // The same a month and a day ago, as the ledger would then have it.
            let old = try Approval(
                job: file.hash, site: "lab", person: "A Person",
                time: Date(timeIntervalSinceNow: -31 * 86_400).formatted(.iso8601), meaning: "may run"
            ).signed(by: identity.key)
            try Data(old.utf8).write(to: URL(fileURLWithPath: "\(site.path)/approvals/\(file.hash).txt"))
            let unknown = try await Program.run(sites.command("lab") + ["--dry-run"])
            #expect(unknown.code == 4 && Self.says("approvalNotInLedger", unknown), "\(unknown.output)")
            try site.enter("jobApproved", job: file.hash, details: ["note": Bytes32(hashing: old.utf8).hex])
            for arguments in [sites.command("lab"), sites.command("lab") + ["--dry-run"]] {
                let ended = try await Program.run(arguments)
                #expect(ended.code == 4 && Self.says("approvalExpired", ended), "\(ended.output)")
            }
            try sites.setPolicy("approvalDays", "32")
            let longer = try await Program.run(
                sites.command("lab") + ["--dry-run", "--peer-address", "127.0.0.1:1"])
            #expect(longer.code == 0, "\(longer.output)")
        }

        // MARK: The ledger

        /// Deleted, emptied, edited, each file: `doctor`, a dry run and a run say the same, and so does an approval.
        @Test(
            arguments: [
                ("ledger.sqlite", nil, "ledgerMissing"), ("ledger.sqlite", "", "ledgerUnreadable"),
                ("ledger.sqlite", "edited", "ledgerUnreadable"), ("ledger.head", nil, "ledgerHeadMissing"),
                ("ledger.head", "", "ledgerHeadInvalid"), ("ledger.head", "edited", "ledgerHeadInvalid"),
            ] as [(String, String?, String)])
        func aLedgerThatIsNotAsItWas(_ file: String, _ content: String?, _ name: String) async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let path = "\(sites.site("lab"))/\(file)"
            try FileManager.default.removeItem(atPath: path)
            if let content { try Data(content.utf8).write(to: URL(fileURLWithPath: path)) }
            for arguments in [
                sites.command("lab"), sites.command("lab") + ["--dry-run"],
                [
                    "job", "approve", sites.job, "--site", sites.site("lab"), "--person", "P", "--yes", "--format",
                    "json",
                ],
                ["policy", "check", "--site", sites.site("lab"), "--format", "json"],
            ] {
                let ended = try await Program.run(arguments)
                #expect(ended.code == 4 && Self.says(name, ended), "\(arguments[1]): \(ended.output)")
            }
            let doctor = try await Program.run("doctor", "--site", sites.site("lab"))
            #expect(doctor.code == 78 && doctor.output.contains("failed  ledger: "), "\(doctor.output)")
        }

        /// 32 processes that enter something at once.
        @Test(.stopsAHang)
        func processesThatWriteAtOnce() async throws {
            let sites = try await Small.sites()
            let lab = sites.site("lab")
            let before = try SiteFolder(opening: lab).ledger().entries().count
            let jobs = try (0..<32).map { index in
                try sites.scratch.write("job-\(index).yaml", Small.job(title: "Job \(index)"))
            }
            let running = try jobs.map { job in
                try Program.start(["job", "approve", job, "--site", lab, "--person", "A Person", "--yes"])
            }
            for process in running {
                let ended = await process.wait()
                #expect(ended.code == 0, "\(ended.errors)")
            }
            let entries = try SiteFolder(opening: lab).ledger().entries()
            #expect(entries.count == before + 32)
            #expect(Set(entries.compactMap(\.job)).count == 32)
            let doctor = try await Program.run("doctor", "--site", lab)
            #expect(doctor.code == 0 && doctor.output.contains("\(before + 32) entries, unbroken, signed head "))
        }

        @Test func whatIsLeftIsShown() async throws {
            let sites = try await Small.sites()
            let checked = try await Program.run("policy", "check", "--site", sites.site("lab"))
            #expect(checked.code == 0 && checked.output.contains("identifiersPerDay"), "\(checked.output)")
            let explained = try await Program.run("job", "explain", sites.job, "--site", sites.site("lab"))
            #expect(explained.output.contains("holds for 30 days") && explained.output.contains("countsPerPeer"))
            try sites.setPolicy("countsPerPeer", "0")
            let doctor = try await Program.run("doctor", "--site", sites.site("lab"))
            #expect(doctor.output.contains("warning  budgets: used up: countsPerPeer (hospital)"), "\(doctor.output)")
            let refused = try await Program.run(
                "align", "count", sites.job, "--site", sites.site("lab"), "--out", sites.scratch.path("count"),
                "--peer-address", "127.0.0.1:1", "--format", "json")
            #expect(refused.errorCode == "notApproved")
            try await sites.approve()
            let counted = try await Program.run(
                "align", "count", sites.job, "--site", sites.site("lab"), "--out", sites.scratch.path("count"),
                "--peer-address", "127.0.0.1:1", "--format", "json")
            #expect(counted.code == 4 && counted.errorCode == "policy.countsPerPeer", "\(counted.output)")
        }
    }
}

import Foundation
import TestSupport
import Testing

extension EndToEndOfMany {
    /// A party of three that is lost: real processes, one of which is killed or never comes.
    @Suite(.serialized) struct Refits {
        private static let job = FittingParties.job("transcript: {payloads: full}").replacing(
            "moiety: 12", with: "moiety: 13\nwithoutLost: refit")

        /// Runs all three, kills one of them once it says a text, and waits for the others.
        private func lose(
            _ lost: String, from sites: ManySites, after text: String, then seconds: Double = 0
        ) async throws -> [String: Program.Ended] {
            let running = try Dictionary(uniqueKeysWithValues: sites.names.map { ($0, try sites.start($0)) })
            if let doomed = running[lost] { try doomed.after(text, then: seconds, send: (SIGKILL, doomed)) }
            var ended: [String: Program.Ended] = [:]
            for (name, process) in running { ended[name] = await process.wait() }
            #expect(ended.removeValue(forKey: lost)?.code == -1)
            return ended
        }

        private func expect(
            _ ended: [String: Program.Ended], naming lost: String, codes: Set<String>, hinting: Bool = true,
            _ sites: ManySites
        ) {
            for (name, end) in ended {
                #expect(end.code == 69 && codes.contains(end.errorCode ?? ""), "\(name): \(end.output)")
                let error = end.envelope["error"] as? [String: Any]
                let (message, hint) = (error?["message"] as? String ?? "", error?["hint"] as? String ?? "")
                #expect(message.contains(lost), "\(name): \(end.output)")
                // Those who are there are not blamed.
                for other in ended.keys {
                    #expect(
                        !message.contains("\(other) is lost") && !message.contains("in vain for \(other)"),
                        "\(name): \(message)")
                }
                #expect(hint.contains("moiety job without \(lost)") == hinting, "\(name): \(hint)")
                #expect(!FileManager.default.fileExists(atPath: sites.results(name)))
            }
        }

        @Test(.stopsAHang)
        func twoThatAreLeftFitAgain() async throws {
            let parties = try await FittingParties(job: Self.job)
            let sites = parties.sites
            let explained = try await Program.run("job", "explain", sites.job)
            #expect(explained.output.contains("withoutLost: refit"), "\(explained.output)")
            let ended = try await lose("registry", from: sites, after: "aligned")
            #expect(ended.count == 2)
            expect(ended, naming: "registry", codes: ["partyLost"], sites)
            // Each derives on its own: the same bytes.
            let (left, again) = (sites.scratch.path("left.yaml"), sites.scratch.path("again.yaml"))
            for file in [left, again] {
                let made = try await Program.run("job", "without", "registry", sites.job, "-o", file)
                #expect(made.code == 0, "\(made.errors)")
            }
            let text = try String(contentsOfFile: left, encoding: .utf8)
            #expect(try text == String(contentsOfFile: again, encoding: .utf8))
            let checked = try await Program.run("job", "check", left, "--derived-from", sites.job)
            #expect(checked.code == 0 && checked.output.contains("again without registry"), "\(checked.output)")
            for name in ["hospital", "lab"] {
                let page = try await Program.run("job", "explain", left, "--for", name)
                #expect(
                    page.output.contains("again without registry") && page.output.contains("another question"),
                    "\(page.output)")
                // The approval of the first job does not hold for it.
                let early = try await Program.run(
                    "job", "run", left, "--site", sites.site(name), "--out", sites.results(name), "--format", "json")
                #expect(early.code == 4 && early.errorCode == "notApproved", "\(early.output)")
                let approved = try await Program.run(
                    "job", "approve", left, "--site", sites.site(name), "--person", "A Person", "--yes")
                #expect(approved.code == 0 && approved.errors.contains("again without registry"), "\(approved.errors)")
            }
            let running = try ["hospital", "lab"].map { name in
                try Program.start(["job", "run", left, "--site", sites.site(name), "--out", sites.results(name)])
            }
            for process in running {
                let end = await process.wait()
                try #require(end.code == 0, "\(end.output)\(end.errors)")
                #expect(end.output.contains("a fit without registry"), "\(end.output)")
            }
            // As least squares over the joined table of the two has it.
            let expected = try FittedByHand(without: ["r1", "r2", "arm"]).coefficients
            let found = try parties.estimates(of: ["hospital", "lab"])
            #expect(Set(found.keys) == Set(expected.keys))
            for (term, value) in expected {
                let estimate = try #require(found[term])
                #expect(abs(estimate - value) <= 1e-4 * max(1, abs(value)), "\(term): \(estimate), \(value)")
            }
            let script = Repository.root.appending(path: "scripts/verify-transcript").path
            for name in ["hospital", "lab"] {
                let metrics = try String(contentsOfFile: "\(sites.results(name))/metrics.json", encoding: .utf8)
                #expect(metrics.contains("derivedFrom") && metrics.contains("registry"), "\(metrics)")
                let verified = try await Program.run(
                    "verify", sites.results(name), "--replay", "--site", sites.site(name))
                #expect(verified.code == 0, "\(name): \(verified.output)\(verified.errors)")
                let told = try await Running(
                    "/usr/bin/env", ["python3", script, "\(sites.results(name))/transcript"], in: nil, input: nil
                ).wait()
                // 127: there is no Python here.
                #expect(told.output.hasSuffix("VALID\n") || told.code == 127, "\(told.output)\(told.errors)")
            }
            let report = sites.scratch.path("report.html")
            let page = try await Program.run(
                "report", sites.results("hospital"), sites.results("lab"), "--out", report)
            #expect(page.code == 0, "\(page.errors)")
            #expect(try String(contentsOfFile: report, encoding: .utf8).contains("A fit without registry"))
        }

        /// What is not the rule's is refused, by whoever knows the first job and by whoever is given it.
        @Test(.stopsAHang)
        func aJobThatClaimsToBeLeft() async throws {
            let parties = try await FittingParties(job: Self.job)
            let sites = parties.sites
            let made = try await Program.run("job", "without", "lab", sites.job)
            #expect(made.code == 0, "\(made.errors)")
            let forged = try sites.scratch.write(
                "forged.yaml", made.output.replacing("maxPasses: 12", with: "maxPasses: 11"))
            for command in [
                ["job", "check", forged, "--derived-from", sites.job],
                ["job", "check", forged, "--site", sites.site("hospital")],
            ] {
                let checked = try await Program.run(command)
                #expect(checked.code == 5 && checked.output.contains("'model' differs"), "\(checked.output)")
            }
            let approved = try await Program.run(
                "job", "approve", forged, "--site", sites.site("hospital"), "--person", "A", "--yes", "--format",
                "json")
            #expect(approved.code == 5 && approved.errorCode == "derivationDiffers", "\(approved.output)")
            for (arguments, code, word) in [
                (["without", "nobody", sites.job], 64, "unknownParty"),
                (["without", "hospital", sites.job], 4, "activePartyLost"),
                (["check", sites.job, "--derived-from", forged], 64, "notDerived"),
                (["without", "lab", sites.job, "-o", forged], 73, "outputExists"),
            ] as [([String], Int32, String)] {
                let ended = try await Program.run(["job"] + arguments + ["--format", "json"])
                #expect(ended.code == code && ended.errorCode == word, "\(arguments): \(ended.output)")
            }
            let plain = try sites.scratch.write("plain.yaml", FittingParties.job())
            let refused = try await Program.run("job", "without", "lab", plain, "--format", "json")
            #expect(refused.code == 4 && refused.errorCode == "refitNotAllowed", "\(refused.output)")
        }

        @Test(.stopsAHang)
        func aHelperThatIsKilledDuringTheAlignment() async throws {
            let parties = try await FittingParties(job: Self.job)
            let ended = try await lose("lab", from: parties.sites, after: "all 3 parties are here", then: 0.3)
            // On a busy machine one of the others may not have met the other one yet.
            expect(ended, naming: "lab", codes: ["partyLost", "sitesMissing"], parties.sites)
        }

        /// The active party has the label: there is no job without it, and the hint says nothing of one.
        @Test(.stopsAHang)
        func anActivePartyThatIsKilled() async throws {
            let parties = try await FittingParties(job: Self.job)
            let ended = try await lose("hospital", from: parties.sites, after: "aligned")
            expect(ended, naming: "hospital", codes: ["partyLost"], hinting: false, parties.sites)
        }

        /// One of those who wait came earlier and leaves earlier: it is not who is missing.
        @Test(.stopsAHang, arguments: [true, false])
        func aPartyThatNeverComes(allowsRefit: Bool) async throws {
            let job = (allowsRefit ? Self.job : FittingParties.job()).replacing(
                "connectTimeout: 30", with: "connectTimeout: 7")
            let parties = try await FittingParties(job: job)
            let sites = parties.sites
            let (first, second) = (try sites.start("hospital"), try sites.start("lab", later: 1))
            let ended = ["hospital": await first.wait(), "lab": await second.wait()]
            #expect(first.errors.contains("waiting for"), "\(first.errors)")
            expect(ended, naming: "registry", codes: ["sitesMissing"], hinting: allowsRefit, sites)
            #expect(
                ended["lab"]?.output.contains("hospital says that it did too") == true, "\(ended["lab"]?.output ?? "")")
        }
    }
}

import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What a party can show with its own secrets, and what it can let an auditor see.
    @Suite(.serialized) struct Secrets {
        private static func job(payloads: String) -> String {
            Small.job(features: "[m1, m2, {column: m3, type: binary}]", payloads: payloads).replacing(
                "reveal: [coefficients]", with: "reveal: [coefficients, scores, metrics]")
        }

        /// - Parameter fullAt: sites that keep all payloads whatever the job says.
        private func finished(
            _ initOptions: [String] = [], payloads: String = "full", fullAt: [String] = []
        ) async throws -> TwoSites {
            let lab =
                "id,m1,m2,m3\n"
                + (0..<95).map { "P\(1000 + $0),\($0 * 11 % 37),\($0 * 17 % 41),\($0 % 5 == 0 ? 1 : 0)\n" }.joined()
            let sites = try await Small.sites(
                job: Self.job(payloads: payloads), hospital: Small.hospital(90) + "P3000,1,\n", lab: lab,
                initOptions: initOptions)
            for name in fullAt {
                let settings = "\(sites.site(name))/site.yaml"
                let text = try String(contentsOfFile: settings, encoding: .utf8)
                try Data(text.replacing("payloads: job", with: "payloads: full").utf8).write(
                    to: URL(fileURLWithPath: settings))
            }
            try await sites.approve()
            let (hospital, lab2) = try await sites.run()
            try #require(hospital.code == 0 && lab2.code == 0, "\(hospital.errors)\(lab2.errors)")
            return sites
        }

        private func transcript(_ sites: TwoSites, _ name: String) -> String { "\(sites.results(name))/transcript" }

        /// `A01 seedMismatch` of the failing check, `nil` when none fails.
        private func failure(_ ended: Program.Ended) -> String? {
            let data = ended.envelope["data"] as? [String: Any]
            let findings = data?["findings"] as? [[String: Any]] ?? []
            return findings.first { $0["status"] as? String == "failed" }.map {
                "\($0["check"] ?? "") \($0["error"] ?? "")"
            }
        }

        private func status(_ ended: Program.Ended, _ check: String) -> String? {
            let data = ended.envelope["data"] as? [String: Any]
            let findings = data?["findings"] as? [[String: Any]] ?? []
            return findings.first { $0["check"] as? String == check }?["status"] as? String
        }

        private func verify(_ arguments: String...) async throws -> Program.Ended {
            try await Program.run(["verify"] + arguments + ["--format", "json", "--quiet"])
        }

        /// One job for both, as what an auditor is given is a copy.
        @Test(.stopsAHang)
        func auditThenReplay() async throws {
            let sites = try await finished()
            try await audit(sites)
            try await replay(sites)
        }

        private func replay(_ sites: TwoSites) async throws {
            for name in TwoSites.names {
                let ended = try await verify(transcript(sites, name), "--replay", "--site", sites.site(name))
                #expect(ended.code == 0, "\(ended.output)\(ended.errors)")
                for check in ["R01", "R02", "R03"] { #expect(status(ended, check) == "passed", "\(ended.output)") }
            }
            let own = transcript(sites, "lab")
            // Somebody else's copy, and no site at all.
            let other = try await verify(transcript(sites, "hospital"), "--replay", "--site", sites.site("lab"))
            #expect(other.code == 78 && other.errorCode == "otherSite")
            #expect(try await verify(own, "--replay").code == 64)
            // Coefficients that somebody improved.
            let path = "\(sites.results("lab"))/coefficients.csv"
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try Data(text.replacing("m1,", with: "m1,1").utf8).write(to: URL(fileURLWithPath: path))
            let improved = try await verify(own, "--replay", "--site", sites.site("lab"))
            #expect(improved.code == 2 && failure(improved) == "R03 resultsDiffer")
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            for name in ["glance.csv", "intersection.csv", "model.json"] {
                let file = URL(fileURLWithPath: "\(sites.results("lab"))/\(name)")
                let honest = try Data(contentsOf: file)
                try (honest + [0x0A]).write(to: file)
                let changed = try await verify(own, "--replay", "--site", sites.site("lab"))
                #expect(changed.code == 2 && failure(changed) == "R03 resultsDiffer", "\(name): \(changed.output)")
                try honest.write(to: file)
            }
            // The same with coefficients restored, but another opening of the result.
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let salt = "\(own)/private/salt-result"
            let right = try Data(contentsOf: URL(fileURLWithPath: salt))
            try Data(repeating: 7, count: 32).write(to: URL(fileURLWithPath: salt))
            let unopened = try await verify(own, "--replay", "--site", sites.site("lab"))
            #expect(unopened.code == 2 && failure(unopened) == "R03 resultMismatch")
            // None: the figures hold, and what it was committed to stays unsaid.
            try FileManager.default.removeItem(atPath: salt)
            let unsalted = try await verify(own, "--replay", "--site", sites.site("lab"))
            #expect(unsalted.code == 2 && failure(unsalted) == "R03 saltMissing", "\(unsalted.output)")
            try right.write(to: URL(fileURLWithPath: salt))
            // Another table than the one that was committed to.
            let table = sites.scratch.path("lab.csv")
            let rows = try String(contentsOfFile: table, encoding: .utf8)
            try Data(rows.replacing("P1004,7,", with: "P1004,8,").utf8).write(to: URL(fileURLWithPath: table))
            let changed = try await verify(own, "--replay", "--site", sites.site("lab"))
            #expect(changed.code == 2 && failure(changed) == "R01 commitmentMismatch", "\(changed.output)")
            // Another seed.
            let seed = "\(own)/private/seed"
            try Data(repeating: 7, count: 32).write(to: URL(fileURLWithPath: seed))
            let grown = try await verify(own, "--replay", "--site", sites.site("lab"))
            #expect(grown.code == 2 && failure(grown) == "R01 seedMismatch")
            try FileManager.default.removeItem(atPath: seed)
            let lost = try await verify(own, "--replay", "--site", sites.site("lab"))
            #expect(lost.code == 66 && lost.errorCode == "fileNotFound")
        }

        /// The hospital's copy as a job leaves it by default, the lab's with every payload: of one session, and they agree.
        private func expectBothForms(_ sites: TwoSites) async throws {
            let (lean, full) = (transcript(sites, "hospital"), transcript(sites, "lab"))
            let said = "bulk messages only the hash is kept"
            for (own, peer) in [(lean, full), (full, lean)] {
                let ended = try await verify(own, "--peer-transcript", peer)
                #expect(ended.code == 0, "\(ended.output)\(ended.errors)")
                for check in ["T10", "T12", "T15", "T16", "T23", "T24", "T26", "X01", "X02"] {
                    #expect(status(ended, check) == "passed", "\(check): \(ended.output)")
                }
                for check in ["T11", "T20", "T21"] {
                    #expect(status(ended, check) == (own == full ? "passed" : "not evaluated"), "\(ended.output)")
                }
                #expect(ended.output.contains(said) == (own == lean))
            }
            let told = try await Program.run("verify", lean)
            let line = told.output.split(separator: "\n").first ?? ""
            #expect(told.code == 0 && line.contains("is VALID"), "\(told.output)")
            #expect(line.contains("\(said), so T11, T20, T21 were not made on them"), "\(line)")
            #expect(told.output.hasSuffix("\nVALID\n"), "\(told.output)")
            // Nothing can be derived again where what was received is not there; the inputs can still be compared.
            let refused = try await verify(lean, "--replay", "--site", sites.site("hospital"))
            #expect(refused.code == 2 && failure(refused) == nil, "\(refused.output)")
            #expect(refused.output.contains("transcript: {payloads: full}"), "\(refused.output)")
            #expect(status(refused, "R01") == "passed" && status(refused, "R02") == "not evaluated")
            // An auditor sees inputs and keys, and is told what would be needed for more.
            let bundle = sites.scratch.path("opened-lean")
            let opened = try await Program.run(
                "log", "open", lean, "--site", sites.site("hospital"), "--out", bundle, "--yes")
            #expect(opened.code == 0 && opened.errors.contains("payloads: full"), "\(opened.errors)")
            let audited = try await verify(lean, "--audit", bundle)
            #expect(audited.code == 2 && failure(audited) == nil, "\(audited.output)")
            #expect(audited.output.contains("transcript: {payloads: full}"), "\(audited.output)")
            #expect(status(audited, "A01") == "not evaluated" && status(audited, "A04") == "passed")
            // In the lab's copy, which has them all, the same bundle is enough.
            let whole = try await verify(full, "--audit", bundle)
            #expect(whole.code == 0 && status(whole, "A01") == "passed", "\(whole.output)")
        }

        private func audit(_ sites: TwoSites) async throws {
            for name in TwoSites.names {
                let opened = try await Program.run(
                    "log", "open", transcript(sites, name), "--site", sites.site(name), "--out",
                    sites.scratch.path("opened-\(name)"), "--yes")
                try #require(opened.code == 0, "\(opened.errors)")
            }
            // Only what was committed to is opened: not the row without a value.
            let table = try String(contentsOfFile: sites.scratch.path("opened-hospital/table.csv"), encoding: .utf8)
            #expect(table.hasPrefix("id,age,outcome\n") && !table.contains("P3000"))
            for (copy, party) in [("hospital", "hospital"), ("lab", "lab"), ("hospital", "lab")] {
                let ended = try await verify(
                    transcript(sites, copy), "--audit", sites.scratch.path("opened-\(party)"))
                #expect(ended.code == 0, "\(ended.output)\(ended.errors)")
                for check in ["A01", "A04", "A06", "A07"] {
                    #expect(status(ended, check) == "passed", "\(ended.output)")
                }
                #expect(status(ended, "A05") == (party == "hospital" ? "passed" : "not evaluated"))
            }
            let bundle = sites.scratch.path("opened-lab")
            let unsalted = sites.scratch.path("lab-unsalted")
            try FileManager.default.copyItem(atPath: bundle, toPath: unsalted)
            try FileManager.default.removeItem(atPath: "\(unsalted)/salt-result")
            let kept = try await verify(transcript(sites, "lab"), "--audit", unsalted)
            #expect(kept.code == 2 && failure(kept) == "A01 saltMissing", "\(kept.output)")
            try FileManager.default.copyItem(atPath: bundle, toPath: sites.scratch.path("lab-again"))
            let enough = try await verify(
                transcript(sites, "lab"), "--audit", bundle, "--minimum-cell", "18")
            #expect(enough.code == 0, "\(enough.output)")
            // One byte in the bundle.
            let path = "\(bundle)/table.csv"
            let rows = try String(contentsOfFile: path, encoding: .utf8)
            try Data(rows.replacing("P1004,7,", with: "P1004,8,").utf8).write(to: URL(fileURLWithPath: path))
            let changed = try await verify(transcript(sites, "lab"), "--audit", bundle)
            #expect(changed.code == 2 && failure(changed) == "A01 commitmentMismatch", "\(changed.output)")
            try Data(repeating: 7, count: 32).write(to: URL(fileURLWithPath: "\(bundle)/seed"))
            let seed = try await verify(transcript(sites, "lab"), "--audit", bundle)
            #expect(seed.code == 2 && failure(seed) == "A01 seedMismatch")
            try Data("moiety opening 1\n".utf8).write(to: URL(fileURLWithPath: "\(bundle)/opening.txt"))
            #expect(try await verify(transcript(sites, "lab"), "--audit", bundle).code == 65)
            // The auditor wants larger cells than the job did: m3 is yes on 18 rows.
            let few = try await verify(
                transcript(sites, "hospital"), "--audit", sites.scratch.path("lab-again"), "--minimum-cell", "19")
            #expect(few.code == 2 && failure(few) == "A06 smallCell", "\(few.output)")
        }

        @Test(.stopsAHang)
        func oneMessageAndTheAccount() async throws {
            let sites = try await finished(["--second-signature"], payloads: "hashes", fullAt: ["lab"])
            try await expectBothForms(sites)
            let own = transcript(sites, "lab")
            let listed = try await Program.run("log", "show", own, "--from", "lab")
            #expect(listed.code == 0 && listed.output.contains("countersignature"), "\(listed.errors)")
            #expect(!listed.output.contains("hospital"))
            let shown = try await Program.run("log", "show", own, "--from", "lab", "--sequence", "1")
            #expect(shown.code == 0 && shown.output.contains("person A Person"), "\(shown.output)")
            let beyond = try await Program.run(
                "log", "show", own, "--from", "lab", "--sequence", "9999", "--format", "json")
            #expect(beyond.code == 66 && beyond.errorCode == "noRecord")
            #expect(try await Program.run("log", "show", own, "--sequence", "1").code == 64)

            let file = sites.scratch.path("message.json")
            let exported = try await Program.run(
                "log", "export", own, "--from", "hospital", "--sequence", "7", "--out", file)
            #expect(exported.code == 0, "\(exported.errors)")
            let alone = try await Program.run("log", "verify", file)
            #expect(alone.code == 0 && alone.output.contains("not compared") && alone.output.hasSuffix("VALID\n"))
            let pinned = try await Program.run("log", "verify", file, "--site", sites.site("lab"))
            #expect(pinned.code == 0 && pinned.output.contains("both identities are the ones pinned"))
            var fields = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file))) as? [String: Any])
            let payload = try #require(fields["payload"] as? String)
            fields["payload"] = String(payload.dropLast()) + (payload.hasSuffix("0") ? "1" : "0")
            let changed = try sites.scratch.write(
                "changed.json", String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self))
            let bad = try await Program.run("log", "verify", changed, "--format", "json")
            #expect(bad.code == 2 && bad.errorCode == "payloadInvalid", "\(bad.output)")
            let folder = try await Program.run("verify", file, "--format", "json")
            #expect(folder.code == 65 && folder.errorCode == "notAFolder")
            let site = try await Program.run("verify", sites.site("lab"), "--format", "json")
            #expect(site.code == 65 && site.errorCode == "noTranscript")
            #expect(try await Program.run("log", "verify", sites.job).code == 65)
            let late = try await Program.run(
                "log", "export", own, "--from", "lab", "--sequence", "9999", "--out", sites.scratch.path("x"))
            #expect(late.code == 66)

            let told = try await Program.run("verify", own, "--explain")
            #expect(told.code == 0)
            for words in ["approved by A Person", "90 rows", "What each learned", "[T30] This party", "Nobody can"] {
                #expect(told.output.contains(words), "\(words): \(told.output)")
            }

            // Both signatures of the outcome, by pinned keys; without the second it is missed.
            for site in TwoSites.names {
                let signed = try await verify(own, "--site", sites.site(site))
                #expect(signed.code == 0 && signed.output.contains("ML-DSA-65 signs it too."), "\(signed.output)")
            }
            let second = "\(own)/outcome.mldsa"
            let bytes = try Data(contentsOf: URL(fileURLWithPath: second))
            try FileManager.default.removeItem(atPath: second)
            let missed = try await verify(own, "--site", sites.site("hospital"))
            #expect(missed.code == 1 && missed.output.contains("secondSignatureMissing"))
            let foreign = try Data(
                contentsOf: URL(fileURLWithPath: "\(transcript(sites, "hospital"))/outcome.mldsa"))
            try foreign.write(to: URL(fileURLWithPath: second))
            let wrongOne = try await verify(own, "--site", sites.site("hospital"))
            #expect(wrongOne.code == 2 && failure(wrongOne) == "T15 secondSignatureInvalid")
            try bytes.write(to: URL(fileURLWithPath: second))

            // What an archive keeps: no payload but the session's own, no secret, every signature.
            let archive = sites.scratch.path("archive")
            let pruned = try await Program.run("log", "prune", own, "--out", archive)
            #expect(pruned.code == 0, "\(pruned.errors)")
            #expect(!FileManager.default.fileExists(atPath: "\(archive)/private"))
            let kept = try await verify(archive, "--site", sites.site("hospital"))
            #expect(kept.code == 0 && kept.output.contains("pruned"), "\(kept.output)")
            let both = try await verify(transcript(sites, "hospital"), "--peer-transcript", archive)
            #expect(both.code == 0, "\(both.output)")
            // Or what a job leaves by default: the ciphertexts go, all else stays.
            let lean = sites.scratch.path("lean")
            #expect(try await Program.run("log", "prune", own, "--out", lean, "--bulk-only").code == 0)
            let leaner = try await verify(lean, "--peer-transcript", transcript(sites, "hospital"))
            #expect(leaner.code == 0 && leaner.output.contains("bulk messages only"), "\(leaner.output)")
            #expect(status(leaner, "T23") == "passed" && status(leaner, "T11") == "not evaluated")
            #expect(try await Program.run("log", "prune", own, "--out", archive).code == 73)
            #expect(try await Program.run("log", "prune", sites.scratch.path, "--out", "\(archive)2").code != 0)
            #expect(!FileManager.default.fileExists(atPath: "\(archive)2"))

            let request = sites.scratch.path("request.tsq")
            let asked = try await Program.run("log", "timestamp", own, "--out", request)
            #expect(asked.code == 0 && asked.output.contains("outcome.bin"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: request)).count == 59)
            let wrong = try await Program.run("log", "timestamp", own, "--attach", request, "--format", "json")
            #expect(wrong.code == 65 && wrong.errorCode == "invalidTimestamp")
        }
    }
}

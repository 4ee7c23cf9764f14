import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// `moiety report` as people use it after a job.
    @Suite(.serialized) struct Reports {
        @Test(.stopsAHang)
        func reportOfAJob() async throws {
            let sites = try await Small.sites()
            try await sites.approve()
            let (hospital, lab) = try await sites.run()
            try #require(hospital.code == 0 && lab.code == 0, "\(hospital.errors)\(lab.errors)")
            let (own, peers) = (sites.results("hospital"), sites.results("lab"))

            let first = try await Program.run("report", own, "--format", "json")
            #expect(first.code == 0, "\(first.errors)")
            let data = first.envelope["data"] as? [String: Any]
            #expect(data?["report"] as? String == "\(own)/report.html" && data?["verdict"] as? String == "VALID")
            var page = try text("\(own)/report.html")
            #expect(page.contains("R04") && page.contains("A Person") && page.contains("holds its own 1"))
            #expect(!page.contains("P1000") && !page.contains("private/seed"))

            // An earlier report is replaced, by one with both parties' terms and the site's budgets.
            let second = try await Program.run("report", own, peers, "--site", sites.site("hospital"))
            #expect(second.code == 0 && second.output.contains("is VALID"), "\(second.errors)")
            page = try text("\(own)/report.html")
            for words in [">marker<", "X02", "So are lab", "Hash of the last one", "class=\"other-mark\""] {
                #expect(page.contains(words), "\(words)")
            }
            // The report beside the transcript does not spoil it.
            let verified = try await Program.run("verify", own, "--site", sites.site("hospital"))
            #expect(verified.code == 0, "\(verified.output)")

            // The passive party's own: its coefficient, and why it has no more.
            let handed = try await Program.run("report", "\(own)/", "\(peers)/coefficients.csv")
            #expect(handed.code == 0 && handed.output.hasPrefix("wrote \(own)/report.html\n"), "\(handed.errors)")
            #expect(try text("\(own)/report.html").contains("as lab handed them over"))
            let passive = try await Program.run("report", peers, "--output", sites.scratch.path("lab.html"))
            #expect(passive.code == 0, "\(passive.errors)")
            #expect(try text(sites.scratch.path("lab.html")).contains("hospital holds its own 2"))
            try await refusals(sites, own)
            try await brokenEvidence(sites, own)
        }

        private func refusals(_ sites: TwoSites, _ own: String) async throws {
            let notes = try sites.scratch.write("notes.txt", "mine")
            for (arguments, code, name) in [
                ([own, "--output", notes], 73, "outputExists"), ([own, "--output", ""], 64, "emptyPath"),
                ([own, "--output", "\(own)/transcript/report.html"], 73, "insideTranscript"),
                ([own, "--output", sites.scratch.path("no/such/report.html")], 73, "cannotWrite"),
                ([own, "--site", sites.site("lab")], 78, "otherSite"),
                ([own, own], 5, "resultsApart"), ([sites.scratch.path("nowhere")], 66, "fileNotFound"),
                ([notes], 65, "notAFolder"), ([sites.site("lab")], 66, "resultsMissing"),
                (["\(own)/transcript"], 66, "resultsMissing"), ([], 64, "usage"),
            ] as [([String], Int32, String)] {
                let ended = try await Program.run(["report"] + arguments + ["--format", "json"])
                #expect(ended.code == code && ended.errorCode == name, "\(arguments): \(ended.output)")
            }
            #expect(try text(notes) == "mine")
            let changed = try sites.scratch.copy(of: own)
            let file = "\(changed)/coefficients.csv"
            let forgery = try text(file).replacing("\nage,", with: "\nold,")
            try Data(forgery.utf8).write(to: URL(fileURLWithPath: file))
            let forged = try await Program.run("report", changed, "--format", "json")
            #expect(forged.code == 65 && forged.errorCode == "resultChanged", "\(forged.output)")
        }

        private func brokenEvidence(_ sites: TwoSites, _ own: String) async throws {
            let copy = try sites.scratch.copy(of: own)
            let log = URL(fileURLWithPath: "\(copy)/transcript/log/hospital~lab.log")
            var bytes = try Data(contentsOf: log)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: log)
            let broken = try await Program.run("report", copy)
            #expect(broken.code == 2 && broken.output.contains("INVALID"), "\(broken.output)")
            #expect(try text("\(copy)/report.html").contains("do not rely on the numbers below"))
            try FileManager.default.removeItem(atPath: "\(copy)/transcript")
            let without = try await Program.run("report", copy, "--format", "json")
            #expect(without.code == 66 && without.errorCode == "noTranscript")
            let skipped = try await Program.run("report", copy, "--no-verify")
            #expect(skipped.code == 0 && skipped.output.contains("nothing was verified"), "\(skipped.errors)")
            #expect(try text("\(copy)/report.html").contains("Not verified"))
        }

        private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
    }
}

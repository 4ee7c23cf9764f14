import Foundation
import Jobs
import Records
import Site
import TestSupport
import Testing
import Transcript
import Wire

@testable import Runner

/// Reports of results that lie in a folder, with the transcript of examples/verify beside them.
@Suite("Reports of fits") struct StudyReportTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let identifiers = """
        {"rowsRead": 90, "rejected": {"empty": 3}, "firstRejectedLine": {"empty": 4}, "remarked": {},
         "firstRemarkedLine": {}, "collapsedDuplicates": 2, "conflictingIdentifiers": 0, "conflictingRowsDropped": 0,
         "incompleteRows": 5, "missingByColumn": {"age": 5}, "usable": 80}
        """

    /// - Parameter more: fields of `metrics.json` beside those that every fit has.
    private func results(
        job: String, session: String = String(repeating: "0", count: 64), family: String = "logistic",
        terms: [String] = ["age"], events: Int? = 20, more: String = "", passes: Int = 6, party: String = "hospital",
        named name: String = "results"
    ) throws -> String {
        let path = folder.path(name)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let file = try JobFile(yaml: job)
        let hasRatios = file.job.model.family.hasRatios
        var lines = [CoefficientColumns.header(hasRatios: hasRatios).joined(separator: ",")]
        let hasIntercept = party == "hospital" && file.job.model.family.hasIntercept
        for (index, term) in ((hasIntercept ? ["(Intercept)"] : []) + terms).enumerated() {
            let estimate = Double(index) * 0.5 - 0.25
            let quoted = "\"\(term.replacing("\"", with: "\"\""))\""
            let ratios = hasRatios ? ",\(exp(estimate)),\(exp(estimate - 0.2)),\(exp(estimate + 0.2))" : ""
            lines.append(
                "\(quoted),\(estimate),0.1,2.0,0.0123,\(estimate - 0.2),\(estimate + 0.2),\(party),"
                    + "\(estimate * 3)\(ratios),NA"
            )
        }
        let peer = party == "hospital" ? "lab" : "hospital"
        let metrics = """
            {"job": "\(file.hash)", "title": "t", "session": "\(session)", "party": "\(party)", "peers": ["\(peer)"],
             "terms": [], "alignment": {"aligned": 60, "ownIdentifiers": 80, "peerIdentifiers": {"\(peer)": 70},
             "identifiers": \(Self.identifiers)},
             "fit": {"family": "\(family)", "n": 60, "parameters": 5, "l2": 0, "l1": 0, "passes": \(passes),
               "converged": true, "gradientNorm": 0.00021, "keyBits": 2048, "logLoss": 0.5123,
               "brier": 0.1987\(events.map { ", \"events\": \($0)" } ?? "")},
             "transfer": {"bytesSent": 1, "bytesReceived": 1, "seconds": 1}\(more)}
            """
        for (file, text) in [
            ("coefficients.csv", lines.joined(separator: "\n") + "\n"), ("metrics.json", metrics), ("job.yaml", job),
        ] { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(file)")) }
        return path
    }

    private func report(
        _ path: String, peer: String? = nil, verifies: Bool = false
    ) throws -> (report: StudyReport, page: String, read: PageReading) {
        let study = try StudyFolder(reading: path)
        let report = try StudyReport(
            study, peers: [peer].compactMap { try $0.map { try StudyPeer(reading: $0, for: study) } }, site: nil,
            verifies: verifies)
        let page = report.html
        return (report, page, PageReading(page))
    }

    /// The committed example: a linear fit, and the session that its transcript is of.
    private func example(transcript: Bool = true) throws -> String {
        let kept = Repository.example("verify/hospital")
        let session = try PartiesFile(folder: kept).session.hex
        let job = try String(contentsOfFile: "\(kept)/job.yaml", encoding: .utf8)
        let path = try results(
            job: job, session: session, family: "linear", terms: ["age", "bmi"], events: nil, passes: 1)
        if transcript { try FileManager.default.copyItem(atPath: kept, toPath: "\(path)/transcript") }
        return path
    }

    private func expectSound(_ read: PageReading, _ page: String) {
        #expect(read.error == nil, "\(read.error ?? "")")
        #expect(read.complaints.isEmpty, "\(read.complaints)")
        #expect(Set(read.ids).count == read.ids.count, "an id stands twice")
        #expect(Set(read.references).isSubset(of: read.ids), "\(Set(read.references).subtracting(read.ids))")
        #expect(read.addresses.isEmpty && read.elements["script"] == nil && read.elements["link"] == nil)
        #expect(read.headings.first == 1 && read.headings.count { $0 == 1 } == 1)
        #expect(zip(read.headings, read.headings.dropFirst()).allSatisfy { $1 <= $0 + 1 }, "\(read.headings)")
        #expect(page.contains("default-src 'none'".replacing("'", with: "&#39;")))
        #expect(page.hasPrefix("<!DOCTYPE html>\n<html") && page.contains("lang=\"en\""))
        #expect(!page.contains("url(") && !page.contains("@import"))
    }

    @Test("What a stranger finds: what was done, what came out, that nobody verified it")
    func sections() throws {
        let (report, page, read) = try report(results(job: SmallJob.yaml))
        expectSound(read, page)
        #expect(report.verification.status == .ok && report.verification.verdict == "NOT VERIFIED")
        for id in [
            "glance", "study", "rows", "coefficients", "convergence", "evaluation", "learned", "budget", "verification",
            "card", "cite", "check",
        ] { #expect(read.sections[id]?.isEmpty == false, "\(id)") }
        #expect(read.text.contains("Not verified") && read.text.contains("60 people whom both know"))
        let coefficients = try #require(read.sections["coefficients"])
        // As `job run` prints them: exp(0.25), its interval, p.
        for number in ["0.25000", "1.284", "1.051 to 1.568", "0.0123"] { #expect(coefficients.contains(number)) }
        let rows = try #require(read.sections["rows"])
        for words in ["identifier empty", "repeated rows", "a column of the job has no value", "20 of the 60"] {
            #expect(rows.contains(words), "\(words)")
        }
        #expect(read.sections["evaluation"]?.contains("0.5123") == true)
        #expect(read.text.contains("lab holds its own 3"))
        #expect(!read.text.contains("Table 1"))
    }

    @Test("Names of columns, levels, titles and people stay text")
    func hostileNames() throws {
        let name = "<script>alert(1)</script> a&b <i>\"c\"</i>"
        let yaml = SmallJob.yaml.replacing("title: Small", with: "title: \"</title><script>alert(1)</script>\"")
            .replacing("features: [age]", with: "features: ['\(name)']")
        let file = try JobFile(yaml: yaml)
        let column = try #require(file.job.active.features.first?.column)
        let (_, page, read) = try report(results(job: yaml, terms: [column]))
        expectSound(read, page)
        #expect(column == name && read.text.contains(name) && read.text.contains("</title><script>alert(1)</script>"))
        #expect(!page.contains("<script") && !page.contains("<i>"))
    }

    @Test("Both parties' coefficients stand in one table, and rows of both in another")
    func bothParties() throws {
        let own = try results(job: SmallJob.yaml)
        let other = try results(job: SmallJob.yaml, terms: ["m1", "m2", "m3"], party: "lab", named: "lab-results")
        let (_, page, read) = try report(own, peer: other)
        expectSound(read, page)
        for term in ["age", "m1", "m2", "m3"] {
            #expect(read.sections["coefficients"]?.contains(term) == true, "\(term)")
        }
        #expect(page.contains("first-mark") && page.contains("other-mark"))
        #expect(read.sections["coefficients"]?.contains("as lab handed them over") == true)
        #expect(read.sections["rows"]?.contains("not told") == false && !read.text.contains("holds its own"))
        let session = String(repeating: "1", count: 64)
        let apart = try results(
            job: SmallJob.yaml, session: session, terms: ["m1"], party: "lab", named: "other-results")
        #expect(failure { _ = try report(own, peer: apart) }?.status == .peersDisagree)
    }

    @Test("Tenths become a ROC curve and a calibration plot, and scores of single people stay away")
    func evaluation() throws {
        func tenths(_ n: Int) -> String {
            let groups = (1...5).map { group in
                """
                {"group": \(group * 2), "n": \(n), "predicted": 0.\(group)23, "observed": \(Double(group) / 6),
                 "lowest": 0.\(group)11111, "highest": 0.\(group)99999}
                """
            }
            return ", \"metrics\": {\"n\": \(5 * n), \"events\": 30, \"auc\": 0.8125, \"deciles\": "
                + "[\(groups.joined(separator: ","))]}"
        }
        let (_, page, read) = try report(results(job: SmallJob.yaml, more: tenths(12)))
        expectSound(read, page)
        #expect(read.ids.contains("roc") && read.ids.contains("calibration"))
        #expect(read.text.contains("0.8125") && read.text.contains("0.4230") && read.text.contains("DeLong"))
        #expect(!page.contains("11111") && !page.contains("99999"))
        let few = try report(results(job: SmallJob.yaml, more: tenths(10)))
        #expect(!few.read.ids.contains("roc") && few.read.text.contains("fewer than 11 people"))
        let closed = SmallJob.yaml.replacing("[coefficients, scores]", with: "[coefficients, metrics]")
        let without = try report(results(job: closed))
        #expect(without.read.text.contains("the job does not open scores") && !without.read.ids.contains("roc"))
    }

    @Test("A survival curve has a plot and a table, where the results have one")
    func survivalCurve() throws {
        let yaml = SmallJob.yaml.replacing("label: outcome", with: "label: outcome, time: days")
            .replacing("family: logistic", with: "family: cox, times: [365, 730]")
            .replacing("scores]", with: "scores, survival]")
        let curve = """
            , "survival": [
             {"time": 365, "atRisk": 48, "events": 7, "cumulativeHazard": 0.125, "survival": 0.8824969025845955},
             {"time": 730, "atRisk": 21, "events": 19, "cumulativeHazard": 0.5, "survival": 0.6065306597126334}]
            """
        let (_, page, read) = try report(results(job: yaml, family: "cox", more: curve))
        expectSound(read, page)
        #expect(read.ids.contains("survival-plot") && read.ids.contains("survival-numbers"))
        let section = try #require(read.sections["survival"])
        for words in [
            "Survival of a person with the mean of every column", "0.8825", "0.6065", "48", "19", "0.5000",
            "1 at time 0; 0.882 at time 365; 0.607 at time 730.",
        ] { #expect(section.contains(words), "\(words)") }
        let (_, _, without) = try report(results(job: yaml, family: "cox", named: "no-curve"))
        #expect(without.sections["survival"] == nil && !without.ids.contains("survival-plot"))
    }

    @Test("A transcript that holds is said to hold, with its roots and approvals")
    func verified() throws {
        let path = try example()
        let (report, page, read) = try report(path, verifies: true)
        expectSound(read, page)
        #expect(report.verification.status == .ok)
        let verification = try #require(read.sections["verification"])
        let outcome = try Outcome(
            encoded: Array(Data(contentsOf: URL(fileURLWithPath: "\(path)/transcript/outcome.bin"))))
        for words in ["VALID", outcome.sent.root.hex, outcome.received.root.hex, "T05", report.study.results.session] {
            #expect(verification.contains(words), "\(words)")
        }
        #expect(read.sections["study"]?.contains("Grace Lab") == true)
        #expect(!page.contains("class=\"bar\"") && page.contains("notice good"))
        #expect(read.sections["convergence"]?.contains("solved exactly") == true)
    }

    @Test("What does not verify cannot be overlooked")
    func broken() throws {
        let path = try example()
        let log = URL(fileURLWithPath: "\(path)/transcript/log/hospital~lab.log")
        var bytes = try Data(contentsOf: log)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: log)
        let (report, page, read) = try report(path, verifies: true)
        expectSound(read, page)
        #expect(report.verification.status == .verificationFailed)
        #expect(page.contains("<title>DOES NOT VERIFY: ") && page.contains("class=\"bar\""))
        #expect(read.text.contains("Does not verify: do not rely on the numbers below"))
        for id in ["glance", "coefficients", "convergence", "evaluation"] {
            #expect(read.sections[id]?.contains("These numbers do not verify") == true, "\(id)")
        }
        #expect(read.sections["verification"]?.contains("FAILED") == true)
        #expect(read.sections["cite"]?.contains("do not cite it") == true)
    }

    @Test("A valid transcript of another session does not speak for these results")
    func otherSession() throws {
        let path = try example()
        let metrics = "\(path)/metrics.json"
        let text = try String(contentsOfFile: metrics, encoding: .utf8)
        let session = try PartiesFile(folder: "\(path)/transcript").session.hex
        let other = text.replacing(session, with: String(repeating: "ab", count: 32))
        try Data(other.utf8).write(to: URL(fileURLWithPath: metrics))
        let (report, _, read) = try report(path, verifies: true)
        #expect(report.verification.status == .verificationFailed)
        #expect(read.text.contains("otherSession"))
    }

    @Test("What is missing is named")
    func missing() throws {
        func refused(_ path: String, verifies: Bool = false) -> Failure? {
            failure { _ = try report(path, verifies: verifies) }
        }
        let gone = refused(folder.path("nothing"))
        #expect(gone?.status == .noInput && gone?.message.contains("nothing does not exist") == true)
        let path = try results(job: SmallJob.yaml)
        #expect(refused("\(path)/metrics.json")?.code == "notAFolder")
        let unverified = refused(path, verifies: true)
        #expect(unverified?.code == "noTranscript" && unverified?.hint?.contains("--no-verify") == true)
        #expect(refused(Repository.example("verify/hospital"))?.hint?.contains("this is a transcript") == true)
        for name in ["metrics.json", "coefficients.csv", "job.yaml"] {
            let copy = try folder.copy(of: path)
            try FileManager.default.removeItem(atPath: "\(copy)/\(name)")
            let failure = refused(copy)
            #expect(failure?.hint?.contains("this is a transcript") == false)
            #expect(failure?.code == "resultsMissing" && failure?.message.contains("it has no \(name)") == true)
        }
        let copy = try folder.copy(of: path)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(copy)/metrics.json"))
        #expect(refused(copy)?.code == "invalidMetrics")
        // What arithmetic would not take.
        let sound = try String(contentsOfFile: "\(path)/metrics.json", encoding: .utf8)
        for count in ["-9223372036854775808", "9223372036854775807", "-1"] {
            let edited = sound.replacing(/"n"\s*:\s*\d+/, with: "\"n\": \(count)")
            #expect(edited != sound)
            try Data(edited.utf8).write(to: URL(fileURLWithPath: "\(copy)/metrics.json"))
            #expect(refused(copy)?.code == "invalidMetrics", "\(count)")
        }
        let other = SmallJob.yaml.replacing("title: Small", with: "title: Other")
        try Data(other.utf8).write(to: URL(fileURLWithPath: "\(path)/job.yaml"))
        #expect(refused(path)?.code == "resultsApart")
    }

    @Test("A report takes the place of a report, and of nothing else")
    func replacing() throws {
        let path = folder.path("report.html")
        let page = try report(results(job: SmallJob.yaml)).page
        try ReportFile.write(page, to: path)
        try ReportFile.write(page + "\n", to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == page + "\n")
        let notes = try folder.write("notes.html", "<p>mine</p>")
        #expect(failure { try ReportFile.write(page, to: notes) }?.code == "outputExists")
        #expect(try String(contentsOfFile: notes, encoding: .utf8) == "<p>mine</p>")
        let link = folder.path("link.html")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(failure { try ReportFile.write(page, to: link) }?.code == "outputExists")
        let inside = "\(try example())/transcript/report.html"
        #expect(failure { try ReportFile.write(page, to: inside) }?.code == "insideTranscript")
    }
}

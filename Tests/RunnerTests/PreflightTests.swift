import Bignum
import Foundation
import Jobs
import Records
import Site
import TestSupport
import Testing
import Transcript
import Wire

@testable import Runner

/// What a site can find out alone, before anybody is dialled.
@Suite struct PreflightTests {
    private let folder: TemporaryFolder
    private let site: SiteFolder

    init() throws {
        folder = try TemporaryFolder()
        let new = try NewSite(
            at: folder.path("hospital"), name: "hospital", listen: NetworkAddress(host: "127.0.0.1", port: 0),
            tables: [("patients", folder.path("patients.csv"))])
        try new.create()
        site = try SiteFolder(opening: new.path)
    }

    private func table(rows: Int) throws {
        let lines = (0..<rows).map { "P\($0),\($0 * 7 % 2),\(20 + $0 * 13 % 41)\n" }
        _ = try folder.write("patients.csv", "id,outcome,age\n" + lines.joined())
    }

    private func policy(_ line: String) throws {
        let text = try String(contentsOfFile: "\(site.path)/policy.yaml", encoding: .utf8)
        let key = line.prefix { $0 != ":" }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.hasPrefix("\(key):") ? line : String($0)
        }
        try #require(lines.contains(line))
        _ = try folder.write("hospital/policy.yaml", lines.joined(separator: "\n"))
    }

    /// Of a budget that not even the first session can keep to.
    @Test(arguments: [
        "identifiersPerDay: 49", "identifiersPerPeer: 49", "identifiersInAll: 0", "modelsPerRow: 0",
        "modelsPerRowInAll: 0",
    ])
    func budgetsThatCannotWork(_ line: String) throws {
        try table(rows: 80)
        let file = try SmallJob.file()
        let name = "policy.\(line.prefix { $0 != ":" })"
        let before = JobStart(file, isDraft: true, at: site)
        #expect(!before.checks.contains { $0.name == name })
        try policy(line)
        let check = try #require(JobStart(file, isDraft: true, at: site).checks.first { $0.name == name })
        #expect(check.verdict == .failed && check.status == .refusedByPolicy, "\(check)")
        #expect(check.detail.contains("no session under this job can keep to it"))
    }

    @Test func budgetsOfOtherSessions() throws {
        let job = try SmallJob.file().job
        func names(_ line: String, _ disclosure: Disclosure) throws -> [String] {
            try policy(line)
            return try site.policy().budgetsBelowOneSession(of: job, disclosing: disclosure).map(\.rule)
        }
        #expect(try names("countsPerPeer: 0", .count) == ["policy.countsPerPeer"])
        #expect(try names("scoresPerRow: 0", .scores) == ["policy.scoresPerRow"])
        // A count is no part of a fit or of an alignment.
        #expect(try names("modelsPerRow: 0", []) == [])
        #expect(try names("identifiersPerDay: 50", .model) == ["policy.modelsPerRow"])
    }

    /// No job runs on fewer rows than its cohort.
    @Test func tooFewRowsAreAProblemOfTheTable() throws {
        let file = try SmallJob.file()
        try table(rows: 49)
        let small = try DataReport(file, at: site)
        #expect(
            small.status == .badData && small.text.contains("problem: this site has 49 usable identifiers"),
            "\(small.text)")
        try table(rows: 50)
        let enough = try DataReport(file, at: site)
        #expect(!enough.text.contains("usable identifiers, fewer"), "\(enough.text)")
    }

    /// Parts of a file that do not fit each other.
    @Test(arguments: [
        ("\"party\": \"hospital\"", "\"party\": \"clinic\"", "parties"),
        ("\"role\": \"active\"", "\"role\": \"passive\"", "role"),
        ("\"family\": \"logistic\"", "\"family\": \"linear\"", "family"), ("[\"age\"]", "[\"sex\"]", "terms"),
        ("\"sd\": 2", "\"sd\": 0", "scaling"), ("\"rows\": 3", "\"rows\": -3", "rows"),
        ("\"constant\": 5, ", "", "constant"),
        ("title: Small", "title: Other", "job"),
    ])
    func modelsThatDoNotFitThemselves(_ old: String, _ new: String, _ part: String) throws {
        let file = try SmallJob.file()
        let yaml = String(decoding: try JSONEncoder().encode(file.yaml), as: UTF8.self)
        let columns = String(decoding: try JSONEncoder().encode([ColumnSpec.numeric("age")]), as: UTF8.self)
        let salt = String(repeating: "05", count: 32)
        func bound(_ own: String) -> String {
            """
            {"formatVersion": 2, "job": "\(file.hash)", "party": "hospital", "peer": "lab", "jobYAML": \(yaml), "rows": 3,
             "model": {"formatVersion": 1, "family": "logistic", "role": "active", "columns": \(columns), "terms": ["age"],
                       "coefficients": [7], "constant": 5, "scalings": [{"mean": 1, "sd": 2}]},
             "binding": {"session": "00", "salt": "\(salt)", "own": "\(own)", "peer": "00"}}
            """
        }
        let path = try folder.write("model.json", bound("00"))
        let unbound = try SavedModel.read(path).model
        let own = try unbound.commitment(salt: [UInt8](repeating: 5, count: 32)).item.root.hex
        let text = bound(own)
        _ = try folder.write("model.json", text)
        _ = try ModelPart(reading: path)
        let changed = text.replacing(old, with: new)
        try #require(changed != text)
        _ = try folder.write("model.json", changed)
        let refused = failure { _ = try ModelPart(reading: path) }
        #expect(refused?.code == "invalidModel" && refused?.message.contains(part) == true, "\(refused?.message ?? "")")
    }

    /// What could not be printed was not printed.
    @Test func standardOutputThatIsFull() throws {
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let failure = failure { try StandardOutput.write("x\n", to: full) }
        #expect(failure?.status == .outputFailed && failure?.message.contains("the disk is full") == true)
    }

    /// A wrong word in the environment is not passed over.
    @Test func anUnknownArithmeticIsNamed() {
        let usual = SiteChecks.arithmetic([:])
        #expect(usual.verdict == .ok && usual.detail.hasPrefix("\(ArithmeticPath.current) runs; this processor has "))
        for path in ArithmeticPath.allCases {
            let check = SiteChecks.arithmetic(["MOIETY_ARITHMETIC": path.rawValue])
            #expect(check.verdict == (path.isAvailable ? .ok : .warning))
            #expect(usual.detail.contains(path.rawValue) == path.isAvailable)
            if !path.isAvailable { #expect(check.detail.contains("names \(path), which this processor does not have")) }
        }
        let wrong = SiteChecks.arithmetic(["MOIETY_ARITHMETIC": "fast"])
        #expect(wrong.verdict == .warning && wrong.detail.hasPrefix("MOIETY_ARITHMETIC names no path"))
        #expect(wrong.hint?.contains("\(ArithmeticPath.fastestAvailable)") == true)
    }
}

import Foundation
import Jobs
import Records
import Site
import SplitRegression
import TestSupport
import Testing
import Wire

@testable import Runner
@testable import Transcript

/// Files of strangers that are to become one table.
@Suite struct MergeTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let header = CoefficientColumns.header(hasRatios: false).joined(separator: ",")
    private static let rows = """
        (Intercept),1.5,0.5,3.0,0.01,0.5,2.5,hospital,0.1,NA
        age,-0.25,NA,NA,NA,NA,NA,hospital,-2e-05,NA

        """

    private func source(_ rows: String, header: String = header) throws -> CoefficientSource {
        try CoefficientSource(folder.write("coefficients.csv", "\(header)\n\(rows)"))
    }

    @Test func whatAJobWroteIsRead() throws {
        let own = try source(Self.rows)
        #expect(own.party == "hospital" && own.table.rowCount == 2)
        let peers = try CoefficientSource(
            folder.write("peer.csv", "\(Self.header)\nmarker=low,2.0,NA,NA,NA,-Inf,Inf,lab,2.0,NA\n"))
        let merged = try MergedCoefficients([peers, own])
        #expect(merged.parties == ["hospital", "lab"])
        let text = String(decoding: try merged.csv(terms: .job), as: UTF8.self)
        #expect(text == "\(Self.header)\n\(Self.rows)marker=low,2.0,NA,NA,NA,-Inf,Inf,lab,2.0,NA\n")
    }

    /// A proportional-hazards model of a party without features: whose table it is stands beside it.
    @Test func aPartyWithoutTerms() throws {
        #expect(failure { _ = try source("") }?.code == "notCoefficients")
        _ = try folder.write("metrics.json", #"{"session": "00", "party": "hospital", "job": "11"}"#)
        let own = try source("")
        #expect(own.party == "hospital" && own.table.rowCount == 0)
    }

    @Test(arguments: [
        ("1.5,", "NaN,", "estimate"), ("1.5,", "NA,", "estimate"), ("1.5,", "0x1p3,", "estimate"),
        ("0.5,3.0", "abc,3.0", "std.error"),
        ("0.5,3.0", "inf,3.0", "std.error"), ("0.5,3.0", ",3.0", "std.error"),
        ("hospital,0.1", "hospital,nan", "estimate.standardised"),
        ("hospital,0.1", "hospital,1e999", "estimate.standardised"),
    ])
    func numbersThatAreNone(_ old: String, _ new: String, _ column: String) throws {
        let text = Self.rows.replacing(old, with: new)
        try #require(text != Self.rows)
        let refused = failure { _ = try source(text) }
        #expect(refused?.code == "notNumeric" && refused?.status == .badData)
        #expect(
            refused?.message.contains("coefficients.csv, row 2, column \"\(column)\"") == true,
            "\(refused?.message ?? "")")
    }

    @Test func notesAreThoseThatAJobWrites() throws {
        let note = FittedTerm.Note.runsAway.rawValue
        let text = Self.rows.replacing("2e-05,NA", with: "2e-05,\(note)")
        try #require(text != Self.rows)
        #expect(try source(text).table.rowCount == 2)
        let refused = failure { _ = try source(text.replacing(note, with: "fine")) }
        #expect(refused?.code == "unknownNote" && refused?.status == .badData)
    }

    @Test(arguments: ["=1+1", "+x", "-x", "@x", "\"=HYPERLINK(\"\"u\"\")\"", "a\u{1B}[2J", "\"a\nb\"", "\"\""])
    func termsThatASpreadsheetWouldRun(_ term: String) throws {
        for text in [Self.rows.replacing("age", with: term), Self.rows.replacing("hospital", with: term)] {
            let refused = failure { _ = try source(text) }
            #expect(
                refused?.code == "unsafeText" && refused?.message.contains("coefficients.csv, row") == true, "\(text)")
        }
    }

    @Test func termsThatTheJobDoesNotHave() throws {
        try FileManager.default.createDirectory(atPath: folder.path("own"), withIntermediateDirectories: true)
        let job = try SmallJob.file()
        for (name, text) in [
            ("coefficients.csv", "\(Self.header)\n\(Self.rows)"), ("job.yaml", job.yaml),
            ("metrics.json", "{\"session\": \"00\", \"job\": \"\(job.hash)\"}"),
        ] {
            _ = try folder.write("own/\(name)", text)
        }
        let own = try CoefficientSource(folder.path("own"))
        func merged(_ terms: [String]) throws -> MergedCoefficients {
            let rows = terms.map { "\($0),2.0,NA,NA,NA,NA,NA,lab,2.0,NA\n" }.joined()
            return try MergedCoefficients([
                own, CoefficientSource(folder.write("peer.csv", "\(Self.header)\n\(rows)")),
            ])
        }
        #expect(try merged(["m1", "m2", "m3"]).count == 5)
        for terms in [["m1", "m2"], ["m1", "m2", "evil"], ["m1", "m2", "m3", "m4"]] {
            let refused = failure { _ = try merged(terms) }
            #expect(refused?.code == "otherTerms" && refused?.message.contains("peer.csv") == true, "\(terms)")
        }
    }

    @Test func otherTablesAreNamed() throws {
        let files = [
            try folder.write("a.csv", "term,party\nage,lab\n"),
            try folder.write(
                "b.csv",
                "\(Self.header)\n\(Self.rows.replacing("age,-0.25,NA,NA,NA,NA,NA,hospital", with: "age,1,NA,NA,NA,NA,NA,lab"))"
            ),
            try folder.write("c.csv", "\(Self.header)\n"),
        ]
        for file in files {
            let refused = failure { _ = try CoefficientSource(file) }
            #expect(refused?.code == "notCoefficients" && refused?.hint?.contains("results folders") == true, "\(file)")
        }
        #expect(failure { _ = try source(Self.rows.replacing("age", with: "(Intercept)")) }?.code == "termTwice")
        let missing = failure { _ = try CoefficientSource(folder.path("none")) }
        #expect(missing?.code == "fileNotFound" && missing?.hint?.contains("results folders") == true)
    }

    /// The list in the transcript knows what the session wrote.
    @Test func resultsThatWereChanged() throws {
        for name in ["r/transcript/private", "r/transcript/log"] {
            try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
        }
        let salt = Bytes32(hashing: [1])
        let csv = "\(Self.header)\n\(Self.rows)"
        let job = try SmallJob.file()
        let metrics = "{\"session\": \"00\", \"job\": \"\(job.hash)\"}"
        let files = [("coefficients.csv", csv), ("metrics.json", metrics), ("job.yaml", job.yaml)]
        for (name, text) in files { _ = try folder.write("r/\(name)", text) }
        let list = ResultList(files.map { (name: $0.0, bytes: Array($0.1.utf8)) }, salt: salt)
        _ = try folder.write("r/transcript/results.txt", list.text)
        try Data(salt.bytes).write(to: URL(fileURLWithPath: folder.path("r/transcript/private/salt-result")))
        #expect(try CoefficientSource(folder.path("r")).session == "00")
        for (name, text) in files {
            _ = try folder.write(
                "r/\(name)", name == "coefficients.csv" ? text.replacing("1.5", with: "1.25") : text + " ")
            let refused = failure { _ = try CoefficientSource(folder.path("r")) }
            #expect(refused?.code == "resultChanged" && refused?.message.contains("r/\(name) is not") == true)
            _ = try folder.write("r/\(name)", text)
        }
        _ = try folder.write("r/coefficients.csv", csv.replacing("1.5", with: "1.25"))
        #expect(failure { _ = try CoefficientSource(folder.path("r/coefficients.csv")) }?.code == "resultChanged")
        // Without the salt, as the peer has it, nothing can be told.
        try FileManager.default.removeItem(atPath: folder.path("r/transcript/private"))
        #expect(try CoefficientSource(folder.path("r")).party == "hospital")
    }
}

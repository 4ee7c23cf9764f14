import Foundation
import Jobs
import Records
import Site
import TestSupport
import Testing
import Transcript
import Wire

@testable import PrivateSetIntersection
@testable import Runner
@testable import SplitRegression

@Suite struct ResultTests {
    private let folder: TemporaryFolder
    private let file: JobFile
    private let table: Site.PartyTable

    init() throws {
        folder = try TemporaryFolder()
        file = try SmallJob.file()
        table = try SmallJob.table(file.job, in: folder)
    }

    private func rows(_ positions: [Int]) throws -> AlignedRows {
        try table.table.rows(at: positions, of: table.identifiers)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func identifiersStandInCommonOrder() throws {
        #expect(text(try IdentifierTable.csv(of: rows([2, 0]))) == "row,id\n1,P3\n2,P1\n")
        #expect(text(try IdentifierTable.csv(of: rows([]))) == "row,id\n")
    }

    /// The prediction is the family's: a probability here, the predictor itself in a linear model.
    @Test func scoresHaveTheFamilysResponse() throws {
        let logistic = text(try ScoreTable.csv([0, 2], of: rows([0, 1]), job: file.job))
        #expect(logistic.hasPrefix("id,linear.predictor,prediction\nP1,0.0,0.5\nP2,2.0,0.88079707797788"))
        let linear = try SmallJob.file(("logistic", "linear"))
        #expect(
            text(try ScoreTable.csv([1.5], of: rows([1]), heldOut: [true], job: linear.job))
                == "id,linear.predictor,prediction,held.out\nP2,1.5,1.5,TRUE\n")
    }

    private static let model = """
        {"formatVersion": 2, "job": "00", "party": "hospital", "peer": "lab", "jobYAML": "", "rows": 3,
         "model": {"formatVersion": 1, "family": "linear", "role": "active", "columns": [], "terms": ["age"],
                   "coefficients": [7], "scalings": [{"mean": 1, "sd": 2}]},
         "binding": {"session": "00", "salt": "\(String(repeating: "05", count: 32))", "own": "00", "peer": "00"}}
        """

    @Test func savedModelIsRead() throws {
        let model = try SavedModel.read(folder.write("model.json", Self.model))
        #expect(model.rows == 3 && model.model.coefficients == [7])
        let again = try folder.write("again.json", text(try ResultFiles.json(model)))
        #expect(try SavedModel.read(again).model == model.model)
    }

    @Test(arguments: [
        ("\"rows\": 3", "\"rows\": \"3\"", "invalidModel"), ("[7]", "[7, 8]", "invalidModel"),
        ("{\"formatVersion\": 2, \"job\"", "{\"formatVersion\": 1, \"job\"", "unsupportedVersion"),
        ("\"binding\"", "\"unbound\"", "invalidModel"),
    ])
    func otherModelsAreRefused(_ old: String, _ new: String, _ code: String) throws {
        let text = Self.model.replacing(old, with: new)
        try #require(text != Self.model)
        let path = try folder.write("model.json", text)
        let failure = failure { _ = try SavedModel.read(path) }
        #expect(failure?.status == .badData && failure?.code == code)
    }

    /// The commitment in the file is to the model in it, as it was read.
    @Test func changedModelIsNotTheOneCommittedTo() throws {
        let read = try SavedModel.read(folder.write("model.json", Self.model))
        #expect(failure { try read.demandBound() }?.code == "modelChanged")
        let own = try read.model.commitment(salt: [UInt8](repeating: 5, count: 32)).item.root.hex
        let bound = Self.model.replacing("\"own\": \"00\"", with: "\"own\": \"\(own)\"")
        try SavedModel.read(folder.write("bound.json", bound)).demandBound()
        for (old, new) in [("[7]", "[8]"), ("\"sd\": 2", "\"sd\": 2.0000000000000004"), ("\"age\"", "\"bmi\"")] {
            let text = bound.replacing(old, with: new)
            try #require(text != bound)
            let changed = try SavedModel.read(folder.write("changed.json", text))
            #expect(failure { try changed.demandBound() }?.code == "modelChanged", "\(new)")
        }
        let unsalted = bound.replacing("0505", with: "05")
        let file = try SavedModel.read(folder.write("unsalted.json", unsalted))
        #expect(failure { try file.demandBound() }?.code == "invalidModel")
    }

    @Test func modelScoresUnderItsOwnJobOnly() throws {
        let site = try NewSite(
            at: folder.path("hospital"), name: "hospital", listen: NetworkAddress(host: "127.0.0.1", port: 0))
        try site.create()
        let hospital = try SiteFolder(opening: site.path)
        func saved(_ file: JobFile, hash: String? = nil, party: String = "hospital") throws -> SavedModel {
            let yaml = String(decoding: try JSONEncoder().encode(file.yaml), as: UTF8.self)
            let text = Self.model.replacing("\"job\": \"00\"", with: "\"job\": \"\(hash ?? file.hash)\"")
                .replacing("\"jobYAML\": \"\"", with: "\"jobYAML\": \(yaml)")
                .replacing("\"party\": \"hospital\"", with: "\"party\": \"\(party)\"")
            return try SavedModel.read(folder.write("model.json", text))
        }
        #expect(try saved(file).scoringJob(at: hospital).hash == file.hash)
        let other = try saved(file, hash: String(repeating: "0", count: 64))
        #expect(failure { _ = try other.scoringJob(at: hospital) }?.code == "invalidModel")
        let stranger = try saved(file, party: "lab")
        #expect(failure { _ = try stranger.scoringJob(at: hospital) }?.code == "invalidModel")
        let closed = try saved(SmallJob.file(("[coefficients, scores]", "[coefficients]")))
        #expect(failure { _ = try closed.scoringJob(at: hospital) }?.code == "scoresNotOpened")
    }

    @Test("Sums that may be off are said to be, in the report that people read")
    func sumsThatMayBeOff() throws {
        func report(_ more: String) throws -> String {
            let text = """
                {"job": "00", "title": "A fit", "session": "00", "party": "hospital", "peers": ["lab"], "terms": [],
                 "alignment": {"aligned": 60, "ownIdentifiers": 80, "peerIdentifiers": {"lab": 70}, "identifiers": {
                    "rowsRead": 80, "rejected": {}, "firstRejectedLine": {}, "remarked": {}, "firstRemarkedLine": {},
                    "collapsedDuplicates": 0, "conflictingIdentifiers": 0, "conflictingRowsDropped": 0,
                    "incompleteRows": 0, "missingByColumn": {}, "usable": 80}},
                 "fit": {"family": "logistic", "n": 60, "parameters": 3, "l2": 0, "l1": 0, "passes": 4, "converged": true,
                    "keyBits": 2048\(more)},
                 "transfer": {"bytesSent": 1, "bytesReceived": 1, "seconds": 1}}
                """
            return try JSONDecoder().decode(JobReport.self, from: Data(text.utf8)).text
        }
        #expect(
            try report(", \"sumsMayBeOff\": \"too far\"").contains(
                "log-likelihood, and what follows from it, may be off: too far"))
        #expect(!(try report("")).contains("may be off"))
    }

    // MARK: The survival curve

    private static let curve = [
        SurvivalPoint(time: 365, atRisk: 150, events: 12, cumulativeHazard: 0.125, survival: 0.8824969025845955),
        SurvivalPoint(time: 730.5, atRisk: 90, events: 30, cumulativeHazard: 0.5, survival: 0.6065306597126334),
    ]

    private func finished(_ curve: [SurvivalPoint]?) throws -> FinishedJob {
        let inputs = JobInputs(
            file, for: FitProtocol(), own: file.job.active, peer: file.job.passive, table: table)
        let fit = """
            {"family": "cox", "n": 3, "parameters": 1, "l2": 0, "l1": 0, "passes": 4, "converged": true, "keyBits": 2048}
            """
        let saved = try SavedModel.read(folder.write("mock.json", Self.model))
        var outcome = TrainingOutcome(
            terms: [], summary: try JSONDecoder().decode(FitSummary.self, from: Data(fit.utf8)), model: saved.model,
            round: 0)
        outcome.curve = curve
        let rows = try rows([0, 1, 2])
        let result = JobWork.Result(
            intersection: Intersection(rowIndices: [0, 1, 2], ownCount: 3, peerCount: 4, role: .receiver), rows: rows,
            outcome: outcome,
            binding: saved.binding)
        return FinishedJob(FinishedSession(result, of: inputs, session: .zero))
    }

    @Test func theCurveIsAFileOfItsOwn() throws {
        let files = try ResultFiles(finished: finished(Self.curve)).all()
        let csv = try #require(files.first { $0.name == "survival.csv" })
        #expect(
            text(csv.bytes) == """
                time,n.risk,n.event,cumhaz,surv
                365.0,150,12,0.125,0.8824969025845955
                730.5,90,30,0.5,0.6065306597126334

                """)
        #expect(try ResultFiles(finished: finished(Self.curve)).results().contains { $0.name == "survival.csv" })
        let metrics = try #require(files.first { $0.name == "metrics.json" })
        #expect(try JSONDecoder().decode(JobReport.self, from: Data(metrics.bytes)).survival == Self.curve)
        for none in [nil, []] as [[SurvivalPoint]?] {
            #expect(try !ResultFiles(finished: finished(none)).all().contains { $0.name == "survival.csv" })
        }
    }

    @Test func theCurveStandsAtTheEndOfTheJob() throws {
        let words = try JobReport(finished(Self.curve)).text
        #expect(
            words.hasSuffix(
                """
                survival of a person with the mean of every column
                   time  at risk  events up to then  cumulative hazard  survival
                    365      150                 12             0.1250    0.8825
                  730.5       90                 30             0.5000    0.6065
                """), "\(words)")
        #expect(try !JobReport(finished(nil)).text.contains("survival of"))
    }

    @Test func numbersForPeople() {
        #expect(Number.short(1.50001, decimals: 2) == "1.5" && Number.short(nil) == "")
        #expect(Number.fixed(2, decimals: 3) == "2.000" && Number.fixed(.nan, decimals: 1) == "NA")
        #expect(["0.00123", "12.3", "1.0e9"] == [0.00123, 12.3, 1e9].map(Number.scientific))
        var table = TextTable(["term", "value"], sides: [.left, .right])
        table.add(["age", "7"])
        #expect(table.text(indent: 0) == "term  value\nage       7")
    }
}

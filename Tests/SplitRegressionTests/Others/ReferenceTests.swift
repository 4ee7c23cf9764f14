import Foundation
import Records
import TestSupport
import Testing

@testable import SplitRegression

/// The three-way split of a trial, whole, against the pooled fit of statsmodels. The tables are not among the examples: their folder
/// is named by `MOIETY_TABLES`.
@Suite(
    "Reference tables over three parties", .enabled(if: ProcessInfo.processInfo.environment["MOIETY_TABLES"] != nil),
    .serialized)
struct ReferenceTests {
    private struct Reference: Decodable {
        struct Term: Decodable { let name: String, coef: Double, se: Double }
        struct Fit: Decodable {
            let logLikelihood: Double?
            let coefficients: [Term]

            enum CodingKeys: String, CodingKey {
                case logLikelihood = "log_likelihood"
                case coefficients
            }
        }
        struct Logistic: Decodable {
            let raw: Fit
            let standardised: Fit

            enum CodingKeys: String, CodingKey {
                case raw = "mle_raw_scale"
                case standardised = "mle_standardised"
            }
        }
        let logistic: Logistic
    }

    private static var folder: URL {
        URL(filePath: ProcessInfo.processInfo.environment["MOIETY_TABLES"] ?? "").appending(path: "actg175")
    }

    private static func rows(_ name: String, _ common: [[UInt8]]) throws -> AlignedRows {
        let table = try Table.read(csv: folder.appending(path: "\(name).csv").path)
        let identifiers = try table.identifiers(IdentifierRule(column: "USUBJID", normaliser: .raw))
        let places = Dictionary(
            uniqueKeysWithValues: (0..<identifiers.count).map { (Array(identifiers[$0]), $0) })
        return try table.rows(at: common.map { places[$0]! }, of: identifiers)
    }

    @Test("Hospital, registry and laboratory", arguments: [[0, 1, 2], [0, 2, 1]])
    func threeWay(_ order: [Int]) async throws {
        let text = try String(contentsOf: Self.folder.appending(path: "intersection_ids.txt"), encoding: .utf8)
        let common = text.split(separator: "\n").map { Array($0.utf8) }
        let hospital = try Self.rows("hospital", common)
        let numeric = { (names: String) in names.split(separator: " ").map { ColumnSpec.numeric(String($0)) } }
        let all: [(rows: AlignedRows, columns: [ColumnSpec])] = [
            (hospital, numeric("age wtkg hemo homo drugs karnof race gender symptom")),
            (
                try Self.rows("registry", common),
                [
                    .categorical("arms", levels: ["ZDV", "ZDV+ddC", "ZDV+ddI", "ddI"], reference: "ZDV"),
                    .numeric("oprior"), .numeric("preanti"),
                    .categorical("strat", levels: ["1-naive", "2-le52wk", "3-gt52wk"], reference: "1-naive"),
                ]
            ),
            (try Self.rows("lab", common), numeric("cd40 cd80")),
        ]
        let label = try LabelColumn(hospital, .binary("cens")).values
        let fits = try await SeveralParties(order.map { all[$0] }, label: label).train(
            TrainingPlan(family: .logistic, keyBits: 768)
        ).map { try $0.get() }
        let reference = try JSONDecoder().decode(
            Reference.self, from: Data(contentsOf: Self.folder.appending(path: "reference.json"))
        ).logistic
        let raw = Dictionary(uniqueKeysWithValues: reference.raw.coefficients.map { ($0.name, $0) })
        let standardised = Dictionary(
            uniqueKeysWithValues: reference.standardised.coefficients.map { ($0.name, $0) })
        var found = 0
        for term in fits.flatMap(\.terms) where term.term != FittedTerm.intercept {
            let expected = try #require(raw[term.term], "\(term.term)")
            let wanted = try #require(standardised[term.term])
            #expect(abs(term.standardized - wanted.coef) < max(1e-4, 0x1p-12 * wanted.se), "\(term.term)")
            #expect(abs(term.standardError! / expected.se - 1) < 1e-3, "\(term.term)")
            found += 1
        }
        #expect(found == 18 && fits.allSatisfy { $0.summary.converged && $0.summary.n == 1649 })
        #expect(abs(fits[0].summary.logLikelihood! - reference.raw.logLikelihood!) < 1e-2)
    }
}

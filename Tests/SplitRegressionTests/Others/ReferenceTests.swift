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
        struct Hazards: Decodable {
            let coefficients: [Term]
            let logLikelihood: Double

            enum CodingKeys: String, CodingKey {
                case coefficients = "coefficients_raw_scale"
                case logLikelihood = "log_partial_likelihood"
            }
        }
        struct Cox: Decodable {
            let efron: Hazards
            let breslow: Hazards
        }
        let logistic: Logistic
        let cox: Cox
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

    private static func reference() throws -> Reference {
        try JSONDecoder().decode(Reference.self, from: Data(contentsOf: folder.appending(path: "reference.json")))
    }

    /// Hospital, registry and laboratory.
    private static func sites() throws -> [(rows: AlignedRows, columns: [ColumnSpec])] {
        let text = try String(contentsOf: Self.folder.appending(path: "intersection_ids.txt"), encoding: .utf8)
        let common = text.split(separator: "\n").map { Array($0.utf8) }
        let hospital = try Self.rows("hospital", common)
        let numeric = { (names: String) in names.split(separator: " ").map { ColumnSpec.numeric(String($0)) } }
        return [
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
    }

    @Test("Hospital, registry and laboratory", arguments: [[0, 1, 2], [0, 2, 1]])
    func threeWay(_ order: [Int]) async throws {
        let all = try Self.sites()
        let label = try LabelColumn(all[0].rows, .binary("cens")).values
        let fits = try await SeveralParties(order.map { all[$0] }, label: label).train(
            TrainingPlan(family: .logistic, keyBits: 768)
        ).map { try $0.get() }
        let reference = try Self.reference().logistic
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

    private static func survival() throws -> (times: SurvivalColumns, events: [Double]) {
        let hospital = try sites()[0].rows
        return (
            SurvivalColumns(time: try LabelColumn(hospital, .numeric("days")).values),
            try LabelColumn(hospital, .binary("cens")).values
        )
    }

    @Test(
        "Proportional hazards over three and four parties, without encryption", arguments: Ties.allCases,
        [[9, 7, 2], [4, 5, 7, 2]])
    func hazards(_ ties: Ties, _ counts: [Int]) async throws {
        let designs = try Self.sites().map { try DesignMatrix($0.rows, columns: $0.columns, fractionBits: 16) }
        let (columns, sds) = (designs.flatMap(\.columns), designs.flatMap(\.sds))
        let (survival, events) = try Self.survival()
        var data = SimulatedFitTests.Case(active: columns, passive: [], label: events)
        (data.survival, data.ties) = (survival, ties)
        let fit = try await SimulatedSeveral(data, counts: counts).fit(.cox)
        let cox = try Self.reference().cox
        let reference = ties == .efron ? cox.efron : cox.breslow
        let expected = Dictionary(uniqueKeysWithValues: reference.coefficients.map { ($0.name, $0) })
        #expect(fit.isConverged && fit.coefficients.count == 19)
        for (j, name) in designs.flatMap(\.terms).enumerated() {
            let wanted = try #require(expected[name], "\(name)")
            #expect(abs(fit.coefficients[j + 1] / sds[j] - wanted.coef) < 1e-3 * wanted.se, "\(name)")
            #expect(abs(fit.errors[j + 1] / sds[j] / wanted.se - 1) < 1e-3, "\(name)")
        }
        var own = data
        (own.active, own.passive) = (Array(columns.prefix(counts[0])), [])
        let start = try ActiveRows(
            label: events, columns: own.columns, family: .cox, risk: own.risk, penalty: 0, range: .infinity)
        let gain = try #require(fit.summary?.loss)
        #expect(abs(start.start.loss + gain + reference.logLikelihood) < 0.01)
    }

    @Test("Proportional hazards of hospital, registry and laboratory")
    func hazardsUnderEncryption() async throws {
        let (survival, events) = try Self.survival()
        var plan = TrainingPlan(family: .cox, keyBits: 768)
        plan.mostEvents = 450
        let fits = try await SeveralParties(try Self.sites(), label: events).train(plan, survival: survival)
            .map { try $0.get() }
        let reference = try Self.reference().cox.efron
        let expected = Dictionary(uniqueKeysWithValues: reference.coefficients.map { ($0.name, $0) })
        let terms = fits.flatMap(\.terms)
        for term in terms {
            let wanted = try #require(expected[term.term], "\(term.term)")
            #expect(abs(term.estimate - wanted.coef) < 1e-3 * wanted.se, "\(term.term)")
            #expect(abs(term.standardError! / wanted.se - 1) < 1e-3, "\(term.term)")
        }
        #expect(terms.count == 18 && fits.allSatisfy { $0.summary.converged && $0.summary.n == 1649 })
        #expect(abs(fits[0].summary.logLikelihood! - reference.logLikelihood) < 0.01)
    }
}

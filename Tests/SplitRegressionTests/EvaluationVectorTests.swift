import Foundation
import TestSupport
import Testing

@testable import SplitRegression

/// Known answers by a program that shares no code with this package and compares all pairs (`protocols/vectors/evaluation.py`).
@Suite("Vectors of evaluations") struct EvaluationVectorTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        struct Expected: Decodable, Sendable {
            struct Calibrated: Decodable, Sendable {
                let inTheLarge, intercept, slope: Estimate?
                let withheld: Bool?
            }
            let n: Int
            let events: Int?
            let observed, predicted: Double?
            let auc, aucStandardError, aucLow, aucHigh, ks, logLoss, brier, accuracy, r2, rmse, mae, deviance: Double?
            let calibration: Calibrated
            let deciles: [ScoreGroup]
        }

        let name, family: String
        let theta: Double?
        let score, label: [Double]
        let expected: Expected

        var testDescription: String { name }

        var metrics: ScoreMetrics {
            get throws {
                let families: [String: ResponseFamily] = [
                    "linear": .linear, "logistic": .logistic, "probit": .probit, "poisson": .poisson, "gamma": .gamma,
                    "negativeBinomial": .negativeBinomial(theta: theta ?? 0),
                ]
                return ScoreMetrics(score, label: label, family: try #require(families[family]))
            }
        }
    }

    private struct Vectors: Decodable { let cases: [Case] }

    static let cases = (try? Repository.vectors("evaluation", as: Vectors.self))?.cases ?? []

    @Test("All cases are there")
    func complete() throws {
        let cases = try Repository.vectors("evaluation", as: Vectors.self).cases
        #expect(cases.count >= 25)
        #expect(Set(cases.map(\.family)).count == 6)
    }

    @Test("Every number is the independent program's", arguments: cases)
    func agrees(_ vector: Case) throws {
        let (found, expected) = (try vector.metrics, vector.expected)
        #expect(found.n == expected.n && found.events == expected.events)
        let numbers: [(String, Double?, Double?)] = [
            ("observed", found.observed, expected.observed), ("predicted", found.predicted, expected.predicted),
            ("auc", found.auc, expected.auc), ("auc error", found.aucStandardError, expected.aucStandardError),
            ("auc low", found.aucLow, expected.aucLow), ("auc high", found.aucHigh, expected.aucHigh),
            ("ks", found.ks, expected.ks), ("log-loss", found.logLoss, expected.logLoss),
            ("brier", found.brier, expected.brier), ("accuracy", found.accuracy, expected.accuracy),
            ("r2", found.r2, expected.r2), ("rmse", found.rmse, expected.rmse), ("mae", found.mae, expected.mae),
            ("deviance", found.deviance, expected.deviance),
        ]
        for (name, found, expected) in numbers { Self.expect(found, expected, 1e-11, name) }
        let calibration = try #require(found.calibration)
        #expect((calibration.withheld != nil) == (expected.calibration.withheld ?? false))
        let estimates: [(String, Estimate?, Estimate?)] = [
            ("in the large", calibration.inTheLarge, expected.calibration.inTheLarge),
            ("intercept", calibration.intercept, expected.calibration.intercept),
            ("slope", calibration.slope, expected.calibration.slope),
        ]
        for (name, found, expected) in estimates {
            // The other program minimises by differences.
            Self.expect(found?.estimate, expected?.estimate, 1e-6, name)
            Self.expect(found?.standardError, expected?.standardError, 1e-6, "\(name), error")
            Self.expect(found?.confLow, expected?.confLow, 1e-6, "\(name), low")
            Self.expect(found?.confHigh, expected?.confHigh, 1e-6, "\(name), high")
        }
        let deciles = try #require(found.deciles)
        #expect(deciles.map(\.group) == expected.deciles.map(\.group))
        #expect(deciles.map(\.n) == expected.deciles.map(\.n))
        for (found, expected) in zip(deciles, expected.deciles) {
            Self.expect(found.predicted, expected.predicted, 1e-11, "group \(found.group), predicted")
            Self.expect(found.observed, expected.observed, 1e-11, "group \(found.group), observed")
            Self.expect(found.lowest, expected.lowest, 1e-11, "group \(found.group), lowest")
            Self.expect(found.highest, expected.highest, 1e-11, "group \(found.group), highest")
        }
    }

    @Test("The order of rows does not matter", arguments: cases.filter { (7...600).contains($0.score.count) })
    func turned(_ vector: Case) throws {
        let turn = vector.score.count / 3
        let family = try vector.metrics
        func turned(_ values: [Double]) -> [Double] { Array(values[turn...] + values[..<turn]).reversed() }
        let other = Case(
            name: vector.name, family: vector.family, theta: vector.theta, score: turned(vector.score),
            label: turned(vector.label), expected: vector.expected)
        let found = try other.metrics
        Self.expect(found.auc, family.auc, 1e-13, "auc")
        Self.expect(found.aucStandardError, family.aucStandardError, 1e-12, "error")
        #expect(found.deciles?.map(\.n) == family.deciles?.map(\.n))
        Self.expect(found.calibration?.slope?.estimate, family.calibration?.slope?.estimate, 1e-9, "slope")
    }

    private static func expect(_ found: Double?, _ expected: Double?, _ tolerance: Double, _ name: String) {
        guard let found, let expected else {
            #expect(
                found == nil && expected == nil,
                "\(name): \(String(describing: found)), \(String(describing: expected))")
            return
        }
        #expect(abs(found - expected) <= tolerance * max(1, abs(expected)), "\(name): \(found) instead of \(expected)")
    }
}

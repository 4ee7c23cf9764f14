import Bignum
import Foundation
import Paillier
import Records
import TestSupport
import Testing

@testable import SplitRegression

/// `protocols/vectors/training.json`, computed elsewhere from the text of training.md.
struct TrainingVectors: Codable {
    struct Series: Codable {
        let kind: String
        let center: Double
        let radius: Double
        let terms: Int
        let label: Double
        let coefficients: [Double]
    }

    struct Terms: Codable {
        let kind: String
        let radius: Double
        let bound: Double
        let terms: Int
    }

    struct Layout: Codable {
        let kind: String
        let terms: Int
        let modulusBits: Int
        let slotBits: Int
        let rowsPerGroup: Int
    }

    struct Group: Codable {
        struct Row: Codable {
            let predictorA: Double
            let predictorB: Double
            let label: Double
            let plaintexts: [String]
            let polynomials: [UInt64]
            let ownerCorrection: String
            let evaluatorCorrection: String
            let ownerShare: String
            let evaluatorShare: String
            let value: Double
        }

        let kind: String
        let radius: Double
        let terms: Int
        let modulusBits: Int
        let slotBits: Int
        let rowsPerGroup: Int
        let modulus: String
        let mask: String
        let groupPlaintext: String
        let opened: String
        let rows: [Row]
    }

    struct Linear: Codable {
        struct Term: Codable {
            let term: String
            let estimate: Double
            let standardError: Double
            let statistic: Double
            let pValue: Double
            let confLow: Double
            let confHigh: Double
        }

        let active: [String: [Double]]
        let passive: [String: [Double]]
        let label: [Double]
        let terms: [Term]
        let r2: Double
        let sigma: Double
        let fStatistic: Double
        let fPValue: Double
        let residualDegreesOfFreedom: Int
    }

    let format: Int
    let chebyshev: [Series]
    let requiredTerms: [Terms]
    let layouts: [Layout]
    let groups: [Group]
    let linear: Linear

    static func read() throws -> TrainingVectors {
        try Repository.vectors("training")
    }

    static func kind(_ name: String) throws -> SeparatedKind {
        try #require(SeparatedKind.allCases.first { "\($0)" == name })
    }
}

@Suite("Training vectors")
struct TrainingVectorTests {
    private let vectors: TrainingVectors

    init() throws {
        vectors = try TrainingVectors.read()
        #expect(vectors.format == 1)
    }

    @Test("Chebyshev coefficients")
    func chebyshev() throws {
        for series in vectors.chebyshev {
            let kind = try TrainingVectors.kind(series.kind)
            let found = ChebyshevExpansion(terms: series.terms).coefficients(
                center: series.center, radius: series.radius
            ) { kind.value($0, label: series.label) }
            #expect(found.count == series.coefficients.count)
            for (found, expected) in zip(found, series.coefficients) { #expect(abs(found - expected) < 1e-13) }
        }
    }

    @Test("Required terms")
    func requiredTerms() throws {
        for vector in vectors.requiredTerms {
            let terms = try ChebyshevExpansion.requiredTerms(
                kind: try TrainingVectors.kind(vector.kind), radius: vector.radius, bound: vector.bound)
            #expect(terms == vector.terms, "\(vector.kind), R = \(vector.radius), \(vector.bound)")
        }
    }

    @Test("Layouts")
    func layouts() throws {
        for vector in vectors.layouts {
            let kind = try TrainingVectors.kind(vector.kind)
            guard vector.rowsPerGroup > 0 else {
                #expect(throws: TrainingError.keyTooSmall(bits: vector.modulusBits)) {
                    try SeparationLayout(kind: kind, radius: 1, terms: vector.terms, modulusBits: vector.modulusBits)
                }
                continue
            }
            let layout = try SeparationLayout(
                kind: kind, radius: 1, terms: vector.terms, modulusBits: vector.modulusBits)
            #expect(layout.slotBits == vector.slotBits && layout.rowsPerGroup == vector.rowsPerGroup)
        }
    }

    @Test("A group of rows: packed coefficients, the polynomial product, both shares")
    func groups() throws {
        var generator = SplitMix(1)
        for vector in vectors.groups {
            let layout = try SeparationLayout(
                kind: try TrainingVectors.kind(vector.kind), radius: vector.radius, terms: vector.terms,
                modulusBits: vector.modulusBits)
            #expect(layout.slotBits == vector.slotBits && layout.rowsPerGroup == vector.rowsPerGroup)
            // Any key serves: preparing and splitting do not use it.
            let key = try SmallKeys.key(bits: 512)
            let owner = SeparatedOwner(layout: layout, key: key)
            let computer = SeparatedEvaluator(
                layout: layout, evaluator: Evaluator(publicKey: key.publicKey, using: &generator))
            let ours = try owner.prepare(
                predictor: vector.rows.map(\.predictorA), label: vector.rows.map(\.label))
            let theirs = computer.prepare(predictor: vector.rows.map(\.predictorB))
            var product: BigInt = 0
            for (s, row) in vector.rows.enumerated() {
                let plaintexts = try row.plaintexts.map { try #require(BigInt($0, radix: 16)) }
                let polynomials = Array(theirs.polynomials[s * layout.terms..<(s + 1) * layout.terms])
                #expect(polynomials == row.polynomials)
                for (t, plaintext) in plaintexts.enumerated() {
                    #expect(ours.plaintexts[s * layout.ciphertextsPerRow + t] == plaintext)
                    let scalar =
                        BigInt(polynomials[2 * t + 1]) + (BigInt(polynomials[2 * t]) << layout.slotBits)
                    product = product + plaintext * scalar
                }
                #expect(ours.corrections[s] == Int128(row.ownerCorrection))
                #expect(theirs.corrections[s] == Int128(row.evaluatorCorrection))
            }
            #expect(product == BigInt(vector.groupPlaintext, radix: 16))
            let opened = try LimbVector(
                [try #require(BigInt(vector.opened, radix: 16))], bits: vector.modulusBits)
            let masks = try LimbVector([try #require(BigInt(vector.mask, radix: 16))], bits: vector.modulusBits)
            let active = owner.shares(ofOpened: opened, corrections: ours.corrections)
            let passive = computer.shares(ofMasks: masks, prepared: theirs)
            #expect(active == vector.rows.map { Int128($0.ownerShare)! })
            #expect(passive == vector.rows.map { Int128($0.evaluatorShare)! })
            for (s, row) in vector.rows.enumerated() {
                #expect(abs(Double(active[s] + passive[s]) * 0x1p-44 - row.value) < 1e-5)
            }
        }
    }

    @Test("Linear regression, start to end")
    func linear() async throws {
        let vector = vectors.linear
        let table = MadeTable(active: vector.active, passive: vector.passive, label: vector.label)
        let (active, passive) = try await table.train(TrainingPlan(family: .linear, keyBits: 512)).get()
        let found = active.terms + passive.terms
        #expect(found.map(\.term) == vector.terms.map(\.term))
        func near(_ found: Double?, _ expected: Double, _ tolerance: Double) -> Bool {
            found.map { abs($0 - expected) <= tolerance } ?? false
        }
        for (found, expected) in zip(found, vector.terms) {
            let error = expected.standardError
            #expect(near(found.estimate, expected.estimate, 1e-3 * error), "\(expected.term)")
            #expect(near(found.standardError, error, 1e-3 * error), "\(expected.term)")
            #expect(near(found.statistic, expected.statistic, 2e-3 * max(1, abs(expected.statistic))))
            #expect(near(found.pValue, expected.pValue, 1e-3))
            #expect(near(found.confLow, expected.confLow, 4e-3 * error))
            #expect(near(found.confHigh, expected.confHigh, 4e-3 * error))
        }
        #expect(near(active.summary.r2, vector.r2, 1e-5))
        #expect(near(active.summary.sigma, vector.sigma, 1e-3 * vector.sigma))
        #expect(near(active.summary.fStatistic, vector.fStatistic, 1e-3 * vector.fStatistic))
        #expect(near(active.summary.fPValue, vector.fPValue, 1e-3))
        #expect(active.summary.residualDegreesOfFreedom == vector.residualDegreesOfFreedom)
    }
}

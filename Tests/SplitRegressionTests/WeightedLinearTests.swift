import TestSupport
import Testing

@testable import SplitRegression

/// Case weights of linear fits (training.md 5.6), whole fits in shares without encryption, against the pooled weighted fit.
@Suite("Linear fits with case weights, simulated") struct WeightedLinearTests {
    typealias Case = SimulatedFitTests.Case

    private static func data(_ weight: (inout SplitMix) -> Double) -> Case {
        var data = SimulatedFitTests.data(.linear)
        var random = SplitMix(17)
        data.weight = data.label.map { _ in weight(&random) }
        return data
    }

    private static func check(
        _ data: Case, penalty: Double = 0, within bound: Double = 0x1p-12, errors: Double = 1e-3,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let fit = try await SimulatedFitTests.fit(data, .linear, penalty: penalty)
        let pooled = try SimulatedFitTests.pooled(data, .linear, penalty: penalty)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)", sourceLocation: sourceLocation)
            return
        }
        // The pooled loss is half the weighted squares.
        let sum = try #require(summary.residualSum)
        #expect(abs(sum / (2 * pooled.loss) - 1) < 1e-4, "\(sum)", sourceLocation: sourceLocation)
        let sigma = (sum / Double(data.label.count - fit.coefficients.count)).squareRoot()
        for j in fit.coefficients.indices {
            let off = abs(fit.coefficients[j] - pooled.coefficients[j])
            #expect(off < bound * sigma * pooled.errors[j] + 1e-7, "\(j): \(off)", sourceLocation: sourceLocation)
            guard penalty == 0 else { continue }
            #expect(abs(fit.errors[j] / pooled.errors[j] - 1) < errors, "\(j)", sourceLocation: sourceLocation)
        }
    }

    @Test("Inverse variances, propensity weights, one row in ten that counts")
    func usual() async throws {
        try await Self.check(Self.data { $0.uniform(0.25...6) })
        try await Self.check(Self.data { 1 / $0.uniform(0.02...0.98) })
        try await Self.check(Self.data { $0.uniform() < 0.1 ? 1 : 0.001 }, within: 0x1p-10)
        try await Self.check(Self.data { $0.uniform(0.25...6) }, penalty: 0.1, within: 0x1p-10)
    }

    @Test("Weights on any scale: coefficients do not depend on it", arguments: [0.001, 0.02, 300, 100_000])
    func scales(_ scale: Double) async throws {
        try await Self.check(Self.data { scale * $0.uniform(1...9) })
    }

    @Test("Whole numbers count rows")
    func repeated() async throws {
        var data = Self.data { Double(Int($0.uniform(1...5))) }
        let weighted = try await SimulatedFitTests.fit(data, .linear)
        let places = data.label.indices.flatMap { Array(repeating: $0, count: Int(data.weight?[$0] ?? 1)) }
        data.active = data.active.map { column in places.map { column[$0] } }
        data.passive = data.passive.map { column in places.map { column[$0] } }
        data.label = places.map { data.label[$0] }
        data.weight = nil
        let pooled = try SimulatedFitTests.pooled(data, .linear)
        for (found, expected) in zip(weighted.coefficients, pooled.coefficients) {
            #expect(abs(found - expected) < 1e-5)
        }
    }

    @Test("A fit that explains nearly all of its label", arguments: [1e-2, 1e-3, 1e-4])
    func nearlyExact(_ noise: Double) async throws {
        var data = Self.data { $0.uniform(0.25...6) }
        var random = SplitMix(5)
        for row in data.label.indices {
            data.label[row] = 0.4 * data.active[0][row] - 0.3 * data.passive[1][row] + noise * random.uniform(-1...1)
        }
        try await Self.check(data, within: noise < 1e-3 ? 0x1p-9 : 0x1p-11)
    }

    @Test("Columns that nearly follow from each other under the weights")
    func nearlyCollinear() async throws {
        var data = Self.data { $0.uniform(0.25...6) }
        var random = SplitMix(6)
        data.passive[0] = Case.standardised(data.active[0].map { $0 + 0.02 * random.uniform(-1...1) })
        try await Self.check(data, within: 0x1p-11)
    }

    @Test("Rows that are not weighted the same give other numbers: the weights are used")
    func weightsMatter() async throws {
        let data = Self.data { $0.uniform() < 0.5 ? 0.1 : 5 }
        var plain = data
        plain.weight = nil
        let (weighted, unweighted) = (
            try await SimulatedFitTests.fit(data, .linear), try await SimulatedFitTests.fit(plain, .linear)
        )
        #expect(zip(weighted.coefficients, unweighted.coefficients).contains { abs($0 - $1) > 0.01 })
    }
}

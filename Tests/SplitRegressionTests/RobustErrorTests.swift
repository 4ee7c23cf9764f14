import TestSupport
import Testing

@testable import SplitRegression

/// Sandwich estimates (training.md 5.3), whole fits in shares without encryption, against sums over the pooled rows.
@Suite("Robust standard errors, simulated") struct RobustErrorTests {
    typealias Case = SimulatedFitTests.Case

    /// `V (sum_i v_i^2 d_i^2 x_i x_i^T) V` at the pooled fit, HC0.
    static func pooled(_ data: Case, _ family: ResponseFamily) throws -> [Double] {
        let rows = try ActiveRows(
            label: data.label, offset: data.offset, weight: data.weight, columns: data.columns, family: family,
            penalty: 0, range: .infinity)
        let predictor = rows.start.predictor
        let bread = try CholeskyFactor(
            SymmetricMatrix.gram(
                data.columns, weights: zip(predictor, rows.weight).map { family.weight($0) * $1 }), tolerance: 1e-14
        ).inverse()
        let squares = predictor.indices.map { row in
            let score = rows.weight[row] * family.residual(predictor[row], label: data.label[row])
            return score * score
        }
        let meat = SymmetricMatrix.gram(data.columns, weights: squares)
        return (0..<bread.order).map { j in
            var sum = 0.0
            for a in 0..<bread.order { for b in 0..<bread.order { sum += bread[j, a] * meat[a, b] * bread[b, j] } }
            return sum.squareRoot()
        }
    }

    static func check(
        _ data: Case, _ family: ResponseFamily, within bound: Double = 5e-4,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let fit = try await SimulatedFitTests.fit(data, family, isRobust: true)
        let expected = try pooled(data, family)
        for (found, wanted) in zip(fit.errors, expected) {
            #expect(abs(found - wanted) < bound * wanted, "\(found) \(wanted)", sourceLocation: sourceLocation)
        }
        #expect(fit.errors.count == expected.count, sourceLocation: sourceLocation)
    }

    static let families: [ResponseFamily] = [
        .linear, .logistic, .probit, .poisson, .gamma, .negativeBinomial(theta: 2),
    ]

    @Test("Every family", arguments: families)
    func everyFamily(_ family: ResponseFamily) async throws {
        let data = SimulatedFitTests.data(family)
        try await Self.check(data, family)
        // They are not the classical ones.
        let classical = try SimulatedFitTests.pooled(data, family)
        let robust = try Self.pooled(data, family)
        #expect(zip(classical.errors, robust).contains { abs($0 - $1) > 0.01 * $1 })
    }

    @Test("Residuals that spread with a column: the case they are for")
    func spreading() async throws {
        var data = SimulatedFitTests.data(.linear)
        var random = SplitMix(4)
        for row in data.label.indices {
            data.label[row] += random.uniform(-3...3) * data.passive[0][row] * data.passive[0][row]
        }
        let (mean, n) = (data.label.reduce(0, +) / Double(data.label.count), Double(data.label.count))
        let sd = (data.label.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot()
        data.label = data.label.map { ($0 - mean) / sd }
        try await Self.check(data, .linear)
    }

    @Test("A linear fit that explains nearly all of its label", arguments: [1e-2, 1e-4, 2e-5])
    func nearlyExact(_ noise: Double) async throws {
        var data = SimulatedFitTests.data(.linear)
        var random = SplitMix(5)
        for row in data.label.indices {
            data.label[row] = 0.4 * data.active[0][row] - 0.3 * data.passive[1][row] + noise * random.uniform(-1...1)
        }
        try await Self.check(data, .linear, within: 1e-3)
    }

    @Test("Opened sums that are zero, less, or no number have no scale", arguments: [0, -0x1p-70, -5, .nan, 0x1p-35])
    func noScale(_ spread: Double) {
        #expect(TrainingFacts.meatScale(spread: spread) == nil)
    }

    @Test("Residuals without digits have no robust errors, and it is said")
    func exact() async throws {
        var data = SimulatedFitTests.data(.linear)
        data.label = zip(data.active[0], data.passive[1]).map { 0.5 * $0 - 0.25 * $1 }
        let fit = try await SimulatedFitTests.fit(data, .linear, isRobust: true)
        #expect(fit.errors.isEmpty)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        #expect(summary.withholdsStandardErrors)
    }

    @Test(
        "Case weights and offsets enter a row's score", arguments: [ResponseFamily.linear, .logistic, .poisson, .gamma])
    func besideTheLabel(_ family: ResponseFamily) async throws {
        var data = SimulatedFitTests.data(family)
        var random = SplitMix(6)
        data.weight = data.label.map { _ in Double(Int(random.uniform(1...5))) }
        if family != .linear { data.offset = data.label.map { _ in random.uniform(-0.5...0.5) } }
        try await Self.check(data, family)
    }
}

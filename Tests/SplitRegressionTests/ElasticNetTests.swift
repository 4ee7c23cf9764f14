import TestSupport
import Testing

@testable import SplitRegression

/// Elastic nets (training.md 5.10) against the minimum on the pooled rows, found by other means.
@Suite("Elastic net") struct ElasticNetTests {
    typealias Case = SimulatedFitTests.Case

    /// Half of the columns have no effect.
    static func data(rows: Int = 400) -> Case {
        var data = Case(rows: rows, active: 4, passive: 5, seed: 21) { _, _ in 0 }
        var random = SplitMix(22)
        let noise = (0..<rows).map { _ in random.uniform(-1...1) + random.uniform(-1...1) }
        var label = noise
        for (column, effect) in [(data.active[0], 0.6), (data.passive[1], -0.4), (data.passive[3], 0.1)] {
            for row in 0..<rows { label[row] += effect * column[row] }
        }
        data.label = Case.standardised(label)
        return data
    }

    /// By proximal gradient steps on the rows themselves: no correlations, no coordinates.
    static func pooled(_ data: Case, l1: Double, l2: Double) -> [Double] {
        let columns = data.columns
        let n = Double(data.label.count)
        var b = Array(repeating: 0.0, count: columns.count)
        var ahead = b
        var momentum = 1.0
        let length = 1 / (Double(columns.count) + l2)
        for _ in 0..<20_000 {
            let z = linearPredictor(columns: columns, coefficients: ahead)
            let residual = zip(z, data.label).map { $0 - $1 }
            var next = ahead
            for j in columns.indices {
                let slope = dot(columns[j], residual) / n + (j > 0 ? l2 * ahead[j] : 0)
                let moved = ahead[j] - length * slope
                let cut = j > 0 ? l1 * length : 0
                next[j] = abs(moved) <= cut ? 0 : moved > 0 ? moved - cut : moved + cut
            }
            let following = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
            ahead = zip(next, b).map { $0 + (momentum - 1) / following * ($0 - $1) }
            (b, momentum) = (next, following)
        }
        return b
    }

    @Test(
        "In shares as on the pooled rows, zeros among them",
        arguments: [(0.3, 0.0), (0.05, 0.0), (0.05, 0.1), (0.002, 0.0), (5.0, 0.0)])
    func inShares(_ l1: Double, _ l2: Double) async throws {
        let data = Self.data()
        let fit = try await SimulatedFitTests.fit(data, .linear, penalty: l2, l1: l1)
        let expected = Self.pooled(data, l1: l1, l2: l2)
        for (found, wanted) in zip(fit.coefficients, expected).dropFirst() {
            #expect(abs(found - wanted) < 1e-7 && (found == 0) == (wanted == 0), "\(found) \(wanted)")
        }
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        let z = linearPredictor(columns: data.columns, coefficients: expected)
        let squares = zip(z, data.label).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        #expect(abs((summary.residualSum ?? 0) / squares - 1) < 1e-4)
        #expect(fit.errors.isEmpty)
    }

    @Test("Columns that are collinear across the parties are shared out, not refused")
    func collinear() async throws {
        var data = Self.data()
        data.passive[0] = data.active[0]
        let fit = try await SimulatedFitTests.fit(data, .linear, l1: 0.05)
        guard case .fitted = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        var one = data
        one.passive.remove(at: 0)
        let expected = Self.pooled(one, l1: 0.05, l2: 0)
        #expect(abs(fit.coefficients[1] + fit.coefficients[5] - expected[1]) < 1e-4)
    }

    @Test("The path starts at zero, and has the fit under each of its penalties")
    func path() throws {
        let data = Self.data()
        let columns = data.active + data.passive
        let n = Double(data.label.count)
        let net = ElasticNet(
            correlations: SymmetricMatrix.gram(columns).scaled(by: 1 / n),
            products: columns.map { dot($0, data.label) / n }, l2: 0.01)
        let path = net.path(points: 20)
        #expect(path.count == 20 && path[0].coefficients.allSatisfy { $0 == 0 })
        #expect(abs(path[19].l1 / path[0].l1 - 1e-3) < 1e-12)
        for point in [path[5], path[15]] {
            let expected = Self.pooled(data, l1: point.l1, l2: 0.01).dropFirst()
            for (found, wanted) in zip(point.coefficients, expected) { #expect(abs(found - wanted) < 1e-8) }
        }
        let counts = path.map { point in point.coefficients.count { $0 != 0 } }
        #expect(counts[19] == 9 && counts[1] >= 1)
    }
}

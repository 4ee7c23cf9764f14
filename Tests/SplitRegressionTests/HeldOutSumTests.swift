import Records
import TestSupport
import Testing

@testable import SplitRegression

/// Sums over rows that were kept aside (training.md 5.9), in shares without encryption, against the rows themselves.
@Suite("Sums of held-out rows, simulated") struct HeldOutSumTests {
    typealias Case = SimulatedFitTests.Case

    /// The first rows to fit, the others kept aside.
    static func split(_ data: Case, at count: Int) -> (fitted: Case, kept: Case) {
        func part(_ rows: Range<Int>) -> Case {
            var result = data
            result.active = data.active.map { Array($0[rows]) }
            result.passive = data.passive.map { Array($0[rows]) }
            result.label = Array(data.label[rows])
            result.offset = data.offset.map { Array($0[rows]) }
            return result
        }
        return (part(0..<count), part(count..<data.label.count))
    }

    @Test("Every family", arguments: RobustErrorTests.families, [false, true])
    func everyFamily(_ family: ResponseFamily, _ hasOffset: Bool) async throws {
        var data = SimulatedFitTests.data(family)
        if hasOffset, family != .linear {
            var random = SplitMix(8)
            data.offset = data.label.map { _ in random.uniform(-0.5...0.5) }
        }
        let (fitted, kept) = Self.split(data, at: 320)
        let fit = try await SimulatedFitTests.fit(fitted, family, heldOut: kept)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        let z = linearPredictor(columns: kept.columns, coefficients: fit.coefficients)
        let expected = z.indices.reduce(0.0) { sum, row in
            if family == .linear { return sum + (z[row] - kept.label[row]) * (z[row] - kept.label[row]) }
            return sum + family.loss(z[row] + (kept.offset?[row] ?? 0), label: kept.label[row])
        }
        let found = try #require(summary.heldOutLoss)
        #expect(abs(found - expected) < 2e-4 * abs(expected) + 0.01, "\(found) \(expected)")
    }

    @Test("The attack on a sum of one row: its loss is its predictor, to whoever knows the label")
    func oneRow() async throws {
        let (fitted, rest) = Self.split(SimulatedFitTests.data(.logistic), at: 399)
        let fit = try await SimulatedFitTests.fit(fitted, .logistic, heldOut: rest)
        guard case .fitted(let summary) = fit.end, let loss = summary.heldOutLoss else {
            Issue.record("\(fit.end)")
            return
        }
        // ln(1 + exp(-z)) of a label of 1, mirrored for 0.
        let size = -ElementaryFunctions.log(ElementaryFunctions.exp(loss) - 1)
        let found = rest.label[0] == 1 ? size : -size
        let z = linearPredictor(columns: rest.columns, coefficients: fit.coefficients)[0]
        #expect(abs(found - z) < 0.02)
        // Under the job's smallest cell there is nothing to invert.
        let ours = try await SimulatedFitTests.fit(fitted, .logistic)
        guard case .fitted(let closed) = ours.end else { return }
        #expect(closed.heldOutLoss == nil)
    }

    @Test("A sum over few rows tells about each of them: none is opened below the job's cell, nor beside scores")
    func fewRows() {
        let bounds = Announcement(scaleBits: 0, weightBits: -2, rowBits: 1, periodBits: 5)
        var plan = TrainingPlan(family: .logistic, keyBits: 2048)
        plan.minimumHeldOut = 11
        #expect(plan.facts(rows: 100, heldOut: 11, bounds).heldOutRows == 11)
        #expect(plan.facts(rows: 100, heldOut: 10, bounds).heldOutRows == 0)
        plan.minimumHeldOut = 0
        #expect(plan.facts(rows: 100, heldOut: 0, bounds).heldOutRows == 0)
        plan.revealScores = true
        #expect(plan.facts(rows: 100, heldOut: 50, bounds).heldOutRows == 0)
        (plan.revealScores, plan.revealFit) = (false, false)
        #expect(plan.facts(rows: 100, heldOut: 50, bounds).heldOutRows == 0)
    }

    @Test("The squared error of a probability")
    func brier() async throws {
        for family in [ResponseFamily.logistic, .probit] {
            let (fitted, kept) = Self.split(SimulatedFitTests.data(family), at: 300)
            let fit = try await SimulatedFitTests.fit(fitted, family, opensBrier: true, heldOut: kept)
            guard case .fitted(let summary) = fit.end else {
                Issue.record("\(fit.end)")
                return
            }
            let z = linearPredictor(columns: kept.columns, coefficients: fit.coefficients)
            let expected = zip(z, kept.label).reduce(0.0) { $0 + pow2(family.response($1.0) - $1.1) }
            let found = try #require(summary.heldOutBrier)
            #expect(abs(found - expected) < 0.01, "\(found) \(expected)")
        }
    }

    private func pow2(_ x: Double) -> Double { x * x }

    @Test("A row far beyond the others asks for a longer period, or leaves no sum", arguments: [25.0, 1e4, 1e200])
    func farRow(_ value: Double) async throws {
        let (fitted, rest) = Self.split(SimulatedFitTests.data(.logistic), at: 320)
        var kept = rest
        kept.passive[0][3] = value
        let fit = try await SimulatedFitTests.fit(fitted, .logistic, heldOut: kept)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        guard value < 1000 else {
            #expect(summary.heldOutLoss == nil)
            // Nothing of the fit is lost.
            #expect(fit.errors.count == 6)
            return
        }
        let z = linearPredictor(columns: kept.columns, coefficients: fit.coefficients)
        let expected = zip(z, kept.label).reduce(0.0) { $0 + ResponseFamily.logistic.loss($1.0, label: $1.1) }
        #expect(abs(try #require(summary.heldOutLoss) - expected) < 0.05)
    }
}

import TestSupport
import Testing

@testable import SplitRegression

/// Cross-validation in shares without encryption (training.md 5.11), against fits without each fold.
@Suite("Cross-validation, simulated") struct CrossValidationTests {
    typealias Case = SimulatedFitTests.Case

    /// Sums of losses (linear: squares) and of squared errors of the mean over the rows of each fold, at coefficients without it.
    static func sums(
        _ data: Case, _ family: ResponseFamily, folds: Int, coefficients: (Case) throws -> [Double]
    ) rethrows -> (loss: Double, brier: Double) {
        var (loss, brier) = (0.0, 0.0)
        for fold in 0..<folds {
            func part(_ isKept: (Int) -> Bool) -> Case {
                let places = data.label.indices.filter(isKept)
                var result = data
                result.active = data.active.map { column in places.map { column[$0] } }
                result.passive = data.passive.map { column in places.map { column[$0] } }
                result.label = places.map { data.label[$0] }
                result.offset = data.offset.map { all in places.map { all[$0] } }
                result.weight = data.weight.map { all in places.map { all[$0] } }
                return result
            }
            let (rest, own) = (part { $0 % folds != fold }, part { $0 % folds == fold })
            let z = linearPredictor(columns: own.columns, coefficients: try coefficients(rest))
            for row in z.indices {
                let (weight, label) = (own.weight?[row] ?? 1, own.label[row])
                if family == .linear {
                    loss += weight * (z[row] - label) * (z[row] - label)
                } else {
                    let joint = z[row] + (own.offset?[row] ?? 0)
                    loss += weight * family.loss(joint, label: label)
                    let error = family.isBinary ? family.response(joint) - label : 0
                    brier += weight * error * error
                }
            }
        }
        return (loss, brier)
    }

    /// One step of Newton's method on these rows from the fit of all.
    static func step(
        from start: [Double], _ data: Case, _ family: ResponseFamily, penalty: Double
    ) throws -> [Double] {
        let z = linearPredictor(columns: data.columns, coefficients: start)
        let joint = zip(z, data.offset ?? z.map { _ in 0 }).map(+)
        let weight = data.weight ?? z.map { _ in 1 }
        let ridge = Double(z.count) * penalty
        var matrix = SymmetricMatrix.gram(data.columns, weights: zip(joint, weight).map { family.weight($0) * $1 })
        matrix.addDiagonal(ridge) { $0 > 0 }
        let inverse = try CholeskyFactor(matrix, tolerance: 1e-14).inverse()
        let residuals = zip(zip(joint, data.label), weight).map { family.residual($0.0, label: $0.1) * $1 }
        let gradient = data.columns.enumerated().map { j, column in
            dot(column, residuals) + (j > 0 ? ridge * start[j] : 0)
        }
        return start.indices.map { j in start[j] - gradient.indices.reduce(0) { $0 + inverse[j, $1] * gradient[$1] } }
    }

    @Test("Every family, beside its offsets and case weights", arguments: RobustErrorTests.families, [false, true])
    func everyFamily(_ family: ResponseFamily, _ isBeside: Bool) async throws {
        var data = SimulatedFitTests.data(family)
        if isBeside {
            var random = SplitMix(8)
            if family != .linear { data.offset = data.label.map { _ in random.uniform(-0.5...0.5) } }
            data.weight = data.label.map { _ in random.uniform(0.5...2) }
        }
        let fit = try await SimulatedFitTests.fit(data, family, opensBrier: family.isBinary, folds: 7)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        let start = try SimulatedFitTests.pooled(data, family).coefficients
        let step = try Self.sums(data, family, folds: 7) { try Self.step(from: start, $0, family, penalty: 0) }
        let found = try #require(summary.foldLoss)
        let exact = try Self.sums(data, family, folds: 7) { try SimulatedFitTests.pooled($0, family).coefficients }
        // What the fitted rows say of themselves is too good by this.
        let plain = Self.sums(data, family, folds: 7) { _ in start }
        #expect(exact.loss > plain.loss + 0.5)
        #expect(abs(found - step.loss) < 2e-3 * (exact.loss - plain.loss) + 0.02, "\(found) \(step.loss)")
        #expect(abs(found - exact.loss) < 0.06 * (exact.loss - plain.loss) + 0.02, "\(found) \(exact.loss)")
        guard family.isBinary else { return }
        let brier = try #require(summary.foldBrier)
        #expect(abs(brier - step.brier) < 0.02, "\(brier) \(step.brier)")
        // Nothing of the fit is lost for it.
        #expect(fit.errors.count == 6)
    }

    @Test("Under a penalty", arguments: [ResponseFamily.linear, .logistic, .poisson, .gamma])
    func penalised(_ family: ResponseFamily) async throws {
        let data = SimulatedFitTests.data(family)
        let fit = try await SimulatedFitTests.fit(data, family, penalty: 0.1, folds: 4)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        let start = try SimulatedFitTests.pooled(data, family, penalty: 0.1).coefficients
        let step = try Self.sums(data, family, folds: 4) { try Self.step(from: start, $0, family, penalty: 0.1) }
        #expect(abs(try #require(summary.foldLoss) - step.loss) < 0.05, "\(step.loss)")
        #expect(fit.errors.isEmpty)
    }

    @Test("A linear fit's is exact, whatever its folds", arguments: [3, 10, 20])
    func linear(_ folds: Int) async throws {
        let data = Case(rows: 61, active: 6, passive: 6, seed: 3) { z, generator in z + generator.uniform(-2...2) }
        let fit = try await SimulatedFitTests.fit(data, .linear, folds: folds)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        let exact = try Self.sums(data, .linear, folds: folds) {
            try SimulatedFitTests.pooled($0, .linear).coefficients
        }
        #expect(abs(try #require(summary.foldLoss) / exact.loss - 1) < 1e-3)
    }

    @Test("A column left out, and rows kept aside, beside it")
    func besideOthers() async throws {
        var data = SimulatedFitTests.data(.logistic)
        data.passive[1] = data.active[0]
        let (fitted, kept) = HeldOutSumTests.split(data, at: 320)
        let fit = try await SimulatedFitTests.fit(fitted, .logistic, heldOut: kept, folds: 5)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        #expect(summary.leftOut == 1 && summary.heldOutLoss != nil)
        var others = fitted
        others.passive.removeLast()
        let start = try SimulatedFitTests.pooled(others, .logistic).coefficients
        let step = try Self.sums(others, .logistic, folds: 5) {
            try Self.step(from: start, $0, .logistic, penalty: 0)
        }
        #expect(abs(try #require(summary.foldLoss) - step.loss) < 0.05)
    }

    @Test("Too few rows without a fold, or estimates that run away: no sum, and nothing of the fit is lost")
    func withheld() async throws {
        let small = Case(rows: 14, active: 5, passive: 4, seed: 3) { z, generator in z + generator.uniform(-2...2) }
        let fit = try await SimulatedFitTests.fit(small, .linear, folds: 3)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        #expect(summary.foldLoss == nil && fit.errors.count == 10)
        var data = SimulatedFitTests.data(.logistic)
        data.passive[0] = data.label.indices.map { $0 % 10 == 0 ? 3 : -1 / 3 }
        for row in data.label.indices where row % 10 == 0 { data.label[row] = 1 }
        let other = try await SimulatedFitTests.fit(data, .logistic, folds: 5)
        guard case .fitted(let rest) = other.end else {
            Issue.record("\(other.end)")
            return
        }
        #expect(rest.hasLeapt && rest.foldLoss == nil)
    }
}

/// What each fold's gradient would tell, were it opened, and what the one sum over all rows tells.
@Suite("Cross-validation, attacked") struct CrossValidationAttackTests {
    private static let folds = 20
    /// A yes/no column of the passive party, three rows a fold.
    private static let data: SimulatedFitTests.Case = {
        var random = SplitMix(17)
        var data = SimulatedFitTests.Case(rows: 60, active: 1, passive: 1, seed: 5) { z, generator in
            z + generator.uniform(-1...1)
        }
        data.passive[0] = data.label.map { _ in random.uniform() < 0.5 ? 1 : 0 }
        for row in data.label.indices { data.label[row] += 0.5 * data.passive[0][row] }
        return data
    }()

    private static func sum(_ column: [Double]) throws -> Double {
        var guess = data
        guess.passive[0] = column
        return try CrossValidationTests.sums(guess, .linear, folds: folds) {
            try SimulatedFitTests.pooled($0, .linear).coefficients
        }.loss
    }

    private static func agreement(_ column: [Double]) -> Double {
        Double(zip(column, data.passive[0]).count { $0 == $1 }) / Double(column.count)
    }

    @Test("Gradients fold by fold give every row of a yes/no column to whoever knows the residuals")
    func gradientsOfFolds() throws {
        let (data, folds) = (Self.data, Self.folds)
        let coefficients = try SimulatedFitTests.pooled(data, .linear).coefficients
        let z = linearPredictor(columns: data.columns, coefficients: coefficients)
        let residuals = zip(z, data.label).map(-)
        var found = data.label.map { _ in 0.0 }
        for fold in 0..<folds {
            let rows = Array(stride(from: fold, to: z.count, by: folds))
            let opened = rows.reduce(0) { $0 + data.passive[0][$1] * residuals[$1] }
            let best = (0..<1 << rows.count).min { a, b in
                func gap(_ bits: Int) -> Double {
                    abs(rows.indices.reduce(-opened) { $0 + Double(bits >> $1 & 1) * residuals[rows[$1]] })
                }
                return gap(a) < gap(b)
            }
            for (place, row) in rows.enumerated() { found[row] = Double((best ?? 0) >> place & 1) }
        }
        #expect(Self.agreement(found) == 1)
    }

    @Test("One sum over all rows fits columns that have nothing to do with the true one")
    func oneSum() throws {
        let opened = try Self.sum(Self.data.passive[0])
        var random = SplitMix(3)
        var column = Self.data.label.map { _ in random.uniform() < 0.5 ? 1.0 : 0 }
        var gap = abs(try Self.sum(column) - opened)
        // Whatever brings the sum nearer is kept. More digits are open than this search goes to: some 20 bits, for 2^60 columns.
        for _ in 0..<4000 where gap > 1e-4 * opened {
            var other = column
            for _ in 0..<2 {
                let row = Int(random.uniform() * 60)
                other[row] = 1 - other[row]
            }
            let next = abs(try Self.sum(other) - opened)
            if next < gap { (column, gap) = (other, next) }
        }
        #expect(gap <= 1e-3 * opened)
        #expect(Self.agreement(column) < 0.8)
    }
}

import TestSupport
import Testing

@testable import SplitRegression

/// L-BFGS with all pairs kept on one whole vector (Nocedal and Wright, algorithm 7.4), in coordinates `u = L^T beta`,
/// with the line search of training.md 4: what the joint machine must equal.
private struct PlainOptimizer {
    var point: [Double]
    let gradient: ([Double]) -> [Double]
    private(set) var history: [[Double]] = []

    mutating func run(tolerance: Double, limit: Int) {
        var s: [[Double]] = []
        var y: [[Double]] = []
        var g = gradient(point)
        while dot(g, g).squareRoot() > tolerance, history.count < limit {
            var q = g
            var alpha: [Double] = []
            for i in s.indices.reversed() {
                let a = dot(s[i], q) / dot(s[i], y[i])
                alpha.insert(a, at: 0)
                for j in q.indices { q[j] -= a * y[i][j] }
            }
            let gamma = s.isEmpty ? 0.5 : dot(s[s.count - 1], y[y.count - 1]) / dot(y[y.count - 1], y[y.count - 1])
            var r = q.map { $0 * gamma }
            for i in s.indices {
                let b = dot(y[i], r) / dot(s[i], y[i])
                for j in r.indices { r[j] += (alpha[i] - b) * s[i][j] }
            }
            let d = r.map { -$0 }
            let before = dot(d, g)
            var step = 1.0
            while true {
                let next = zip(point, d).map { $0 + step * $1 }
                let nextGradient = gradient(next)
                let after = dot(d, nextGradient)
                if abs(after) <= 0.9 * abs(before) {
                    s.append(zip(next, point).map { $0 - $1 })
                    y.append(zip(nextGradient, g).map { $0 - $1 })
                    (point, g) = (next, nextGradient)
                    break
                }
                step = after > 0 ? step * min(0.9, max(0.1, before / (before - after))) : step * 2
            }
            history.append(point)
        }
    }
}

/// Two blocks that see only their own parts and exchange inner products, without encryption.
private struct JointRun {
    var first: WhitenedBlock
    var second: WhitenedBlock
    var history: [[Double]] = []

    /// - Parameter gradient: of the whole coefficient vector, cut at `cut`.
    mutating func run(cut: Int, tolerance: Double, limit: Int, gradient: ([Double]) -> [Double]) throws {
        var optimizer = JointOptimizer()
        let g = gradient(first.coefficients + second.coefficients)
        first.setGradient(Array(g[..<cut]))
        second.setGradient(Array(g[cut...]))
        var norm = (dot(first.gradient, first.gradient) + dot(second.gradient, second.gradient)).squareRoot()
        while norm > tolerance, history.count < limit {
            let direction = optimizer.direction()
            first.take(direction)
            second.take(direction)
            let before = optimizer.slope(direction, squaredNorm: norm * norm)
            let parts = dot(first.direction, first.gradient) + dot(second.direction, second.gradient)
            #expect(abs(before - parts) <= 1e-6 * abs(parts) + 1e-14)
            var step = 1.0
            search: while true {
                first.tryStep(step)
                second.tryStep(step)
                let g = gradient(first.trialCoefficients + second.trialCoefficients)
                let a = first.setTrialGradient(Array(g[..<cut]))
                let b = second.setTrialGradient(Array(g[cut...]))
                norm = (a.squaredNorm + b.squaredNorm).squareRoot()
                switch optimizer.judge(step: step, slopeBefore: before, slopeAfter: a.slope + b.slope) {
                case .accept: break search
                case .retry(let next): step = next
                case .fail: throw TrainingError.notConverged(passes: history.count, norm: norm)
                }
            }
            let sums = zip(first.acceptTrial().flattened, second.acceptTrial().flattened).map { $0 + $1 }
            optimizer.accept(try #require(JointOptimizer.Products(flattened: sums, pairs: optimizer.pairs + 1)))
            history.append(first.position + second.position)
        }
    }
}

@Suite("Joint optimiser")
struct OptimizerTests {
    private func columns(_ count: Int, rows: Int, using generator: inout SplitMix) -> [[Double]] {
        (0..<count).map { _ in generator.uniforms(rows, in: -1.7...1.7) }
    }

    /// Runs both on the same problem, preconditioned by the same two blocks, and compares every accepted point.
    private func compare(
        cut: Int, order: Int, blocks: (SymmetricMatrix, SymmetricMatrix), iterations: Int,
        gradient: @escaping ([Double]) -> [Double]
    ) throws -> [Double] {
        let factors = (try CholeskyFactor(blocks.0), try CholeskyFactor(blocks.1))
        var joint = JointRun(
            first: WhitenedBlock(factor: factors.0, start: Array(repeating: 0, count: cut)),
            second: WhitenedBlock(factor: factors.1, start: Array(repeating: 0, count: order - cut)))
        try joint.run(cut: cut, tolerance: 1e-7, limit: iterations, gradient: gradient)
        var plain = PlainOptimizer(point: Array(repeating: 0, count: order)) { u in
            let beta = factors.0.solveUpper(Array(u[..<cut])) + factors.1.solveUpper(Array(u[cut...]))
            let g = gradient(beta)
            return factors.0.solveLower(Array(g[..<cut])) + factors.1.solveLower(Array(g[cut...]))
        }
        plain.run(tolerance: 1e-7, limit: iterations)
        #expect(joint.history.count == plain.history.count)
        let scale = plain.history.joined().reduce(1) { max($0, abs($1)) }
        for (found, expected) in zip(joint.history, plain.history) {
            for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-6 * scale) }
        }
        return joint.first.coefficients + joint.second.coefficients
    }

    @Test("On a quadratic: the steps of plain L-BFGS, and the solution", arguments: [1, 2, 3])
    func quadratic(seed: UInt64) throws {
        var generator = SplitMix(seed)
        let (order, cut) = (9, 4)
        let x = columns(order, rows: 40, using: &generator)
        let gram = SymmetricMatrix.gram(x)
        let target = generator.uniforms(order, in: -5...5)
        let solution = try CholeskyFactor(gram).solve(target)
        let found = try compare(
            cut: cut, order: order,
            blocks: (SymmetricMatrix.gram(Array(x[..<cut])), SymmetricMatrix.gram(Array(x[cut...]))), iterations: 40
        ) { beta in zip(gram.applied(to: beta), target).map { $0 - $1 } }
        for (found, expected) in zip(found, solution) { #expect(abs(found - expected) < 1e-6) }
    }

    @Test("On a logistic loss: the steps of plain L-BFGS, and the maximum that Newton finds", arguments: [4, 5])
    func logistic(seed: UInt64) throws {
        var generator = SplitMix(seed)
        let (order, cut, rows) = (7, 3, 120)
        var x = columns(order, rows: rows, using: &generator)
        x[0] = Array(repeating: 1, count: rows)
        // Columns of the two blocks that hang together.
        x[5] = zip(x[1], x[5]).map { $0 + 0.3 * $1 }
        let label = (0..<rows).map { i in
            generator.uniform(0...1) < Logistic.mean(x[1][i] - 0.5 * x[4][i] + 0.3) ? 1.0 : 0.0
        }
        let weights = Array(repeating: 0.25, count: rows)
        let found = try compare(
            cut: cut, order: order,
            blocks: (
                SymmetricMatrix.gram(Array(x[..<cut]), weights: weights),
                SymmetricMatrix.gram(Array(x[cut...]), weights: weights)
            ), iterations: 40
        ) { beta in
            let residual = zip(linearPredictor(columns: x, coefficients: beta), label).map { Logistic.mean($0) - $1 }
            return x.map { dot($0, residual) }
        }
        let newton = try OwnFeaturesFit(columns: x, label: label, penalty: 0)
        for (found, expected) in zip(found, newton.coefficients) { #expect(abs(found - expected) < 1e-6) }
    }

    @Test("Products survive flattening, and no other count is read")
    func products() throws {
        var generator = SplitMix(6)
        for pairs in 1...5 {
            let s = (0..<pairs).map { _ in generator.uniforms(3, in: -1...1) }
            let y = (0..<pairs).map { _ in generator.uniforms(3, in: -1...1) }
            let products = JointOptimizer.Products(s: s, y: y, gradient: generator.uniforms(3, in: -1...1))
            #expect(products.flattened.count == 5 * pairs - 1)
            #expect(JointOptimizer.Products(flattened: products.flattened, pairs: pairs) == products)
            for count in 0...5 * pairs + 4 where count != 5 * pairs - 1 {
                let wrong = Array(repeating: 1.0, count: count)
                #expect(JointOptimizer.Products(flattened: wrong, pairs: pairs) == nil)
            }
        }
    }

    @Test("Line search: accepts, shortens, doubles, and gives up by name")
    func lineSearch() {
        var optimizer = JointOptimizer()
        #expect(optimizer.judge(step: 1, slopeBefore: -1, slopeAfter: -0.9) == .accept)
        #expect(optimizer.judge(step: 1, slopeBefore: -1, slopeAfter: 0.9) == .accept)
        #expect(optimizer.judge(step: 1, slopeBefore: -1, slopeAfter: 3) == .retry(step: 0.25))
        #expect(optimizer.judge(step: 1, slopeBefore: -1, slopeAfter: 1e9) == .retry(step: 0.1))
        #expect(optimizer.judge(step: 1, slopeBefore: -1, slopeAfter: -0.95) == .retry(step: 2))
        for (before, after) in [(1.0, 0.1), (0, 0), (-1, .nan), (.nan, 0), (-1, .infinity), (-.infinity, 0)] {
            #expect(optimizer.judge(step: 1, slopeBefore: before, slopeAfter: after) == .fail)
        }
        var tired = JointOptimizer()
        for _ in 0..<11 { #expect(tired.judge(step: 1, slopeBefore: -1, slopeAfter: -1) == .retry(step: 2)) }
        #expect(tired.judge(step: 1, slopeBefore: -1, slopeAfter: -1) == .fail)
    }

    @Test("Numbers that a peer made up end in no direction, not in a crash")
    func madeUp() throws {
        var optimizer = JointOptimizer()
        for bad in [0, 1e308, -1e308] {
            for _ in 0..<2 {
                let wrong = Array(repeating: bad, count: 5 * (optimizer.pairs + 1) - 1)
                optimizer.accept(try #require(JointOptimizer.Products(flattened: wrong, pairs: optimizer.pairs + 1)))
                _ = optimizer.direction()
            }
        }
    }
}

@Suite("Own-features fit")
struct OwnFeaturesFitTests {
    @Test("Labels that a column separates are named, and a penalty makes the fit exist")
    func separation() throws {
        let columns: [[Double]] = [[1, 1, 1, 1], [-2, -1, 1, 2]]
        #expect(throws: TrainingError.separation) {
            try OwnFeaturesFit(columns: columns, label: [0, 0, 1, 1], penalty: 0)
        }
        let fit = try OwnFeaturesFit(columns: columns, label: [0, 0, 1, 1], penalty: 0.1)
        let residual = zip(linearPredictor(columns: columns, coefficients: fit.coefficients), [0.0, 0, 1, 1])
            .map { Logistic.mean($0) - $1 }
        #expect(abs(dot(columns[0], residual)) < 1e-9)
        #expect(abs(dot(columns[1], residual) + 0.1 * fit.coefficients[1]) < 1e-9)
    }

    @Test("The constant alone fits the log odds")
    func constant() throws {
        let fit = try OwnFeaturesFit(columns: [[1, 1, 1, 1]], label: [1, 1, 1, 0], penalty: 0)
        #expect(abs(fit.coefficients[0] - 1.0986122886681098) < 1e-9)
        #expect(fit.weights.allSatisfy { abs($0 - 0.1875) < 1e-9 })
    }
}

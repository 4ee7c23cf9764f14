/// One party's block of the joint vector in whitened coordinates `u = L^T beta`, with the vectors that L-BFGS keeps.
package struct WhitenedBlock: Sendable {
    private let factor: CholeskyFactor
    package private(set) var position: [Double]
    package private(set) var gradient: [Double] = []
    package private(set) var direction: [Double] = []
    private var s: [[Double]] = []
    private var y: [[Double]] = []
    private var trial: [Double] = []
    private var trialGradient: [Double] = []

    /// - Parameter start: coefficients on the standardised scale.
    package init(factor: CholeskyFactor, start: [Double]) {
        self.factor = factor
        // u = L^T beta: solve L^-T u = beta.
        position = factor.multiplyTransposed(start)
    }

    /// Coefficients on the standardised scale.
    package var coefficients: [Double] { factor.solveUpper(position) }
    package var trialCoefficients: [Double] { factor.solveUpper(trial) }

    package mutating func setGradient(_ unwhitened: [Double]) { gradient = factor.solveLower(unwhitened) }

    package mutating func take(_ combination: JointOptimizer.Direction) {
        direction = gradient.map { $0 * combination.gradient }
        for (vector, weight) in zip(s, combination.s) { add(vector, times: weight) }
        for (vector, weight) in zip(y, combination.y) { add(vector, times: weight) }
    }

    private mutating func add(_ vector: [Double], times weight: Double) {
        for i in direction.indices { direction[i] += weight * vector[i] }
    }

    package mutating func tryStep(_ step: Double) { trial = zip(position, direction).map { $0 + step * $1 } }

    /// This party's parts of `d . g` and `g . g` at the trial point.
    package mutating func setTrialGradient(_ unwhitened: [Double]) -> (slope: Double, squaredNorm: Double) {
        trialGradient = factor.solveLower(unwhitened)
        return (dot(direction, trialGradient), dot(trialGradient, trialGradient))
    }

    /// Forgets the pair of the last accepted step.
    package mutating func dropLastPair() {
        s.removeLast()
        y.removeLast()
    }

    /// Forgets all pairs.
    package mutating func dropPairs() {
        s = []
        y = []
    }

    /// Moves to the trial point and gives this party's part of the new inner products.
    package mutating func acceptTrial() -> JointOptimizer.Products {
        s.append(zip(trial, position).map { $0 - $1 })
        y.append(zip(trialGradient, gradient).map { $0 - $1 })
        position = trial
        gradient = trialGradient
        return JointOptimizer.Products(s: s, y: y, gradient: gradient)
    }
}

/// A logistic fit on one party's own columns, in clear: where joint training starts (training.md 4), and what the joint model
/// is compared with.
package struct OwnFeaturesFit: Sendable {
    package let coefficients: [Double]
    package let weights: [Double]
    /// Summed negative log-likelihood.
    package let loss: Double

    /// Newton's method with step halving.
    ///
    /// - Parameters:
    ///   - columns: `m` columns of `n` values, the constant first.
    ///   - penalty: `n lambda`, applied to all columns but the first.
    /// - Throws: `separation` when these columns alone separate the labels and there is no penalty.
    package init(columns: [[Double]], label: [Double], penalty: Double) throws(TrainingError) {
        let order = columns.count
        var beta = Array(repeating: 0.0, count: order)
        var value = Self.objective(columns, label, beta, penalty)
        for _ in 0..<100 {
            let predictor = linearPredictor(columns: columns, coefficients: beta)
            let residual = zip(predictor, label).map { Logistic.mean($0) - $1 }
            var gradient = columns.map { dot($0, residual) }
            for j in 1..<max(order, 1) { gradient[j] += penalty * beta[j] }
            var hessian = SymmetricMatrix.gram(columns, weights: predictor.map(Logistic.weight))
            hessian.addDiagonal(penalty) { $0 > 0 }
            let step: [Double]
            do {
                step = try CholeskyFactor(hessian, tolerance: 1e-13).solve(gradient)
            } catch {
                // With distinct columns checked beforehand, a singular information matrix means weights gone to zero.
                throw .separation
            }
            var length = 1.0
            var next = beta
            var nextValue = value
            repeat {
                next = zip(beta, step).map { $0 - length * $1 }
                nextValue = Self.objective(columns, label, next, penalty)
                length /= 2
            } while nextValue > value && length > 1e-6
            let decrement = dot(step, gradient)
            if nextValue <= value {
                beta = next
                value = nextValue
            }
            if penalty == 0, Self.plainLoss(columns, label, beta) < separationLoss { throw .separation }
            if decrement < 1e-16 { break }
        }
        coefficients = beta
        let predictor = linearPredictor(columns: columns, coefficients: beta)
        weights = predictor.map(Logistic.weight)
        loss = Self.plainLoss(columns, label, beta)
    }

    private static func plainLoss(_ columns: [[Double]], _ label: [Double], _ beta: [Double]) -> Double {
        let predictor = linearPredictor(columns: columns, coefficients: beta)
        var sum = 0.0
        for i in label.indices { sum += Logistic.loss(predictor[i], label: label[i]) }
        return sum
    }

    private static func objective(_ columns: [[Double]], _ label: [Double], _ beta: [Double], _ penalty: Double)
        -> Double
    {
        plainLoss(columns, label, beta) + penalty / 2 * beta.dropFirst().reduce(0) { $0 + $1 * $1 }
    }
}

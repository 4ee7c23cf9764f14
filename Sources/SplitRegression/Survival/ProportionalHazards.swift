/// A proportional-hazards fit in clear: the active party's own columns, where the joint fit starts (training.md 5.12).
struct ProportionalHazards {
    let sets: RiskSets
    let label: [Double]
    /// Added to each row's predictor; nil for nothing.
    var offset: [Double]?
    /// Case weights; nil where all are 1. Those of `sets` too.
    var weight: [Double]?
    /// Standardised, without a constant.
    let columns: [[Double]]
    let names: [String]
    /// `n lambda`
    let penalty: Double

    struct Fit {
        let coefficients: [Double]
        let predictor: [Double]
        /// Negative partial log-likelihood.
        let loss: Double
    }

    /// Newton's method with step halving.
    func fit() throws(TrainingError) -> Fit {
        var beta = columns.map { _ in 0.0 }
        var z = predictor(beta)
        var value = objective(beta, z)
        for _ in 0..<100 where !columns.isEmpty {
            let (gradient, information) = try derivatives(beta, z)
            let factor: CholeskyFactor
            do throws(LinearAlgebraError) {
                factor = try CholeskyFactor(information, tolerance: 1e-13)
            } catch {
                throw .separation(columns: NamedColumns.moving(gradient, columns: columns, names: names))
            }
            let step = factor.solve(gradient)
            var length = 1.0
            var (next, nextZ, nextValue) = (beta, z, value)
            repeat {
                next = zip(beta, step).map { $0 - length * $1 }
                nextZ = predictor(next)
                nextValue = objective(next, nextZ)
                length /= 2
            } while !(nextValue <= value) && length > 1e-6
            let decrement = dot(step, gradient)
            if nextValue <= value { (beta, z, value) = (next, nextZ, nextValue) }
            // Estimates that run away: no start for a joint fit.
            if z.indices.contains(where: { abs(z[$0] - (offset?[$0] ?? 0)) > Self.farthest }) {
                throw .separation(columns: NamedColumns.moving(step, columns: columns, names: names))
            }
            if decrement < 1e-16 { break }
        }
        return Fit(coefficients: beta, predictor: z, loss: loss(z))
    }

    private static let farthest = 30.0

    /// With the offset.
    func predictor(_ beta: [Double]) -> [Double] {
        let own = columns.isEmpty ? label.map { _ in 0 } : linearPredictor(columns: columns, coefficients: beta)
        return offset.map { zip(own, $0).map { $0 + $1 } } ?? own
    }

    /// With case weights, and about the largest predictor, so that none overflows: a constant cancels out.
    private func rates(_ z: [Double]) -> [Double] {
        let largest = z.max() ?? 0
        let rates = z.map { ElementaryFunctions.exp($0 - largest) }
        return weight.map { zip(rates, $0).map { $0 * $1 } } ?? rates
    }

    /// Negative partial log-likelihood, as R's `coxph` has it.
    func loss(_ z: [Double]) -> Double {
        let largest = z.max() ?? 0
        let sums = sets.sums(of: rates(z))
        return sums.indices.reduce(0) { sum, k in
            let row = sets.eventRows[k]
            return sum + sets.eventWeights[k] * (ElementaryFunctions.log(sums[k]) + largest)
                - (weight?[row] ?? 1) * z[row]
        }
    }

    private func objective(_ beta: [Double], _ z: [Double]) -> Double {
        loss(z) + penalty / 2 * beta.reduce(0) { $0 + $1 * $1 }
    }

    /// Each row's expected number of events, `e_i Lambda_i`: times its case weight its part of the sum.
    func expected(_ z: [Double]) -> [Double] {
        let largest = z.max() ?? 0
        let hazards = sets.hazards(of: zip(sets.sums(of: rates(z)), sets.eventWeights).map { $1 / $0 })
        return zip(z, hazards).map { ElementaryFunctions.exp($0 - largest) * $1 }
    }

    private func derivatives(_ beta: [Double], _ z: [Double]) throws(TrainingError) -> ([Double], SymmetricMatrix) {
        let rates = rates(z)
        let sums = sets.sums(of: rates)
        var expected = expected(z)
        var residual = zip(expected, label).map { $0 - $1 }
        if let weight {
            expected = zip(expected, weight).map { $0 * $1 }
            residual = zip(residual, weight).map { $0 * $1 }
        }
        var gradient = columns.map { dot($0, residual) }
        for j in gradient.indices { gradient[j] += penalty * beta[j] }
        let means = columns.map { column in
            zip(sets.sums(of: zip(column, rates).map { $0 * $1 }), sums).map { $0 / $1 }
        }
        var information = SymmetricMatrix.gram(columns, weights: expected)
        let spread = SymmetricMatrix.gram(means, weights: sets.eventWeights)
        information = information.minus(spread)
        information.addDiagonal(penalty) { _ in true }
        return (gradient, information)
    }
}

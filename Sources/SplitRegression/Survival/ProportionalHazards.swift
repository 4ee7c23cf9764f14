/// A proportional-hazards fit in clear: the active party's own columns, where the joint fit starts (training.md 5.12).
struct ProportionalHazards {
    let sets: RiskSets
    let label: [Double]
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
        var z = linearPredictor(columns: columns, coefficients: beta)
        if columns.isEmpty { z = label.map { _ in 0 } }
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
                nextZ = linearPredictor(columns: columns, coefficients: next)
                nextValue = objective(next, nextZ)
                length /= 2
            } while !(nextValue <= value) && length > 1e-6
            let decrement = dot(step, gradient)
            if nextValue <= value { (beta, z, value) = (next, nextZ, nextValue) }
            // Estimates that run away: no start for a joint fit.
            if z.contains(where: { abs($0) > Self.farthest }) {
                throw .separation(columns: NamedColumns.moving(step, columns: columns, names: names))
            }
            if decrement < 1e-16 { break }
        }
        return Fit(coefficients: beta, predictor: z, loss: loss(z))
    }

    private static let farthest = 30.0

    /// About the largest predictor, so that no rate overflows: a constant cancels out.
    private static func rates(_ z: [Double]) -> [Double] {
        let largest = z.max() ?? 0
        return z.map { ElementaryFunctions.exp($0 - largest) }
    }

    /// Negative partial log-likelihood, as R's `coxph` has it.
    func loss(_ z: [Double]) -> Double {
        let largest = z.max() ?? 0
        let sums = sets.sums(of: Self.rates(z))
        return zip(sums, sets.eventRows).reduce(0) { $0 + ElementaryFunctions.log($1.0) + largest - z[$1.1] }
    }

    private func objective(_ beta: [Double], _ z: [Double]) -> Double {
        loss(z) + penalty / 2 * beta.reduce(0) { $0 + $1 * $1 }
    }

    /// Each row's expected number of events, `e_i Lambda_i`.
    func expected(_ z: [Double]) -> [Double] {
        let rates = Self.rates(z)
        let hazards = sets.hazards(of: sets.sums(of: rates).map { 1 / $0 })
        return zip(rates, hazards).map { $0 * $1 }
    }

    private func derivatives(_ beta: [Double], _ z: [Double]) throws(TrainingError) -> ([Double], SymmetricMatrix) {
        let rates = Self.rates(z)
        let sums = sets.sums(of: rates)
        let expected = expected(z)
        let residual = zip(expected, label).map { $0 - $1 }
        var gradient = columns.map { dot($0, residual) }
        for j in gradient.indices { gradient[j] += penalty * beta[j] }
        let means = columns.map { column in
            zip(sets.sums(of: zip(column, rates).map { $0 * $1 }), sums).map { $0 / $1 }
        }
        var information = SymmetricMatrix.gram(columns, weights: expected)
        let spread = SymmetricMatrix.gram(means, weights: sums.map { _ in 1 })
        information = information.minus(spread)
        information.addDiagonal(penalty) { _ in true }
        return (gradient, information)
    }
}

/// A label regressed on a constant and at most one number, by Fisher scoring: the predictor is `offset + constant + slope covariate`.
struct ScoreRegression {
    let label: [Double]
    let family: ResponseFamily
    let offset: [Double]
    /// About 0 with a spread of 1; nil for the constant alone.
    let covariate: [Double]?

    struct Fit {
        var constant: Double
        var slope: Double?
        /// Inverse information times the dispersion; nil without a degree of freedom for the dispersion.
        var variances: (constant: Double, both: Double, slope: Double)?
        /// Of Student's t, where a dispersion was estimated.
        var freedom: Double?

        var constantError: Double? { error(ofConstantAt: 0) }
        var slopeError: Double? { slope == nil ? nil : variances.map { $0.slope.squareRoot() } }

        /// Of `constant + place slope`.
        func error(ofConstantAt place: Double) -> Double? {
            variances.map { ($0.constant + 2 * place * $0.both + place * place * $0.slope).squareRoot() }
        }
    }

    /// - Returns: nil where no finite estimate was found.
    func fit() -> Fit? {
        var (a, b) = (0.0, 0.0)
        var current = sums(a, b)
        for iteration in 0..<200 {
            guard let inverse = current.inverse else { return nil }
            let stepA = inverse.constant * current.gradientA + inverse.both * current.gradientB
            let stepB = inverse.both * current.gradientA + inverse.slope * current.gradientB
            // Squared length of the step in standard errors.
            let length = stepA * current.gradientA + stepB * current.gradientB
            guard length.isFinite else { return nil }
            // Least squares ends with its first step; two more take up rounding, which depends on the label's unit.
            if abs(length) < 1e-22 || (family == .linear && iteration == 3) { return finished(a, b, inverse) }
            var scale = 1.0
            var next = sums(a - stepA, b - stepB)
            // To rounding: near the end losses are equal.
            while !(next.loss <= current.loss + 1e-12 * abs(current.loss) + 1e-12), scale > 1e-6 {
                scale /= 2
                next = sums(a - scale * stepA, b - scale * stepB)
            }
            (a, b, current) = (a - scale * stepA, b - scale * stepB, next)
            if length < 1e-20, let inverse = current.inverse { return finished(a, b, inverse) }
        }
        return nil
    }

    private typealias Inverse = (constant: Double, both: Double, slope: Double)

    private struct Sums {
        var loss = 0.0
        var gradientA = 0.0
        var gradientB = 0.0
        var informationAA = 0.0
        var informationAB = 0.0
        var informationBB = 0.0
        var hasSlope = false

        var inverse: Inverse? {
            guard informationAA > 0, informationAA.isFinite else { return nil }
            guard hasSlope else { return (1 / informationAA, 0, 0) }
            let determinant = informationAA * informationBB - informationAB * informationAB
            guard determinant > 1e-14 * informationAA * informationBB, determinant.isFinite else { return nil }
            return (informationBB / determinant, -informationAB / determinant, informationAA / determinant)
        }
    }

    private func sums(_ a: Double, _ b: Double) -> Sums {
        var sums = Sums(hasSlope: covariate != nil)
        for row in label.indices {
            let x = covariate?[row] ?? 0
            let z = offset[row] + a + b * x
            let (residual, weight) = (family.residual(z, label: label[row]), family.weight(z))
            sums.loss += family.loss(z, label: label[row])
            sums.gradientA += residual
            sums.gradientB += residual * x
            sums.informationAA += weight
            sums.informationAB += weight * x
            sums.informationBB += weight * x * x
        }
        return sums
    }

    private func finished(_ a: Double, _ b: Double, _ inverse: Inverse) -> Fit? {
        var fit = Fit(constant: a, slope: covariate == nil ? nil : b)
        guard family.hasDispersion else {
            fit.variances = inverse
            return fit
        }
        let freedom = Double(label.count - (covariate == nil ? 1 : 2))
        guard freedom > 0 else { return fit }
        var pearson = 0.0
        for row in label.indices {
            let z = offset[row] + a + b * (covariate?[row] ?? 0)
            pearson += family.pearson(z, label: label[row])
        }
        let dispersion = pearson / freedom
        fit.freedom = freedom
        fit.variances = (inverse.constant * dispersion, inverse.both * dispersion, inverse.slope * dispersion)
        return fit
    }
}

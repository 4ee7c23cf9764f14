internal import Wire

/// From a Schur complement to each party's own block of the covariance matrix (training.md 5 step 4, 6 step 3, 7).
///
/// With `H_A = L L^T`, `C = sqrt(n) O L^-1 H_AB` and `S = H_B - C^T C / n`: the passive block is `S^-1`, the active one
/// `L^-T (I + O^T C S^-1 C^T O / n) L^-1`.
struct Covariance {
    let context: TrainingContext

    /// Standard errors on the standardised scale, times `sigma` (1 for logistic), and of the raw constant.
    struct Active {
        var standardErrors: [Double]
        var rawConstantStandardError: Double
    }

    /// - Parameter centring: `mean_j / sd_j` of this party's columns.
    func passive(schur: CholeskyFactor, cross: [[Double]], centring: [Double], variance: Double) async throws
        -> [Double]
    {
        // K = C S^-1 C^T, with C given by rows.
        let solved = cross.map { schur.solve($0) }
        var parts: [Double] = []
        for left in cross.indices {
            for right in 0...left { parts.append(dot(cross[left], solved[right])) }
        }
        let centred = schur.solve(centring)
        parts += cross.map { dot($0, centred) }
        parts.append(dot(centring, centred))
        try await context.session.send(
            Numbers<CovariancePartsKind>(parts.map(TrainingContext.rounded)), round: context.round)
        let inverse = schur.inverse()
        return (0..<inverse.order).map { (max(0, inverse[$0, $0]) * variance).squareRoot() }
    }

    func active(
        factor: CholeskyFactor, rotation: [[Double]], centring: [Double], variance: Double
    ) async throws -> Active {
        let order = factor.order
        let n = Double(context.rows)
        let parts = try await context.session.receive(
            Numbers<CovariancePartsKind>.self, round: context.round
        ).values
        let triangle = order * (order + 1) / 2
        guard parts.count == triangle + order + 1 else {
            throw TrainingError.protocolViolation("covariance parts of a wrong length")
        }
        var inflation = SymmetricMatrix(order: order)
        var position = 0
        for left in 0..<order {
            for right in 0...left {
                inflation[left, right] = parts[position] / n
                inflation[right, left] = parts[position] / n
                position += 1
            }
        }
        let crossCentred = parts[triangle..<triangle + order].map { $0 / n.squareRoot() }

        /// `v^T Cov v` and `O L^-1 v` for a vector over this party's block.
        func quadratic(_ vector: [Double]) -> (form: Double, image: [Double]) {
            let white = factor.solveLower(vector)
            let image = rotation.map { dot($0, white) }
            return (dot(white, white) + dot(image, inflation.applied(to: image)), image)
        }
        let errors = (0..<order).map { j in
            var unit = Array(repeating: 0.0, count: order)
            unit[j] = 1
            return (max(0, quadratic(unit).form) * variance).squareRoot()
        }
        let constant = quadratic([1] + centring.map { -$0 })
        let form = constant.form + 2 * dot(constant.image, Array(crossCentred)) + parts[triangle + order]
        return Active(
            standardErrors: errors, rawConstantStandardError: (max(0, form) * variance).squareRoot())
    }
}

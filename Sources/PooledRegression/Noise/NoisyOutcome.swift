import Records
import SplitRegression

/// A fit of sums with noise, the same at every site to the last bit.
public struct NoisyOutcome: Sendable, Equatable, Codable {
    /// What a standard error is made of.
    public struct Parts: Sendable, Equatable, Codable {
        public var term: String
        /// As if the sums were exact.
        public var model: Double
        /// Of the noise alone.
        public var noise: Double
    }

    /// On the raw scale; standard errors have both parts.
    public var terms: [PooledTerm]
    public var parts: [Parts]
    public var family: String
    /// Of linear models: rows by their weights, with noise; logistic ones do not open it.
    public var rows: Double?
    public var budget: PrivacyBudget
    public var rho: Double
    public var clip: Double
    /// Standard deviation of the noise of all sites in each number that was opened.
    public var noise: Double
    public var sites: [String]
    /// Sums that were opened.
    public var rounds: Int
}

extension NoisyCourse {
    /// - Throws: `tooFewRows`, `noiseTooLarge` where the noise leaves nothing to estimate.
    func outcome(sites: [String], rounds: Int) throws(PooledError) -> NoisyOutcome {
        let order = coefficients.count
        let n = matrix[0, 0]
        let isLinear = design.family == .linear
        guard n > (isLinear ? Double(order) : 0) else {
            throw .tooFewRows(rows: Int(min(1e9, max(0, n.rounded()))), parameters: order)
        }
        let inverse: SymmetricMatrix
        do throws(LinearAlgebraError) { inverse = try CholeskyFactor(matrix, tolerance: 1e-9).inverse() } catch {
            throw .noiseTooLarge
        }
        let residual =
            isLinear
            ? (squares - 2 * dot(coefficients, products) + dot(coefficients, matrix.applied(to: coefficients)))
                / (n - Double(order)) : 1
        guard residual > 0 else { throw .noiseTooLarge }
        let names = [FittedTerm.intercept] + design.terms
        let transform = rawRows
        var (terms, parts): ([PooledTerm], [NoisyOutcome.Parts]) = ([], [])
        for j in names.indices {
            let half = inverse.applied(to: transform[j])
            let model = (residual * dot(transform[j], half)).squareRoot()
            let noise = (plan.totalVariance * spread(half)).squareRoot()
            let estimate = dot(transform[j], coefficients) + (j == 0 ? design.labelBounds?.center ?? 0 : 0)
            let error = (model * model + noise * noise).squareRoot()
            let reach = Distributions.normal975 * error
            terms.append(
                PooledTerm(
                    term: names[j], estimate: estimate, standardized: j == 0 ? estimate : coefficients[j],
                    standardError: error, statistic: estimate / error,
                    pValue: Distributions.normalTwoSided(estimate / error), confLow: estimate - reach,
                    confHigh: estimate + reach))
            parts.append(.init(term: names[j], model: model, noise: noise))
        }
        return NoisyOutcome(
            terms: terms, parts: parts, family: design.family.rawValue, rows: isLinear ? n : nil, budget: design.budget,
            rho: design.budget.rho, clip: design.clip, noise: plan.totalVariance.squareRoot(), sites: sites,
            rounds: rounds)
    }

    /// Variance of `half` times the noise of the equations, of noise of variance 1: `h (c + (|d|^2) 1 + d d^T - diag d^2) h`, where `d` is what
    /// the matrix is multiplied by and `c` the noise of the right side.
    private func spread(_ half: [Double]) -> Double {
        let isLinear = design.family == .linear
        let moved = isLinear ? coefficients : lastStep.map { $0 * design.clip / 4 }
        let along = dot(half, moved)
        return half.indices.reduce((1 + dot(moved, moved)) * dot(half, half) + along * along) {
            $0 - half[$1] * half[$1] * moved[$1] * moved[$1]
        }
    }

    /// Raw parameters by scaled ones, but for the outcome's centre.
    private var rawRows: [[Double]] {
        let unit = design.labelBounds?.unit ?? 1
        return coefficients.indices.map { row in
            var out = coefficients.map { _ in 0.0 }
            if row > 0 {
                out[row] = unit / design.bounds[row - 1].unit
                return out
            }
            out[0] = unit
            for (j, bounds) in design.bounds.enumerated() { out[j + 1] = -unit * bounds.center / bounds.unit }
            return out
        }
    }
}

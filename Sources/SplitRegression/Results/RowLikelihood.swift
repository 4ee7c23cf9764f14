#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Likelihood and deviance of a family from an opened sum of losses and what the active party knows: labels, offsets, case weights
/// (training.md 6). The loss leaves out terms of the label alone; they come back here.
struct RowLikelihood {
    let family: ResponseFamily
    let label: [Double]
    let weight: [Double]
    /// Of the model with the constant alone, under the same offset and weights; nil where that has no fit.
    let nullDeviance: Double?

    init(family: ResponseFamily, label: [Double], offset: [Double]?, weight: [Double]?) {
        self.family = family
        self.label = label
        let weight = weight ?? Array(repeating: 1, count: label.count)
        self.weight = weight
        // What the job came to must not be lost for it.
        let null = try? ActiveRows(
            label: label, offset: offset, weight: weight, columns: [Array(repeating: 1, count: label.count)],
            family: family, penalty: 0, range: .infinity)
        nullDeviance = null.map { Self.deviance($0.start.loss, family, label, weight) }
    }

    var isBinary: Bool { family == .logistic || family == .probit }
    var hasDispersion: Bool { family == .gamma }
    var totalWeight: Double { weight.reduce(0, +) }
    var theta: Double? { if case .negativeBinomial(let theta) = family { theta } else { nil } }

    /// - Parameter loss: weighted, summed over all rows.
    func deviance(loss: Double) -> Double { Self.deviance(loss, family, label, weight) }

    private static func deviance(
        _ loss: Double, _ family: ResponseFamily, _ label: [Double], _ weight: [Double]
    ) -> Double {
        func sum(_ term: (Double) -> Double) -> Double { zip(label, weight).reduce(0) { $0 + $1.1 * term($1.0) } }
        switch family {
        case .linear, .logistic, .probit, .cox: return 2 * loss
        case .poisson: return 2 * (loss + sum { timesLog($0) - $0 })
        case .negativeBinomial(let theta):
            return 2 * (loss + sum { ($0 + theta) * log(theta) + timesLog($0) - timesLog($0 + theta) })
        case .gamma: return 2 * (loss - sum { log($0) + 1 })
        }
    }

    func logLikelihood(loss: Double) -> Double {
        func sum(_ term: (Double) -> Double) -> Double { zip(label, weight).reduce(0) { $0 + $1.1 * term($1.0) } }
        switch family {
        case .linear, .logistic, .probit, .cox: return -loss
        case .poisson: return -loss - sum { lgamma($0 + 1) }
        case .negativeBinomial(let theta):
            return sum { lgamma($0 + theta) - lgamma(theta) - lgamma($0 + 1) - $0 * log(theta) } - loss
        case .gamma:
            // R takes the deviance over n as the dispersion here, and Pearson's sum in standard errors.
            let shape = totalWeight / deviance(loss: loss)
            return sum { (shape - 1) * log($0) + shape * log(shape) - lgamma(shape) } - shape * loss
        }
    }

    private static func timesLog(_ y: Double) -> Double { y > 0 ? y * log(y) : 0 }
}

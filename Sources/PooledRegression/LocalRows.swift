import Records
import SplitRegression

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Where a vector is evaluated: standardised coefficients, the constant first, and theta.
struct Point: Sendable, Equatable {
    var coefficients: [Double]
    var theta: Double
}

/// One site's rows on the common scale, and its part of each sum.
struct LocalRows: Sendable {
    let model: PooledModel
    let label: [Double]
    let weight: [Double]
    let offset: [Double]
    /// With the constant first, where there is one.
    let columns: [[Double]]
    let survival: SurvivalColumns?

    init(_ rows: PooledRows, _ scales: Scales, _ model: PooledModel) {
        self.model = model
        label = rows.label.map { ($0 - scales.center) / scales.unit }
        weight = rows.weight ?? rows.label.map { _ in 1 }
        offset = rows.offset.map { $0.map { $0 / scales.unit } } ?? rows.label.map { _ in 0 }
        let scaled = rows.columns.indices.map { j in
            rows.columns[j].map { ($0 - scales.means[j]) / scales.sds[j] }
        }
        columns = model.family.hasIntercept ? [rows.label.map { _ in 1 }] + scaled : scaled
        survival = rows.survival
    }

    func predictor(_ coefficients: [Double]) -> [Double] {
        var z = offset
        for (column, coefficient) in zip(columns, coefficients) where coefficient != 0 {
            for row in z.indices { z[row] += coefficient * column[row] }
        }
        return z
    }

    // MARK: Iterations

    /// Loss, score, upper triangle of the information; with an estimated theta its score and information.
    func derivatives(at point: Point) -> [Double] {
        let z = predictor(point.coefficients)
        if let survival {
            return HazardSums(survival, event: label, ties: model.ties).derivatives(columns, predictor: z)
        }
        let family = model.response(theta: point.theta)
        let residual = zip(z, label).enumerated().map { weight[$0] * family.residual($1.0, label: $1.1) }
        let spread = z.enumerated().map { weight[$0] * family.weight($1) }
        var out = [loss(z, family) - ofTheta(point.theta)]
        out += columns.map { dot($0, residual) }
        out += ColumnProducts(columns).information(spread)
        if model.estimatesTheta { out += thetaDerivatives(z, point.theta) }
        return out
    }

    private func loss(_ z: [Double], _ family: ResponseFamily) -> Double {
        z.indices.reduce(0) { $0 + weight[$1] * family.loss(z[$1], label: label[$1]) }
    }

    /// What the log-likelihood has of theta and labels alone, where theta moves.
    private func ofTheta(_ theta: Double) -> Double {
        guard model.estimatesTheta else { return 0 }
        return label.indices.reduce(0) {
            $0 + weight[$1] * (lgamma(label[$1] + theta) - lgamma(theta) - label[$1] * log(theta))
        }
    }

    /// Derivative of the log-likelihood by theta, and its negative second derivative (Venables and Ripley 2002, 7.4).
    private func thetaDerivatives(_ z: [Double], _ theta: Double) -> [Double] {
        var (score, information) = (0.0, 0.0)
        let (digamma, trigamma) = (Polygamma.digamma(theta), Polygamma.trigamma(theta))
        for row in z.indices {
            let (y, mean) = (label[row], ElementaryFunctions.exp(z[row]))
            let total = mean + theta
            score +=
                weight[row]
                * (Polygamma.digamma(y + theta) - digamma + log(theta) + 1 - log(total) - (y + theta) / total)
            information -=
                weight[row]
                * (Polygamma.trigamma(y + theta) - trigamma + 1 / theta - 2 / total + (y + theta) / (total * total))
        }
        return [score, information]
    }

    // MARK: The last point

    /// As at iterations, and then: Pearson's sum, `saturated`, `constant`, log outcome, loss of the constant alone.
    func last(at point: Point, null: Double) -> [Double] {
        let derivatives = derivatives(at: point)
        guard survival == nil else { return derivatives }
        let family = model.response(theta: point.theta)
        let z = predictor(point.coefficients)
        var (pearson, saturated, constant, logs) = (0.0, 0.0, 0.0, 0.0)
        for row in z.indices {
            let (y, w) = (label[row], weight[row])
            pearson += w * Self.pearson(z[row], y, family)
            switch family {
            case .linear, .logistic, .probit, .cox: break
            case .poisson:
                saturated += w * (Self.timesLog(y) - y)
                constant -= w * lgamma(y + 1)
            case .negativeBinomial(let theta):
                saturated += w * ((y + theta) * log(theta) + Self.timesLog(y) - Self.timesLog(y + theta))
                constant += w * (lgamma(y + theta) - lgamma(theta) - lgamma(y + 1) - y * log(theta))
            case .gamma:
                saturated -= w * (log(y) + 1)
                logs += w * log(y)
            }
        }
        return derivatives + [
            pearson, saturated, constant, logs, loss(offset.map { $0 + null }, family), loss(z, family),
        ]
    }

    static let lastCount = 6

    private static func pearson(_ z: Double, _ y: Double, _ family: ResponseFamily) -> Double {
        switch family {
        case .linear, .cox: return (y - z) * (y - z)
        case .logistic:
            let mean = ResponseFamily.mean(z)
            return (y - mean) * (y - mean) / max(ResponseFamily.slope(z), 1e-300)
        case .probit:
            let (yes, no) = (NormalDistribution.cumulative(z), NormalDistribution.cumulative(-z))
            return (y - yes) * (y - yes) / max(yes * no, 1e-300)
        case .poisson:
            let mean = ElementaryFunctions.exp(z)
            return (y - mean) * (y - mean) / max(mean, 1e-300)
        case .negativeBinomial(let theta):
            let mean = ElementaryFunctions.exp(z)
            return (y - mean) * (y - mean) / max(mean + mean * mean / theta, 1e-300)
        case .gamma:
            let ratio = y * ElementaryFunctions.exp(-z) - 1
            return ratio * ratio
        }
    }

    private static func timesLog(_ y: Double) -> Double { y > 0 ? y * log(y) : 0 }

    /// Loss, score and information of the constant alone.
    func null(_ constant: Double, theta: Double) -> [Double] {
        let family = model.response(theta: theta)
        let z = offset.map { $0 + constant }
        var out = [loss(z, family), 0, 0]
        for row in z.indices {
            out[1] += weight[row] * family.residual(z[row], label: label[row])
            out[2] += weight[row] * family.weight(z[row])
        }
        return out
    }

    // MARK: Robust errors

    /// For each parameter the sum of squared influences of rows, or of this site.
    ///
    /// - Parameter influence: raw parameters by standardised score: rows of the matrix.
    func squaredInfluence(at point: Point, _ influence: [[Double]], bySite: Bool) -> [Double] {
        let family = model.response(theta: point.theta)
        let z = predictor(point.coefficients)
        let residual = z.indices.map { weight[$0] * family.residual(z[$0], label: label[$0]) }
        if bySite {
            let score = columns.map { dot($0, residual) }
            return influence.map { row in
                let value = dot(row, score)
                return value * value
            }
        }
        return influence.map { row in
            z.indices.reduce(0) { sum, i in
                var value = 0.0
                for j in columns.indices { value += row[j] * columns[j][i] }
                return sum + value * value * residual[i] * residual[i]
            }
        }
    }
}

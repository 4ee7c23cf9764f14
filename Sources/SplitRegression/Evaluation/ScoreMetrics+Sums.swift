// Without scores (protocols/evaluation.md 6).
extension ScoreMetrics {
    /// What sums over rows say of them.
    ///
    /// - Parameters:
    ///   - sums: of losses, of a linear fit squares, and of squared errors of the mean.
    ///   - unit: of a linear label.
    ///   - label: at the active party, which alone has numbers that need it; offset and case weights with it.
    ///   - isWeighted: whether the sums are weighted.
    /// - Returns: nil where this party can say nothing.
    init?(
        sums: (loss: Double, brier: Double?), rows: Int, family: ResponseFamily, unit: Double, label: [Double]?,
        offset: [Double]?, weight: [Double]?, isWeighted: Bool
    ) {
        guard label != nil || !isWeighted && (family.isBinary || family == .linear) else { return nil }
        self.init(n: rows)
        let (loss, count) = (sums.loss, weight.map { $0.reduce(0, +) } ?? Double(n))
        if let label {
            observed =
                weight.map { zip($0, label).reduce(0) { $0 + $1.0 * $1.1 } / count } ?? label.reduce(0, +) / Double(n)
            if family.isBinary { events = label.count { $0 > 0.5 } }
        }
        if family == .linear {
            // Rounding, or a peer, may leave less than nothing.
            rmse = (max(0, loss) / count).squareRoot() * unit
            if let label {
                let total = label.squaresAboutMean(weight: weight)
                r2 = total > 0 ? 1 - loss * unit * unit / total : nil
            }
        } else if family.isBinary {
            logLoss = loss / count
            brier = sums.brier.map { $0 / count }
        } else if let label {
            deviance = RowLikelihood(family: family, label: label, offset: offset, weight: weight).deviance(loss: loss)
        }
    }
}

// Without scores (protocols/evaluation.md 6).
extension ScoreMetrics {
    /// What sums over the rows that were kept aside say of them.
    ///
    /// - Parameters:
    ///   - unit: of a linear label.
    ///   - label: at the active party, which alone has numbers that need it.
    /// - Returns: nil where no sum was opened.
    init?(
        sums: TrainingProgram.Summary, facts: TrainingFacts, family: ResponseFamily, unit: Double, label: [Double]?,
        offset: [Double]?
    ) {
        guard let loss = sums.heldOutLoss, label != nil || family.isBinary || family == .linear else { return nil }
        self.init(n: facts.heldOutRows)
        let rows = Double(n)
        if let label {
            observed = label.reduce(0, +) / rows
            if family.isBinary { events = label.count { $0 > 0.5 } }
        }
        if family == .linear {
            // Rounding, or a peer, may leave less than nothing.
            rmse = (max(0, loss) / rows).squareRoot() * unit
            if let label, let observed {
                let total = label.reduce(0) { $0 + ($1 - observed) * ($1 - observed) }
                r2 = total > 0 ? 1 - loss * unit * unit / total : nil
            }
        } else if family.isBinary {
            logLoss = loss / rows
            brier = sums.heldOutBrier.map { $0 / rows }
        } else if let label {
            deviance = RowLikelihood(family: family, label: label, offset: offset, weight: nil).deviance(loss: loss)
        }
    }
}

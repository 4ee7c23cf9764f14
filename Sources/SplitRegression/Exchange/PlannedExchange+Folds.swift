// Cross-validation (training.md 5.11).
extension TrainingFacts {
    func foldExchanges(of step: TrainingStep) throws(TrainingError) -> [PlannedExchange] {
        switch step {
        case .foldInformation(let period):
            if hasConstantWeights {
                return try byFolds { rows throws(TrainingError) in try startWeightedSums(rows: rows) }
            }
            let bits = try weightShareBits(period: period)
            let weights = weightIsMean ? [] : [kernel(try layout(.weight, period: period))]
            return try weights
                + byFolds { rows throws(TrainingError) in try weightedSums(valueBits: bits, rows: rows) }
        case .foldPoints(let period):
            let gradients = try byFolds { rows throws(TrainingError) in try gradientSums(period: period, rows: rows) }
            let image = try product(parameters, parameters, folds)
            let changes = try byFolds { _ throws(TrainingError) in try product(parameters, parameters, 1) }
            let iterations = Self.foldFactors.dropFirst().flatMap { _ in image + changes } + image
            return try gradients + penalties() + iterations
        case .foldPredictor(let period):
            return try byFolds { rows throws(TrainingError) in
                [
                    try rowProducts(.active, period: period, rows: rows),
                    try rowProducts(.passive, period: period, rows: rows),
                ]
            }
        case .foldSum(let kind, let period):
            let layout = try layout(kind, period: period)
            guard kind == .loss else { return [kernel(layout)] }
            let slopes = try knownRowLayout(columns: passiveColumns, fraction: layout.kernel.shareFractionBits)
            return try [kernel(layout)]
                + byFolds { rows throws(TrainingError) in [sums(slopes, .active, rows: rows)] }
                + product(1, folds * parameters, 1)
        case .foldSquares:
            return (weighsResiduals ? [try weighing()] : []) + [sums(try residualSumLayout(), .active)]
        default: return []
        }
    }

    /// Those of each fold, given its number of rows.
    private func byFolds(
        _ exchanges: (Int) throws(TrainingError) -> [PlannedExchange]
    ) throws(TrainingError) -> [PlannedExchange] {
        var result: [PlannedExchange] = []
        for fold in 0..<folds { result += try exchanges(rows(ofFold: fold)) }
        return result
    }
}

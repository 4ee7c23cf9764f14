// Proportional hazards (training.md 5.12).
extension TrainingProgram.Run {
    /// Rates, sums over risk sets and their reciprocals at the trial point.
    ///
    /// - Returns: whether the reciprocals are there; true for other families, which have none.
    func hazards() throws(TrainingProgram.Stop) -> Bool {
        guard facts.family == .cox else { return true }
        steps += [.rates(period: period), .risks(period: period)]
        let starts: [TrainingStep.Reciprocals] = [
            .warm(iterations: 3), .cold(exponent: 4, iterations: 8), .cold(exponent: 8, iterations: 12),
        ]
        for start in starts {
            steps.append(.reciprocals(start))
            var trace = try open(.riskTrace)
            // On the way: each iteration squares what is missing.
            if abs(trace) > Self.smallRiskTrace, trace > -1, trace < Self.nearRiskTrace {
                steps.append(.reciprocals(.warm(iterations: 3)))
                trace = try open(.riskTrace)
            }
            if abs(trace) <= Self.smallRiskTrace { return true }
        }
        return false
    }

    /// What the negative log-likelihood of the fit is above that of the start: the integral of its slope along the line between them.
    ///
    /// - Returns: nil where some point of it has no reciprocals.
    func likelihoodAlongPath() throws(TrainingProgram.Stop) -> Double? {
        for node in TrainingFacts.pathNodes.indices {
            steps += [.pathPoint(node), .predictor(period: period)]
            guard try residuals() else { return nil }
            steps += [.gradient(period: period), .pathSum(node)]
        }
        return try open(.pathIntegral, isCounted: false)
    }

    /// Below it the last iteration leaves less than 2^-14 of any reciprocal.
    private static let smallRiskTrace = 0x1p-7
    /// Events that are off by so much in all are soon right.
    private static let nearRiskTrace = 32.0
}

// Proportional hazards (training.md 5.12).
extension TrainingProgram.Run {
    /// Rates, sums over risk sets and their reciprocals at the predictors that are there.
    func evaluateHazards() {
        steps += [.rates(period: period), .risks(period: period)]
        if areReciprocalsFar {
            startReciprocals(exponent: 4, iterations: 8)
        } else {
            steps.append(.reciprocals(.warm(iterations: Self.warmReciprocals)))
        }
        areReciprocalsFar = false
    }

    /// From a power of two. Two iterations more show in a trace that they are there, however many events there are.
    private func startReciprocals(exponent: Int, iterations: Int) {
        steps += [
            .reciprocals(.cold(exponent: exponent, iterations: iterations)), .reciprocals(.warm(iterations: 2)),
        ]
    }

    /// Looks at the reciprocals once the steps are small. Where some are not there, all since then was wrong.
    ///
    /// - Returns: false where they had to be taken anew and the norm with them is not small.
    func areReciprocalsThere(_ norm: inout Double) throws(TrainingProgram.Stop) -> Bool {
        if areReciprocalsFar {
            // They are those of a step that was not taken.
            pass()
            norm = try direction()
        }
        if isSmall(try open(.riskTrace)) { return true }
        for (exponent, iterations) in [(4, 8), (8, 12)] {
            startReciprocals(exponent: exponent, iterations: iterations)
            steps += [.residual(period: period), .gradient(period: period)]
            norm = try direction()
            guard isSmall(try open(.riskTrace)) else { continue }
            return norm <= facts.tolerance || summary.passes >= facts.maximumPasses
        }
        throw .failure(.predictorOutOfRange(radius: period / 8))
    }

    /// Evaluates the slope of the likelihood along the line from the start to the fit. Each point is far from the one before it.
    func goAlongPath() {
        for node in TrainingFacts.pathNodes.indices {
            areReciprocalsFar = true
            steps += [.pathPoint(node), .predictor(period: period)]
            evaluateResiduals()
            steps += [.gradient(period: period), .pathSum(node)]
        }
        areReciprocalsFar = true
    }

    /// Rao's statistic.
    ///
    /// - Returns: nil where reciprocals or an inverse are not there.
    func scoreOfNoEffect() throws(TrainingProgram.Stop) -> Double? {
        areReciprocalsFar = true
        steps += [.null, .predictor(period: period)]
        evaluateResiduals()
        guard isSmall(try open(.riskTrace, isCounted: false)) else { return nil }
        steps.append(.gradient(period: period))
        computeInformation()
        guard try invertAnew(isFinal: true) else { return nil }
        steps.append(.direction)
        return try open(.score, isCounted: false)
    }

    /// Whether there is a longer period, and room for its series.
    var canLengthen: Bool {
        doublings < facts.periodDoublings && (try? facts.layout(.mean, period: 2 * period)) != nil
    }

    func isSmall(_ trace: Double) -> Bool { abs(trace) <= Self.smallRiskTrace }

    /// Sums that became up to twice as large, or a fifth, are followed.
    private static let warmReciprocals = 4
    /// Below it the last iteration leaves less than 2^-14 of any reciprocal.
    private static let smallRiskTrace = 0x1p-7
}

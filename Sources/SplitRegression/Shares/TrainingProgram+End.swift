// What follows once coefficients are open: sums, standard errors, cross-validation, rows kept aside (training.md 5.4, 5.9, 5.11).
extension TrainingProgram.Run {
    func finish() throws(TrainingProgram.Stop) {
        if facts.checksSums { try lengthenForSums() }
        let needsInverse = facts.computesStandardErrors || validates && !facts.hasConstantWeights
        // The path to the fit has predictors of its own.
        let goesAlongPath = facts.family == .cox && facts.opensLoss
        let needsPredictor =
            !goesAlongPath && (facts.computesStandardErrors || validates || facts.opensLoss || facts.opensBrier)
        if needsPredictor { steps += [.stay, .predictor(period: period)] }
        if goesAlongPath {
            goAlongPath()
        } else if facts.opensLoss {
            let loss = try open(.sum(.loss, period: period), isCounted: false)
            if mayDiverge, loss < separationLoss { throw .failure(.separation()) }
            summary.loss = loss
        }
        if facts.opensBrier { summary.brier = try open(.sum(.brier, period: period), isCounted: false) }
        if facts.opensCurvature { steps.append(.curvature(period: period)) }
        if facts.opensSquares { summary.residualSum = try open(.squares(period: period), isCounted: false) }
        if facts.family == .cox {
            guard goesAlongPath || needsInverse || facts.curvePoints > 0 else { return }
            if !needsPredictor { steps += [.stay, .predictor(period: period)] }
            evaluateResiduals()
            // Here and at each point of the path.
            guard isSmall(try open(.riskTrace, isCounted: false)) else {
                summary.withholdsStandardErrors = facts.computesStandardErrors
                return
            }
            if goesAlongPath { summary.loss = try open(.pathIntegral, isCounted: false) }
            if facts.curvePoints > 0 { steps += [.checkpoint, .curve] }
        } else if validates || needsInverse && (facts.weightIsMean || facts.isRobust) {
            evaluateResiduals()
        }
        if needsInverse {
            let isThere: Bool
            if facts.hasConstantWeights {
                isThere = try invert(.more(iterations: 1), isFinal: true)
            } else {
                computeInformation(byFolds: validates)
                if facts.family == .cox, !facts.isRobust { summary.wald = try open(.wald, isCounted: false) }
                isThere = try invertAnew(isFinal: true)
            }
            guard isThere else {
                summary.withholdsStandardErrors = facts.computesStandardErrors
                return
            }
        }
        guard facts.computesStandardErrors else { return }
        steps.append(.checkpoint)
        variances(spread: summary.residualSum.map { max($0, 0x1p-60) / Double(facts.rows) } ?? 1)
        if facts.family == .cox { summary.score = try scoreOfNoEffect() }
    }

    /// - Parameter spread: mean square of the residuals, where it is known.
    func variances(spread: Double) {
        guard facts.isRobust else { return steps.append(.variances) }
        guard let scale = TrainingFacts.meatScale(spread: spread) else {
            summary.withholdsStandardErrors = true
            return
        }
        steps += [.meat(period: period, scale: scale), .robustVariances(scale: scale)]
    }

    /// Twice the period, as long as some own part asks for it.
    private func lengthenForSums() throws(TrainingProgram.Stop) {
        while try open(.sumRange(period: period), isCounted: false) != 0 {
            guard doublings < facts.periodDoublings, facts.hasRoom(period: 2 * period) else {
                summary.sumsMayBeOff = true
                return
            }
            doublings += 1
            period *= 2
        }
    }

    /// Whether a linear fit goes on with what each row has in the gradient.
    var usesScores: Bool { facts.computesStandardErrors && facts.isRobust || validates }

    /// Whether rows are predicted without their fold. After a leap there is no inverse that a fold's rows could be taken out of.
    private var validates: Bool { facts.hasFolds && !summary.hasLeapt }

    /// Sums over all rows, each at the coefficients without its fold; none where no period serves them.
    func crossValidate() throws(TrainingProgram.Stop) {
        guard validates, hasInverse else { return }
        if facts.hasConstantWeights { steps.append(.foldInformation(period: period)) }
        steps += [.foldPoints(period: period), .checkpoint]
        if facts.family == .linear {
            steps.append(.foldPredictor(period: period))
            summary.foldLoss = try open(.foldSquares, isCounted: false)
            return
        }
        while doublings <= facts.periodDoublings, facts.hasRoom(period: period) {
            if try open(.foldRange(period: period), isCounted: false) == 0 {
                steps.append(.foldPredictor(period: period))
                if facts.opensLoss {
                    summary.foldLoss = try open(.foldSum(.loss, period: period), isCounted: false)
                }
                if facts.opensBrier {
                    summary.foldBrier = try open(.foldSum(.brier, period: period), isCounted: false)
                }
                return
            }
            doublings += 1
            period *= 2
        }
    }

    /// Sums over the rows that were kept aside; none where no period serves them.
    func heldOut() throws(TrainingProgram.Stop) {
        steps.append(.checkpoint)
        while doublings <= facts.periodDoublings, facts.ofHeldOutRows.hasRoom(period: period) {
            if try open(.heldOutRange(period: period), isCounted: false) == 0 {
                if facts.family == .linear {
                    summary.heldOutLoss = try open(.heldOutSquares, isCounted: false)
                }
                if facts.opensLoss {
                    summary.heldOutLoss = try open(.heldOutSum(.loss, period: period), isCounted: false)
                }
                if facts.opensBrier {
                    summary.heldOutBrier = try open(.heldOutSum(.brier, period: period), isCounted: false)
                }
                return
            }
            guard facts.family != .linear else { return }
            doublings += 1
            period *= 2
        }
    }
}

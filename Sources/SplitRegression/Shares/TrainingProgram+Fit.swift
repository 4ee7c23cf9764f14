extension TrainingProgram {
    /// One run of the decisions: it takes numbers as long as there are some.
    final class Run {
        /// Of the fit without the columns that were left out so far.
        var facts: TrainingFacts
        private var numbers: ArraySlice<Double>
        var steps: [TrainingStep] = []
        var summary = Summary()
        var passes: Int { summary.passes }
        var period: Double
        var doublings = 0
        /// Bits that each side has sent of its shares so far.
        var spent = 0
        private var lastNorm = 0.0
        /// Negative binomial, theta estimated.
        private var thetas = 0
        private var isThetaSettled = false
        /// Doublings when the fit leapt.
        var doublingsBeforeLeap: Int?
        /// Whether the last inverse is one.
        var hasInverse = false
        var lastTrace = 0.0
        /// Proportional hazards: whether the last reciprocals may be far from those that come next.
        var areReciprocalsFar = true
        /// Exponent of the last opened squared norm.
        private var level = TrainingFacts.firstNormLevel

        init(_ facts: TrainingFacts, _ opened: [Double]) {
            self.facts = facts
            numbers = opened[...]
            period = facts.firstPeriod
            // The active party's choice of the first period.
            spent = facts.family.firstPeriods.count - 1
        }

        func fit() throws(Stop) -> Summary {
            if facts.family == .linear { try linear() } else { try chordNewton() }
            if facts.heldOutRows > 0 { try heldOut() }
            compareLevels()
            return summary
        }

        /// - Parameter isCounted: among the bits of decisions; sums that come once are counted apart (disclosure.md 2.2).
        func open(_ step: TrainingStep, isCounted: Bool = true) throws(Stop) -> Double {
            steps.append(step)
            guard let number = numbers.popFirst() else { throw .opening }
            guard isCounted else { return number }
            spent += facts.openedBits(step, number)
            if spent > facts.decisionBits, decides(step) {
                throw .failure(.notConverged(passes: summary.passes, norm: lastNorm))
            }
            return number
        }

        /// Whether the next step depends on it; sums at the end are counted apart.
        private func decides(_ step: TrainingStep) -> Bool {
            switch step {
            case .trace, .norm, .range, .riskTrace, .leaves: true
            default: false
            }
        }

        // MARK: The fit

        /// One exchange, then two corrections by the residuals themselves, so that rounding of the inverse cancels out.
        private func linear() throws(Stop) {
            if facts.l1 > 0 {
                steps += [.startGradient, .startInformation]
                elasticNet()
            } else {
                try leastSquares()
            }
            steps += [.accept, .predictor(period: period), .residual(period: period)]
            if facts.weighsResiduals { steps.append(.weigh(.root)) }
            steps.append(.checkpoint)
            let sum = try open(.residualSum, isCounted: false)
            summary.residualSum = sum
            summary.passes = 1
            summary.converged = true
            let spread = max(sum, 0x1p-60) / Double(facts.rows)
            steps.append(.coefficients(fractionBits: facts.coefficientBits(spread: spread)))
            if facts.weighsResiduals, usesScores { steps.append(.weigh(.root)) }
            if facts.computesStandardErrors { variances(spread: spread) }
            try crossValidate()
        }

        private func leastSquares() throws(Stop) {
            try start(isFinal: true)
            steps += [.direction, .accept]
            for _ in 0..<2 {
                steps += [.move(shift: 0), .predictor(period: period), .residual(period: period)]
                if facts.weighsResiduals { steps.append(.weigh(.weight)) }
                steps += [.gradient(period: period), .direction, .accept]
            }
            steps.append(.move(shift: 0))
        }

        /// From the opened correlations, and once more from the exact gradient there.
        private func elasticNet() {
            steps += [.checkpoint, .correlations, .propose, .predictor(period: period), .residual(period: period)]
            steps += [.gradient(period: period), .checkpoint, .jointGradient, .propose]
        }

        private func chordNewton() throws(Stop) {
            try start()
            var norm = try direction()
            var isFresh = true
            var slow = 0
            var isConfirmed = false
            while true {
                while norm > facts.tolerance, summary.passes < facts.maximumPasses {
                    guard let (next, shift) = try step(from: norm) else {
                        // No length helped: rows have wrapped, and weights of such rows had spoilt the inverse too.
                        norm = try restart()
                        (isFresh, slow) = (!facts.hasConstantWeights, 0)
                        continue
                    }
                    // No step helps any more.
                    if next >= norm { break }
                    // What is left is noise of the rows that ran away, for which the last inverse has large elements.
                    if summary.hasLeapt, next > norm / 2, next <= acceptableNorm {
                        norm = next
                        break
                    }
                    // A step under fresh weights that shrinks by less than four, three times: a weight dies away (it shrinks by
                    // exp(1/2) then). Fisher's scoring shrinks by less than Newton's method.
                    let isSlow = isFresh && norm < 1 && shift == 0 && next > norm / facts.leastShrinkage
                    slow = isSlow ? slow + 1 : isFresh ? 0 : slow
                    isFresh = false
                    if slow == 3, !summary.hasLeapt, mayDiverge || mayVanish {
                        norm = try leap()
                        slow = 0
                        continue
                    }
                    var found = next
                    if isOutdated(next, from: norm, shift: shift) {
                        found = try refresh()
                        isFresh = true
                    }
                    norm = found
                }
                if facts.family == .cox, try !areReciprocalsThere(&norm) { continue }
                guard norm <= acceptableNorm else {
                    throw .failure(.notConverged(passes: summary.passes, norm: norm))
                }
                summary.converged =
                    norm <= facts.tolerance || summary.hasLeapt && summary.passes < facts.maximumPasses
                summary.norm = norm
                // The last step costs nothing: its direction is there already.
                steps += [.move(shift: 0), .accept]
                if runawaysMayHaveWrapped {
                    try lengthen()
                    pass()
                    norm = try direction()
                    isFresh = false
                    continue
                }
                if try goesOn() {
                    steps += [.residual(period: period), .gradient(period: period)]
                    countPass()
                    // Another theta may move the gradient by any factor: the last norm says nothing of the next.
                    level = TrainingFacts.firstNormLevel
                    norm = try direction()
                    isFresh = false
                    continue
                }
                steps.append(.checkpoint)
                steps.append(.coefficients(fractionBits: facts.coefficientBits(spread: 1)))
                if isConfirmed { break }
                if try open(.range(period: period)) == 0 { break }
                if facts.family == .cox, !canLengthen {
                    // Whether some row has wrapped is not known.
                    summary.converged = false
                    break
                }
                if summary.hasLeapt, doublings == facts.periodDoublings {
                    // Rows that ran away set the bit; whether others would is not known.
                    summary.converged = false
                    break
                }
                // The same point under twice the period: where it is near the answer there too, no row had wrapped, and none is
                // near the end of the longer period, whatever the parties' own parts are.
                try lengthen()
                // Theta too was estimated under the shorter one.
                isThetaSettled = thetas == Self.mostThetas
                pass()
                norm = try direction()
                isConfirmed = norm <= acceptableNorm
                if norm <= facts.tolerance { break }
            }
            try finish()
            try crossValidate()
        }

        /// Whether rows that ran away may lie beyond the period of a sum that theta is to be estimated from. There the sum's series is
        /// wrong by any amount, while residuals, whose series is mirrored, show nothing of it.
        private var runawaysMayHaveWrapped: Bool {
            facts.estimatesTheta && !isThetaSettled && summary.hasLeapt && doublings == doublingsBeforeLeap
                && doublings < facts.periodDoublings && summary.passes < facts.maximumPasses
        }

        /// Whether the active party goes on with another theta, of which it alone knows.
        private func goesOn() throws(Stop) -> Bool {
            guard facts.estimatesTheta, !isThetaSettled else { return false }
            steps.append(.predictor(period: period))
            _ = try open(.sum(.dispersion, period: period), isCounted: false)
            thetas += 1
            if try open(.theta) == 0 {
                isThetaSettled = true
                return false
            }
            guard thetas < Self.mostThetas else {
                throw .failure(.notConverged(passes: summary.passes, norm: lastNorm))
            }
            return true
        }

        /// Moves until the norm falls, shorter the second time.
        ///
        /// - Returns: nil where neither length helps: the period is too short.
        private func step(from norm: Double) throws(Stop) -> (norm: Double, shift: Int)? {
            let root = Double(facts.rows).squareRoot()
            let first = norm < 1 ? 0 : min(2, Int((1 + 4 * norm / root).exponent))
            var shift = first
            while true {
                steps.append(.move(shift: shift))
                pass(stays: false)
                let next = try openNorm()
                if next < norm {
                    steps.append(.accept)
                    return (next, shift)
                }
                areReciprocalsFar = true
                shift += 2
                // At the shares' own noise, or out of passes.
                if summary.passes >= facts.maximumPasses
                    || shift > first + 2 && norm <= acceptableNorm
                {
                    steps.append(.stay)
                    return (norm, shift)
                }
                if shift > first + 2 { return nil }
            }
        }

        /// What a fit may end with. After a leap inverses have large elements for rows that ran away: their noise stays in norms.
        private var acceptableNorm: Double {
            Self.acceptable * (summary.hasLeapt ? max(facts.tolerance, Self.leastToleranceOfLeaps) : facts.tolerance)
        }

        /// Whether the inverse is so far off after a step that it is taken anew.
        private func isOutdated(_ next: Double, from norm: Double, shift: Int) -> Bool {
            guard !facts.hasConstantWeights else { return false }
            if summary.hasLeapt { return next > acceptableNorm && next > norm / 4 }
            return next > facts.tolerance && next > norm * (1 - 0.75 * Self.power(-shift))
        }

        /// Everything anew at the present point under twice the period.
        private func restart() throws(Stop) -> Double {
            try lengthen()
            pass()
            return try facts.hasConstantWeights ? direction() : refresh()
        }

        func pass(stays: Bool = true) {
            if stays { steps.append(.stay) }
            steps.append(.predictor(period: period))
            evaluateResiduals()
            steps.append(.gradient(period: period))
            countPass()
            if !stays { steps.append(.direction) }
        }

        /// Residuals at the predictors that are there.
        func evaluateResiduals() {
            if facts.family == .cox { evaluateHazards() }
            steps.append(.residual(period: period))
        }

        private func countPass() {
            summary.passes += 1
            if summary.passes.isMultiple(of: Self.passesPerCheckpoint) { steps.append(.checkpoint) }
        }

        func direction() throws(Stop) -> Double {
            steps.append(.direction)
            let norm = try openNorm()
            steps.append(.accept)
            return norm
        }

        /// The inverse information at the present point.
        func refresh() throws(Stop) -> Double {
            while true {
                computeInformation()
                if try invertAnew() { break }
                // Negative weights: rows beyond the period.
                try lengthen()
                pass()
            }
            return try direction()
        }

        /// - Parameter byFolds: the same sums, kept apart by folds too.
        func computeInformation(byFolds: Bool = false) {
            steps.append(byFolds ? .foldInformation(period: period) : .information(period: period))
            if summary.hasLeapt { steps.append(.steady) }
        }

        // MARK: Parts

        /// Whether estimates may run away: labels of two kinds, no penalty.
        var mayDiverge: Bool {
            facts.penalty == 0 && (facts.family == .logistic || facts.family == .probit)
        }

        /// Whether a level without any event makes a coefficient run away.
        private var mayVanish: Bool {
            switch facts.family {
            case .poisson, .negativeBinomial: facts.penalty == 0
            default: false
            }
        }

        func lengthen() throws(Stop) {
            doublings += 1
            period *= 2
            areReciprocalsFar = true
            // Rows that had wrapped count again: as above.
            level = TrainingFacts.firstNormLevel
            guard doublings <= facts.periodDoublings else {
                throw .failure(mayDiverge ? .separation() : .predictorOutOfRange(radius: period / 8))
            }
            guard mayDiverge, !facts.isShort(period / 2) else { return }
            steps += [.stay, .predictor(period: period)]
            if try open(.sum(.loss, period: period)) < separationLoss { throw .failure(.separation()) }
        }

        /// From the last inverse, and where that fails from a multiple of the unit matrix. Weights that are not bounded may have outgrown
        /// those of the start.
        func invertAnew(isFinal: Bool = false) throws(Stop) -> Bool {
            if hasInverse, try invert(.warm(iterations: Self.warmIterations), isFinal: isFinal) { return true }
            let exponents = facts.hasBoundedWeights ? [0] : [1, 4]
            for exponent in exponents {
                if try invert(.cold(exponent: exponent, iterations: Self.coldIterations), isFinal: isFinal) {
                    return true
                }
            }
            return false
        }

        /// Whether the iteration went to the inverse: the trace is opened to a quarter, never finer, after fixed counts, twice at
        /// most. Finer it would show the smallest eigenvalue.
        ///
        /// - Parameter isFinal: whether standard errors are read off it: from a quarter to 2^-16 or better without a look.
        func invert(_ start: TrainingStep.Inverse, isFinal: Bool = false) throws(Stop) -> Bool {
            steps.append(.inverse(start))
            (hasInverse, lastTrace) = (false, 0)
            var trace = try open(.trace)
            if abs(trace) > Self.nearTrace {
                guard trace > -1, trace <= Double(facts.parameters) else { return false }
                // What starts from nothing has small eigenvalues to bring up.
                if case .cold = start {
                    steps.append(.inverse(.further(iterations: Self.furtherIterations)))
                } else {
                    steps.append(.inverse(.more(iterations: Self.moreIterations)))
                }
                trace = try open(.trace)
            }
            lastTrace = trace
            guard abs(trace) <= Self.nearTrace else { return false }
            if abs(trace) > Self.smallTrace { steps.append(.inverse(.more(iterations: Self.nearIterations))) }
            if isFinal { steps.append(.inverse(.more(iterations: Self.finalIterations))) }
            hasInverse = true
            return true
        }

        func openNorm() throws(Stop) -> Double {
            let value = try open(.norm(level: level))
            let norm = facts.norm(ofOpened: value)
            lastNorm = norm
            if norm.isFinite {
                level = min(TrainingFacts.firstNormLevel, Int(max(value, Self.power(facts.normFloor)).exponent) + 4)
            }
            return norm
        }

        private static func power(_ exponent: Int) -> Double {
            Double(sign: .plus, exponent: exponent, significand: 1)
        }

        /// As many as a budget counts (disclosure.md 2.2).
        package static let mostThetas = 6
        static let passesPerCheckpoint = 4
        static let coldIterations = 8
        private static let warmIterations = 4
        private static let furtherIterations = 7
        private static let moreIterations = 4
        /// A trace below which the inverse is there, and one from which a few more iterations lead there without a look.
        private static let smallTrace = 0.25
        static let nearTrace = 0.5
        private static let nearIterations = 2
        private static let finalIterations = 3
        /// A fit that used up its passes counts when it is near enough.
        private static let acceptable = 50.0
        private static let leastToleranceOfLeaps = 1e-3
    }
}

internal import Records
internal import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The active party's fit, from first residual to coefficient table.
struct ActiveRole {
    let context: TrainingContext
    let block: ColumnBlock
    let design: DesignMatrix
    let label: [Double]

    func fit() async throws -> TrainingOutcome {
        switch context.plan.family {
        case .linear: try await linear()
        case .logistic: try await logistic()
        }
    }

    private var centring: [Double] { zip(design.means, design.sds).map { $1 > 0 ? $0 / $1 : 0 } }

    private func linear() async throws -> TrainingOutcome {
        let unit = scalbn(1.0, context.labelExponent)
        let training = LinearTraining(context: context, block: block)
        let fit = try await training.fitActive(label: label.map { $0 / unit })
        var summary = makeSummary(passes: 1, converged: true)
        let n = Double(context.rows)
        let p = Double(block.count + context.peerColumns)
        let freedom = n - p
        let residual = fit.residualSumOfSquares * unit * unit
        let mean = label.reduce(0, +) / n
        let total = label.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let r2 = 1 - residual / total
        summary.r2 = r2
        if context.plan.l2 == 0, freedom > 0 {
            summary.adjustedR2 = 1 - (1 - r2) * (n - 1) / freedom
            summary.sigma = (residual / freedom).squareRoot()
            summary.residualDegreesOfFreedom = Int(freedom)
            if p > 1, r2 < 1 {
                let f = r2 / (p - 1) / ((1 - r2) / freedom)
                summary.fStatistic = f
                summary.fPValue = Distributions.fUpper(f, p - 1, freedom)
            }
            let logLikelihood = -n / 2 * (log(2 * Double.pi * residual / n) + 1)
            summary.logLikelihood = logLikelihood
            // R counts the variance as a parameter of a linear model: logLik(lm), AIC and BIC with df = p + 1.
            summary.aic = -2 * logLikelihood + 2 * (p + 1)
            summary.bic = -2 * logLikelihood + log(n) * (p + 1)
        }
        var errors: Covariance.Active?
        if context.computesStandardErrors {
            let variance = fit.residualSumOfSquares / max(freedom, 1)
            errors = try await Covariance(context: context).active(
                factor: fit.factor, rotation: fit.rotation, centring: centring, variance: variance)
        }
        return try await outcome(fit.coefficients, errors: errors, unit: unit, freedom: freedom, summary: summary)
    }

    private func logistic() async throws -> TrainingOutcome {
        let fit = try await LogisticTraining(context: context, block: block, label: label).fit()
        var summary = makeSummary(passes: fit.passes, converged: fit.converged)
        summary.gradientNorm = fit.gradientNorm
        let n = Double(context.rows)
        let events = label.reduce(0, +)
        summary.events = Int(events)
        let rate = events / n
        summary.nullDeviance = -2 * (events * log(rate) + (n - events) * log(1 - rate))
        if let loss = fit.loss {
            summary.logLikelihood = -loss
            summary.deviance = 2 * loss
            summary.logLoss = loss / n
            if context.plan.l2 == 0 {
                let p = Double(block.count + context.peerColumns)
                summary.aic = 2 * loss + 2 * p
                summary.bic = 2 * loss + p * log(n)
            }
        }
        if context.plan.revealFit {
            let predictor = linearPredictor(columns: block.columns, coefficients: fit.coefficients)
            context.report(.phase("Brier score"))
            summary.brier = try await SeparatedSum.open(.brier, context, predictor: predictor, label: label) / n
        }
        var errors: Covariance.Active?
        if context.computesStandardErrors {
            errors = try await LogisticInference(context: context, block: block, label: label)
                .active(coefficients: fit.coefficients, centring: centring)
        }
        return try await outcome(fit.coefficients, errors: errors, unit: 1, freedom: nil, summary: summary)
    }

    private func makeSummary(passes: Int, converged: Bool) -> FitSummary {
        var summary = FitSummary(
            family: context.plan.family.rawValue, n: context.rows, parameters: block.count + context.peerColumns,
            l2: context.plan.l2, passes: passes, converged: converged, keyBits: context.plan.keyBits)
        summary.standardErrorsWithheld = context.standardErrorsWithheld
        return summary
    }

    private func outcome(
        _ coefficients: [Double], errors: Covariance.Active?, unit: Double, freedom: Double?, summary: FitSummary
    ) async throws -> TrainingOutcome {
        try await context.session.checkpoint()
        let offset = try await context.session.receive(Numbers<RawOffsetKind>.self, round: context.round).values
        guard offset.count == 1 else { throw TrainingError.protocolViolation("a raw offset of a wrong length") }
        let model = try PartialModel(
            family: context.plan.family.rawValue, role: "active", columns: design.specs, terms: design.terms,
            estimates: coefficients.dropFirst().map { $0 * unit }, scalings: design.scalings,
            constant: coefficients[0] * unit)
        let raw = coefficients[0] - dot(centring, Array(coefficients.dropFirst())) - offset[0]
        var terms = [
            FittedTerm(
                term: FittedTerm.intercept, estimate: raw * unit, standardized: coefficients[0] * unit,
                standardError: errors.map { $0.rawConstantStandardError * unit }, degreesOfFreedom: freedom)
        ]
        for (j, term) in design.terms.enumerated() {
            let sd = design.sds[j]
            terms.append(
                FittedTerm(
                    term: term, estimate: coefficients[j + 1] * unit / sd, standardized: coefficients[j + 1] * unit,
                    standardError: errors.map { $0.standardErrors[j + 1] * unit / sd }, degreesOfFreedom: freedom))
        }
        return TrainingOutcome(terms: terms, summary: summary, model: model)
    }
}

internal import Records
internal import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The passive party's fit: the same steps in the same order, without a label.
struct PassiveRole {
    let context: TrainingContext
    let block: ColumnBlock
    let design: DesignMatrix

    func fit() async throws -> TrainingOutcome {
        switch context.plan.family {
        case .linear: try await linear()
        case .logistic: try await logistic()
        }
    }

    private var centring: [Double] { zip(design.means, design.sds).map { $1 > 0 ? $0 / $1 : 0 } }

    private func linear() async throws -> TrainingOutcome {
        let unit = scalbn(1.0, context.labelExponent)
        let fit = try await LinearTraining(context: context, block: block).fitPassive()
        var summary = makeSummary(passes: 1, converged: true)
        let freedom = Double(context.rows - block.count - context.peerColumns)
        var errors: [Double]?
        if let variance = fit.residualVariance {
            summary.sigma = variance.squareRoot() * unit
            summary.residualDegreesOfFreedom = Int(freedom)
            errors = try await Covariance(context: context).passive(
                schur: fit.schur, cross: fit.cross, centring: centring, variance: variance)
        }
        return try await outcome(fit.coefficients, errors: errors, unit: unit, freedom: freedom, summary: summary)
    }

    private func logistic() async throws -> TrainingOutcome {
        let fit = try await LogisticTraining(context: context, block: block, label: []).fit()
        var summary = makeSummary(passes: fit.passes, converged: fit.converged)
        summary.gradientNorm = fit.gradientNorm
        if let loss = fit.loss {
            summary.logLikelihood = -loss
            summary.deviance = 2 * loss
            summary.logLoss = loss / Double(context.rows)
        }
        if context.plan.revealFit {
            let predictor = linearPredictor(columns: block.columns, coefficients: fit.coefficients)
            context.report(.phase("Brier score"))
            summary.brier =
                try await SeparatedSum.open(.brier, context, predictor: predictor, label: [])
                / Double(context.rows)
        }
        var errors: [Double]?
        if context.computesStandardErrors {
            errors = try await LogisticInference(context: context, block: block, label: [])
                .passive(coefficients: fit.coefficients, centring: centring)
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
        _ coefficients: [Double], errors: [Double]?, unit: Double, freedom: Double?, summary: FitSummary
    ) async throws -> TrainingOutcome {
        try await context.session.checkpoint()
        try await context.session.send(
            Numbers<RawOffsetKind>([dot(centring, coefficients)]), round: context.round)
        let model = try PartialModel(
            family: context.plan.family.rawValue, role: "passive", columns: design.specs, terms: design.terms,
            estimates: coefficients.map { $0 * unit }, scalings: design.scalings, constant: nil)
        let terms = design.terms.enumerated().map { j, term in
            FittedTerm(
                term: term, estimate: coefficients[j] * unit / design.sds[j], standardized: coefficients[j] * unit,
                standardError: errors.map { $0[j] * unit / design.sds[j] }, degreesOfFreedom: freedom)
        }
        return TrainingOutcome(terms: terms, summary: summary, model: model)
    }
}

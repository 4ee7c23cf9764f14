import Records
internal import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// One party's fit, from its columns to its table of coefficients (training.md 5 and 6).
struct FittingRole {
    let context: TrainingContext
    let design: DesignMatrix
    /// At the active party, empty at the passive one.
    let label: [Double]

    private var isActive: Bool { context.role == .active }
    private var unit: Double { scalbn(1.0, context.labelExponent) }
    /// A linear label is fitted about its mean: the constant takes it up again.
    private var center: Double {
        context.plan.family == .linear && isActive ? label.reduce(0, +) / Double(max(label.count, 1)) : 0
    }

    func fit() async throws -> TrainingOutcome {
        let columns = (isActive ? [Array(repeating: 1.0, count: context.rows)] : []) + design.columns
        let names = (isActive ? [FittedTerm.intercept] : []) + design.terms
        let (facts, active) = try await announce(columns)
        let table = try WhitenedTable(columns, hasConstant: isActive, names: names, facts: facts)
        let exchange = PaillierShareExchange(
            keys: context.keys, session: context.session, round: 0, report: context.report)
        let machine = try ShareMachine(
            role: context.role, facts: facts, table: table, active: active,
            centring: (isActive ? [0] : []) + zip(design.means, design.sds).map { $1 > 0 ? $0 / $1 : 0 },
            exchange: exchange)
        let summary = try await run(machine, TrainingProgram(facts))
        return try outcome(summary, machine.results, facts: facts, round: exchange.round + 1)
    }

    /// The bounds that the active party announces, and what follows.
    private func announce(_ columns: [[Double]]) async throws -> (TrainingFacts, ActiveRows?) {
        let (plan, session) = (context.plan, context.session)
        guard isActive else {
            let bounds = try await session.receive(TrainingBounds.self).announcement
            guard bounds.isAllowed(for: ResponseFamily(plan.family)) else {
                throw TrainingError.protocolViolation("bounds that this family's rows cannot have")
            }
            return (plan.facts(rows: context.rows, bounds), nil)
        }
        let family = ResponseFamily(plan.family)
        let rows = try ActiveRows(
            label: label.map { ($0 - center) / unit }, columns: columns, family: family,
            penalty: Double(context.rows) * plan.l2, range: family.firstRange)
        let bounds = Announcement(rows, family: family)
        guard bounds.isAllowed(for: family) else { throw TrainingError.coefficientOutOfRange }
        try await session.send(TrainingBounds(bounds))
        return (plan.facts(rows: context.rows, bounds), rows)
    }

    /// Step after step, as the opened numbers say.
    private func run(
        _ machine: ShareMachine<PaillierShareExchange>, _ program: TrainingProgram
    ) async throws -> TrainingProgram.Summary {
        var opened: [Double] = []
        var done = 0
        var passes = 0
        while true {
            let next = program.continuation(after: opened)
            for step in next.steps[done...] {
                try Task.checkCancellation()
                announce(step)
                if case .predictor = step { machine.exchange.pass = passes + 1 }
                if case .norm = step { passes = next.passes }
                guard let number = try await machine.perform(step) else { continue }
                opened.append(number)
                if case .norm = step {
                    context.report(
                        .pass(next.passes, gradientNorm: program.facts.norm(ofOpened: number)))
                }
            }
            done = next.steps.count
            switch next.end {
            case .fitted(let summary): return summary
            case .failed(let error): throw error
            case nil: continue
            }
        }
    }

    /// For people who wait.
    private func announce(_ step: TrainingStep) {
        switch step {
        case .information: context.report(.inference(step: "information"))
        case .sum(.loss, _): context.report(.phase("log-likelihood"))
        case .sum(.brier, _): context.report(.phase("Brier score"))
        case .residualSum: context.report(.phase("residual sum of squares"))
        case .variances: context.report(.inference(step: "standard errors"))
        default: break
        }
    }

    // MARK: Results

    private func outcome(
        _ result: TrainingProgram.Summary, _ own: FitShares, facts: TrainingFacts, round: UInt32
    ) throws -> TrainingOutcome {
        let plan = context.plan
        var summary = FitSummary(
            family: plan.family.rawValue, n: context.rows, parameters: facts.parameters, l2: plan.l2,
            passes: result.passes, converged: result.converged, keyBits: plan.keyBits)
        summary.standardErrorsWithheld =
            result.withholdsStandardErrors
            ? "some coefficients have next to no information: columns are collinear across the parties, or a level has "
                + "one outcome only" : plan.standardErrorsWithheld
        let freedom = Double(context.rows - facts.parameters)
        var dispersion = 1.0
        if let sum = result.residualSum {
            dispersion = sum / max(freedom, 1)
            if isActive || facts.computesStandardErrors { linear(&summary, sum * unit * unit, facts) }
        } else {
            summary.gradientNorm = result.norm
            if isActive { logistic(&summary, result, facts) }
        }
        let errors = own.variances.map { ($0 * dispersion).squareRoot() * unit }
        return TrainingOutcome(
            terms: terms(
                own, errors: errors.isEmpty ? nil : errors, freedom: result.residualSum == nil ? nil : freedom),
            summary: summary, model: try model(own), round: round)
    }

    private func linear(_ summary: inout FitSummary, _ residual: Double, _ facts: TrainingFacts) {
        let (n, p) = (Double(context.rows), Double(facts.parameters))
        let freedom = n - p
        if context.plan.l2 == 0 {
            summary.sigma = (residual / freedom).squareRoot()
            summary.residualDegreesOfFreedom = Int(freedom)
        }
        guard isActive else { return }
        let mean = label.reduce(0, +) / n
        let total = label.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let r2 = 1 - residual / total
        summary.r2 = r2
        guard context.plan.l2 == 0 else { return }
        summary.adjustedR2 = 1 - (1 - r2) * (n - 1) / freedom
        if p > 1, r2 < 1 {
            let f = (total - residual) / (p - 1) / (residual / freedom)
            summary.fStatistic = f
            summary.fPValue = Distributions.fUpper(f, p - 1, freedom)
        }
        let logLikelihood = -n / 2 * (log(2 * Double.pi * residual / n) + 1)
        summary.logLikelihood = logLikelihood
        // R counts the variance as a parameter of a linear model: logLik(lm), AIC and BIC with df = p + 1.
        summary.aic = -2 * logLikelihood + 2 * (p + 1)
        summary.bic = -2 * logLikelihood + log(n) * (p + 1)
    }

    private func logistic(
        _ summary: inout FitSummary, _ result: TrainingProgram.Summary, _ facts: TrainingFacts
    ) {
        let n = Double(context.rows)
        let events = label.reduce(0, +)
        summary.events = Int(events)
        let rate = events / n
        summary.nullDeviance = -2 * (events * log(rate) + (n - events) * log(1 - rate))
        summary.brier = result.brier.map { $0 / n }
        guard let loss = result.loss else { return }
        summary.logLikelihood = -loss
        summary.deviance = 2 * loss
        summary.logLoss = loss / n
        guard context.plan.l2 == 0 else { return }
        let p = Double(facts.parameters)
        summary.aic = 2 * loss + 2 * p
        summary.bic = 2 * loss + p * log(n)
    }

    private func terms(_ own: FitShares, errors: [Double]?, freedom: Double?) -> [FittedTerm] {
        var result: [FittedTerm] = []
        if let raw = own.rawConstant {
            result.append(
                FittedTerm(
                    term: FittedTerm.intercept, estimate: raw * unit + center,
                    standardized: own.coefficients[0] * unit + center,
                    standardError: errors?[0], degreesOfFreedom: freedom))
        }
        let first = isActive ? 1 : 0
        for (j, term) in design.terms.enumerated() {
            let (sd, value) = (design.sds[j], own.coefficients[j + first] * unit)
            result.append(
                FittedTerm(
                    term: term, estimate: value / sd, standardized: value,
                    standardError: errors.map { $0[j + first] / sd },
                    degreesOfFreedom: freedom))
        }
        return result
    }

    private func model(_ own: FitShares) throws -> PartialModel {
        var estimates = own.coefficients.map { $0 * unit }
        if isActive { estimates[0] += center }
        return try PartialModel(
            family: context.plan.family.rawValue, role: isActive ? "active" : "passive", columns: design.specs,
            terms: design.terms, estimates: Array(estimates.dropFirst(isActive ? 1 : 0)), scalings: design.scalings,
            constant: isActive ? estimates[0] : nil)
    }
}

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
    /// There too, where rows have some.
    var offset: [Double]?
    var weight: [Double]?
    var survival: SurvivalColumns?
    /// At the party with the column whose levels are compared.
    var levels: LevelCodes?
    /// Rows kept aside; label and offset at the active party.
    var test: DesignMatrix?
    var testLabel: [Double] = []
    var testOffset: [Double]?
    /// With further passive parties, in the job's order.
    var others: [TrainingContext] = []
    var openings = TrainingOpenings()

    private var isActive: Bool { context.role == .active }
    var unit: Double { scalbn(1.0, context.labelExponent) }
    /// A linear label is fitted about its mean: the constant takes it up again.
    private var center: Double {
        context.plan.family == .linear && isActive ? label.reduce(0, +) / Double(max(label.count, 1)) : 0
    }

    /// Labels as the fit takes them. The centre is a sum over all rows: asked for in each row it took ten minutes of a million rows.
    private func scaled(_ labels: [Double]) -> [Double] {
        let (center, unit) = (center, unit)
        return labels.map { ($0 - center) / unit }
    }

    func fit() async throws -> TrainingOutcome { try await fitted().outcome }

    /// With the machine, whose exchanges may go on.
    func fitted() async throws -> (outcome: TrainingOutcome, machine: ShareMachine<PaillierShareExchange>) {
        let (columns, names) = (columns, names)
        var machine = try await machine()
        let facts = machine.facts
        let summary: TrainingProgram.Summary
        var kept = Kept(columns: columns, names: names)
        do {
            summary = try await run(TrainingProgram(facts)) { step, pass in
                if case .predictor = step { machine.exchange.pass = pass }
                guard case .leaveOut(let place) = step else { return try await machine.perform(step) }
                let (next, index) = try machine.leavingOut(of: place, kept.columns, names: kept.names)
                machine = next
                if let index { kept.remove(index) }
                return nil
            }
        } catch TrainingError.aliasedAcrossParties {
            throw TrainingError.aliasedAcrossParties(
                columns: NamedColumns.aliased(machine.results.aliases, names: kept.names))
        } catch TrainingError.separation {
            throw TrainingError.separation(
                columns: NamedColumns.moving(machine.results.movements, columns: kept.columns, names: kept.names))
        }
        let isRunaway =
            summary.hasLeapt
            ? NamedColumns.runaway(
                machine.results, columns: kept.columns, centring: machine.centring, facts: machine.facts)
            : kept.columns.map { _ in false }
        let own = Own(
            results: machine.results, isRunaway: isRunaway,
            places: design.terms.map { term in kept.names.dropFirst(isActive ? 1 : 0).firstIndex(of: term) })
        var outcome = try outcome(
            summary, own, active: machine.active, facts: machine.facts, family: machine.family,
            round: machine.exchange.round + 1)
        if let active = machine.active { outcome.curve = curve(machine.results.curve, active) }
        outcome.comparison = comparison(machine.results)
        if let selection = machine.selection { add(selection, facts, of: machine.ownRange, to: &outcome) }
        return (outcome, machine)
    }

    /// At the means of all columns, standardised ones have a mean of 0, and without an offset; stratum by stratum.
    private func curve(_ hazards: [Double], _ active: ActiveRows) -> [SurvivalPoint]? {
        guard let survival, !hazards.isEmpty else { return nil }
        let unit = ElementaryFunctions.exp(-active.center) / active.rateUnit
        let times = context.plan.times
        let codes: [Int?] = survival.stratum.map { Set($0).sorted() } ?? [nil]
        return codes.enumerated().flatMap { index, code in
            let rows = survival.time.indices.filter { code == nil || survival.stratum?[$0] == code }
            return times.indices.map { j in
                let (time, cumulative) = (times[j], max(0, hazards[index * times.count + j]) * unit)
                return SurvivalPoint(
                    stratum: code, time: time,
                    atRisk: rows.count { survival.time[$0] >= time && (survival.entry?[$0] ?? -1) < time },
                    events: rows.count { survival.time[$0] <= time && label[$0] == 1 }, cumulativeHazard: cumulative,
                    survival: ElementaryFunctions.exp(-cumulative))
            }
        }
    }

    /// What the active party learns of levels: from its own column, or from what was opened.
    private func comparison(_ results: FitShares) -> LevelComparison? {
        guard let plan = context.plan.comparison, let survival else { return nil }
        guard plan.isPassive else {
            return levels.map { LevelComparison(plan, LevelEvents(survival, event: label, times: plan.times), $0) }
        }
        return LevelComparison(plan, results, rows: context.rows)
    }

    /// What this party brings to a comparison in shares.
    private func levelSide() -> LevelSide? {
        guard let plan = context.plan.comparison, plan.isPassive else { return nil }
        if let survival { return .active(LevelEvents(survival, event: label, times: plan.times)) }
        return plan.owner == .sharing ? levels.map { .passive($0) } : .helper
    }

    /// Of all own columns, the constant first at the active party.
    var columns: [[Double]] {
        (isActive ? [Array(repeating: 1.0, count: context.rows)] : []) + design.columns
    }
    var names: [String] { (isActive ? [FittedTerm.intercept] : []) + design.terms }

    /// At the start of the fit, once the active party has announced its bounds.
    func machine() async throws -> ShareMachine<PaillierShareExchange> {
        let (columns, names, heldOut) = (columns, names, heldOutRows())
        let (facts, active) = try await announce(columns, names, heldOut)
        let table = try WhitenedTable(columns, hasConstant: isActive, names: names, facts: facts)
        let others = others.map {
            PaillierShareExchange(keys: $0.keys, session: $0.session, round: 0, report: $0.report)
        }
        for other in others { try await other.takeHandoverKey() }
        let machine = try ShareMachine(
            role: context.role, facts: facts, table: table, active: active,
            centring: (isActive ? [0] : []) + zip(design.means, design.sds).map { $1 > 0 ? $0 / $1 : 0 },
            heldOut: heldOut ?? HeldOutRows(columns: []),
            exchange: PaillierShareExchange(
                keys: context.keys, session: context.session, round: 0, report: context.report),
            others: others)
        machine.levels = levelSide()
        return machine
    }

    /// The steps of a pass at the start and no more: for benchmarks of tables whose fit nobody would wait for.
    func passAlone() async throws {
        let machine = try await machine()
        let period = machine.facts.firstPeriod
        context.report(.phase("pass"))
        let steps: [TrainingStep] = [.predictor(period: period), .residual(period: period), .gradient(period: period)]
        for step in steps { _ = try await machine.perform(step) }
        context.report(.pass(1, gradientNorm: .infinity))
    }

    /// What an elastic net came to, and its whole path.
    ///
    /// - Parameter range: where this party's coefficients stand in joint vectors, after the constant.
    func add(
        _ selection: NetSelection, _ facts: TrainingFacts, of range: Range<Int>, to outcome: inout TrainingOutcome
    ) {
        outcome.summary.nonzero = selection.coefficients.count { $0 != 0 }
        outcome.summary.optimalityGap = selection.violation.map { $0 / facts.l1 }
        let own = max(0, range.lowerBound - 1)..<range.upperBound - 1
        outcome.path = selection.net.path().map { point in
            PenaltyPathPoint(
                l1: point.l1 * unit, nonzero: point.coefficients.count { $0 != 0 },
                coefficients: point.coefficients[own].map { $0 * unit })
        }
    }

    /// nil where no sum over such rows is opened.
    func heldOutRows() -> HeldOutRows? {
        guard let test, context.plan.opensHeldOut(context.testRows) else { return nil }
        return HeldOutRows(
            columns: (isActive ? [Array(repeating: 1.0, count: test.rows)] : []) + test.columns,
            label: scaled(testLabel), offset: testOffset)
    }

    /// The bounds that the active party announces, and what follows.
    private func announce(
        _ columns: [[Double]], _ names: [String], _ heldOut: HeldOutRows?
    ) async throws -> (TrainingFacts, ActiveRows?) {
        let (plan, session) = (context.plan, context.session)
        guard isActive else {
            let bounds = try await session.receive(TrainingBounds.self).announcement
            guard plan.allows(bounds) else {
                throw TrainingError.protocolViolation("bounds that this family's rows cannot have")
            }
            let facts = plan.facts(rows: context.rows, heldOut: context.testRows, unit: unit, bounds)
            try facts.demandRoom()
            for other in others { try await other.session.send(TrainingBounds(bounds)) }
            return (facts, nil)
        }
        let family = plan.response
        let rows = try ActiveRows(
            label: scaled(label), offset: offset, weight: weight, columns: columns,
            names: names, family: family, estimatesTheta: plan.estimatesTheta,
            risk: survival.map {
                RiskSets($0, event: label, weight: weight, ties: plan.ties, curve: plan.times)
            },
            penalty: Double(context.rows) * plan.l2,
            range: family.firstRange)
        let bounds = Announcement(rows, estimatesTheta: plan.estimatesTheta, heldOut: heldOut)
        guard plan.allows(bounds) else { throw TrainingError.coefficientOutOfRange }
        let facts = plan.facts(rows: context.rows, heldOut: context.testRows, unit: unit, bounds)
        try facts.demandRoom()
        try await session.send(TrainingBounds(bounds))
        for other in others { try await other.session.send(TrainingBounds(bounds)) }
        return (facts, rows)
    }

    /// Step after step, as the opened numbers say.
    ///
    /// - Parameter perform: carries out a step of the pass with this number, and gives what it opened.
    func run(
        _ program: TrainingProgram, _ perform: (TrainingStep, _ pass: Int) async throws -> Double?
    ) async throws -> TrainingProgram.Summary {
        var opened: [Double] = []
        var done = 0
        var passes = 0
        var timesOpened = 0
        while true {
            let next = program.continuation(after: opened)
            for step in next.steps[done...] {
                try Task.checkCancellation()
                announce(step)
                if case .coefficients = step {
                    timesOpened += 1
                    try openings.coefficients(timesOpened)
                }
                if case .norm = step { passes = next.passes }
                guard let number = try await perform(step, passes + 1) else { continue }
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
        case .information: context.report(.inference(step: "information matrix"))
        case .sum(.loss, _), .pathPoint: context.report(.phase("log-likelihood"))
        case .sum(.brier, _): context.report(.phase("Brier score"))
        case .sum(.dispersion, _): context.report(.phase("dispersion parameter theta"))
        case .curvature: context.report(.inference(step: "standard error of theta"))
        case .null: context.report(.inference(step: "score test"))
        case .residualSum: context.report(.phase("residual sum of squares"))
        case .squares: context.report(.phase("Pearson's sum of squares"))
        case .variances, .meat: context.report(.inference(step: "standard errors"))
        case .levelTest: context.report(.phase("log-rank test"))
        case .levelCurves: context.report(.phase("Kaplan-Meier curves"))
        case .heldOutSum, .heldOutSquares: context.report(.phase("rows kept aside"))
        case .foldInformation: context.report(.inference(step: "information matrix"))
        case .foldPoints, .foldSum, .foldSquares: context.report(.phase("cross-validation"))
        default: break
        }
    }

    // MARK: Results

    func outcome(
        _ result: TrainingProgram.Summary, _ own: Own, active: ActiveRows?, facts: TrainingFacts,
        family: ResponseFamily, round: UInt32
    ) throws -> TrainingOutcome {
        let plan = context.plan
        var summary = FitSummary(
            family: plan.family.rawValue, n: context.rows,
            parameters: facts.parameters - (family.hasIntercept ? 0 : 1), l2: plan.l2, l1: plan.l1,
            passes: result.passes, converged: result.converged, keyBits: plan.keyBits)
        summary.isWeighted = plan.isWeighted ? true : nil
        summary.hasRunaways = result.hasLeapt ? true : nil
        summary.leftOut = result.leftOut > 0 ? result.leftOut : nil
        if result.sumsMayBeOff {
            summary.sumsMayBeOff =
                "some row's predictor may be larger than the sums over rows have room for; coefficients and standard errors "
                + "do not depend on these sums"
        }
        let isTooExact =
            plan.covariance.isRobust
            && result.residualSum.map { TrainingFacts.meatScale(spread: $0 / Double(context.rows)) == nil } ?? false
        summary.standardErrorsWithheld =
            result.withholdsStandardErrors && isTooExact
            ? "the residuals are too small for robust standard errors; 'covariance: classical' gives some"
            : result.withholdsStandardErrors
                ? "some coefficients have next to no information: columns are collinear across the parties, or a level has "
                    + "one outcome only" : plan.standardErrorsWithheld
        summary.crossValidationWithheld = foldsWithheld(result, facts)
        let freedom = Double(context.rows - facts.parameters)
        var dispersion = 1.0
        if let sum = result.residualSum { dispersion = sum / max(freedom, 1) }
        if plan.family == .linear {
            if let sum = result.residualSum, isActive || facts.computesStandardErrors {
                summary.addLinear(
                    residual: sum * unit * unit, label: isActive ? label : nil, weight: weight, rows: context.rows,
                    parameters: facts.parameters, isPenalised: plan.isPenalised)
            }
        } else if plan.family == .cox {
            summary.gradientNorm = result.norm
            if let active, let sets = active.risk { summary.addHazards(active, sets, result) }
        } else {
            summary.gradientNorm = result.norm
            if !plan.isPenalised { summary.residualDegreesOfFreedom = Int(freedom) }
            if result.residualSum != nil { summary.dispersion = dispersion }
            if isActive {
                let likelihood = RowLikelihood(
                    family: family, label: label, offset: offset, weight: weight)
                if plan.family == .negativeBinomial { summary.theta = likelihood.theta }
                if facts.opensCurvature {
                    // A row beyond the series would make it any number.
                    summary.thetaError = result.sumsMayBeOff ? nil : own.results.thetaError
                    summary.thetaErrorWithheld = summary.thetaError == nil ? Self.thetaErrorWithheld(result) : nil
                }
                summary.add(
                    likelihood, result, parameters: facts.parameters, estimatesTheta: plan.estimatesTheta,
                    isPenalised: plan.isPenalised)
            }
        }
        // Residuals say how much they spread where errors are robust: no dispersion, and normal quantiles but for a linear model.
        let isRobust = plan.covariance.isRobust
        let factor =
            isRobust ? plan.covariance.factor(rows: context.rows, parameters: summary.parameters) : dispersion
        if !own.results.variances.isEmpty { summary.covariance = plan.covariance.rawValue }
        let errors = own.results.variances.map { ($0 * factor).squareRoot() * unit }
        let hasStudent = isRobust ? plan.family == .linear : result.residualSum != nil
        return TrainingOutcome(
            terms: terms(
                own, errors: errors.isEmpty ? nil : errors,
                freedom: hasStudent ? freedom : nil),
            summary: summary, model: try model(own), round: round,
            holdOutMetrics: metrics(
                facts.heldOutRows, loss: result.heldOutLoss, brier: result.heldOutBrier, label: testLabel,
                offset: testOffset, family: family),
            foldMetrics: metrics(
                facts.rows, loss: result.foldLoss, brier: result.foldBrier, label: label, offset: offset,
                weight: weight, family: family))
    }

    private static func thetaErrorWithheld(_ result: TrainingProgram.Summary) -> String {
        result.sumsMayBeOff
            ? "some row's predictor may be larger than the sum that it takes has room for"
            : "the counts hardly tell this theta from larger ones"
    }

    /// What sums over so many rows say of them; at the passive party without what needs labels.
    private func metrics(
        _ rows: Int, loss: Double?, brier: Double?, label: [Double], offset: [Double]?, weight: [Double]? = nil,
        family: ResponseFamily
    ) -> ScoreMetrics? {
        loss.flatMap {
            ScoreMetrics(
                sums: ($0, brier), rows: rows, family: family, unit: unit, label: isActive ? label : nil,
                offset: offset, weight: weight, isWeighted: context.plan.isWeighted && rows == context.rows)
        }
    }

    /// Why a job that asks for cross-validation has none.
    private func foldsWithheld(_ result: TrainingProgram.Summary, _ facts: TrainingFacts) -> String? {
        guard facts.folds > 0, result.foldLoss == nil else { return nil }
        if !facts.hasFolds { return "without a fold there are no more rows than coefficients" }
        if result.hasLeapt { return "some estimates run away" }
        return "columns have next to no information, or some predictors are too large for a step"
    }

    private func terms(_ own: Own, errors: [Double]?, freedom: Double?) -> [FittedTerm] {
        var result: [FittedTerm] = []
        let estimates = own.results.coefficients
        if let raw = own.results.rawConstant {
            result.append(
                FittedTerm(
                    term: FittedTerm.intercept, estimate: raw * unit + center,
                    standardized: estimates[0] * unit + center, standardError: errors?[0],
                    degreesOfFreedom: freedom, note: own.isRunaway[0] ? .runsAway : nil))
        }
        for (j, term) in design.terms.enumerated() {
            guard let place = own.places[j] else {
                result.append(FittedTerm(leftOut: term))
                continue
            }
            let (sd, value) = (design.sds[j], estimates[place] * unit)
            result.append(
                FittedTerm(
                    term: term, estimate: value / sd, standardized: value, standardError: errors.map { $0[place] / sd },
                    degreesOfFreedom: freedom, note: own.isRunaway[place] ? .runsAway : nil))
        }
        return result
    }

    /// A column that was left out has the coefficient 0.
    private func model(_ own: Own) throws -> PartialModel {
        let estimates = own.results.coefficients.map { $0 * unit }
        return try PartialModel(
            family: context.plan.family.rawValue, role: isActive ? "active" : "passive", columns: design.specs,
            terms: design.terms, estimates: own.places.map { $0.map { estimates[$0] } ?? 0 },
            scalings: design.scalings,
            constant: isActive ? (context.plan.family.hasIntercept ? estimates[0] : 0) + center : nil)
    }

    /// Own columns that are in the fit, the constant first at the active party.
    struct Kept {
        var columns: [[Double]]
        var names: [String]

        mutating func remove(_ index: Int) {
            columns.remove(at: index)
            names.remove(at: index)
        }
    }

    /// What was opened to this party alone, and of which columns.
    struct Own {
        let results: FitShares
        /// Of each coefficient.
        let isRunaway: [Bool]
        /// Of each term of the design: its coefficient's index, nil where it was left out.
        let places: [Int?]
    }
}

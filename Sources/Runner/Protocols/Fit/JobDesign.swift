package import Jobs
package import Records
import Site
package import SplitRegression

/// The aligned rows as training takes them: fitted and kept-aside rows, columns, label.
package struct JobDesign: Sendable {
    package let rows: AlignedRows
    let plan: TrainingPlan
    /// Of the fitted rows.
    package let design: DesignMatrix
    /// The active party's outcome over the fitted rows.
    package let label: LabelColumn?
    private let offset: [Double]?
    private let weight: [Double]?
    /// Proportional hazards: of the fitted rows, and of those kept aside.
    private let survival: SurvivalColumns?
    private let testSurvival: SurvivalColumns?
    /// There too, at the party with the column: the level of each fitted row, by which rows are compared.
    private let levels: LevelCodes?
    private let table: Site.PartyTable
    /// Rows kept out of the fit.
    private let kept: AlignedRows?

    init(_ inputs: JobInputs, _ rows: AlignedRows) throws { try self.init(inputs.job, inputs.table, rows) }

    init(_ job: Job, _ table: PartyTable, _ rows: AlignedRows) throws {
        let heldOut = job.holdout == .hash ? rows.heldOut : Array(repeating: false, count: rows.count)
        let fitted = rows.filtered(by: heldOut.map { !$0 })
        kept = job.holdout == .hash ? rows.filtered(by: heldOut) : nil
        self.rows = rows
        self.table = table
        plan = TrainingPlan(job, rows: fitted.count)
        design = try DesignMatrix(
            fitted, columns: table.features, missing: table.missing, fractionBits: plan.family.featureFractionBits)
        label = try table.outcome(fitted)
        offset = try table.predictorOffset(fitted)
        weight = try table.values(of: .weight, fitted)
        survival = try table.survival(fitted)
        testSurvival = try kept.flatMap { try table.survival($0) }
        levels = try table.levels(comparedBy: job, fitted)
    }

    /// With the rows kept aside under the same scalings.
    package func input() throws -> Training.Input {
        Training.Input(
            design: design,
            test: try kept.map {
                try DesignMatrix(
                    $0, columns: table.features, scalings: design.scalings, missing: table.missing,
                    fractionBits: plan.family.featureFractionBits)
            }, offset: offset, testOffset: try kept.flatMap { try table.predictorOffset($0) }, weight: weight,
            survival: survival, testSurvival: testSurvival, levels: levels)
    }

    func testLabel() throws -> [Double] { try kept.flatMap { try table.outcome($0) }?.values ?? [] }

    /// Columns and labels that must not be trained on under this job: small cells, constant columns, leverage, too many events, close times, ...
    ///
    /// - Throws: `TrainingError` where the active party's own columns have no fit, and so no weights to look at.
    package func problems(for job: Job) throws -> [DesignProblem] {
        let limits = DesignLimits(job)
        let own = design.problems(limits: limits, parameters: job.parameterCount, hasConstant: label != nil)
        return try own + (label?.problems(limits: limits) ?? [])
            + (label?.sizeProblems(plan.family, hasOffset: offset != nil) ?? [])
            + weights(for: job, limits, beside: own)
            + tooManyEvents(for: job) + closeTimes(for: job)
    }

    /// Leverage as rows weigh in this fit: a small exposure, or a small case weight on all but one row of a level, leaves that row alone.
    private func weights(
        for job: Job, _ limits: DesignLimits, beside own: [DesignProblem]
    ) throws -> [DesignProblem] {
        guard let label else { return [] }
        var problems: [DesignProblem] = []
        let effective = effectiveSize(Array(label.values.indices))
        if effective < job.limits.minimumCohort, weight != nil {
            problems.append(.fewEffectiveRows(rows: effective, minimum: job.limits.minimumCohort))
        }
        let isNamed = own.contains { if case .leverage = $0 { true } else { false } }
        guard limits.maximumLeverage < 1, !isNamed else { return problems }
        // Without weights a linear fit has those that `own` is about.
        let weights =
            [.linear, .gamma].contains(plan.family)
            ? weight
            : try plan.startWeights(
                label: label.values, offset: offset, weight: weight, columns: design.columns, survival: survival)
        guard let weights else { return problems }
        let leverage = design.leverage(weights: weights, limit: limits.maximumLeverage)
        if leverage.rows > 0 {
            problems.append(
                .leverage(rows: leverage.rows, largest: leverage.largest, limit: limits.maximumLeverage))
        }
        return problems
    }

    private func tooManyEvents(for job: Job) -> [DesignProblem] {
        guard let label, let limit = job.model.mostEvents, label.positives > limit else { return [] }
        return [.tooManyEvents(column: label.name, events: label.positives, limit: limit)]
    }

    /// Times of the survival curve between which too few of the fitted rows have an event: a difference of two hazards would be about
    /// the rows at risk at these.
    private func closeTimes(for job: Job) -> [DesignProblem] {
        guard let survival, let events = label?.values, let column = job.active.beside.time, !job.model.times.isEmpty
        else { return [] }
        guard let strata = survival.stratum else {
            return closeTimes(column, survival, events, of: Array(events.indices), stratum: nil, job)
        }
        let codes = Set(strata).sorted()
        if let limit = job.model.mostStrata, codes.count > limit {
            return [.tooManyStrata(column: job.active.beside.strata ?? "", strata: codes.count, limit: limit)]
        }
        return codes.flatMap { code in
            closeTimes(column, survival, events, of: strata.indices.filter { strata[$0] == code }, stratum: code, job)
        }
    }

    /// The same of the rows of one stratum.
    private func closeTimes(
        _ column: String, _ survival: SurvivalColumns, _ events: [Double], of rows: [Int], stratum: Int?, _ job: Job
    ) -> [DesignProblem] {
        let minimum = job.limits.minimumCell
        var problems: [DesignProblem] = []
        func demand(_ rows: [Int], after: Double?, upTo: Double?) {
            let effective = effectiveSize(rows)
            guard effective < minimum else { return }
            problems.append(
                .timesTooClose(
                    column: column, after: after, upTo: upTo, stratum: stratum, rows: effective,
                    isWeighted: weight != nil, minimum: minimum))
        }
        var before: Double?
        for time in job.model.times {
            let found = rows.filter {
                survival.time[$0] > (before ?? -.infinity) && survival.time[$0] <= time && events[$0] == 1
            }
            demand(found, after: before, upTo: time)
            before = time
        }
        let last = before ?? 0
        demand(
            rows.filter { survival.time[$0] > last && (survival.entry?[$0] ?? 0) <= last }, after: last, upTo: nil)
        return problems
    }

    /// How many rows these are, or as many as have their weights' sum and sum of squares (Kish 1965), rounded down.
    private func effectiveSize(_ rows: [Int]) -> Int {
        guard let weight, !rows.isEmpty else { return rows.count }
        let (sum, squares) = rows.reduce((0.0, 0.0)) { ($0.0 + weight[$1], $0.1 + weight[$1] * weight[$1]) }
        return Int((sum * sum / squares + 1e-9).rounded(.down))
    }

    /// The first guard about this party's own rows that this fit breaks, whatever earlier fits opened: that stands in a site's ledger.
    func brokenGuard(for job: Job) throws -> String? {
        for case .leverage in try problems(for: job) { return Guard.leverage.name }
        let facts = GuardFacts(
            job: job, rows: design.rows, budget: budget(for: job),
            distinctRows: label == nil && job.reveals(.scores) ? design.distinctRows : nil)
        return Guards.findings(job, facts).first { $0.verdict == .refused && Guard(named: $0.name) != nil }?.name
    }

    /// What a fit of several parties opens to one of the others, against what this party's rows hold.
    func budget(for job: Job, from own: Party, to peer: Party, part: BitBudget.Part = .fit) -> BitBudget {
        BitBudget(job, rows: design.rows, from: own, to: peer, hidden: HiddenBits(design, label), part: part)
    }

    /// What the fit opens to the peer, against what this party's rows hold.
    package func budget(for job: Job) -> BitBudget {
        BitBudget(
            job, rows: design.rows, owner: label == nil ? .passive : .active, hidden: HiddenBits(design, label))
    }
}

internal import Paillier
public import Records
public import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The two roles of a training job, from key exchange to partial model (protocols/training.md).
public enum Training {
    /// Columns, and the rows kept aside by the hold-out rule under the same scalings.
    public struct Input: Sendable {
        public var design: DesignMatrix
        public var test: DesignMatrix?
        /// Active party: what is added to each row's predictor, and how often each row counts.
        public var offset: [Double]?
        public var testOffset: [Double]?
        public var weight: [Double]?
        /// Active party, proportional hazards: of the fitted rows, and of those kept aside.
        public var survival: SurvivalColumns?
        public var testSurvival: SurvivalColumns?
        /// The party with the column whose levels are compared: of the fitted rows.
        public var levels: LevelCodes?

        public init(
            design: DesignMatrix, test: DesignMatrix? = nil, offset: [Double]? = nil, testOffset: [Double]? = nil,
            weight: [Double]? = nil, survival: SurvivalColumns? = nil, testSurvival: SurvivalColumns? = nil,
            levels: LevelCodes? = nil
        ) {
            self.design = design
            self.test = test
            self.offset = offset
            self.testOffset = testOffset
            self.weight = weight
            self.survival = survival
            self.testSurvival = testSurvival
            self.levels = levels
        }
    }

    /// Runs the active role: has the label, pays with nothing but its own gradient block and what the job reveals.
    ///
    /// - Parameters:
    ///   - label: of the training rows, in common order.
    ///   - testLabel: of the rows kept aside.
    ///   - openings: is asked before coefficients and scores are opened.
    /// - Throws: ``TrainingError``, `PaillierError`, `WireError`.
    public static func active(
        _ input: Input, label: [Double], testLabel: [Double] = [], plan: TrainingPlan, over session: Session,
        openings: TrainingOpenings = TrainingOpenings(),
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> TrainingOutcome {
        try await active(
            input, label: label, testLabel: testLabel, plan: plan, keyFloor: 2048, over: session,
            openings: openings, progress: progress)
    }

    /// Runs the passive role.
    public static func passive(
        _ input: Input, plan: TrainingPlan, over session: Session,
        openings: TrainingOpenings = TrainingOpenings(),
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> TrainingOutcome {
        try await passive(
            input, plan: plan, keyFloor: 2048, over: session, openings: openings, progress: progress)
    }

    /// The seam for tests: keys below the floor of shipped paths.
    package static func active(
        _ input: Input, label: [Double], testLabel: [Double], plan: TrainingPlan, keyFloor: Int, over session: Session,
        openings: TrainingOpenings = TrainingOpenings(), progress: @escaping @Sendable (TrainingProgress) -> Void
    ) async throws -> TrainingOutcome {
        try plan.validate()
        let rows = input.design.rows
        try checkRows(input, label: label, plan: plan)
        try checkKept(input, label: testLabel, plan: plan)
        try check(input.survival, rows: rows, label: label, plan: plan)
        try check(input, at: nil, plan)
        let exponent = try labelExponent(label, family: plan.family)
        let context = try await open(
            .active, input, exponent: exponent, plan: plan, keyFloor: keyFloor, session: session, progress: progress)
        var fit = try await sharingSeparation {
            try await FittingRole(
                context: context, design: input.design, label: label, offset: input.offset, weight: input.weight,
                survival: input.survival, levels: input.levels, test: input.test, testLabel: testLabel,
                testOffset: input.testOffset, openings: openings
            ).fit()
        }
        if plan.revealScores {
            progress(.phase("scores"))
            try openings.scores()
            try await session.checkpoint()
            let round = fit.round
            let own = try fit.model.partialScores(input.design)
            let scores = try await ScoreExchange.receive(adding: own, over: session, round: round)
                .offset(by: input.offset)
            fit.scores = scores
            fit.metrics = metrics(scores, label: label, input.survival, plan, fit)
            if let test = input.test, context.testRows > 0 {
                let own = try fit.model.partialScores(test)
                let scores = try await ScoreExchange.receive(adding: own, over: session, round: round + 1)
                    .offset(by: input.testOffset)
                fit.holdOutScores = scores
                fit.holdOutMetrics = metrics(scores, label: testLabel, input.testSurvival, plan, fit)
            }
        }
        progress(.finished(passes: fit.summary.passes))
        return fit
    }

    package static func passive(
        _ input: Input, plan: TrainingPlan, keyFloor: Int, over session: Session,
        openings: TrainingOpenings = TrainingOpenings(), progress: @escaping @Sendable (TrainingProgress) -> Void
    ) async throws -> TrainingOutcome {
        try plan.validate()
        try check(input, at: .sharing, plan)
        let context = try await open(
            .passive, input, exponent: 0, plan: plan, keyFloor: keyFloor, session: session, progress: progress)
        let fit = try await sharingSeparation {
            try await FittingRole(
                context: context, design: input.design, label: [], levels: input.levels, test: input.test,
                openings: openings
            ).fit()
        }
        if plan.revealScores {
            progress(.phase("scores"))
            try openings.scores()
            try await session.checkpoint()
            let partial = try fit.model.partialScores(input.design)
            try await ScoreExchange.send(
                partial, model: fit.model, minimumColumns: plan.minimumScoreColumns, over: session,
                round: fit.round)
            if let test = input.test, context.testRows > 0 {
                try await ScoreExchange.send(
                    try fit.model.partialScores(test), model: fit.model, minimumColumns: plan.minimumScoreColumns,
                    over: session, round: fit.round + 1)
            }
        }
        progress(.finished(passes: fit.summary.passes))
        return fit
    }

    /// The seam for benchmarks: keys, and the steps of one pass.
    package static func pass(
        _ role: TrainingRole, _ input: Input, label: [Double] = [], plan: TrainingPlan, over session: Session,
        progress: @escaping @Sendable (TrainingProgress) -> Void
    ) async throws {
        let exponent = role == .active ? try labelExponent(label, family: plan.family) : 0
        let context = try await open(
            role, input, exponent: exponent, plan: plan, keyFloor: 2048, session: session, progress: progress)
        try await FittingRole(context: context, design: input.design, label: label).passAlone()
    }

    /// Either party may be the one that finds the labels separated; both report it under its name.
    private static func sharingSeparation(
        _ body: () async throws -> TrainingOutcome
    ) async throws -> TrainingOutcome {
        do {
            return try await body()
        } catch WireError.peerAborted(_, let reason) where reason.name == TrainingError.separation().name {
            throw TrainingError.separation()
        }
    }

    /// A label of every row, and offsets and case weights if the job has some.
    static func checkRows(_ input: Input, label: [Double], plan: TrainingPlan) throws(TrainingError) {
        let rows = input.design.rows
        guard label.count == rows else { throw .rowCountMismatch(own: rows, peer: label.count) }
        guard [input.offset, input.weight].allSatisfy({ $0 == nil || $0?.count == rows }),
            plan.hasOffset == (input.offset != nil), plan.isWeighted == (input.weight != nil)
        else { throw .invalidPlan("offsets and case weights are not those of the job") }
    }

    /// The same of rows kept aside.
    static func checkKept(_ input: Input, label: [Double], plan: TrainingPlan) throws(TrainingError) {
        let kept = input.test?.rows ?? 0
        guard kept == 0 || label.count == kept && input.testOffset.map({ $0.count == kept }) ?? !plan.hasOffset,
            label.allSatisfy(plan.family.labelDomain.contains)
        else { throw .invalidPlan("labels or offsets of rows kept aside are not theirs") }
    }

    /// Times of every row, and events that there is room for.
    static func check(
        _ survival: SurvivalColumns?, rows: Int, label: [Double], plan: TrainingPlan
    ) throws(TrainingError) {
        guard let survival else {
            guard plan.family != .cox else { throw .invalidPlan("proportional hazards need times") }
            return
        }
        let entry = survival.entry ?? Array(repeating: 0, count: survival.time.count)
        guard plan.family == .cox, survival.time.count == rows, entry.count == rows,
            survival.stratum.map({ $0.count == rows }) ?? true,
            zip(survival.time, entry).allSatisfy({ $0 > $1 && $1 >= 0 && $0.isFinite })
        else { throw .invalidPlan("times, entries or strata are not those of the rows") }
        guard plan.times.isEmpty || survival.stratum.map({ Set($0).count <= plan.curveStrata }) ?? true else {
            throw .invalidPlan("more strata than the job has room for in survival curves")
        }
        guard label.count(where: { $0 == 1 }) <= min(plan.mostEvents ?? rows, rows) else {
            throw .invalidPlan("more events than the job has room for")
        }
    }

    /// Levels of every row at the party that has the column, and nowhere else.
    ///
    /// - Parameter place: whose input it is; nil for the active party.
    static func check(_ input: Input, at place: PassivePlace?, _ plan: TrainingPlan) throws(TrainingError) {
        let isHere = plan.comparison.map { $0.owner == place } ?? false
        guard isHere == (input.levels != nil) else { throw .invalidPlan("levels are not those of the job") }
        guard let comparison = plan.comparison else { return }
        guard comparison.times.isEmpty || input.survival?.stratum == nil else {
            throw .invalidPlan("there are no survival curves of strata")
        }
        try comparison.check(rows: input.design.rows)
        try input.levels?.check(comparison, rows: input.design.rows)
    }

    static func metrics(
        _ scores: [Double], label: [Double], _ survival: SurvivalColumns?, _ plan: TrainingPlan, _ fit: TrainingOutcome
    ) -> ScoreMetrics? {
        guard plan.family == .cox else { return ScoreMetrics(scores, label: label, family: response(plan, fit)) }
        return survival.map {
            ScoreMetrics(scores, event: label, RiskSets($0, event: label, ties: plan.ties))
        }
    }

    /// With the theta that was estimated, where one was.
    private static func response(_ plan: TrainingPlan, _ fit: TrainingOutcome) -> ResponseFamily {
        fit.summary.theta.map { .negativeBinomial(theta: $0) } ?? plan.response
    }

    /// The power of two that brings a linear label's spread to at most 1; checks the others' labels.
    static func labelExponent(_ label: [Double], family: ModelFamily) throws(TrainingError) -> Int {
        let mean = label.reduce(0, +) / Double(max(label.count, 1))
        let variance = label.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(label.count, 1))
        guard variance > 0, variance.isFinite else { throw .constantLabel }
        for (row, value) in label.enumerated() where !family.labelDomain.contains(value) {
            throw .labelOutOfDomain(row: row)
        }
        return family == .linear ? Int(log2(variance.squareRoot()).rounded(.up)) : 0
    }

    static func open(
        _ role: TrainingRole, _ input: Input, exponent: Int, plan: TrainingPlan, keyFloor: Int,
        session: Session, progress: @escaping @Sendable (TrainingProgress) -> Void
    ) async throws -> TrainingContext {
        let columns =
            role == .active ? (plan.activeColumns, plan.passiveColumns) : (plan.passiveColumns, plan.activeColumns)
        return try await open(
            role, input, columns: columns, exponent: exponent, plan: plan, keyFloor: keyFloor, session: session,
            progress: progress)
    }

    /// - Parameter columns: of this party, the constant among them, and of the session's peer, as the job gives them.
    static func open(
        _ role: TrainingRole, _ input: Input, columns expected: (own: Int, peer: Int), exponent: Int,
        plan: TrainingPlan, keyFloor: Int, session: Session, progress: @escaping @Sendable (TrainingProgress) -> Void
    ) async throws -> TrainingContext {
        guard input.design.fractionBits == plan.family.featureFractionBits else {
            throw TrainingError.invalidPlan("the design matrix is not rounded as this family wants it")
        }
        let (rows, testRows) = (input.design.rows, input.test?.rows ?? 0)
        let columns = input.design.terms.count + (role == .active ? 1 : 0)
        let own = TrainingSetup(rows: rows, columns: columns, testRows: testRows, labelExponent: exponent)
        try await session.send(own)
        let peer = try await session.receive(TrainingSetup.self)
        guard own.rows == peer.rows, own.testRows == peer.testRows else {
            throw TrainingError.rowCountMismatch(own: own.rows, peer: peer.rows)
        }
        guard own.columns == expected.own else {
            throw TrainingError.invalidPlan("this side's columns are not as many as the plan says")
        }
        // The peer's count decides what it gets: the job's number, not the peer's word.
        guard peer.columns == expected.peer else {
            throw TrainingError.protocolViolation("another number of columns than the job gives the peer")
        }
        let parameters = plan.parameters
        guard rows > parameters else { throw TrainingError.tooFewRows(rows: rows, parameters: parameters) }
        let keys = try await TrainingKeys.exchange(
            TrainingKeyPurpose.self, terms: plan.keyTerms(floor: keyFloor), nonces: plan.nonces, session: session)
        try await session.checkpoint()
        progress(.keysExchanged(bits: plan.keyBits))
        return TrainingContext(
            role: role, plan: plan, keys: keys, session: session, rows: rows, testRows: testRows,
            labelExponent: role == .active ? exponent : peer.labelExponent, report: progress)
    }
}

extension [Double] {
    /// Scores with what the active party adds to each row's predictor.
    func offset(by offset: [Double]?) -> [Double] { offset.map { zip(self, $0).map(+) } ?? self }
}

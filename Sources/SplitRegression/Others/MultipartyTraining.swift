internal import Records
public import Wire

/// The three roles of a training over more than two parties, from key exchange to partial model
/// (protocols/multiparty-training.md). All sessions are open, and nothing of a training was sent on them.
///
/// All that a role sends follows from its input, from its sessions' seeds, and from what it received in each session, in that session's
/// order: the same function over the logs of all sessions is its replay.
public enum MultipartyTraining {
    /// Runs the active role.
    ///
    /// - Parameters:
    ///   - label: of the rows, in common order.
    ///   - testLabel: of the rows kept aside.
    ///   - openings: is asked before coefficients and scores are opened.
    ///   - plan: the same at all parties; `passiveColumns` are the helper's.
    ///   - helper: the session with the helper.
    ///   - others: with the further passive parties, in the order of the plan's `otherColumns`.
    /// - Throws: ``TrainingError``, `PaillierError`, `WireError`. The caller ends all sessions by it.
    public static func active(
        _ input: Training.Input, label: [Double], testLabel: [Double] = [], plan: TrainingPlan, helper: Session,
        others: [Session], openings: TrainingOpenings = TrainingOpenings(),
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> TrainingOutcome {
        try await active(
            input, label: label, testLabel: testLabel, plan: plan, keyFloor: 2048, helper: helper, others: others,
            openings: openings, progress: progress)
    }

    /// Runs the helper's role.
    ///
    /// - Parameter active: the session with the active party.
    public static func helper(
        _ input: Training.Input, plan: TrainingPlan, active: Session, others: [Session],
        openings: TrainingOpenings = TrainingOpenings(),
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> TrainingOutcome {
        try await helper(
            input, plan: plan, keyFloor: 2048, active: active, others: others, openings: openings,
            progress: progress)
    }

    /// Runs the role of a further passive party.
    ///
    /// - Parameter index: its place in the plan's `otherColumns`.
    public static func other(
        _ index: Int, _ input: Training.Input, plan: TrainingPlan, active: Session, helper: Session,
        openings: TrainingOpenings = TrainingOpenings(),
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> TrainingOutcome {
        try await other(
            index, input, plan: plan, keyFloor: 2048, active: active, helper: helper, openings: openings,
            progress: progress)
    }

    /// Whether these sessions can be one party's of one training: of one job, with different parties under different keys.
    ///
    /// - Throws: ``TrainingError/invalidPlan(_:)`` naming who is the same.
    public static func demandDistinct(_ sessions: [Session]) throws(TrainingError) {
        try DistinctParties.check(sessions)
    }

    // MARK: The seam for tests: keys below the floor of shipped paths

    package static func active(
        _ input: Training.Input, label: [Double], testLabel: [Double], plan: TrainingPlan, keyFloor: Int,
        helper: Session, others: [Session], openings: TrainingOpenings = TrainingOpenings(),
        progress: @escaping @Sendable (TrainingProgress) -> Void
    ) async throws -> TrainingOutcome {
        try check(plan, rows: input.design.rows, others: others)
        try DistinctParties.check([helper] + others)
        try Training.checkRows(input, label: label, plan: plan)
        try Training.checkKept(input, label: testLabel, plan: plan)
        try Training.check(input.survival, rows: input.design.rows, label: label, plan: plan)
        try Training.check(input, at: nil, plan)
        let exponent = try Training.labelExponent(label, family: plan.family)
        let context = try await Training.open(
            .active, input, exponent: exponent, plan: plan, keyFloor: keyFloor, session: helper, progress: progress)
        let contexts = try await open(
            .active, input, own: plan.activeColumns, exponent: exponent, plan: plan, keyFloor: keyFloor, others)
        var (fit, machine) = try await sharingSeparation {
            try await FittingRole(
                context: context, design: input.design, label: label, offset: input.offset, weight: input.weight,
                survival: input.survival, levels: input.levels, test: input.test, testLabel: testLabel,
                testOffset: input.testOffset, others: contexts, openings: openings
            ).fitted()
        }
        if plan.revealScores {
            progress(.phase("scores"))
            try openings.scores()
            _ = try await machine.perform(.checkpoint)
            try await machine.exchange.takeHandoverKey(round: machine.exchange.nextRound())
            let scores = try await summedScores(machine, fit, of: input.design).offset(by: input.offset)
            fit.scores = scores
            fit.metrics = Training.metrics(scores, label: label, input.survival, plan, fit)
            if let test = input.test, context.testRows > 0 {
                let scores = try await summedScores(machine, fit, of: test).offset(by: input.testOffset)
                fit.holdOutScores = scores
                fit.holdOutMetrics = Training.metrics(scores, label: testLabel, input.testSurvival, plan, fit)
            }
        }
        progress(.finished(passes: fit.summary.passes))
        return fit
    }

    package static func helper(
        _ input: Training.Input, plan: TrainingPlan, keyFloor: Int, active: Session, others: [Session],
        openings: TrainingOpenings = TrainingOpenings(), progress: @escaping @Sendable (TrainingProgress) -> Void
    ) async throws -> TrainingOutcome {
        try check(plan, rows: input.design.rows, others: others)
        try DistinctParties.check([active] + others)
        try Training.check(input, at: .sharing, plan)
        let context = try await Training.open(
            .passive, input, exponent: 0, plan: plan, keyFloor: keyFloor, session: active, progress: progress)
        let contexts = try await open(
            .passive, input, own: plan.passiveColumns, exponent: context.labelExponent, plan: plan, keyFloor: keyFloor,
            others)
        let (fit, machine) = try await sharingSeparation {
            try await FittingRole(
                context: context, design: input.design, label: [], levels: input.levels, test: input.test,
                others: contexts, openings: openings
            ).fitted()
        }
        if plan.revealScores {
            progress(.phase("scores"))
            // Before the checkpoint, as what the books refuse: by its place a refusal tells nothing.
            try demandScores(of: fit.model, plan)
            try openings.scores()
            _ = try await machine.perform(.checkpoint)
            // Whoever masked a part would read the helper's own off what it sends: no log says it.
            try await machine.exchange.giveHandoverKey(round: machine.exchange.nextRound())
            for design in kept(input, context) {
                let sums = zip(
                    try fit.model.partialScores(design), try await machine.othersScores(rows: design.rows)
                ).map { ShareWord($0 &+ $1) }
                try await machine.exchange.handOver(sums, bits: TrainingFacts.scoreBits)
            }
        }
        progress(.finished(passes: fit.summary.passes))
        return fit
    }

    package static func other(
        _ index: Int, _ input: Training.Input, plan: TrainingPlan, keyFloor: Int, active: Session, helper: Session,
        openings: TrainingOpenings = TrainingOpenings(), progress: @escaping @Sendable (TrainingProgress) -> Void
    ) async throws -> TrainingOutcome {
        try check(plan, rows: input.design.rows, others: nil)
        try DistinctParties.check([active, helper])
        try Training.check(input, at: .further(index), plan)
        guard plan.otherColumns.indices.contains(index) else {
            throw TrainingError.invalidPlan("the job has no such party")
        }
        let own = plan.otherColumns[index]
        let context = try await Training.open(
            .passive, input, columns: (own, plan.activeColumns), exponent: 0, plan: plan, keyFloor: keyFloor,
            session: active, progress: progress)
        let second = try await Training.open(
            .passive, input, columns: (own, plan.passiveColumns), exponent: 0, plan: plan, keyFloor: keyFloor,
            session: helper, progress: { _ in })
        let (fit, machine) = try await sharingSeparation {
            try await FittingRole(
                context: context, design: input.design, label: [], levels: input.levels, test: input.test,
                openings: openings
            )
            .fitted(withHelper: second, index: index)
        }
        if plan.revealScores {
            progress(.phase("scores"))
            // Whatever the others have: they may all tell the active party their own part.
            try demandScores(of: fit.model, plan)
            try openings.scores()
            _ = try await machine.perform(.checkpoint)
            for design in kept(input, context) { try await machine.splitScores(try fit.model.partialScores(design)) }
        }
        progress(.finished(passes: fit.summary.passes))
        return fit
    }

    // MARK: Parts

    private static func check(_ plan: TrainingPlan, rows: Int, others: [Session]?) throws(TrainingError) {
        try plan.validate()
        guard !plan.otherColumns.isEmpty, others.map({ $0.count == plan.otherColumns.count }) ?? true else {
            throw .invalidPlan("another number of parties than the job has")
        }
    }

    /// Either party may be the one that finds the labels separated; all report it under its name.
    private static func sharingSeparation<Fit>(_ body: () async throws -> Fit) async throws -> Fit {
        do {
            return try await body()
        } catch WireError.peerAborted(_, let reason) where reason.name == TrainingError.separation().name {
            throw TrainingError.separation()
        }
    }

    /// The fitted rows, and those kept aside.
    private static func kept(_ input: Training.Input, _ context: TrainingContext) -> [DesignMatrix] {
        [input.design] + (context.testRows > 0 ? [input.test].compactMap { $0 } : [])
    }

    private static func demandScores(of model: PartialModel, _ plan: TrainingPlan) throws(TrainingError) {
        let columns = model.nonzeroColumns
        guard columns >= plan.minimumScoreColumns else {
            throw .scoresRefused(columns: columns, minimum: plan.minimumScoreColumns)
        }
    }

    /// Of the helper's and all further parties' parts the active party gets the sum: the joint linear predictor of each row.
    private static func summedScores(
        _ machine: ShareMachine<PaillierShareExchange>, _ fit: TrainingOutcome, of design: DesignMatrix
    ) async throws -> [Double] {
        let masks = try await machine.othersScores(rows: design.rows)
        let sent = try await machine.exchange.takeHandover(count: design.rows, bits: TrainingFacts.scoreBits)
        let others = zip(sent, masks).map { Int64(bitPattern: $0.low) &+ $1 }
        return zip(others, try fit.model.partialScores(design)).map(ScoreExchange.joint)
    }

    /// Setup and keys of a holder with each further party.
    private static func open(
        _ role: TrainingRole, _ input: Training.Input, own: Int, exponent: Int, plan: TrainingPlan, keyFloor: Int,
        _ sessions: [Session]
    ) async throws -> [TrainingContext] {
        var result: [TrainingContext] = []
        for (session, columns) in zip(sessions, plan.otherColumns) {
            result.append(
                try await Training.open(
                    role, input, columns: (own, columns), exponent: exponent, plan: plan, keyFloor: keyFloor,
                    session: session, progress: { _ in }))
        }
        return result
    }
}

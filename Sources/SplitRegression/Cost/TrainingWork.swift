package import Paillier
internal import Wire

/// What a training takes, phase by phase: the steps of a course, counted from the plans that the parties and the verifier follow.
package struct TrainingWork: Sendable {
    package enum Phase: String, Sendable, CaseIterable {
        case keys
        /// Gradient and information at the active party's own fit.
        case start
        /// Inverses and their traces.
        case inverse
        /// Predictors, residuals, gradients and directions.
        case passes
        /// Information at later points, that of robust errors among it.
        case information
        /// Sums, coefficients, variances, tests and checks once the fit is there.
        case end
    }

    /// By phase.
    package private(set) var work: [Phase: Workload] = [:]
    /// Of these the operations that do not grow with the rows, which more machines do not share: products of matrices.
    package private(set) var matrices: [Phase: Workload] = [:]
    /// Bytes at the party that holds most: what does not grow with the rows, and what does.
    package private(set) var memory = (fixed: 0.0, rows: 0.0)

    /// - Throws: ``TrainingError``, where the job could not run either.
    package init?(
        _ plan: TrainingPlan, rows: Int, heldOut: Int = 0, course: AssumedCourse
    ) throws(TrainingError) {
        let facts = plan.facts(rows: rows, heldOut: heldOut, Announcement(typicalOf: plan.response))
        try facts.demandRoom()
        guard let steps = course.steps(of: facts) else { return nil }
        // Each session makes and proves two keys.
        let sessions = 1 + 2 * plan.otherColumns.count
        var keys = Workload()
        keys.keys = Double(2 * sessions)
        keys.send(messages: 8 * sessions, payload: Double(sessions * plan.keyBits * 45))
        keys.roundTrips = 4
        work[.keys] = keys
        var isEnd = false
        var evaluators = TrainingEvaluators()
        for step in steps {
            if case .coefficients = step { isEnd = true }
            let phase = Self.phase(of: step, isEnd: isEnd)
            let found = try facts.work(of: step, windows: step.opensBits ? 1 : Self.windows, &evaluators)
            work[phase, default: Workload()] += found
            if Self.isOfMatrices(step) { matrices[phase, default: Workload()] += found }
        }
        let ciphertexts = total.transfers / Double(sessions)
        memory = (
            Self.ownTables(plan) + min(ciphertexts, Self.mostRemembered) * Self.bytesRemembered,
            try facts.memory(of: Set(steps))
        )
    }

    /// Both logs' ciphertexts are remembered by 16 bytes each, in a set that is a quarter empty at least (`DuplicateFilter`).
    private static let (mostRemembered, bytesRemembered) = (0x1p23, 40.0)

    /// The program with what is under way, as measured, and tables of fixed bases: the evaluator's for its nonces, 256 powers for each eight bits, with those of the owner.
    private static func ownTables(_ plan: TrainingPlan) -> Double {
        let residue = ExchangeShape.residueBytes(keyBits: plan.keyBits)
        return 120e6 + Double((plan.keyBits + 128) / 8 * 256) * residue * 1.3 * Double(1 + plan.otherColumns.count)
    }

    package var total: Workload { work.values.reduce(Workload()) { $0 + $1 } }

    /// Of an opening, about.
    private static let windows = 3

    private static func phase(of step: TrainingStep, isEnd: Bool) -> Phase {
        switch step {
        case .startGradient, .startInformation: .start
        case .inverse, .trace: .inverse
        case .information, .foldInformation, .meat, .steady: .information
        default: isEnd ? .end : .passes
        }
    }

    private static func isOfMatrices(_ step: TrainingStep) -> Bool {
        switch step {
        case .inverse, .direction, .wald, .pathSum, .coefficients, .variances, .robustVariances: true
        case .aliases, .passiveAliases, .correlations, .jointGradient: true
        default: false
        }
    }
}

extension Announcement {
    /// What such rows give as a rule, without case weights.
    package init(typicalOf family: ResponseFamily) {
        let (scale, weight, row) =
            switch family {
            case .linear: (0, 0, 2)
            case .logistic: (0, -2, 1)
            case .probit: (0, 0, 3)
            case .poisson: (0, 2, 5)
            case .negativeBinomial: (4, 1, 6)
            case .gamma: (3, 1, 4)
            case .cox: (0, 2, 4)
            }
        self.init(scaleBits: scale, weightBits: weight, rowBits: row, periodBits: family.firstPeriods.lowerBound)
    }
}

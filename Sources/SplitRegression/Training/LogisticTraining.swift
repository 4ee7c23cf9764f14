internal import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The fitting loop of logistic regression, the same code at both parties (training.md 4).
struct LogisticTraining {
    let context: TrainingContext
    let block: ColumnBlock
    let label: [Double]

    struct Fit {
        var coefficients: [Double]
        var passes: Int
        var gradientNorm: Double
        var converged: Bool
        /// Summed negative log-likelihood, where it was opened.
        var loss: Double?
    }

    func fit() async throws -> Fit {
        var block = try await start()
        var schedule = FittingSchedule(context.plan)
        var products: [Double] = []
        while true {
            for move in schedule.takeMoves() {
                switch move {
                case .dropPairs: block.dropPairs()
                case .take(let direction): block.take(direction)
                case .tryStep(let step): block.tryStep(step)
                case .acceptTrial: products = block.acceptTrial().flattened
                case .dropLastPair: block.dropLastPair()
                }
            }
            switch schedule.request {
            case .gradient(let tolerance, let mayShrink):
                try await pass(tolerance: tolerance, mayShrink: mayShrink, &block, &schedule)
            case .checkpoint:
                try await context.session.checkpoint()
                schedule.tookQueued()
            case .loss:
                _ = try await openedLoss(at: block.trialCoefficients)
                schedule.tookQueued()
            case .products(let pairs):
                let joint = try await context.joint(HistoryProductsKind.self, products, round: context.round)
                guard let joint = JointOptimizer.Products(flattened: joint, pairs: pairs) else {
                    throw TrainingError.protocolViolation("a wrong number of inner products")
                }
                schedule.took(joint)
            case .end: return try await finish(block, schedule)
            }
        }
    }

    /// One gradient, at the start or at the trial point, and what both parties make of it.
    private func pass(
        tolerance: Double, mayShrink: Bool, _ block: inout WhitenedBlock, _ schedule: inout FittingSchedule
    ) async throws {
        let isFirst = schedule.norm == nil
        let outcome = try await gradient(
            at: isFirst ? block.coefficients : block.trialCoefficients, pass: schedule.passes + 1,
            tolerance: tolerance, mayShrink: mayShrink)
        guard let outcome else {
            schedule.tookOutOfRange()
            return
        }
        let own: [Double]
        if isFirst {
            block.setGradient(outcome.gradient)
            own = [0, dot(block.gradient, block.gradient)]
        } else {
            let parts = block.setTrialGradient(outcome.gradient)
            own = [parts.slope, parts.squaredNorm]
        }
        let joint = try await context.joint(SlopeProductsKind.self, own, round: context.round)
        guard joint.count == 2 else { throw TrainingError.protocolViolation("a wrong number of inner products") }
        schedule.took(slope: joint[0], squaredNorm: joint[1], radius: outcome.radius)
        context.report(.pass(schedule.passes, gradientNorm: max(0, joint[1]).squareRoot()))
    }

    /// Where the parties start and the coordinates that each optimises in (training.md 4, steps 1 and 2).
    private func start() async throws -> WhitenedBlock {
        let penalty = Double(context.rows) * context.plan.l2
        switch context.role {
        case .active:
            let own = try OwnFeaturesFit(columns: block.columns, label: label, penalty: penalty)
            let mean = own.weights.reduce(0, +) / Double(context.rows)
            let scale = min(0.25, exp2(log2(mean).rounded()))
            context.blockScale = scale
            try await context.session.send(Numbers<BlockScaleKind>([scale]), round: context.round)
            var matrix = SymmetricMatrix.gram(block.columns, weights: own.weights)
            matrix.addDiagonal(penalty) { $0 > 0 }
            return WhitenedBlock(factor: try factor(matrix), start: own.coefficients)
        case .passive:
            let values = try await context.session.receive(
                Numbers<BlockScaleKind>.self, round: context.round
            ).values
            guard values.count == 1, values[0] > 0, values[0] <= 0.25, values[0].significand == 1 else {
                throw TrainingError.protocolViolation("a block scale that is no power of two up to a quarter")
            }
            context.blockScale = values[0]
            var matrix = SymmetricMatrix.gram(block.columns).scaled(by: values[0])
            matrix.addDiagonal(penalty)
            return WhitenedBlock(factor: try factor(matrix), start: Array(repeating: 0, count: block.count))
        }
    }

    private func factor(_ matrix: SymmetricMatrix) throws(TrainingError) -> CholeskyFactor {
        try WhitenedBasis.factor(matrix, names: block.names)
    }

    /// This party's block of the gradient, its penalty included; nil when the passive predictor is out of range and the step
    /// may shrink, in which case nothing was computed and no pass is counted.
    private func gradient(
        at coefficients: [Double], pass: Int, tolerance: Double, mayShrink: Bool
    ) async throws -> LogisticPass.Outcome? {
        let predictor = linearPredictor(columns: block.columns, coefficients: coefficients)
        let next = LogisticPass(
            context: context, block: block, label: label, index: pass, tolerance: tolerance, mayShrink: mayShrink)
        guard var outcome = try await next.run(predictor: predictor) else { return nil }
        let penalty = Double(context.rows) * context.plan.l2
        for j in coefficients.indices where context.role == .passive || j > 0 {
            outcome.gradient[j] += penalty * coefficients[j]
        }
        return outcome
    }

    private func finish(_ block: WhitenedBlock, _ schedule: FittingSchedule) async throws -> Fit {
        let coefficients = block.coefficients
        let norm = schedule.norm ?? .infinity
        try await context.session.checkpoint()
        let loss = try await openedLoss(at: coefficients)
        guard schedule.isUsable else { throw TrainingError.notConverged(passes: schedule.passes, norm: norm) }
        return Fit(
            coefficients: coefficients, passes: schedule.passes, gradientNorm: norm, converged: schedule.isConverged,
            loss: loss)
    }

    /// The summed loss, where the job opens it: for the separation check of every unpenalised fit (training.md 4, step 6),
    /// and where fit statistics are revealed.
    private func openedLoss(at coefficients: [Double]) async throws -> Double? {
        guard context.plan.l2 == 0 || context.plan.revealFit else { return nil }
        let predictor = linearPredictor(columns: block.columns, coefficients: coefficients)
        if context.role == .active { _ = try context.coveringRange(predictor) }
        context.report(.phase("log-likelihood"))
        let loss = try await SeparatedSum.open(.loss, context, predictor: predictor, label: label)
        if context.plan.l2 == 0, loss < separationLoss { throw TrainingError.separation }
        return loss
    }
}

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
        var optimizer = JointOptimizer()
        var passes = 0
        var separationRadius = 16.0

        guard
            let first = try await gradient(
                at: block.coefficients, pass: &passes, tolerance: Self.loosest, mayShrink: false)
        else { throw TrainingError.predictorOutOfRange(radius: PredictorRange.largest) }
        block.setGradient(first.gradient)
        var norm = try await context.joint(
            SlopeProductsKind.self, [0, dot(block.gradient, block.gradient)], round: context.round
        )[1].squareRoot()
        context.report(.pass(passes, gradientNorm: norm))

        while norm > context.plan.tolerance {
            var direction = optimizer.direction()
            if optimizer.slope(direction, squaredNorm: norm * norm) >= 0 {
                // Rounded products can spoil the recursion; the preconditioned gradient always descends.
                optimizer = JointOptimizer()
                block.dropPairs()
                direction = optimizer.direction()
            }
            let before = optimizer.slope(direction, squaredNorm: norm * norm)
            block.take(direction)
            var step = 1.0
            var accepted = false
            while !accepted, passes < context.plan.maximumPasses {
                let tolerance = min(Self.loosest, max(context.plan.tolerance, norm / 128))
                block.tryStep(step)
                let decision: JointOptimizer.LineSearchDecision
                if let trial = try await gradient(
                    at: block.trialCoefficients, pass: &passes, tolerance: tolerance, mayShrink: step > 1)
                {
                    let parts = block.setTrialGradient(trial.gradient)
                    let joint = try await context.joint(
                        SlopeProductsKind.self, [parts.slope, parts.squaredNorm], round: context.round)
                    let reached = max(0, joint[1]).squareRoot()
                    context.report(.pass(passes, gradientNorm: reached))
                    decision =
                        reached <= context.plan.tolerance
                        ? .accept : optimizer.judge(step: step, slopeBefore: before, slopeAfter: joint[0])
                    if decision == .accept { norm = reached }
                    if trial.radius >= separationRadius, context.plan.l2 == 0 {
                        separationRadius = trial.radius * 2
                        _ = try await openedLoss(at: block.trialCoefficients)
                    }
                } else {
                    decision = optimizer.shrink(step: step)
                }
                switch decision {
                case .accept: accepted = true
                case .retry(let next): step = next
                case .fail: return try await finish(block, passes: passes, norm: norm)
                }
            }
            guard accepted else { break }
            let own = block.acceptTrial().flattened
            if norm <= context.plan.tolerance { break }
            let products = try await context.joint(HistoryProductsKind.self, own, round: context.round)
            guard let products = JointOptimizer.Products(flattened: products, pairs: optimizer.pairs + 1) else {
                throw TrainingError.protocolViolation("a wrong number of inner products")
            }
            if !optimizer.accept(products) { block.dropLastPair() }
        }
        return try await finish(block, passes: passes, norm: norm)
    }

    private static let loosest = 1.0 / 64

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
        at coefficients: [Double], pass: inout Int, tolerance: Double, mayShrink: Bool
    ) async throws -> LogisticPass.Outcome? {
        let predictor = linearPredictor(columns: block.columns, coefficients: coefficients)
        let next = LogisticPass(
            context: context, block: block, label: label, index: pass + 1, tolerance: tolerance,
            mayShrink: mayShrink || context.plan.l2 > 0)
        guard var outcome = try await next.run(predictor: predictor) else { return nil }
        pass += 1
        let penalty = Double(context.rows) * context.plan.l2
        for j in coefficients.indices where context.role == .passive || j > 0 {
            outcome.gradient[j] += penalty * coefficients[j]
        }
        return outcome
    }

    private func finish(_ block: WhitenedBlock, passes: Int, norm: Double) async throws -> Fit {
        let coefficients = block.coefficients
        let loss = try await openedLoss(at: coefficients)
        guard norm <= context.plan.tolerance * 50 else {
            throw TrainingError.notConverged(passes: passes, norm: norm)
        }
        return Fit(
            coefficients: coefficients, passes: passes, gradientNorm: norm, converged: norm <= context.plan.tolerance,
            loss: loss)
    }

    /// The summed loss, where the job opens it: for the separation check of every unpenalised fit (training.md 4, step 6),
    /// and where fit statistics are revealed.
    private func openedLoss(at coefficients: [Double]) async throws -> Double? {
        guard context.plan.l2 == 0 || context.plan.revealFit else { return nil }
        let predictor = linearPredictor(columns: block.columns, coefficients: coefficients)
        if context.role == .active { _ = try context.coveringRange(predictor) }
        let loss = try await SeparatedSum.open(.loss, context, predictor: predictor, label: label)
        if context.plan.l2 == 0, loss < separationLoss { throw TrainingError.separation }
        return loss
    }
}

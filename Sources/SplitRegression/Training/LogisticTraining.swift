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
    }

    func fit() async throws -> Fit {
        var block = try await start()
        var optimizer = JointOptimizer()
        var passes = 0
        var tolerance = Self.loosest
        var separationRadius = 16.0

        let first = try await gradient(at: block.coefficients, pass: &passes, tolerance: tolerance)
        block.setGradient(first.gradient)
        var norm = try await context.joint(
            SlopeProductsKind.self, [dot(block.gradient, block.gradient)], round: context.round
        )[0].squareRoot()
        context.report(.pass(passes, gradientNorm: norm))

        while norm > context.plan.tolerance {
            block.take(optimizer.direction())
            let slope = block.slope
            var step = 1.0
            var accepted = false
            while !accepted, passes < context.plan.maximumPasses {
                tolerance = min(Self.loosest, max(context.plan.tolerance, norm / 128))
                block.tryStep(step)
                let trial = try await gradient(at: block.trialCoefficients, pass: &passes, tolerance: tolerance)
                let parts = block.setTrialGradient(trial.gradient)
                let joint = try await context.joint(
                    SlopeProductsKind.self, [slope, parts.slope, parts.squaredNorm], round: context.round)
                context.report(.pass(passes, gradientNorm: joint[2].squareRoot()))
                switch optimizer.judge(step: step, slopeBefore: joint[0], slopeAfter: joint[1]) {
                case .accept:
                    accepted = true
                    norm = joint[2].squareRoot()
                case .retry(let next): step = next
                case .fail: return try await finish(block, passes: passes, norm: norm)
                }
                if trial.radius >= separationRadius {
                    separationRadius = trial.radius * 2
                    try await checkSeparation(at: block.trialCoefficients)
                }
            }
            guard accepted else { break }
            let own = block.acceptTrial().flattened
            let products = try await context.joint(HistoryProductsKind.self, own, round: context.round)
            guard let products = JointOptimizer.Products(flattened: products, pairs: optimizer.pairs + 1) else {
                throw TrainingError.protocolViolation("a wrong number of inner products")
            }
            optimizer.accept(products)
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
            let scale = exp2(log2(mean).rounded())
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
            var matrix = SymmetricMatrix.gram(block.columns).scaled(by: values[0])
            matrix.addDiagonal(penalty)
            return WhitenedBlock(factor: try factor(matrix), start: Array(repeating: 0, count: block.count))
        }
    }

    private func factor(_ matrix: SymmetricMatrix) throws(TrainingError) -> CholeskyFactor {
        try WhitenedBasis.factor(matrix)
    }

    /// This party's block of the gradient, its penalty included.
    private func gradient(
        at coefficients: [Double], pass: inout Int, tolerance: Double
    ) async throws -> LogisticPass.Outcome {
        pass += 1
        let predictor = linearPredictor(columns: block.columns, coefficients: coefficients)
        if context.role == .active { _ = try context.coveringRange(predictor) }
        var outcome = try await LogisticPass(
            context: context, block: block, label: label, index: pass, tolerance: tolerance
        ).run(predictor: predictor)
        let penalty = Double(context.rows) * context.plan.l2
        for j in coefficients.indices where context.role == .passive || j > 0 {
            outcome.gradient[j] += penalty * coefficients[j]
        }
        return outcome
    }

    private func finish(_ block: WhitenedBlock, passes: Int, norm: Double) async throws -> Fit {
        let coefficients = block.coefficients
        try await checkSeparation(at: coefficients)
        guard norm <= context.plan.tolerance * 50 else {
            throw TrainingError.notConverged(passes: passes, norm: norm)
        }
        return Fit(
            coefficients: coefficients, passes: passes, gradientNorm: norm, converged: norm <= context.plan.tolerance)
    }

    /// training.md 4, step 6.
    private func checkSeparation(at coefficients: [Double]) async throws {
        guard context.plan.l2 == 0 else { return }
        let predictor = linearPredictor(columns: block.columns, coefficients: coefficients)
        let loss = try await SeparatedSum.open(.loss, context, predictor: predictor, label: label)
        if loss < separationLoss { throw TrainingError.separation }
    }
}

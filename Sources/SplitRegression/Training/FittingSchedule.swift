/// The decisions of logistic regression's fitting loop, from public numbers alone (training.md 4): what the parties do next
/// together, and what each does to its own block before. The running fit takes them from here, and so does the verifier of
/// its transcript (check T23), so that the two cannot drift.
package struct FittingSchedule: Sendable {
    /// What both parties do next.
    package enum Request: Sendable, Equatable {
        /// A gradient, at the start or at the trial point, to this tolerance; where the step may shrink, the passive party
        /// may announce that its predictor is out of range instead.
        case gradient(tolerance: Double, mayShrink: Bool)
        /// Signed heads of both logs.
        case checkpoint
        /// The summed loss at the trial point: do the labels separate?
        case loss
        /// Inner products of the accepted step with the kept pairs, of which there are now so many.
        case products(pairs: Int)
        case end
    }

    /// What each party does with its own block before the request.
    package enum Move: Sendable, Equatable {
        case dropPairs
        case take(JointOptimizer.Direction)
        case tryStep(Double)
        case acceptTrial
        case dropLastPair
    }

    /// After so many gradients the parties sign what they have.
    package static let passesPerCheckpoint = 4
    private static let loosest = 1.0 / 64

    package private(set) var request: Request
    /// Gradients so far, those of rejected trials included.
    package private(set) var passes = 0
    /// The joint gradient norm at the last accepted point; nil before the first gradient.
    package private(set) var norm: Double?
    private let plan: TrainingPlan
    private var moves: [Move] = []
    private var optimizer = JointOptimizer()
    private var step = 1.0
    private var slope = 0.0
    private var separationRadius = 16.0
    /// What comes before the decision about the last gradient is followed.
    private var queued: [Request] = []
    private var decision: JointOptimizer.LineSearchDecision?

    package init(_ plan: TrainingPlan) {
        self.plan = plan
        request = .gradient(tolerance: Self.loosest, mayShrink: false)
    }

    package var isConverged: Bool { norm.map { $0 <= plan.tolerance } ?? false }
    /// Whether a fit that ends here has a result (training.md 4, step 5).
    package var isUsable: Bool { norm.map { $0 <= plan.tolerance * 50 } ?? false }
    /// Whether the summed loss is opened at the end.
    package var opensFinalLoss: Bool { plan.l2 == 0 || plan.revealFit }

    /// The moves that are due, once.
    package mutating func takeMoves() -> [Move] {
        defer { moves = [] }
        return moves
    }

    // MARK: Answers to the request

    /// - Parameters:
    ///   - slope: joint `d . g` at the trial point.
    ///   - squaredNorm: joint `g . g` there.
    ///   - radius: the range announced for this pass.
    package mutating func took(slope after: Double, squaredNorm: Double, radius: Double) {
        passes += 1
        if passes.isMultiple(of: Self.passesPerCheckpoint) { queued.append(.checkpoint) }
        guard norm != nil else {
            norm = squaredNorm.squareRoot()
            advance()
            return
        }
        let reached = max(0, squaredNorm).squareRoot()
        let next =
            reached <= plan.tolerance
            ? .accept : optimizer.judge(step: step, slopeBefore: slope, slopeAfter: after)
        if next == .accept { norm = reached }
        if radius >= separationRadius, plan.l2 == 0 {
            separationRadius = radius * 2
            queued.append(.loss)
        }
        decision = next
        advance()
    }

    /// The passive party announced that its predictor is out of range.
    package mutating func tookOutOfRange() {
        decision = optimizer.shrink(step: step)
        advance()
    }

    /// A checkpoint or a loss is done.
    package mutating func tookQueued() { advance() }

    package mutating func took(_ products: JointOptimizer.Products) {
        if !optimizer.accept(products) { moves.append(.dropLastPair) }
        beginLine()
    }

    // MARK: Decisions

    private mutating func advance() {
        guard queued.isEmpty else {
            request = queued.removeFirst()
            return
        }
        switch decision {
        case nil: beginLine()
        case .accept:
            moves.append(.acceptTrial)
            request = isConverged ? .end : .products(pairs: optimizer.pairs + 1)
        case .retry(let next):
            step = next
            tryStep()
        case .fail: request = .end
        }
        decision = nil
    }

    private mutating func beginLine() {
        guard let norm, norm > plan.tolerance else {
            request = .end
            return
        }
        var direction = optimizer.direction()
        if optimizer.slope(direction, squaredNorm: norm * norm) >= 0 {
            // Rounded products can spoil the recursion; the preconditioned gradient always descends.
            optimizer = JointOptimizer()
            moves.append(.dropPairs)
            direction = optimizer.direction()
        }
        slope = optimizer.slope(direction, squaredNorm: norm * norm)
        moves.append(.take(direction))
        step = 1
        tryStep()
    }

    private mutating func tryStep() {
        guard let norm, passes < plan.maximumPasses else {
            request = .end
            return
        }
        moves.append(.tryStep(step))
        request = .gradient(
            tolerance: min(Self.loosest, max(plan.tolerance, norm / 128)), mayShrink: step > 1 || plan.l2 > 0)
    }
}

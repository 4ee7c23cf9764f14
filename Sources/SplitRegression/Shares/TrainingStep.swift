/// One step of a training, the same at both parties (training.md 5): what they compute, and what they send for it follows from the facts.
package enum TrainingStep: Sendable, Hashable {
    /// Gradient at the active party's own fit: it alone knows the residuals.
    case startGradient
    /// Information at that fit.
    case startInformation
    /// Shares of the inverse information, by so many iterations.
    case inverse(Inverse)
    /// Opened: `tr(I - H X)` to a quarter, X the inverse before its last iteration.
    case trace
    /// `d = V g`, and `g . d` at the trial point.
    case direction
    /// Opened: `g . d`.
    case norm(level: Int)
    /// Trial point: `u - d / 2^shift`; below 0 it goes further than the direction.
    case move(shift: Int)
    /// Trial point: where the fit is.
    case stay
    /// The trial point, its gradient and its direction become the present ones.
    case accept
    /// Shares of the predictor's phase at the trial point.
    case predictor(period: Double)
    /// Proportional hazards: shares of each row's rate there.
    case rates(period: Double)
    /// Shares of each event's sum of rates over its risk set, scaled.
    case risks(period: Double)
    /// Shares of the reciprocals of these sums, by so many iterations.
    case reciprocals(Reciprocals)
    /// Opened: `sum_k (1 - sum times reciprocal)`, before the last iteration.
    case riskTrace
    /// Trial point: on the straight line from the start to where the fit is.
    case pathPoint(Int)
    /// The slope of the log-likelihood there is added to its integral.
    case pathSum(Int)
    /// Opened: what the fit's negative log-likelihood is above that of the start.
    case pathIntegral
    /// The active party gets the baseline's cumulative hazard at the times that the job declares.
    case curve
    /// Trial point: no effect of any column.
    case null
    /// Opened: the trial point under the information there (Wald's statistic).
    case wald
    /// Opened: the gradient at the trial point under the inverse information there (Rao's score statistic).
    case score
    /// Shares of the residuals there.
    case residual(period: Double)
    /// Linear, with case weights: shares of the residuals times the rows' weights, or times the roots of these.
    case weigh(Weighing)
    /// Shares of the gradient, from those of the residuals.
    case gradient(period: Double)
    /// Shares of the weights, and of the information.
    case information(period: Double)
    /// A little more information in all directions, so that one without any has an inverse.
    case steady
    /// Opened: a sum over rows at the trial point.
    case sum(Kernel.Kind, period: Double)
    /// Opened: the residual sum of squares of a linear fit.
    case residualSum
    /// Opened: Pearson's sum of squares of a gamma fit, at the trial point.
    case squares(period: Double)
    /// Opened: whether the active party goes on with another theta.
    case theta
    /// The active party gets a sum over rows at the trial point, from which its theta's standard error follows.
    case curvature(period: Double)
    /// Each party gets its own block of `u`, and the active one the raw constant, to so many fraction bits.
    case coefficients(fractionBits: Int)
    /// Opened: whether a party's own part of some row's predictor may have wrapped.
    case range(period: Double)
    /// Opened: whether a party's own part of some row's predictor may lead beyond the interval of sums.
    case sumRange(period: Double)
    /// Each party gets the variances of its own coefficients.
    case variances
    /// Shares of the middle of the sandwich estimate at the present residuals, times `2^scale` (Zeileis 2006).
    case meat(period: Double, scale: Int)
    /// Each party gets the robust variances of its own coefficients, from that.
    case robustVariances(scale: Int)
    /// All parties get the correlations of all columns with each other and with the label, and solve an elastic net.
    case correlations
    /// Trial point: its coefficients, which all know.
    case propose
    /// All parties get the gradient there.
    case jointGradient
    /// Opened: whether a party's own part of some held-out row's predictor is out of range.
    case heldOutRange(period: Double)
    /// Opened: a sum over the rows that were kept aside, at the coefficients that were opened.
    case heldOutSum(Kernel.Kind, period: Double)
    /// Opened: the same of a linear fit's squared residuals.
    case heldOutSquares
    /// Shares of the information of each fold's rows, and of all; where weights are constant of the former alone.
    case foldInformation(period: Double)
    /// Shares of the coefficients without each fold's rows, by one step from the present residuals.
    case foldPoints(period: Double)
    /// Opened: whether a party's own part of some row's predictor leaves no room for such a step.
    case foldRange(period: Double)
    /// Shares of each row's predictor, or its phase, at the coefficients without its fold.
    case foldPredictor(period: Double)
    /// Opened: a sum over rows at those predictors.
    case foldSum(Kernel.Kind, period: Double)
    /// Opened: the same of a linear fit's squared residuals.
    case foldSquares
    /// Each party gets how much of its columns lies in the directions that the last inverse did not reach.
    case aliases
    /// Each passive party gets the same of its columns.
    case passiveAliases
    /// Opened: whether this passive party has a column that takes part and can be left out. With further parties only.
    case leaves(PassivePlace)
    /// A passive party takes one of its columns away, and all begin again without it.
    case leaveOut(PassivePlace)
    /// Each party gets its own block of the present direction, coarsely.
    case movements
    /// The active party gets the log-rank test between the levels of a column of the passive party's.
    case levelTest
    /// The active party gets the survival curve of each of these levels at the declared times.
    case levelCurves
    /// Both sign what they have sent.
    case checkpoint

    /// What a linear fit's residuals are multiplied with. By the root twice is by the weight.
    package enum Weighing: Sendable, Hashable {
        case weight, root
    }

    package enum Reciprocals: Sendable, Hashable {
        /// From `2^-exponent`, in stretched iterations.
        case cold(exponent: Int, iterations: Int)
        /// From the last ones.
        case warm(iterations: Int)

        /// What they are multiplied by before each iteration, in eighths: as for an inverse, of which each is one eigenvalue.
        package var stretches: [Int] {
            switch self {
            case .cold(let exponent, let iterations): Inverse.cold(exponent: exponent, iterations: iterations).stretches
            case .warm(let iterations): Array(repeating: 8, count: iterations)
            }
        }
    }

    package enum Inverse: Sendable, Hashable {
        /// From a multiple of the unit matrix, `2^-exponent` times the first one, in stretched iterations.
        case cold(exponent: Int, iterations: Int)
        /// From where such a start led, in stretched iterations again.
        case further(iterations: Int)
        /// From five eighths of the last inverse.
        case warm(iterations: Int)
        /// From the present one, without another start.
        case more(iterations: Int)

        package var iterations: Int {
            switch self {
            case .cold(_, let iterations), .further(let iterations), .warm(let iterations), .more(let iterations):
                iterations
            }
        }

        private var isStretched: Bool {
            switch self {
            case .cold, .further: true
            case .warm, .more: false
            }
        }

        /// How many iterations take `H X` for symmetric, as it is while X is a polynomial of H. Rounding grows under that
        /// assumption, each time by up to the largest element of X.
        package var symmetricIterations: Int { if case .cold = self { min(4, iterations) } else { 0 } }

        /// What X is multiplied by before each iteration, in eighths. An iteration doubles small eigenvalues of `H X`; stretched first,
        /// they grow nearly fourfold, and the last factors bring those that overshoot back to 1.
        package var stretches: [Int] {
            guard isStretched else { return Array(repeating: 8, count: iterations) }
            let last = [14, 12, 9, 8, 8]
            return Array(repeating: 15, count: max(0, iterations - last.count)) + last.suffix(iterations)
        }
    }

    /// Whether what it opens is a bit of each party, and no shared number.
    package var opensBits: Bool {
        switch self {
        case .range, .theta, .heldOutRange, .foldRange, .sumRange, .leaves: true
        default: false
        }
    }

    /// Whether both parties learn a number from it, on which the next steps may depend.
    package var isOpening: Bool {
        switch self {
        case .trace, .norm, .sum, .residualSum, .squares, .range, .theta, .riskTrace, .leaves: true
        case .pathIntegral, .wald, .score: true
        case .heldOutRange, .heldOutSum, .heldOutSquares, .foldRange, .foldSum, .foldSquares, .sumRange: true
        default: false
        }
    }
}

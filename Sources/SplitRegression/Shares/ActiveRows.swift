/// What the active party knows of the rows beside its columns.
package struct ActiveRows: Sendable {
    package let label: [Double]
    /// With theta from its own fit, where that is to be estimated.
    package let family: ResponseFamily
    /// Added to each row's predictor.
    package let offset: [Double]
    /// Case weights.
    package let weight: [Double]
    /// The joint training starts at its own fit.
    package let start: OwnFit
    /// About which an exponential is computed, so that the largest rates lie within its interval.
    package let center: Double
    /// Proportional hazards: who is at risk when, and each row's expected number of events at the start.
    package let risk: RiskSets?
    private let expected: [Double]
    /// What a row's kernels are multiplied with: its case weight; for proportional hazards that times `exp(offset)`, over the largest of
    /// all rows, since what all rates are multiplied with cancels out.
    let kernelWeights: [Double]
    /// That largest one.
    let rateUnit: Double

    /// A fit on the active party's own columns, in clear.
    package struct OwnFit: Sendable {
        package let coefficients: [Double]
        /// With the offset.
        package let predictor: [Double]
        package let loss: Double
    }

    /// - Parameters:
    ///   - columns: standardised, the constant first.
    ///   - names: of the columns, for an error.
    ///   - penalty: `n lambda`.
    ///   - estimatesTheta: whether the family's theta is to be estimated.
    ///   - risk: of proportional hazards, and of no other family.
    ///   - range: the start is shrunk until its predictor lies within.
    package init(
        label: [Double], offset: [Double]? = nil, weight: [Double]? = nil, columns: [[Double]],
        names: [String] = [], family: ResponseFamily, estimatesTheta: Bool = false, risk: RiskSets? = nil,
        penalty: Double, range: Double
    ) throws(TrainingError) {
        for (row, value) in label.enumerated() where !family.allows(value) { throw .labelOutOfDomain(row: row) }
        self.label = label
        self.offset = offset ?? Array(repeating: 0, count: label.count)
        self.weight = weight ?? Array(repeating: 1, count: label.count)
        var (known, fit) = (family, nil as OwnFit?)
        if estimatesTheta {
            var theta = 1.0
            for _ in 0..<Self.mostThetas {
                known = .negativeBinomial(theta: theta)
                let found = try Self.fit(
                    columns, names: names, label: label, offset: self.offset, weight: self.weight, family: known,
                    penalty: penalty,
                    range: range)
                fit = found
                let next = try ThetaEstimate.estimate(
                    label: label, weight: self.weight, predictor: found.predictor)
                let isSettled = abs(next - theta) < 1e-3 * theta
                theta = next
                if isSettled { break }
            }
            known = .negativeBinomial(theta: theta)
        }
        self.family = known
        self.risk = risk
        var expected: [Double] = []
        if let risk {
            let hazards = ProportionalHazards(
                sets: risk, label: label, offset: offset, weight: weight, columns: Array(columns.dropFirst()),
                names: Array(names.dropFirst()), penalty: penalty)
            let found = try hazards.fit()
            start = OwnFit(coefficients: [0] + found.coefficients, predictor: found.predictor, loss: found.loss)
            expected = hazards.expected(found.predictor)
            // Offsets so far apart that a risk set has no digits left.
            guard expected.allSatisfy(\.isFinite) else { throw .coefficientOutOfRange }
        } else if let fit {
            start = fit
        } else {
            start = try Self.fit(
                columns, names: names, label: label, offset: self.offset, weight: self.weight, family: family,
                penalty: penalty,
                range: range)
        }
        self.expected = expected
        let isCox = family == .cox
        let factors = isCox ? zip(self.weight, self.offset).map { $0 * ElementaryFunctions.exp($1) } : self.weight
        let unit = isCox ? factors.max() ?? 1 : 1
        (kernelWeights, rateUnit) = (isCox ? factors.map { $0 / unit } : factors, unit)
        let own = zip(start.predictor, self.offset).map { $0 - $1 }
        switch family {
        case .poisson: center = (own.max() ?? 0) - Self.centerMargin
        // What all rates are multiplied by cancels out: the other party's part gets the room.
        case .cox: center = max((own.max() ?? 0) - Self.centerMarginOfHazards, Self.leastCenterOfHazards)
        case .gamma: center = (own.min() ?? 0) + Self.centerMargin
        default: center = 0
        }
    }

    /// Score residual of a row at the start, without its case weight.
    ///
    /// - Parameter other: another family than the rows' own, with another theta.
    func startResidual(_ row: Int, as other: ResponseFamily? = nil) -> Double {
        risk == nil ? (other ?? family).residual(start.predictor[row], label: label[row]) : expected[row] - label[row]
    }

    /// The row's weight in the information at the start, likewise.
    func startWeight(_ row: Int, as other: ResponseFamily? = nil) -> Double {
        risk == nil ? (other ?? family).weight(start.predictor[row]) : expected[row]
    }

    /// Fits of its own until theta settles; it is a start for the joint one.
    private static let mostThetas = 20

    /// Own predictors end so far above the center at the start; the interval ends at 4 there and more after each doubling.
    private static let centerMargin = 1.5

    private static let centerMarginOfHazards = 0.5
    private static let leastCenterOfHazards = 2.0

    /// Where estimates of the own fit begin to run away: from there on steps of Newton's shrink the decrement by a constant only, though
    /// it is small already.
    private struct Runaway {
        var start: [Double]?
        private var last = Double.infinity

        /// Whether the last step moved some row's predictor, as none does where estimates exist.
        static func isMoving(_ movement: [Double]) -> Bool { movement.contains { abs($0) > 0.01 } }

        mutating func take(_ decrement: Double, at coefficients: [Double]) {
            // exp(-1) for a logistic label or a count, somewhat less for probit.
            let isSlow = decrement < 1 && decrement > last / 9
            last = decrement
            start = isSlow ? start ?? coefficients : nil
        }
    }

    /// Newton's method with step halving.
    private static func fit(
        _ columns: [[Double]], names: [String], label: [Double], offset: [Double], weight: [Double],
        family: ResponseFamily,
        penalty: Double, range: Double
    ) throws(TrainingError) -> OwnFit {
        var beta = Array(repeating: 0.0, count: columns.count)
        // A mean, of rates where an exposure multiplies them.
        let base = label.indices.reduce(0.0) {
            $0 + weight[$1] * (family.hasLogLink ? ElementaryFunctions.exp(offset[$1]) : 1)
        }
        beta[0] = family.start(mean: label.indices.reduce(0) { $0 + weight[$1] * label[$1] } / base)
        func predictor(_ beta: [Double]) -> [Double] {
            zip(linearPredictor(columns: columns, coefficients: beta), offset).map { $0 + $1 }
        }
        func loss(_ z: [Double]) -> Double {
            z.indices.reduce(0.0) { $0 + weight[$1] * family.loss(z[$1], label: label[$1]) }
        }
        func objective(_ beta: [Double], _ z: [Double]) -> Double {
            loss(z) + penalty / 2 * beta.dropFirst().reduce(0) { $0 + $1 * $1 }
        }
        var z = predictor(beta)
        var value = objective(beta, z)
        let mayDiverge = penalty == 0 && (family == .logistic || family == .probit)
        var step = beta.map { _ in 0.0 }
        func separation() -> TrainingError {
            .separation(columns: NamedColumns.moving(step, columns: columns, names: names))
        }
        var runaway = Runaway()
        for _ in 0..<200 {
            let residual = z.indices.map { weight[$0] * family.residual(z[$0], label: label[$0]) }
            var gradient = columns.map { dot($0, residual) }
            for j in 1..<max(columns.count, 1) { gradient[j] += penalty * beta[j] }
            var hessian = SymmetricMatrix.gram(
                columns, weights: z.indices.map { weight[$0] * family.weight(z[$0]) })
            hessian.addDiagonal(penalty) { $0 > 0 }
            let factor: CholeskyFactor
            do throws(LinearAlgebraError) {
                factor = try CholeskyFactor(hessian, tolerance: 1e-13)
            } catch {
                if penalty == 0, runaway.start != nil { break }
                throw separation()
            }
            step = factor.solve(gradient)
            var length = 1.0
            var next = beta
            var nextZ = z
            var nextValue = value
            repeat {
                next = zip(beta, step).map { $0 - length * $1 }
                nextZ = predictor(next)
                nextValue = objective(next, nextZ)
                length /= 2
            } while !(nextValue <= value) && length > 1e-6
            let decrement = dot(step, gradient)
            runaway.take(decrement, at: beta)
            if nextValue <= value { (beta, z, value) = (next, nextZ, nextValue) }
            if mayDiverge, loss(z) < separationLoss { throw separation() }
            if decrement < 1e-16 || family == .linear { break }
        }
        // The joint fit goes on from where it began.
        if penalty == 0, let start = runaway.start,
            Runaway.isMoving(linearPredictor(columns: columns, coefficients: step))
        {
            (beta, z) = (start, predictor(start))
        }
        // Offsets stay as they are: what they leave of the range is the coefficients'.
        let fits = zip(z, offset).reduce(1.0) { least, row in
            let own = abs(row.0 - row.1)
            return abs(row.0) <= range ? least : min(least, max(0, range - abs(row.1)) / own)
        }
        if fits < 1 {
            beta = beta.map { $0 * fits }
            z = predictor(beta)
        }
        return OwnFit(coefficients: beta, predictor: z, loss: loss(z))
    }
}

import Records
import SplitRegression

/// Where a fit stands: everything that follows from the sums opened so far, by the same operations in the same order at every site.
struct Course: Sendable {
    /// What is summed next.
    enum Request: Sendable, Equatable {
        case counts
        case iteration(Point)
        case last(Point, null: Double)
        case null(Double, theta: Double)
        case robust(Point, influence: [[Double]])
        case done
    }

    /// Sums at one point.
    struct Derivatives: Sendable {
        let loss: Double
        let gradient: [Double]
        let information: SymmetricMatrix
        let theta: (score: Double, information: Double)?
    }

    /// What the end is made of.
    struct Last: Sendable {
        let derivatives: Derivatives
        let inverse: SymmetricMatrix
        let extras: [Double]
    }

    let model: PooledModel
    /// For the check of cells, which is each site's own; nil where only the result is wanted.
    let own: PooledRows?
    private(set) var request = Request.counts
    private(set) var scales: Scales?
    private(set) var iterations = 0
    private(set) var start: Derivatives?
    private(set) var last: Last?
    private(set) var point = Point(coefficients: [], theta: 1)
    private(set) var nullLoss: Double?
    /// Sums of squared influences.
    private(set) var influences: [Double]?
    /// At the point that was accepted last.
    private var best: (point: Point, derivatives: Derivatives)?
    private var halvings = 0

    init(_ model: PooledModel, own: PooledRows?) {
        self.model = model
        self.own = own
    }

    var isCox: Bool { model.family == .cox }

    // MARK: Taking sums

    /// - Throws: ``PooledError`` where there is no fit.
    mutating func take(_ sums: [Double]) throws(PooledError) {
        switch request {
        case .counts: try begin(sums)
        case .iteration(let point): try iterate(point, derivatives(sums))
        case .last(let point, _): try end(point, sums)
        case .null(let constant, let theta): try null(constant, theta, sums)
        case .robust:
            influences = sums
            request = .done
        case .done: break
        }
    }

    private mutating func begin(_ sums: [Double]) throws(PooledError) {
        let scales = try Scales(sums, model, own: own)
        self.scales = scales
        try checkOutcome(scales)
        var coefficients = Array(repeating: 0.0, count: model.coefficientCount)
        if model.family.hasIntercept { coefficients[0] = scales.null(model.response(theta: 1)) }
        point = Point(coefficients: coefficients, theta: model.theta ?? 1)
        request = .iteration(point)
    }

    private func checkOutcome(_ scales: Scales) throws(PooledError) {
        let isConstant =
            switch model.family {
            case .logistic, .probit: scales.labelMean <= 0 || scales.labelMean >= 1
            case .cox: scales.events == 0
            case .poisson, .negativeBinomial, .gamma: scales.labelMean <= 0
            case .linear: false
            }
        if isConstant { throw .constantColumn("the outcome") }
    }

    private func derivatives(_ sums: [Double]) -> Derivatives {
        let p = model.coefficientCount
        var information = SymmetricMatrix(order: p)
        var at = 1 + p
        for j in 0..<p {
            for k in j..<p {
                information[j, k] = sums[at]
                information[k, j] = sums[at]
                at += 1
            }
        }
        return Derivatives(
            loss: sums[0], gradient: Array(sums[1..<1 + p]), information: information,
            theta: model.estimatesTheta ? (sums[at], sums[at + 1]) : nil)
    }

    // MARK: Newton's method

    private mutating func iterate(_ tried: Point, _ found: Derivatives) throws(PooledError) {
        iterations += 1
        if start == nil { start = found }
        if let best, !(found.loss <= best.derivatives.loss + 1e-10 * (1 + abs(best.derivatives.loss))) {
            halvings += 1
            guard halvings <= 30, iterations < model.iterations else { throw .notConverged(iterations: iterations) }
            let middle = Point(
                coefficients: zip(best.point.coefficients, tried.coefficients).map { ($0 + $1) / 2 },
                theta: (best.point.theta * tried.theta).squareRoot())
            request = .iteration(middle)
            return
        }
        halvings = 0
        best = (tried, found)
        let step = try step(from: found)
        var next = tried
        for j in step.indices { next.coefficients[j] -= step[j] }
        var decrement = dot(step, found.gradient)
        if let theta = found.theta {
            let (moved, gain) = try Self.theta(tried.theta, theta)
            next.theta = moved
            decrement += gain
        }
        guard decrement.isFinite, next.coefficients.allSatisfy(\.isFinite) else {
            throw .notConverged(iterations: iterations)
        }
        if decrement < 1e-13 {
            request = .last(next, null: scales?.null(model.response(theta: next.theta)) ?? 0)
            return
        }
        try checkRunaway(step, next, decrement)
        guard iterations < model.iterations else { throw .notConverged(iterations: iterations) }
        request = .iteration(next)
    }

    private func step(from found: Derivatives) throws(PooledError) -> [Double] {
        guard !found.gradient.isEmpty else { return [] }
        do throws(LinearAlgebraError) {
            return try CholeskyFactor(found.information, tolerance: 1e-9).solve(found.gradient)
        } catch {
            if iterations > 1 { throw .separation([name(of: error.index)]) }
            throw .collinear(name(of: error.index))
        }
    }

    /// Estimates that go on moving while the likelihood hardly does, or that are beyond all scales.
    private func checkRunaway(_ step: [Double], _ next: Point, _ decrement: Double) throws(PooledError) {
        guard model.family != .linear else { return }
        let first = model.family.hasIntercept ? 1 : 0
        let moves = step.indices.map { $0 < first ? 0 : abs(step[$0]) }
        let largest = moves.max() ?? 0
        let isFar = next.coefficients.indices.contains { $0 >= first && abs(next.coefficients[$0]) > 50 }
        guard isFar || (iterations >= 9 && decrement < 1 && largest > 0.05) else { return }
        throw .separation(moves.indices.filter { moves[$0] > largest / 2 }.map { name(of: $0) })
    }

    private func name(of index: Int) -> String {
        guard model.family.hasIntercept else { return model.terms[index] }
        return index == 0 ? FittedTerm.intercept : model.terms[index - 1]
    }

    /// A step of ln theta.
    private static func theta(
        _ theta: Double, _ found: (score: Double, information: Double)
    ) throws(PooledError) -> (theta: Double, gain: Double) {
        let gradient = theta * found.score
        let curvature = theta * theta * found.information - gradient
        let step = curvature > 0 ? min(max(gradient / curvature, -1.5), 1.5) : (gradient > 0 ? 1 : -1)
        let moved = theta * ElementaryFunctions.exp(step)
        guard moved < 1e6, moved > 1e-6 else { throw .notOverdispersed }
        return (moved, abs(gradient * step))
    }

    // MARK: The end

    private mutating func end(_ point: Point, _ sums: [Double]) throws(PooledError) {
        let found = derivatives(sums)
        let inverse: SymmetricMatrix
        do throws(LinearAlgebraError) {
            inverse = try CholeskyFactor(found.information, tolerance: 1e-9).inverse()
        } catch {
            throw .separation([name(of: error.index)])
        }
        self.point = point
        last = Last(
            derivatives: found, inverse: inverse, extras: isCox ? [] : Array(sums.suffix(LocalRows.lastCount)))
        if model.hasClosedNull {
            nullLoss = last?.extras[4]
        } else if !isCox, let scales {
            request = .null(scales.null(model.response(theta: point.theta)), theta: point.theta)
            nulls = 0
            return
        }
        request = afterNull()
    }

    private var nulls = 0

    private mutating func null(_ constant: Double, _ theta: Double, _ sums: [Double]) throws(PooledError) {
        nulls += 1
        let step = sums[1] / sums[2]
        guard step.isFinite, nulls <= model.iterations else { throw .notConverged(iterations: nulls) }
        nullLoss = sums[0]
        if abs(step * sums[1]) < 1e-12 {
            request = afterNull()
        } else {
            request = .null(constant - min(max(step, -2), 2), theta: theta)
        }
    }

    private func afterNull() -> Request {
        guard model.robust != nil, let last else { return .done }
        return .robust(point, influence: unitRows().map { last.inverse.applied(to: $0) })
    }
}

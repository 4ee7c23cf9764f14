/// L-BFGS over the joint whitened coefficients, driven by inner products alone (training.md 4).
///
/// Each party holds only its own block of every vector. The direction is a linear combination of the kept `s` and `y` and
/// the gradient, and its coefficients follow from joint inner products; each party adds its part of those and runs this
/// state machine on the sums, so both take the same decisions. Only additions, multiplications, divisions and square
/// roots are used, which IEEE 754 fixes on every machine.
package struct JointOptimizer: Sendable {
    /// Coefficients of the direction: `d = sum_i s[i] s_i + y[i] y_i + gradient g`.
    package struct Direction: Sendable, Equatable {
        package var s: [Double]
        package var y: [Double]
        package var gradient: Double
    }

    package enum LineSearchDecision: Sendable, Equatable {
        case accept
        /// Try this step instead.
        case retry(step: Double)
        /// No acceptable step within the trials allowed.
        case fail
    }

    private var sy: [[Double]] = []
    private var yy: [[Double]] = []
    private var sg: [Double] = []
    private var yg: [Double] = []
    private var trials = 0

    /// Number of kept pairs.
    package var pairs: Int { sy.count }

    package init() {}

    /// Joint inner products of a newly accepted pair and the new gradient with all kept ones.
    package struct Products: Sendable, Equatable {
        /// `s_new . y_j` for the kept pairs, then for the new one.
        package var newSOldY: [Double]
        /// `s_j . y_new` for the kept pairs.
        package var oldSNewY: [Double]
        /// `y_new . y_j` for the kept pairs, then the new one.
        package var newYOldY: [Double]
        /// `s_j . g`, then the new one.
        package var sGradient: [Double]
        /// `y_j . g`, then the new one.
        package var yGradient: [Double]

        package init(
            newSOldY: [Double], oldSNewY: [Double], newYOldY: [Double], sGradient: [Double], yGradient: [Double]
        ) {
            self.newSOldY = newSOldY
            self.oldSNewY = oldSNewY
            self.newYOldY = newYOldY
            self.sGradient = sGradient
            self.yGradient = yGradient
        }

        /// One party's part.
        package init(s: [[Double]], y: [[Double]], gradient: [Double]) {
            let newS = s[s.count - 1]
            let newY = y[y.count - 1]
            self.init(
                newSOldY: y.map { dot(newS, $0) }, oldSNewY: s.dropLast().map { dot($0, newY) },
                newYOldY: y.map { dot(newY, $0) }, sGradient: s.map { dot($0, gradient) },
                yGradient: y.map { dot($0, gradient) })
        }

        /// All numbers in a fixed order; `5 k - 1` of them for `k` pairs.
        package var flattened: [Double] { newSOldY + oldSNewY + newYOldY + sGradient + yGradient }

        /// - Returns: nil when the count is not that of `pairs` pairs.
        package init?(flattened: [Double], pairs k: Int) {
            guard flattened.count == 5 * k - 1 else { return nil }
            self.init(
                newSOldY: Array(flattened[0..<k]), oldSNewY: Array(flattened[k..<2 * k - 1]),
                newYOldY: Array(flattened[2 * k - 1..<3 * k - 1]), sGradient: Array(flattened[3 * k - 1..<4 * k - 1]),
                yGradient: Array(flattened[4 * k - 1..<5 * k - 1]))
        }
    }

    /// Takes in an accepted step, and says whether its pair is kept: noise can leave a pair without curvature, which would
    /// spoil the recursion. The gradient's products with the kept pairs are taken in either way.
    @discardableResult
    package mutating func accept(_ products: Products) -> Bool {
        let k = pairs
        let curvature = products.newSOldY[k]
        let length = products.newYOldY[k]
        trials = 0
        guard curvature > 0, length > 0, curvature.isFinite, length.isFinite else {
            sg = Array(products.sGradient.prefix(k))
            yg = Array(products.yGradient.prefix(k))
            return false
        }
        for j in 0..<pairs {
            sy[j].append(products.oldSNewY[j])
            yy[j].append(products.newYOldY[j])
        }
        sy.append(products.newSOldY)
        yy.append(products.newYOldY)
        sg = products.sGradient
        yg = products.yGradient
        return true
    }

    /// Joint `d . g` at the present point, from products that both parties know.
    package func slope(_ direction: Direction, squaredNorm: Double) -> Double {
        dot(direction.s, sg) + dot(direction.y, yg) + direction.gradient * squaredNorm
    }

    /// A step whose predictor the approximation does not cover.
    package mutating func shrink(step: Double) -> LineSearchDecision {
        trials += 1
        return trials >= Self.maximumTrials ? .fail : .retry(step: step / 4)
    }

    /// The two-loop recursion (Nocedal and Wright, *Numerical Optimization*, algorithm 7.4) on coefficients.
    package func direction() -> Direction {
        let k = pairs
        guard k > 0 else { return Direction(s: [], y: [], gradient: -Self.firstStep) }
        // q = g - sum_j alpha_j y_j
        var alpha = Array(repeating: 0.0, count: k)
        for i in (0..<k).reversed() {
            var product = sg[i]
            for j in i + 1..<max(k, i + 1) { product -= alpha[j] * sy[i][j] }
            alpha[i] = product / sy[i][i]
        }
        let gamma = sy[k - 1][k - 1] / yy[k - 1][k - 1]
        // r = gamma q + sum_j coefficient_j s_j
        var coefficient = Array(repeating: 0.0, count: k)
        for i in 0..<k {
            var product = yg[i]
            for j in 0..<k { product -= alpha[j] * yy[i][j] }
            product *= gamma
            for j in 0..<i { product += coefficient[j] * sy[j][i] }
            coefficient[i] = alpha[i] - product / sy[i][i]
        }
        return Direction(s: coefficient.map { -$0 }, y: alpha.map { gamma * $0 }, gradient: -gamma)
    }

    /// - Parameters:
    ///   - before: joint `d . g` at the start of the line.
    ///   - after: joint `d . g` at the trial point.
    package mutating func judge(step: Double, slopeBefore before: Double, slopeAfter after: Double)
        -> LineSearchDecision
    {
        trials += 1
        guard before.isFinite, after.isFinite, before < 0 else { return .fail }
        if abs(after) <= Self.curvature * abs(before) { return .accept }
        if trials >= Self.maximumTrials { return .fail }
        if after > 0 {
            return .retry(step: step * min(0.9, max(0.1, before / (before - after))))
        }
        return .retry(step: step * 2)
    }

    package static let firstStep = 0.5
    private static let curvature = 0.9
    private static let maximumTrials = 12
}

import SplitRegression

/// What may be learned of any row: the probability of whatever is seen changes by a factor exp(epsilon) at most, and delta.
public struct PrivacyBudget: Sendable, Hashable, Codable {
    public var epsilon: Double
    public var delta: Double

    public init(epsilon: Double, delta: Double) {
        self.epsilon = epsilon
        self.delta = delta
    }

    func check() throws(PooledError) {
        guard epsilon >= 0.01, epsilon <= 20, delta >= 1e-15, delta <= 0.01 else {
            throw .unsupported("an epsilon that is not between 0.01 and 20, or a delta not between 1e-15 and 0.01")
        }
    }

    /// The largest rho for which rho-zCDP gives the budget (Canonne, Kamath, Steinke 2020), less a millionth.
    public var rho: Double {
        let goal = ElementaryFunctions.log(delta)
        var (low, high) = (0.0, 4 * epsilon + 4)
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if Self.logDelta(middle, epsilon) <= goal { low = middle } else { high = middle }
        }
        return low * (1 - 1e-6)
    }

    /// The logarithm of inf over a > 1 of exp((a - 1)(a rho - epsilon)) / (a - 1) (1 - 1/a)^a. Any a gives a bound.
    private static func logDelta(_ rho: Double, _ epsilon: Double) -> Double {
        func at(_ logarithm: Double) -> Double {
            // a - 1
            let b = ElementaryFunctions.exp(logarithm)
            let a = 1 + b
            return b * (a * rho - epsilon) - logarithm + a * (logarithm - ElementaryFunctions.log(a))
        }
        var (low, high) = (-16.0, 16.0)
        for _ in 0..<100 {
            let (one, two) = (low + (high - low) / 3, high - (high - low) / 3)
            if at(one) < at(two) { high = two } else { low = one }
        }
        return at(low)
    }
}

/// How much noise a vector gets, and in which steps it is opened (`protocols/row-noise.md` 3).
struct NoisePlan: Sendable, Equatable {
    /// Steps of 2^-shift.
    let shift: Int
    /// Of one site, in steps.
    let variance: UInt64
    let siteCount: Int

    /// - Parameters:
    ///   - sensitivity: largest length of what one row adds.
    ///   - count: numbers of the vector.
    ///   - honest: fewest sites whose noise nobody takes off.
    /// - Throws: `unsupported` for bounds that leave no such steps.
    init(sensitivity: Double, count: Int, rho: Double, honest: Int, siteCount: Int) throws(PooledError) {
        self.siteCount = siteCount
        let whole = sensitivity / (2 * rho * Double(honest)).squareRoot()
        guard whole.isFinite, whole > 0 else { throw .unsupported("noise without a bound") }
        var shift = 60
        while shift > -20, Double(sign: .plus, exponent: shift, significand: whole) > 0x1p21 { shift -= 1 }
        let length = Double(sign: .plus, exponent: shift, significand: sensitivity) + Double(count).squareRoot() / 2
        let variance = (length * length / (2 * rho * Double(honest))).rounded(.up)
        guard shift >= 0, variance >= 0x1p40, variance <= 0x1p44 else {
            throw .unsupported("noise that is too large or too small for its steps: another epsilon or clip")
        }
        self.shift = shift
        self.variance = UInt64(variance)
    }

    /// Of the noise that all sites together put into each number.
    var totalVariance: Double {
        let one = Double(sign: .plus, exponent: -shift, significand: 1)
        return Double(siteCount) * Double(variance) * one * one
    }
}

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The two distributions that Wald statistics need.
package enum Distributions {
    /// Two-sided p-value of a standard normal statistic.
    package static func normalTwoSided(_ z: Double) -> Double { erfc(abs(z) / 2.0.squareRoot()) }

    /// Two-sided p-value of Student's t with `df` degrees of freedom, `I_{df/(df+t^2)}(df/2, 1/2)`.
    package static func studentTwoSided(_ t: Double, degreesOfFreedom df: Double) -> Double {
        regularizedBeta(df / (df + t * t), df / 2, 0.5)
    }

    /// Upper 97.5% point of the standard normal.
    package static let normal975 = 1.959963984540054

    /// Upper 97.5% point of Student's t, by bisection on the p-value.
    package static func student975(degreesOfFreedom df: Double) -> Double {
        var low = 0.0
        var high = 1e6
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if studentTwoSided(middle, degreesOfFreedom: df) > 0.05 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// Upper tail of chi squared with a whole number of degrees of freedom (Abramowitz and Stegun 26.4.4, 26.4.5).
    package static func chiSquaredUpper(_ x: Double, degreesOfFreedom df: Int) -> Double {
        guard x > 0, df > 0 else { return 1 }
        let isEven = df.isMultiple(of: 2)
        // Each term is the one before it times x over the next even or odd number.
        var term = isEven ? exp(-x / 2) : (2 / (Double.pi * x)).squareRoot() * exp(-x / 2)
        var sum = isEven ? term : erfc((x / 2).squareRoot())
        for k in stride(from: isEven ? 2 : 1, to: df, by: 2) {
            term *= x / Double(k)
            sum += term
        }
        return min(sum, 1)
    }

    /// I_x(a, b) by Lentz's continued fraction (Abramowitz and Stegun 26.5.8).
    package static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        if x > (a + 1) / (a + b + 2) { return 1 - regularizedBeta(1 - x, b, a) }
        let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
        let tiny = 1e-300
        var c = 1.0
        var d = 1 - (a + b) * x / (a + 1)
        d = 1 / (abs(d) < tiny ? tiny : d)
        var fraction = d
        for m in 1...500 {
            let k = Double(m)
            let even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
            d = 1 + even * d
            c = 1 + even / c
            d = 1 / (abs(d) < tiny ? tiny : d)
            c = abs(c) < tiny ? tiny : c
            fraction *= d * c
            let odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
            d = 1 + odd * d
            c = 1 + odd / c
            d = 1 / (abs(d) < tiny ? tiny : d)
            c = abs(c) < tiny ? tiny : c
            let delta = d * c
            fraction *= delta
            if abs(delta - 1) < 1e-15 { break }
        }
        return front * fraction
    }

    /// Upper tail of the F distribution.
    package static func fUpper(_ f: Double, _ d1: Double, _ d2: Double) -> Double {
        regularizedBeta(d2 / (d2 + d1 * f), d2 / 2, d1 / 2)
    }
}

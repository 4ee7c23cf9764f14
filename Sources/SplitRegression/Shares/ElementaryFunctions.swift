/// Sine, cosine, exponential and logarithm from additions and multiplications alone, so that a replay gives the same bits with any
/// C library. Errors are a few units of the last place.
package enum ElementaryFunctions {
    /// Cosine and sine of an angle given as a fraction `turns / 2^64` of a full turn.
    package static func cosineAndSine(turns: UInt64) -> (cosine: Double, sine: Double) {
        // To the nearest quarter, then |t| <= pi / 4.
        let quarter = (turns &+ (1 << 61)) >> 62
        let rest = Int64(bitPattern: turns &- (quarter << 62))
        let t = Double(rest) * (2 * Double.pi * 0x1p-64)
        let s = t * t
        var sine = 0.0
        for c in sineTerms { sine = sine * s + c }
        sine *= t
        var cosine = 0.0
        for c in cosineTerms { cosine = cosine * s + c }
        switch quarter & 3 {
        case 0: return (cosine, sine)
        case 1: return (-sine, cosine)
        case 2: return (-cosine, -sine)
        default: return (sine, -cosine)
        }
    }

    /// (-1)^k / (2k+1)!, highest first
    private static let sineTerms = reciprocalFactorials(from: 1, count: 10)
    /// (-1)^k / (2k)!, highest first
    private static let cosineTerms = reciprocalFactorials(from: 0, count: 10)

    private static func reciprocalFactorials(from first: Int, count: Int) -> [Double] {
        (0..<count).reversed().map { k in
            let factorial = (1...max(1, 2 * k + first)).reduce(1.0) { $0 * Double($1) }
            return (k % 2 == 0 ? 1 : -1) / factorial
        }
    }

    /// e^x; 0 below -745, infinity above 709.
    package static func exp(_ x: Double) -> Double {
        if x.isNaN { return x }
        if x > 709.7 { return .infinity }
        if x < -745.2 { return 0 }
        let k = (x * 1.4426950408889634).rounded()
        let r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33
        var sum = 1.0
        for n in stride(from: 14, through: 1, by: -1) { sum = 1 + sum * r / Double(n) }
        // In two factors, so that subnormal results are right.
        let half = Int(k) / 2
        return sum * power(half) * power(Int(k) - half)
    }

    private static func power(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }

    /// ln x for x > 0.
    package static func log(_ x: Double) -> Double {
        guard x > 0, x.isFinite else { return x == 0 ? -.infinity : x > 0 ? x : .nan }
        var exponent = Double(x.exponent)
        var m = x.significand
        if m > 1.4142135623730951 {
            m /= 2
            exponent += 1
        }
        let s = (m - 1) / (m + 1)
        let q = s * s
        var sum = 0.0
        for k in stride(from: 23, through: 1, by: -2) { sum = sum * q + 1 / Double(k) }
        return exponent * 0x1.62e42feep-1 + (2 * s * sum + exponent * 0x1.a39ef35793c76p-33)
    }

    /// ln(1 + x) for x > -1.
    package static func logOnePlus(_ x: Double) -> Double {
        let u = 1 + x
        return u == 1 ? x : log(u) * (x / (u - 1))
    }
}

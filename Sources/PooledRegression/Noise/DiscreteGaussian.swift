import Wire

/// The discrete Gaussian N_Z(0, sigma^2), exactly, in integers (Canonne, Kamath, Steinke 2020, algorithms 1 to 3;
/// `protocols/row-noise.md` 3). How long it takes depends on what it draws.
struct DiscreteGaussian: Sendable {
    private let variance: UInt128
    /// floor(sigma) + 1
    private let scale: UInt128

    /// Above this squares do not fit 128 bits.
    static let mostVariance: UInt64 = 1 << 44

    /// - Parameter variance: 1 and more; nil for what is out of bounds.
    init?(variance: UInt64) {
        guard variance >= 1, variance <= Self.mostVariance else { return nil }
        self.variance = UInt128(variance)
        var root = UInt128(Double(variance).squareRoot())
        while root * root > self.variance { root -= 1 }
        while (root + 1) * (root + 1) <= self.variance { root += 1 }
        scale = root + 1
    }

    func next(_ generator: inout ProtocolRandomness) -> Int64 {
        while true {
            let (size, isNegative) = laplace(&generator)
            let product = size * scale
            let distance = product > variance ? product - variance : variance - product
            if Self.exponential(distance * distance, 2 * variance * scale * scale, &generator) {
                return isNegative ? -Int64(size) : Int64(size)
            }
        }
    }

    /// The discrete Laplace distribution of this scale.
    private func laplace(_ generator: inout ProtocolRandomness) -> (size: UInt128, isNegative: Bool) {
        while true {
            let rest = Self.uniform(scale, &generator)
            guard Self.exponential(rest, scale, &generator) else { continue }
            var whole: UInt128 = 0
            while Self.exponential(1, 1, &generator) { whole += 1 }
            // Beyond this squares do not fit: it happens with probability exp(-4096).
            guard whole <= 4096 else { continue }
            let size = rest + scale * whole
            let isNegative = Self.uniform(2, &generator) < 1
            if isNegative && size == 0 { continue }
            return (size, isNegative)
        }
    }

    /// True with probability exp(-a / b).
    private static func exponential(_ a: UInt128, _ b: UInt128, _ generator: inout ProtocolRandomness) -> Bool {
        var a = a
        if a > b {
            for _ in 0..<(a / b) where !exponential(1, 1, &generator) { return false }
            a %= b
        }
        var k: UInt128 = 1
        while uniform(b * k, &generator) < a { k += 1 }
        return k % 2 == 1
    }

    /// Uniform below `bound`.
    private static func uniform(_ bound: UInt128, _ generator: inout ProtocolRandomness) -> UInt128 {
        let bits = UInt128.bitWidth - (bound - 1).leadingZeroBitCount
        guard bits > 0 else { return 0 }
        let mask = bits == UInt128.bitWidth ? UInt128.max : (1 << UInt128(bits)) - 1
        while true {
            var value = UInt128(generator.next())
            if bits > 64 { value = value << 64 | UInt128(generator.next()) }
            value &= mask
            if value < bound { return value }
        }
    }
}

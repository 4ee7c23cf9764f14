/// A deterministic generator, SplitMix64 (Steele, Lea, Flood 2014): a test that fails, fails again.
package struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(_ seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// In [0, 1), all 53 bits.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    package mutating func uniform(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &self) }

    package mutating func uniforms(_ count: Int, in range: ClosedRange<Double>) -> [Double] {
        (0..<count).map { _ in uniform(range) }
    }

    /// 0 or 1.
    package mutating func bit() -> Double { Double(next() >> 63) }
}

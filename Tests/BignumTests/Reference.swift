import Bignum

/// SplitMix64: reproducible test inputs, nothing more.
struct TestGenerator: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// An odd number of exactly `bits` bits.
func oddModulus(bits: Int, seed: UInt64) -> BigInt {
    var generator = TestGenerator(seed)
    let value = (BigInt(1) << (bits - 1)) + BigInt.random(bits: bits - 1, using: &generator)
    return value.isOdd ? value : value + 1
}

/// Zero, one, the largest, limbs of all ones in either radix, then random ones.
func edgeValues(below n: BigInt, count: Int, seed: UInt64) -> [BigInt] {
    var generator = TestGenerator(seed)
    var values: [BigInt] = [0, 1, n - 1, 2, n - 2]
    for bits in [52, 64, 104, n.bitWidth - 1] where bits < n.bitWidth { values.append((BigInt(1) << bits) - 1) }
    while values.count < count { values.append(BigInt.random(below: n, using: &generator)) }
    return Array(values.prefix(count))
}

extension BigInt {
    /// Plain GMP, one at a time: what the batched results must equal.
    func power(_ exponent: BigInt, _ m: BigInt) -> BigInt {
        guard let result = try? pow(exponent, modulo: m) else { return -1 }
        return result
    }
}

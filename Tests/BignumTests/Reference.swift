import Bignum
import TestSupport

/// An odd number of exactly `bits` bits.
func oddModulus(bits: Int, seed: UInt64) -> BigInt {
    var generator = SplitMix(seed)
    let value = (BigInt(1) << (bits - 1)) + BigInt.random(bits: bits - 1, using: &generator)
    return value.isOdd ? value : value + 1
}

/// Zero, one, the largest, limbs of all ones in either radix, then random ones.
func edgeValues(below n: BigInt, count: Int, seed: UInt64) -> [BigInt] {
    var generator = SplitMix(seed)
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

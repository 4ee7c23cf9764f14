extension BigInt {
    /// Uniform in `[0, 2^bits)`.
    public static func random(bits: Int, using generator: inout some RandomNumberGenerator) -> BigInt {
        LimbVector.random(count: 1, bits: bits, using: &generator)[0]
    }

    /// Uniform in `[0, bound)`, by rejection. Precondition: `bound` is positive.
    public static func random(below bound: BigInt, using generator: inout some RandomNumberGenerator) -> BigInt {
        precondition(bound.signum > 0, "empty range")
        while true {
            let candidate = random(bits: bound.bitWidth, using: &generator)
            if candidate < bound { return candidate }
        }
    }

    /// A random prime of exactly `bits` bits (2 or more), uniform among those that `accept` takes and that have the two
    /// top bits set if so asked (then a product of two such primes has exactly twice the bits). Deterministic given
    /// the generator.
    public static func randomPrime(
        bits: Int, topTwoBitsSet: Bool = false, using generator: inout some RandomNumberGenerator,
        where accept: (BigInt) -> Bool = { _ in true }
    ) -> BigInt {
        precondition(bits >= 2, "no prime has one bit")
        let top = (BigInt(topTwoBitsSet && bits > 2 ? 3 : 1)) << (topTwoBitsSet && bits > 2 ? bits - 2 : bits - 1)
        let free = topTwoBitsSet && bits > 2 ? bits - 2 : bits - 1
        while true {
            var candidate = top + random(bits: free, using: &generator)
            if !candidate.isOdd && bits > 2 { candidate += 1 }
            if accept(candidate) && candidate.isProbablePrime() { return candidate }
        }
    }

    /// A random prime of exactly `bits` bits with the two top bits set that leaves 3 when divided by 4: a factor of a
    /// Blum integer.
    public static func randomBlumPrime(bits: Int, using generator: inout some RandomNumberGenerator) -> BigInt {
        randomPrime(bits: bits, topTwoBitsSet: true, using: &generator) { $0.limb(0) & 3 == 3 }
    }
}

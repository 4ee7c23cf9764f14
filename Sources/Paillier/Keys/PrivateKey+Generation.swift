internal import Bignum

extension PrivateKey {
    /// A fresh key; the same generator gives the same key (`protocols/paillier.md` 1).
    ///
    /// - Parameters:
    ///   - bits: size of n, even, at least ``PublicKey/minimumBits``.
    ///   - nonces: what the job says; the key itself does not depend on it.
    public static func generate(
        bits: Int, nonces: NonceLength = .short, using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> PrivateKey {
        if bits < PublicKey.minimumBits { throw .keyTooSmall(bits: bits, minimum: PublicKey.minimumBits) }
        return try generateUnchecked(bits: bits, nonces: nonces, using: &generator)
    }

    /// Any even size of at least 256 bits: for tests only.
    package static func generateUnchecked(
        bits: Int, nonces: NonceLength = .short, using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> PrivateKey {
        guard bits >= 256, bits <= PublicKey.maximumBits, bits % 2 == 0 else { throw .unsupportedKeySize(bits: bits) }
        let (p, q) = primePair(bits: bits, using: &generator)
        return try PrivateKey(p: p, q: q, x: randomUnit(modulo: p * q, using: &generator), nonces: nonces)
    }

    /// Two primes that are 3 modulo 4, far apart, whose product has exactly `bits` bits and gcd(pq, (p-1)(q-1)) = 1.
    static func primePair(bits: Int, using generator: inout some RandomNumberGenerator) -> (p: BigInt, q: BigInt) {
        while true {
            let p = BigInt.randomBlumPrime(bits: bits / 2, using: &generator)
            let q = BigInt.randomBlumPrime(bits: bits / 2, using: &generator)
            // FIPS 186-5, A.1.3: close primes fall to Fermat's method.
            if (p - q).bitWidth >= bits / 2 - 100, BigInt.gcd(p * q, (p - 1) * (q - 1)) == 1 { return (p, q) }
        }
    }

    /// Uniform in Z_n*.
    static func randomUnit(modulo n: BigInt, using generator: inout some RandomNumberGenerator) -> BigInt {
        while true {
            let candidate = BigInt.random(below: n, using: &generator)
            if BigInt.gcd(candidate, n) == 1 { return candidate }
        }
    }
}

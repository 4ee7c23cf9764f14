package import Bignum

/// What the owner computes modulo one of its primes p and modulo p^2.
package struct PrimeHalf: Sendable {
    package let prime: BigInt
    package let modulus: Modulus
    package let square: Modulus
    /// (-q)^-1 mod p: L_p((1 + n)^(p - 1)) = (p - 1) q modulo p.
    private let decryptionFactor: BigInt

    init(prime p: BigInt, other q: BigInt) throws(PaillierError) {
        guard let modulus = try? Modulus(p), let square = try? Modulus(squareOf: p),
            let factor = try? (-q).mod(p).inverse(modulo: p)
        else { throw .unsupportedKeySize(bits: 2 * p.bitWidth) }
        prime = p
        self.modulus = modulus
        self.square = square
        decryptionFactor = factor
    }

    /// m mod p of each ciphertext: L_p(c^(p - 1) mod p^2) (-q)^-1 mod p with L_p(y) = (y - 1) / p.
    func decrypt(_ ciphertexts: LimbVector) -> [BigInt] {
        let (p, pp, factor, order) = (prime, square.value, decryptionFactor, prime - 1)
        let reduced = concurrentMap(ciphertexts.count) { ciphertexts[$0].mod(pp) }
        let powers = ResidueVector.trusted(reduced, modulus: square).pow(secret: order, bits: order.bitWidth).values()
        // Ciphertexts are units: their powers are 1 modulo p, and the division is exact.
        return concurrentMap(powers.count) { (((powers[$0] - 1) / p) * factor).mod(p) }
    }

    /// Residues modulo p to a secret exponent.
    package func pow(_ values: [BigInt], secret exponent: BigInt) -> [BigInt] {
        let p = prime
        let reduced = concurrentMap(values.count) { values[$0].mod(p) }
        return ResidueVector.trusted(reduced, modulus: modulus).pow(secret: exponent, bits: p.bitWidth).values()
            .bigInts()
    }

    /// Powers of h^n modulo p^2, times a factor.
    func nonceTable(_ h: BigInt, n: BigInt, bits: Int, factor: BigInt) -> FixedBaseTable {
        let base = ResidueVector.trusted([h.mod(square.value)], modulus: square).pow(variableTime: n)[0]
        return FixedBaseTable(base: base, exponentBits: bits, modulus: square, factor: factor)
    }
}

package import Bignum

/// What the owner computes modulo one of its primes p and modulo p^2.
package struct PrimeHalf: Sendable {
    package let prime: BigInt
    package let modulus: Modulus
    package let square: Modulus
    /// A multiple of the order of every nonce modulo p: p - 1, or twice the subgroup's prime.
    let nonceOrder: BigInt
    /// (nonceOrder q)^-1 mod p: L_p((1 + n)^e) = e q modulo p.
    private let decryptionFactor: BigInt

    init(prime p: BigInt, other q: BigInt, nonceOrder: BigInt) throws(PaillierError) {
        guard let modulus = try? Modulus(p), let square = try? Modulus(squareOf: p),
            let factor = try? (nonceOrder * q).inverse(modulo: p)
        else { throw .unsupportedKeySize(bits: 2 * p.bitWidth) }
        prime = p
        self.modulus = modulus
        self.square = square
        self.nonceOrder = nonceOrder
        decryptionFactor = factor
    }

    /// m mod p of each ciphertext: L_p(c^e mod p^2) (e q)^-1 mod p with L_p(y) = (y - 1) / p and e the order of nonces.
    ///
    /// Nil for a ciphertext of which the nonce is not in the subgroup: its L_p would say something about p.
    func decrypt(_ ciphertexts: LimbVector) -> [BigInt?] {
        let (p, pp, factor) = (prime, square.value, decryptionFactor)
        let reduced = concurrentMap(ciphertexts.count) { ciphertexts[$0].mod(pp) }
        let powers = ResidueVector.trusted(reduced, modulus: square).pow(secret: nonceOrder, bits: nonceOrder.bitWidth)
            .values()
        return concurrentMap(powers.count) { index -> BigInt? in
            let (quotient, remainder) = (powers[index] - 1).quotientAndRemainder(dividingBy: p)
            return remainder.isZero ? (quotient * factor).mod(p) : nil
        }
    }

    /// Exponents of a nonce modulo its order.
    func reduced(_ exponents: LimbVector) -> LimbVector {
        let order = nonceOrder
        return .trusted(concurrentMap(exponents.count) { exponents[$0].mod(order) }, bits: order.bitWidth)
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

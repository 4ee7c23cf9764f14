internal import Bignum

extension PrivateKey {
    /// What an auditor wants of a key that was generated again from an opened seed (`protocols/paillier.md` 1): two primes
    /// of half the size, 3 modulo 4, far apart, gcd(n, (p-1)(q-1)) = 1.
    public func isWellFormed(bits: Int) -> Bool {
        let (p, q) = (first.prime, second.prime)
        return publicKey.modulusBits == bits && p * q == publicKey.n && p.bitWidth == bits / 2
            && q.bitWidth == bits / 2 && p.isProbablePrime() && q.isProbablePrime() && p.limb(0) & 3 == 3
            && q.limb(0) & 3 == 3 && abs(p - q).bitWidth >= bits / 2 - 100
            && BigInt.gcd(p * q, (p - 1) * (q - 1)) == 1
    }

    private func abs(_ value: BigInt) -> BigInt { value.signum < 0 ? -value : value }
}

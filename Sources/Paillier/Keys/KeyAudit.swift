internal import Bignum

extension PrivateKey {
    /// What an auditor wants of a key that was generated again from an opened seed (`protocols/paillier.md` 1, 10): two
    /// primes of half the size, 3 modulo 4, far apart, gcd(n, (p-1)(q-1)) = 1; for a subgroup key the primes of the
    /// subgroup, and that h has that order.
    public func isWellFormed(bits: Int, kind: KeyKind) -> Bool {
        let (p, q) = (first.prime, second.prime)
        guard publicKey.kind == kind, publicKey.modulusBits == bits, p * q == publicKey.n,
            p.bitWidth == bits / 2, q.bitWidth == bits / 2, p.isProbablePrime(), q.isProbablePrime(),
            p.limb(0) & 3 == 3, q.limb(0) & 3 == 3, abs(p - q).bitWidth >= bits / 2 - 100,
            BigInt.gcd(p * q, (p - 1) * (q - 1)) == 1
        else { return false }
        guard kind == .subgroup else { return true }
        let (a, b) = (first.nonceOrder >> 1, second.nonceOrder >> 1)
        let primeBits = KeyKind.subgroupPrimeBits(modulusBits: bits)
        return a.bitWidth == primeBits && b.bitWidth == primeBits && a.isProbablePrime() && b.isProbablePrime()
            && (p - 1).mod(a).isZero && (q - 1).mod(b).isZero && BigInt.gcd(p - 1, q - 1) == 2
            && hasOrder(dividing: (a * b) << 1)
    }

    private func abs(_ value: BigInt) -> BigInt { value.signum < 0 ? -value : value }
}

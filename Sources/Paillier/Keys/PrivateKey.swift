public import Bignum
internal import Synchronization

/// The owner's key: p, q and what follows from them. Works modulo p^2 and q^2 (`protocols/paillier.md` 2).
public final class PrivateKey: Sendable {
    public let publicKey: PublicKey
    package let first: PrimeHalf
    package let second: PrimeHalf
    /// p^-1 mod q and p^-2 mod q^2, for recombination.
    package let inverseOfP: BigInt
    private let inverseOfPSquared: BigInt
    /// h = -x^2 mod n; h^n is the base of this owner's nonces, of nobody else's.
    private let h: BigInt
    private let tables = Mutex<NonceTables?>(nil)

    /// - Throws: ``PaillierError/unsupportedKeySize(bits:)`` unless p, q are different primes that are 3 modulo 4 with
    ///   gcd(pq, (p-1)(q-1)) = 1.
    package init(p: BigInt, q: BigInt, x: BigInt) throws(PaillierError) {
        let n = p * q
        guard p != q, p.limb(0) & 3 == 3, q.limb(0) & 3 == 3, BigInt.gcd(n, (p - 1) * (q - 1)) == 1,
            let inverseOfP = try? p.inverse(modulo: q), let inverseOfPSquared = try? (p * p).inverse(modulo: q * q)
        else { throw .unsupportedKeySize(bits: n.bitWidth) }
        publicKey = try PublicKey(checked: n)
        first = try PrimeHalf(prime: p, other: q)
        second = try PrimeHalf(prime: q, other: p)
        self.inverseOfP = inverseOfP
        self.inverseOfPSquared = inverseOfPSquared
        h = (-(x * x)).mod(n)
    }

    /// Bits of the exponent rho of h_n: the length that Damgard, Jurik and Nielsen prove.
    var nonceBits: Int { (publicKey.modulusBits + 1) / 2 }

    /// Encrypts each plaintext (reduced modulo n) with a fresh nonce: `(1 + m n) h_n^rho mod n^2`.
    public func encrypt(
        _ plaintexts: LimbVector, using generator: inout some RandomNumberGenerator
    ) -> CiphertextVector {
        let exponents = LimbVector.random(count: plaintexts.count, bits: nonceBits, using: &generator)
        return CiphertextVector(
            residues: publicKey.embedding(plaintexts).multiplied(by: nonces(exponents)), key: publicKey)
    }

    /// h_n^rho mod n^2
    private func nonces(_ exponents: LimbVector) -> ResidueVector {
        let tables = nonceTables()
        let modP = tables.first.pow(secret: exponents).values()
        let modQ = tables.second.pow(secret: exponents).values()
        let (pp, qq, inverse) = (first.square.value, second.square.value, inverseOfPSquared)
        // y = a + p^2 ((b - a) p^-2 mod q^2)
        let values = concurrentMap(exponents.count) { index in
            let a = modP[index]
            return a + pp * ((modQ[index] - a) * inverse).mod(qq)
        }
        return .trusted(values, modulus: publicKey.nSquared)
    }

    /// Plaintexts in [0, n).
    public func decrypt(_ ciphertexts: CiphertextVector) -> LimbVector {
        precondition(ciphertexts.key == publicKey, "ciphertexts under another key")
        let values = ciphertexts.residues.values()
        let modP = first.decrypt(values)
        let modQ = second.decrypt(values)
        return recombined(modP, modQ)
    }

    /// The integers in [0, n) with these residues modulo p and q.
    package func recombined(_ modP: [BigInt], _ modQ: [BigInt]) -> LimbVector {
        let (p, q, inverse) = (first.prime, second.prime, inverseOfP)
        let values = concurrentMap(modP.count) { index in
            let a = modP[index]
            return a + p * ((modQ[index] - a) * inverse).mod(q)
        }
        return .trusted(values, bits: publicKey.modulusBits)
    }

    private func nonceTables() -> NonceTables {
        tables.withLock { tables in
            if let tables { return tables }
            let made = NonceTables(
                first: first.nonceTable(h, n: publicKey.n, bits: nonceBits),
                second: second.nonceTable(h, n: publicKey.n, bits: nonceBits))
            tables = made
            return made
        }
    }

    private struct NonceTables: Sendable {
        let first: FixedBaseTable
        let second: FixedBaseTable
    }
}

extension PrivateKey: CustomStringConvertible {
    /// Nothing but the size.
    public var description: String { "PrivateKey(\(publicKey.modulusBits) bits)" }
}

public import Bignum
internal import Synchronization

/// The owner's key: p, q and what follows from them. Works modulo p^2 and q^2 (`protocols/paillier.md` 2).
public final class PrivateKey: Sendable {
    public let publicKey: PublicKey
    /// How long the exponents of this owner's nonces are.
    public let nonces: NonceLength
    package let first: PrimeHalf
    package let second: PrimeHalf
    /// p^-1 mod q, for recombination.
    package let inverseOfP: BigInt
    /// q^-2 mod p^2 and p^-2 mod q^2, for recombination modulo n^2.
    private let weights: (first: BigInt, second: BigInt)
    /// h = -x^2 mod n; h^n is the base of this owner's nonces, and of nobody else's.
    private let h: BigInt
    private let tables = Mutex<NonceTables?>(nil)

    /// - Throws: ``PaillierError/unsupportedKeySize(bits:)`` unless p, q are different primes that are 3 modulo 4 with
    ///   gcd(pq, (p-1)(q-1)) = 1.
    package init(p: BigInt, q: BigInt, x: BigInt, nonces: NonceLength = .short) throws(PaillierError) {
        let n = p * q
        guard p != q, p.limb(0) & 3 == 3, q.limb(0) & 3 == 3, BigInt.gcd(n, (p - 1) * (q - 1)) == 1,
            let inverseOfP = try? p.inverse(modulo: q), let overQ = try? (q * q).inverse(modulo: p * p),
            let overP = try? (p * p).inverse(modulo: q * q)
        else { throw .unsupportedKeySize(bits: n.bitWidth) }
        publicKey = try PublicKey(checked: n)
        first = try PrimeHalf(prime: p, other: q)
        second = try PrimeHalf(prime: q, other: p)
        self.inverseOfP = inverseOfP
        weights = (overQ, overP)
        h = (-(x * x)).mod(n)
        self.nonces = nonces
    }

    /// Encrypts each plaintext (reduced modulo n) with a fresh nonce: `(1 + m n) h_n^rho mod n^2`.
    public func encrypt(
        _ plaintexts: LimbVector, using generator: inout some RandomNumberGenerator
    ) -> CiphertextVector {
        let fresh = freshNonces(count: plaintexts.count, using: &generator)
        return CiphertextVector(residues: publicKey.embedding(plaintexts).multiplied(by: fresh), key: publicKey)
    }

    /// h_n^rho mod n^2 for fresh rho, uniform of the bits that ``nonces`` says.
    ///
    /// y = q^2 (a q^-2 mod p^2) + p^2 (b p^-2 mod q^2) mod n^2, of which the tables give what is in brackets.
    private func freshNonces(count: Int, using generator: inout some RandomNumberGenerator) -> ResidueVector {
        let tables = nonceTables()
        let exponents = LimbVector.random(count: count, bits: exponentBits, using: &generator)
        let modP = tables.first.pow(secret: exponents).values()
        let modQ = tables.second.pow(secret: exponents).values()
        let (pp, qq, nn) = (first.square.value, second.square.value, publicKey.nSquared.value)
        let values = concurrentMap(count) { index in
            let sum = qq * modP[index] + pp * modQ[index]
            return sum < nn ? sum : sum - nn
        }
        return .trusted(values, modulus: publicKey.nSquared)
    }

    /// Plaintexts in [0, n).
    public func decrypt(_ ciphertexts: CiphertextVector) -> LimbVector {
        precondition(ciphertexts.key == publicKey, "ciphertexts under another key")
        let values = ciphertexts.residues.values()
        return recombined(first.decrypt(values), second.decrypt(values))
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

    private var exponentBits: Int { nonces.exponentBits(modulusBits: publicKey.modulusBits) }

    private func nonceTables() -> NonceTables {
        tables.withLock { tables in
            if let tables { return tables }
            let made = NonceTables(
                first: first.nonceTable(h, n: publicKey.n, bits: exponentBits, factor: weights.first),
                second: second.nonceTable(h, n: publicKey.n, bits: exponentBits, factor: weights.second))
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

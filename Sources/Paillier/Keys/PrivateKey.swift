public import Bignum
internal import Synchronization

/// The owner's key: p, q and what follows from them. Works modulo p^2 and q^2 (`protocols/paillier.md` 2).
public final class PrivateKey: Sendable {
    public let publicKey: PublicKey
    package let first: PrimeHalf
    package let second: PrimeHalf
    /// p^-1 mod q, for recombination.
    package let inverseOfP: BigInt
    /// q^-2 mod p^2 and p^-2 mod q^2, for recombination modulo n^2.
    private let weights: (first: BigInt, second: BigInt)
    /// h = -x^2 mod n; h^n is the base of this owner's nonces, of nobody else's unless it is a subgroup key.
    private let h: BigInt
    private let tables = Mutex<NonceTables?>(nil)

    /// - Throws: ``PaillierError/unsupportedKeySize(bits:)`` unless p, q are different primes that are 3 modulo 4 with
    ///   gcd(pq, (p-1)(q-1)) = 1.
    package convenience init(p: BigInt, q: BigInt, x: BigInt) throws(PaillierError) {
        try self.init(p: p, q: q, h: (-(x * x)).mod(p * q), subgroup: nil)
    }

    /// - Parameter subgroup: primes of p - 1 and q - 1; the order of h is twice their product.
    init(p: BigInt, q: BigInt, h: BigInt, subgroup: (BigInt, BigInt)?) throws(PaillierError) {
        let n = p * q
        guard p != q, p.limb(0) & 3 == 3, q.limb(0) & 3 == 3, BigInt.gcd(n, (p - 1) * (q - 1)) == 1,
            let inverseOfP = try? p.inverse(modulo: q), let overQ = try? (q * q).inverse(modulo: p * p),
            let overP = try? (p * p).inverse(modulo: q * q)
        else { throw .unsupportedKeySize(bits: n.bitWidth) }
        publicKey = try PublicKey(checked: n, subgroupBase: subgroup == nil ? nil : h)
        first = try PrimeHalf(prime: p, other: q, nonceOrder: subgroup.map { $0.0 + $0.0 } ?? p - 1)
        second = try PrimeHalf(prime: q, other: p, nonceOrder: subgroup.map { $0.1 + $0.1 } ?? q - 1)
        self.inverseOfP = inverseOfP
        weights = (overQ, overP)
        self.h = h
    }

    /// Encrypts each plaintext (reduced modulo n) with a fresh nonce: `(1 + m n) h_n^rho mod n^2`.
    public func encrypt(
        _ plaintexts: LimbVector, using generator: inout some RandomNumberGenerator
    ) -> CiphertextVector {
        let nonces = nonces(count: plaintexts.count, using: &generator)
        return CiphertextVector(residues: publicKey.embedding(plaintexts).multiplied(by: nonces), key: publicKey)
    }

    /// h_n^rho mod n^2 for fresh rho: of |n|/2 bits, the length that Damgard, Jurik and Nielsen prove, or uniform below the order
    /// of a subgroup.
    ///
    /// y = q^2 (a q^-2 mod p^2) + p^2 (b p^-2 mod q^2) mod n^2, of which the tables give what is in brackets.
    private func nonces(count: Int, using generator: inout some RandomNumberGenerator) -> ResidueVector {
        let tables = nonceTables()
        let (modP, modQ): (LimbVector, LimbVector)
        if publicKey.kind == .subgroup {
            let order = (first.nonceOrder * second.nonceOrder) >> 1
            let exponents = LimbVector.random(count: count, below: order, using: &generator)
            modP = tables.first.pow(secret: first.reduced(exponents)).values()
            modQ = tables.second.pow(secret: second.reduced(exponents)).values()
        } else {
            let exponents = LimbVector.random(count: count, bits: nonceBits, using: &generator)
            modP = tables.first.pow(secret: exponents).values()
            modQ = tables.second.pow(secret: exponents).values()
        }
        let (pp, qq, nn) = (first.square.value, second.square.value, publicKey.nSquared.value)
        let values = concurrentMap(count) { index in
            let sum = qq * modP[index] + pp * modQ[index]
            return sum < nn ? sum : sum - nn
        }
        return .trusted(values, modulus: publicKey.nSquared)
    }

    /// Plaintexts in [0, n). Under a subgroup key a ciphertext of which the nonce is outside the group of h gives zero.
    public func decrypt(_ ciphertexts: CiphertextVector) -> LimbVector {
        precondition(ciphertexts.key == publicKey, "ciphertexts under another key")
        let values = ciphertexts.residues.values()
        let modP = first.decrypt(values)
        let modQ = second.decrypt(values)
        // Zero modulo one prime alone would be a factor of n.
        let isValid = zip(modP, modQ).map { $0 != nil && $1 != nil }
        return recombined(
            zip(modP, isValid).map { $1 ? $0 ?? 0 : 0 }, zip(modQ, isValid).map { $1 ? $0 ?? 0 : 0 })
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

    /// h^order mod n = 1
    func hasOrder(dividing order: BigInt) -> Bool {
        guard let power = try? h.pow(order, modulo: publicKey.n) else { return false }
        return power == 1
    }

    private var nonceBits: Int { (publicKey.modulusBits + 1) / 2 }

    private func nonceTables() -> NonceTables {
        tables.withLock { tables in
            if let tables { return tables }
            let bits = (
                publicKey.kind == .subgroup ? first.nonceOrder.bitWidth : nonceBits,
                publicKey.kind == .subgroup ? second.nonceOrder.bitWidth : nonceBits
            )
            let made = NonceTables(
                first: first.nonceTable(h, n: publicKey.n, bits: bits.0, factor: weights.first),
                second: second.nonceTable(h, n: publicKey.n, bits: bits.1, factor: weights.second))
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

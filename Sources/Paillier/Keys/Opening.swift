public import Bignum

/// Plaintexts and nonces of ciphertexts: shows to anyone what they hold (`protocols/paillier.md` 2).
public struct Opening: Sendable {
    /// In [0, n).
    public let plaintexts: LimbVector
    /// In [1, n).
    public let nonces: LimbVector

    public init(plaintexts: LimbVector, nonces: LimbVector) {
        self.plaintexts = plaintexts
        self.nonces = nonces
    }
}

extension PrivateKey {
    /// Plaintext m and nonce r of each ciphertext, c = (1 + m n) r^n mod n^2.
    ///
    /// The nonce of a result that someone else made says nothing about this owner's earlier nonces only if that party
    /// rerandomised it.
    public func open(_ ciphertexts: CiphertextVector) -> Opening {
        let values = ciphertexts.residues.values().bigInts()
        // c = r^n modulo n, so r = c^(1/n).
        let modP = first.pow(values, secret: first.exponentOfRoot(publicKey.n))
        let modQ = second.pow(values, secret: second.exponentOfRoot(publicKey.n))
        return Opening(plaintexts: decrypt(ciphertexts), nonces: recombined(modP, modQ))
    }
}

extension PrimeHalf {
    /// 1/e mod (p - 1). Precondition: gcd(e, p - 1) = 1, as every private key makes sure of n.
    func exponentOfRoot(_ e: BigInt) -> BigInt {
        guard let inverse = try? e.inverse(modulo: prime - 1) else { preconditionFailure("exponent without a root") }
        return inverse
    }
}

extension CiphertextVector {
    /// Checks c = (1 + m n) r^n mod n^2 for every element.
    ///
    /// - Throws: ``PaillierError/openingMismatch(index:)`` with the first that fails, ``PaillierError/shapeMismatch``.
    public func verify(_ opening: Opening) throws(PaillierError) {
        guard opening.plaintexts.count == count, opening.nonces.count == count else { throw .shapeMismatch }
        for index in 0..<count
        where opening.plaintexts[index] >= key.n || opening.nonces[index] >= key.n || opening.nonces[index].isZero {
            throw .openingMismatch(index: index)
        }
        let expected = try key.encrypt(opening.plaintexts, nonces: opening.nonces)
        for index in 0..<count where expected.residues[index] != residues[index] {
            throw .openingMismatch(index: index)
        }
    }
}

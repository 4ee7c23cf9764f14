public import Bignum

/// The party that computes under a peer's key, with nonces from its own bases (`protocols/paillier.md` 4 and 5).
///
/// Verify the key's ``KeyProof`` before making one.
public final class Evaluator: Sendable {
    public let publicKey: PublicKey
    private let nonces: Nonces

    /// Draws 32 bytes; the bases are made from them when more than a few results need them (some seconds of work without
    /// vector instructions). A replay must ask for the same results in the same order.
    public init(publicKey: PublicKey, using generator: inout some RandomNumberGenerator) {
        self.publicKey = publicKey
        nonces = .ownBases(OwnBases(key: publicKey, using: &generator))
    }

    /// Takes nonces from the owner's h: insecure, and here only so that a test can show how.
    package init(publicKey: PublicKey, insecureOwnerBase h: BigInt) {
        self.publicKey = publicKey
        let base = ResidueVector.trusted([h.mod(publicKey.n)], modulus: publicKey.nSquared)
            .pow(variableTime: publicKey.n)[0]
        nonces = .insecureOwnerBase(
            FixedBaseTable(base: base, exponentBits: publicKey.modulusBits, modulus: publicKey.nSquared))
    }

    private enum Nonces: Sendable {
        case ownBases(OwnBases)
        /// Powers of the owner's h^n.
        case insecureOwnerBase(FixedBaseTable)
    }

    private func freshNonces(count: Int, using generator: inout some RandomNumberGenerator) -> ResidueVector {
        switch nonces {
        case .ownBases(let bases):
            return bases.randomResidues(count: count, using: &generator)
        case .insecureOwnerBase(let table):
            return table.pow(secret: .random(count: count, bits: table.exponentBits, using: &generator))
        }
    }

    /// Encrypts each plaintext (reduced modulo n).
    public func encrypt(
        _ plaintexts: LimbVector, using generator: inout some RandomNumberGenerator
    ) -> CiphertextVector {
        let fresh = freshNonces(count: plaintexts.count, using: &generator)
        return CiphertextVector(residues: publicKey.embedding(plaintexts).multiplied(by: fresh), key: publicKey)
    }

    /// Gives each result a fresh nonce, so that its ciphertext says nothing but its plaintext.
    public func rerandomize(
        _ sums: EncryptedSums, using generator: inout some RandomNumberGenerator
    ) -> CiphertextVector {
        precondition(sums.key == publicKey, "sums under another key")
        let fresh = freshNonces(count: sums.count, using: &generator)
        return CiphertextVector(residues: sums.residues.multiplied(by: fresh), key: publicKey)
    }

    /// Adds M uniform in Z_n to each and gives it a fresh nonce: the owner sees a uniform plaintext whatever it encrypted.
    ///
    /// - Returns: the ciphertexts of P + M mod n, and M, in [0, n).
    public func mask(
        _ sums: EncryptedSums, using generator: inout some RandomNumberGenerator
    ) -> (ciphertexts: CiphertextVector, masks: LimbVector) {
        let masks = LimbVector.random(count: sums.count, below: publicKey.n, using: &generator)
        return (rerandomize(sums.adding(plaintexts: masks), using: &generator), masks)
    }

    /// `sum_k t_ik m_ik` for each row i of `terms` ciphertexts, t non-negative; the pattern of operations depends on
    /// `scalars.bits` and the sizes only.
    ///
    /// With several sets each ciphertext has so many scalars side by side, `sum_s 2^(shift (sets - 1 - s)) sum_k t_iks m_ik` is the
    /// result, and `shift` is at least `scalars.bits`.
    public func rowwiseProducts(
        _ ciphertexts: CiphertextVector, scalars: LimbVector, terms: Int, sets: Int = 1, shift: Int = 0
    ) -> EncryptedSums {
        precondition(ciphertexts.key == publicKey, "ciphertexts under another key")
        return EncryptedSums(
            residues: .simultaneousPow(
                bases: ciphertexts.residues, secret: scalars, terms: terms, sets: sets, shift: shift),
            key: publicKey)
    }

    /// Consecutive groups of sums in one plaintext each, `sum_s m_s 2^(s slotBits)`.
    public func packed(_ sums: EncryptedSums, perCiphertext: Int, slotBits: Int) -> EncryptedSums {
        sums.packed(perCiphertext: perCiphertext, slotBits: slotBits)
    }
}

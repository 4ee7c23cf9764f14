/// What can be wrong with keys, ciphertexts, proofs and parameters (`protocols/paillier.md`). Never carries a secret.
public enum PaillierError: Error, Equatable, Sendable {
    // Keys, section 1
    /// The encoding of a key has another length, or a modulus without the stated leading bit.
    case malformedKey
    case keyTooSmall(bits: Int, minimum: Int)
    /// A size for which no key is made: odd, or over the limit.
    case unsupportedKeySize(bits: Int)
    /// A key of another size than the job's.
    case keySizeMismatch(bits: Int, expected: Int)
    case evenModulus
    /// A prime factor below 2^12.
    case smallFactor
    case squareModulus
    case primeModulus
    /// Two moduli, by position, that are equal or share a factor.
    case sharedFactor(first: Int, second: Int)

    // Ciphertexts, section 3
    case malformedCiphertexts(expectedBytes: Int, foundBytes: Int)
    /// Not below n^2.
    case ciphertextOutOfRange(index: Int)
    /// Zero, or a factor in common with n.
    case ciphertextNotUnit(index: Int)
    /// The nonce is 1 or -1: anyone can read it.
    case ciphertextUnencrypted(index: Int)
    /// An opening that does not give the ciphertext at this index.
    case openingMismatch(index: Int)

    // Evaluation, sections 4 and 6
    /// A scalar wider than its column was declared to be.
    case scalarOutOfRange(column: Int)
    /// Rows and scalars that do not go together.
    case shapeMismatch
    /// A sum or a slot that could be wider than what holds it.
    case wouldOverflow(neededBits: Int, availableBits: Int)

    // Proofs, section 7
    /// An encoding with another length or an integer outside its range.
    case malformedProof(Proof)
    /// A proof of which a check failed.
    case proofFailed(Proof)

    /// The proofs of section 7 by the names of their source (CGGMP21).
    public enum Proof: String, Sendable {
        /// n is a Paillier-Blum modulus.
        case modulus = "mod"
        /// n has no small factor.
        case noSmallFactor = "fac"
        /// s is in the group of t.
        case ringPedersen = "prm"
        /// A ciphertext holds a small number.
        case encryptionRange = "enc"
    }
}

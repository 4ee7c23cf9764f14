internal import Bignum
internal import Paillier

/// The receiver's view of the sender's key: makes ciphertexts of `sum_s (a_s k + b_s) 2^(611 s)`.
struct BlindingKey: Sendable {
    let slots: Int
    private let evaluator: Evaluator
    /// Multiples of k, from powers of K = Enc(k): the slot's shift goes into the exponent.
    private let multiples: SlottedMultiples

    /// - Parameter encryptedKey: K and nothing else.
    init(_ encryptedKey: CiphertextVector, using generator: inout some RandomNumberGenerator) throws(PaillierError) {
        slots = BlindingSizes.slots(modulusBits: encryptedKey.key.modulusBits)
        evaluator = Evaluator(publicKey: encryptedKey.key, using: &generator)
        multiples = try SlottedMultiples(
            of: encryptedKey, scalarBits: BlindingSizes.coefficientMask, slotBits: BlindingSizes.slot, slots: slots)
    }

    /// Row r of the result encrypts `sum_s (a_(r slots + s) k + b_(r slots + s)) 2^(611 s)`, rerandomised.
    ///
    /// `a` holds at most 284 bits, `b` at most 608; both hold `slots` values for each row.
    func encrypt(
        a: LimbVector, b: LimbVector, using generator: inout some RandomNumberGenerator
    ) throws -> CiphertextVector {
        let plaintexts = (0..<b.count / slots).map { row in
            (0..<slots).reduce(BigInt(0)) { $0 + b[row * slots + $1] << ($1 * BlindingSizes.slot) }
        }
        // K^A (1 + n)^B r^n mod n^2
        let sums = try multiples.sums(a)
            .adding(plaintexts: LimbVector(plaintexts, bits: slots * BlindingSizes.slot))
        return evaluator.rerandomize(sums, using: &generator)
    }
}

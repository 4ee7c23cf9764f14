/// Which nonces go with a key; named in the job, never chosen silently (`protocols/paillier.md` 10).
public enum KeyKind: String, Sendable, Hashable, CaseIterable {
    /// Nonces from the whole group: privacy of both parties whatever the owner did.
    case standard
    /// Nonces from a secret subgroup of short order: about four times cheaper for the owner, at the price of one more assumption,
    /// and **of honest key generation**: an evaluator has no nonces but powers of the owner's h.
    case subgroup

    /// Set in the length field of a serialised subgroup key.
    static let subgroupFlag: UInt32 = 1 << 31

    /// Bits of each of the two primes of the subgroup's order: attacks cost the square root of one of them.
    static func subgroupPrimeBits(modulusBits: Int) -> Int {
        modulusBits >= 3072 ? 256 : modulusBits >= 2048 ? 224 : modulusBits / 8
    }

    /// Bits of an evaluator's exponents: 64 more than the order of h can have.
    static func subgroupNonceBits(modulusBits: Int) -> Int { 2 * subgroupPrimeBits(modulusBits: modulusBits) + 1 + 64 }
}

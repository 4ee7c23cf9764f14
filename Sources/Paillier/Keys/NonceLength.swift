/// How long the secret exponents of an owner's nonces are; the job says it (`protocols/paillier.md` 2).
public enum NonceLength: Sendable, Hashable, CaseIterable {
    /// Twice the security of the modulus and 32 bits: about four times cheaper than half, under one more assumption about the
    /// owner's own ciphertexts.
    case short
    /// Half of the modulus, the length that Damgard, Jurik and Nielsen prove.
    case half

    /// Bits of each exponent under a modulus of so many bits.
    public func exponentBits(modulusBits: Int) -> Int {
        switch self {
        case .half: return (modulusBits + 1) / 2
        case .short:
            if modulusBits < PublicKey.minimumBits { return modulusBits / 8 }
            // The kangaroo method takes 2^(bits / 2), less the square root of the number of ciphertexts: 32 bits are for 2^32.
            let bits = 2 * Self.strength(modulusBits: modulusBits) + 32
            return (bits + 63) / 64 * 64
        }
    }

    /// NIST SP 800-57 part 1, table 2; a size between two of them counts as the greater.
    private static func strength(modulusBits: Int) -> Int {
        switch modulusBits {
        case ...2048: 112
        case ...3072: 128
        case ...7680: 192
        default: 256
        }
    }
}

public import Bignum

/// Multiples `(sum_s a_s 2^(slotBits s)) m` of one encrypted number m by many scalars: powers of one fixed base with a table
/// made once, in which only digits that can be nonzero cost a product (`protocols/paillier.md` 4).
public struct SlottedMultiples: Sendable {
    public let key: PublicKey
    public let slots: Int
    /// Bits of a scalar a_s as given to ``sums(_:)``.
    public let scalarBits: Int
    private let digitsPerSlot: Int
    private let table: FixedBaseTable

    private static let digitBits = 8

    /// - Parameters:
    ///   - ciphertext: exactly one ciphertext of m.
    ///   - scalarBits: widest scalar, at most `slotBits`.
    /// - Throws: ``PaillierError/shapeMismatch``, ``PaillierError/wouldOverflow(neededBits:availableBits:)``.
    public init(of ciphertext: CiphertextVector, scalarBits: Int, slotBits: Int, slots: Int) throws(PaillierError) {
        guard ciphertext.count == 1, slots > 0, scalarBits > 0 else { throw .shapeMismatch }
        let digits = (scalarBits + Self.digitBits - 1) / Self.digitBits
        if scalarBits > slotBits { throw .wouldOverflow(neededBits: scalarBits, availableBits: slotBits) }
        key = ciphertext.key
        self.slots = slots
        self.scalarBits = scalarBits
        digitsPerSlot = digits
        // c^(2^(slotBits s + 8 d)), d fastest
        var bases = ResidueVector(repeating: 1, count: 0, modulus: key.nSquared)
        var start = ciphertext.residues
        for slot in 0..<slots {
            var power = start
            for digit in 0..<digits {
                bases.append(contentsOf: power)
                if digit + 1 < digits { power = power.pow(variableTime: BigInt(1) << Self.digitBits) }
            }
            if slot + 1 < slots { start = start.pow(variableTime: BigInt(1) << slotBits) }
        }
        table = FixedBaseTable(residues: bases, digitBits: Self.digitBits)
    }

    /// One result for each run of `slots` scalars; constant pattern.
    ///
    /// - Throws: ``PaillierError/shapeMismatch`` unless the count is a multiple of ``slots`` and the width at most
    ///   ``scalarBits``.
    public func sums(_ scalars: LimbVector) throws(PaillierError) -> EncryptedSums {
        guard scalars.count % slots == 0, scalars.bits <= scalarBits else { throw .shapeMismatch }
        let (slots, width) = (slots, digitsPerSlot * Self.digitBits)
        let exponents = concurrentMap(scalars.count / slots) { row in
            (0..<slots).reduce(BigInt(0)) { $0 + (scalars[row * slots + $1] << ($1 * width)) }
        }
        return EncryptedSums(residues: table.pow(secret: .trusted(exponents, bits: table.exponentBits)), key: key)
    }
}

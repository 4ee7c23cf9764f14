public import Bignum

/// Results of homomorphic operations. Their nonces name the scalars that made them, so they **have no encoding**: only an
/// ``Evaluator`` turns them into a ``CiphertextVector``, by masking or rerandomising (`protocols/paillier.md` 5).
public struct EncryptedSums: Sendable {
    public let key: PublicKey
    package private(set) var residues: ResidueVector

    package init(residues: ResidueVector, key: PublicKey) {
        precondition(residues.modulus == key.nSquared, "residues modulo another number")
        self.residues = residues
        self.key = key
    }

    /// Ciphertexts to compute on.
    public init(_ ciphertexts: CiphertextVector) {
        self.init(residues: ciphertexts.residues, key: ciphertexts.key)
    }

    /// Sums of nothing.
    public static func zeros(count: Int, key: PublicKey) -> EncryptedSums {
        EncryptedSums(residues: ResidueVector(repeating: 1, count: count, modulus: key.nSquared), key: key)
    }

    public var count: Int { residues.count }

    public mutating func append(contentsOf other: EncryptedSums) {
        precondition(other.key == key, "sums under another key")
        residues.append(contentsOf: other.residues)
    }

    public subscript(range: Range<Int>) -> EncryptedSums { EncryptedSums(residues: residues[range], key: key) }

    /// The elements at these positions, in that order, repeats allowed.
    public func gathering(_ indices: some Sequence<Int>) -> EncryptedSums {
        EncryptedSums(residues: residues.gathering(Array(indices)), key: key)
    }

    /// Element-wise sums; one element on either side serves for all.
    public func adding(_ other: EncryptedSums) -> EncryptedSums {
        precondition(other.key == key, "sums under another key")
        return EncryptedSums(residues: residues.multiplied(by: other.residues), key: key)
    }

    /// Element-wise sums with plaintexts (reduced modulo n).
    public func adding(plaintexts: LimbVector) -> EncryptedSums {
        EncryptedSums(residues: residues.multiplied(by: key.embedding(plaintexts)), key: key)
    }

    /// Every element times one signed scalar; the pattern of operations depends on the scalar's width and sign only.
    public func multiplied(by scalar: BigInt) -> EncryptedSums {
        let magnitude = scalar.magnitude
        let powers = residues.pow(secret: magnitude, bits: magnitude.bitWidth)
        return EncryptedSums(residues: scalar.signum < 0 ? powers.invertedUnits() : powers, key: key)
    }

    /// Element i times scalar i, non-negative; the pattern of operations depends on `scalars.bits` only.
    public func multiplied(by scalars: LimbVector) -> EncryptedSums {
        EncryptedSums(residues: residues.pow(secret: scalars), key: key)
    }

    /// `sum_k t_ik m_ik` for each row i of `terms` elements, t non-negative; the pattern of operations depends on `scalars.bits` and the
    /// sizes only.
    public func rowwiseProducts(scalars: LimbVector, terms: Int) -> EncryptedSums {
        EncryptedSums(residues: .simultaneousPow(bases: residues, secret: scalars, terms: terms), key: key)
    }

    public func negated() -> EncryptedSums { EncryptedSums(residues: residues.invertedUnits(), key: key) }

    /// Every element times 2^bits.
    public func shifted(bits: Int) -> EncryptedSums {
        precondition(bits >= 0, "shift to the left only")
        return EncryptedSums(residues: residues.pow(variableTime: BigInt(1) << bits), key: key)
    }

    /// Consecutive groups of elements in one plaintext each, `sum_s m_s 2^(s slotBits)`; the last group may be short.
    public func packed(perCiphertext: Int, slotBits: Int) -> EncryptedSums {
        precondition(perCiphertext > 0, "at least one slot")
        let groups = (count + perCiphertext - 1) / perCiphertext
        if groups == 0 || perCiphertext == 1 { return self }
        // Horner's rule from the top slot down, all groups side by side.
        var result = EncryptedSums.zeros(count: groups, key: key)
        for slot in (0..<perCiphertext).reversed() {
            let members = (0..<groups).map { $0 * perCiphertext + slot }
            if slot + 1 < perCiphertext { result = result.shifted(bits: slotBits) }
            if members[groups - 1] < count {
                result = result.adding(gathering(members))
            } else if groups > 1 {
                var present = gathering(members.dropLast())
                present.append(contentsOf: .zeros(count: 1, key: key))
                result = result.adding(present)
            }
        }
        return result
    }
}

extension ResidueVector {
    /// Inverses of ciphertexts, which are units by their checks.
    package func invertedUnits() -> ResidueVector {
        guard let inverses = try? inverses() else { preconditionFailure("ciphertexts are units") }
        return inverses
    }
}

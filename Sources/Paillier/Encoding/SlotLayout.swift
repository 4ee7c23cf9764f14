public import Bignum

/// Slots of equal width in a plaintext, slot s at bit `slotBits s` (`protocols/paillier.md` 6).
public struct SlotLayout: Sendable, Equatable {
    public let slotBits: Int
    public let slotsPerPlaintext: Int

    /// - Throws: ``PaillierError/wouldOverflow(neededBits:availableBits:)`` when not one slot fits.
    public init(slotBits: Int, modulusBits: Int) throws(PaillierError) {
        guard slotBits > 0, slotBits < modulusBits else {
            throw .wouldOverflow(neededBits: slotBits, availableBits: modulusBits - 1)
        }
        self.slotBits = slotBits
        slotsPerPlaintext = (modulusBits - 1) / slotBits
    }

    /// Slots for values below `2^valueBits` under a uniform mask, such that over a job of `values` slots a carry
    /// crosses a slot with probability at most 2^-40.
    public init(valueBits: Int, maskedValues values: Int, modulusBits: Int) throws(PaillierError) {
        guard valueBits > 0, values > 0 else { throw .shapeMismatch }
        let spare = 40 + (Int.bitWidth - (values - 1).leadingZeroBitCount)
        try self.init(slotBits: valueBits + spare, modulusBits: modulusBits)
    }

    /// Plaintexts needed for so many slots.
    public func plaintexts(for values: Int) -> Int { (values + slotsPerPlaintext - 1) / slotsPerPlaintext }

    /// Consecutive runs of values in one plaintext each; the last may hold fewer.
    ///
    /// - Throws: ``PaillierError/wouldOverflow(neededBits:availableBits:)`` for values wider than a slot.
    public func pack(_ values: LimbVector) throws(PaillierError) -> LimbVector {
        if values.bits > slotBits { throw .wouldOverflow(neededBits: values.bits, availableBits: slotBits) }
        var result = LimbVector(count: plaintexts(for: values.count), bits: slotsPerPlaintext * slotBits)
        for index in 0..<values.count {
            result.or(
                index / slotsPerPlaintext, at: index % slotsPerPlaintext * slotBits, from: values, index)
        }
        return result
    }

    /// The slots of each plaintext, `slotsPerPlaintext` to a plaintext; bits above the last slot are dropped.
    public func split(_ plaintexts: LimbVector) -> LimbVector {
        var result = LimbVector(count: plaintexts.count * slotsPerPlaintext, bits: slotBits)
        for index in 0..<result.count {
            let start = index % slotsPerPlaintext * slotBits
            for limb in 0..<result.limbsPerElement {
                let digit = plaintexts.digit(
                    index / slotsPerPlaintext, at: start + 64 * limb, width: min(64, slotBits - 64 * limb))
                result.setLimb(index, limb, digit)
            }
        }
        return result
    }
}

extension LimbVector {
    /// Element `from[source]` into the zero bits of `element` from bit `start` on.
    mutating func or(_ element: Int, at start: Int, from other: LimbVector, _ source: Int) {
        let (word, shift) = (start / 64, UInt64(start % 64))
        for limb in 0..<other.limbsPerElement {
            let value = other.limb(source, limb)
            if value == 0 { continue }
            setLimb(element, word + limb, self.limb(element, word + limb) | value << shift)
            let high = shift == 0 ? 0 : value >> (64 - shift)
            if high != 0 { setLimb(element, word + limb + 1, self.limb(element, word + limb + 1) | high) }
        }
    }
}

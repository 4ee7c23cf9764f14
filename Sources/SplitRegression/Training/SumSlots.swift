internal import Bignum

/// Layout of several signed sums in one plaintext (training.md 3, gradient slots).
struct SumSlots: Sendable, Equatable {
    /// `u`; a sum lies in `(-2^(u-2), 2^(u-2))`.
    let slotBits: Int
    let slotsPerCiphertext: Int

    /// As many slots as leave 66 bits to the modulus, so that a masked plaintext wraps with probability below 2^-64.
    init(slotBits: Int, modulusBits: Int) throws(TrainingError) {
        self.slotBits = slotBits
        slotsPerCiphertext = (modulusBits - 66) / slotBits
        guard slotsPerCiphertext >= 1 else { throw .keyTooSmall(bits: modulusBits) }
    }

    /// The same slots, at most so many to a ciphertext.
    init(_ fitting: SumSlots, atMost slots: Int) {
        slotBits = fitting.slotBits
        slotsPerCiphertext = min(slots, fitting.slotsPerCiphertext)
    }

    func ciphertexts(for sums: Int) -> Int { (sums + slotsPerCiphertext - 1) / slotsPerCiphertext }

    /// Offset that makes every slot of `sums` sums in one plaintext positive: `sum_s 2^(u s + u - 1)`.
    func offset(slots: Int) -> BigInt {
        var result: BigInt = 0
        for slot in 0..<slots { result = result + (BigInt(1) << (slotBits * slot + slotBits - 1)) }
        return result
    }

    /// Signed sums of one opened and unmasked plaintext.
    func split(_ plaintext: BigInt, slots: Int) -> [BigInt] {
        let half = BigInt(1) << (slotBits - 1)
        let base = BigInt(1) << slotBits
        var rest = plaintext
        return (0..<slots).map { _ in
            let digit = rest.mod(base)
            rest = rest >> slotBits
            return digit - half
        }
    }

    /// Bits of one opened plaintext: those of its slots and no more.
    func openedBits(of index: Int, count: Int) -> Int {
        min(slotsPerCiphertext, count - index * slotsPerCiphertext) * slotBits
    }

    /// Length of the message that opens so many sums.
    func openedBytes(count: Int) -> Int {
        (0..<ciphertexts(for: count)).reduce(0) { $0 + (openedBits(of: $1, count: count) + 7) / 8 }
    }
}

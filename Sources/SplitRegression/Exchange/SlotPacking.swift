internal import Bignum

/// A plaintext put together from signed numbers at bit positions, as an integer modulo N (training.md 3).
struct SlotPacking {
    private var limbs: [UInt64]

    /// - Parameter bits: of the modulus.
    init(bits: Int) { limbs = Array(repeating: 0, count: bits / 64 + 2) }

    mutating func reset() { for index in limbs.indices { limbs[index] = 0 } }

    /// Adds `word 2^place`, two's complement.
    mutating func add(_ word: ShareWord, at place: Int) {
        let fill: UInt64 = word.high >> 63 == 1 ? .max : 0
        let words = [word.low, word.middle, word.high]
        let (first, shift) = (place / 64, UInt64(place % 64))
        var carry = false
        for index in first..<limbs.count {
            let k = index - first
            var value = k < 3 ? words[k] : fill
            if shift > 0 {
                let below = k == 0 ? 0 : k <= 3 ? words[k - 1] : fill
                value = value << shift | below >> (64 - shift)
            }
            let (sum, c0) = limbs[index].addingReportingOverflow(value)
            let (total, c1) = sum.addingReportingOverflow(carry ? 1 : 0)
            limbs[index] = total
            carry = c0 || c1
            // Nothing changes above any more.
            if k > 3, carry == (fill != 0) { break }
        }
    }

    /// Puts the number, made positive by one modulus if need be, in its place.
    mutating func write(to vector: inout LimbVector, element: Int, modulus: [UInt64]) {
        if limbs[limbs.count - 1] >> 63 == 1 {
            var carry = false
            for index in limbs.indices {
                let (sum, c0) = limbs[index].addingReportingOverflow(index < modulus.count ? modulus[index] : 0)
                let (total, c1) = sum.addingReportingOverflow(carry ? 1 : 0)
                limbs[index] = total
                carry = c0 || c1
            }
        }
        for index in 0..<min(limbs.count, vector.limbsPerElement) { vector.setLimb(element, index, limbs[index]) }
    }
}

extension LimbVector {
    /// Bits `[place, place + bits)` of an element, at most 192.
    func word(_ element: Int, at place: Int, bits: Int) -> ShareWord {
        ShareWord(
            low: digit(element, at: place, width: min(bits, 64)),
            middle: bits > 64 ? digit(element, at: place + 64, width: min(bits - 64, 64)) : 0,
            high: bits > 128 ? digit(element, at: place + 128, width: min(bits - 128, 64)) : 0)
    }
}

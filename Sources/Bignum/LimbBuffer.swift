internal import CMontgomery

/// Owner of a flat, 64-byte aligned block of limbs; wiped when it goes.
///
/// Written only while it is uniquely referenced (by the value that holds it, or by the batch call that fills it, whose
/// threads write disjoint parts); otherwise read-only.
@safe final class LimbBuffer: @unchecked Sendable {
    let words: Int
    let pointer: UnsafeMutablePointer<UInt64>

    /// Zeroed, unless the caller is about to write all of it.
    init(words: Int, zeroed: Bool = true) {
        precondition(words >= 0 && words < 1 << 40, "limb buffer too large")
        self.words = words
        let raw = UnsafeMutableRawPointer.allocate(byteCount: max(words, 8) * 8, alignment: 64)
        unsafe pointer = raw.bindMemory(to: UInt64.self, capacity: max(words, 8))
        if zeroed { unsafe pointer.initialize(repeating: 0, count: max(words, 8)) }
    }

    deinit {
        unsafe cm_wipe(pointer, words * 8)
        unsafe pointer.deallocate()
    }

    /// A copy of the first `used` words in a block of `words`.
    func copy(used: Int, words: Int) -> LimbBuffer {
        let copy = LimbBuffer(words: words, zeroed: false)
        unsafe copy.pointer.update(from: pointer, count: used)
        unsafe (copy.pointer + used).update(repeating: 0, count: words - used)
        return copy
    }
}

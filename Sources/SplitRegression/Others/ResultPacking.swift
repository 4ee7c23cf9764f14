internal import Bignum

/// Numbers of one width in plaintexts, with uniform bits above them (multiparty-training.md 3, results).
struct ResultPacking: Sendable, Hashable {
    let bits: Int
    let modulusBits: Int
    /// Numbers of a ciphertext.
    let each: Int

    init(bits: Int, modulusBits: Int) throws(TrainingError) {
        self.bits = bits
        self.modulusBits = modulusBits
        each = (modulusBits - KernelLayout.headroomBits) / bits
        guard each >= 1 else { throw .keyTooSmall(bits: modulusBits) }
    }

    func ciphertexts(_ count: Int) -> Int { (count + each - 1) / each }

    /// The numbers of a ciphertext.
    private func range(_ ciphertext: Int, of count: Int) -> Range<Int> {
        ciphertext * each..<min(count, (ciphertext + 1) * each)
    }

    /// - Parameter words: below `2^bits` each.
    func fill(
        _ packing: inout SlotPacking, _ ciphertext: Int, _ words: [ShareWord],
        using generator: inout some RandomNumberGenerator
    ) {
        let range = range(ciphertext, of: words.count)
        for (slot, word) in words[range].enumerated() { packing.add(word.masked(bits), at: slot * bits) }
        // Up to the modulus' highest bit, which is set: the plaintext stays below it.
        var place = range.count * bits
        while place < modulusBits - 1 {
            let width = min(64, modulusBits - 1 - place)
            let word = ShareWord(low: generator.next(), middle: 0, high: 0).masked(width)
            packing.add(word, at: place)
            place += width
        }
    }

    func words(_ plaintexts: LimbVector, count: Int) -> [ShareWord] {
        (0..<plaintexts.count).flatMap { index in
            range(index, of: count).indices.map { plaintexts.word(index, at: $0 % each * bits, bits: bits) }
        }
    }
}

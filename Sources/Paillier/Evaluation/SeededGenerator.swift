internal import Crypto

/// SHA-256(seed || u64(0)) || SHA-256(seed || u64(1)) || ... as a source of random numbers; the seed is secret and uniform.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private let seed: [UInt8]
    private var counter: UInt64 = 0
    private var block: [UInt64] = []

    package init(seed: [UInt8]) { self.seed = seed }

    package mutating func next() -> UInt64 {
        if let word = block.popLast() { return word }
        var hash = SHA256()
        hash.update(data: seed)
        hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: counter >> UInt64(56 - 8 * $0)) })
        counter += 1
        let digest = Array(hash.finalize())
        block = (0..<4).reversed().map { word in
            digest[8 * word..<8 * word + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        return block.removeLast()
    }
}

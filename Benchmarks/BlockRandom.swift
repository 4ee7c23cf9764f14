import Foundation

/// The system's generator, 64 KiB at a time: sessions draw from a keystream made in blocks, and not by a system call a
/// word, which would be a tenth of an encryption.
struct BlockRandom: RandomNumberGenerator {
    private let device = FileHandle(forReadingAtPath: "/dev/urandom")
    private var words: [UInt64] = []

    mutating func next() -> UInt64 {
        if let word = words.popLast() { return word }
        guard let block = try? device?.read(upToCount: 1 << 16) else { preconditionFailure("no /dev/urandom") }
        words = block.withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
        return words.removeLast()
    }
}

import Crypto
import CryptoExtras
import Foundation

/// The generator of one message's randomness: an AES-256-CTR keystream from zero, taken 64 bits at a time,
/// little-endian. `protocols/wire.md` section 6. A copy repeats the original's stream: pass it `inout`.
public struct ProtocolRandomness: RandomNumberGenerator, Sendable {
    private let key: SymmetricKey
    private var counter: UInt64 = 0
    private var buffer: [UInt64] = []
    private var position = 0

    private static let wordsABlock = 512

    init(key: SymmetricKey) {
        self.key = key
    }

    /// The stream of one message. `protocols/wire.md` section 6.
    init(
        effectiveSeed: SymmetricKey, label: String, round: UInt32, attempt: UInt32, chunk: UInt32, after head: TreeHead
    ) {
        var info = Encoder()
        info.writeFixed(Array("moiety/randomness/v1".utf8))
        info.writePrefixed(label.utf8)
        info.write(round)
        info.write(attempt)
        info.write(chunk)
        info.write(head.size)
        info.write(head.root)
        // Integers and a short label always have an encoding.
        let bytes = (try? info.finish()) ?? Array(label.utf8)
        self.init(
            key: HKDF<SHA256>.deriveKey(
                inputKeyMaterial: effectiveSeed, salt: [UInt8](), info: bytes, outputByteCount: 32))
    }

    /// A stream for known-answer tests.
    package init(testKey: [UInt8]) {
        self.init(key: SymmetricKey(data: testKey))
    }

    public mutating func next() -> UInt64 {
        if position == buffer.count { refill() }
        defer { position += 1 }
        return buffer[position]
    }

    private mutating func refill() {
        // The nonce is the first counter block: AES blocks of 16 bytes, so 2 words each.
        var block = [UInt8](repeating: 0, count: 16)
        for index in 0..<8 { block[15 - index] = UInt8(truncatingIfNeeded: counter >> (8 * UInt64(index))) }
        let zeros = [UInt8](repeating: 0, count: Self.wordsABlock * 8)
        guard let nonce = try? AES._CTR.Nonce(nonceBytes: block),
            let stream = try? AES._CTR.encrypt(zeros, using: key, nonce: nonce), stream.count == zeros.count
        else {
            // The sizes are constants that AES accepts; randomness that silently repeats would be worse than a stop.
            preconditionFailure("AES-256-CTR is not available")
        }
        var words: [UInt64] = []
        words.reserveCapacity(Self.wordsABlock)
        var word: UInt64 = 0
        var count = 0
        for byte in stream {
            word = word >> 8 | UInt64(byte) << 56
            count += 1
            if count == 8 {
                words.append(word)
                word = 0
                count = 0
            }
        }
        buffer = words
        position = 0
        counter += UInt64(Self.wordsABlock / 2)
    }
}

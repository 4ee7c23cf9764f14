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
        // "moiety/randomness/v1" || u32 length || label || u32 round || u32 attempt || u32 chunk || u64 size || root
        var info = Array("moiety/randomness/v1".utf8)
        Self.append(UInt32(truncatingIfNeeded: label.utf8.count), to: &info)
        info += label.utf8
        for number in [round, attempt, chunk] { Self.append(number, to: &info) }
        Self.append(head.size, to: &info)
        info += head.root.bytes
        self.init(
            key: HKDF<SHA256>.deriveKey(
                inputKeyMaterial: effectiveSeed, salt: [UInt8](), info: info, outputByteCount: 32))
    }

    /// Big-endian. Written by hand: an encoder may fail, and no stream may come of a failure.
    private static func append(_ value: some FixedWidthInteger & UnsignedInteger, to bytes: inout [UInt8]) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// The stream under a secret of 32 bytes that was derived for this purpose alone: it comes out again when the secret does.
    package init(secret: [UInt8]) {
        self.init(key: SymmetricKey(data: secret))
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

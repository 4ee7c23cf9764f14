import Crypto
import CryptoExtras

/// `G(k)`: the AES-256-CTR keystream under a secret of 32 bytes from counter 0 (`protocols/row-split.md` 3).
package enum MaskStream {
    /// Bytes of a block of AES, and so of a step of the counter.
    package static let blockBytes = 16

    /// - Parameter block: where in the stream, in blocks.
    package static func bytes(_ key: [UInt8], from block: UInt64 = 0, count: Int) -> [UInt8] {
        let zeros = [UInt8](repeating: 0, count: count)
        // u128 block, big-endian
        let counter = (0..<blockBytes).map { place in
            place < 8 ? 0 : UInt8(truncatingIfNeeded: block >> UInt64(8 * (blockBytes - 1 - place)))
        }
        guard let nonce = try? AES._CTR.Nonce(nonceBytes: counter),
            let stream = try? AES._CTR.encrypt(zeros, using: SymmetricKey(data: key), nonce: nonce),
            stream.count == count
        else {
            // The sizes are constants that AES accepts; a mask that silently is none would be worse than a stop.
            preconditionFailure("AES-256-CTR is not available")
        }
        return Array(stream)
    }
}

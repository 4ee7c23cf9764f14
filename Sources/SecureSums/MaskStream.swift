import Crypto
import CryptoExtras
import Wire

/// `G(k)`: the AES-256-CTR keystream under a secret of 32 bytes from counter 0 (`protocols/row-split.md` 3).
enum MaskStream {
    static func bytes(_ key: [UInt8], count: Int) -> [UInt8] {
        let zeros = [UInt8](repeating: 0, count: count)
        guard let nonce = try? AES._CTR.Nonce(nonceBytes: [UInt8](repeating: 0, count: 16)),
            let stream = try? AES._CTR.encrypt(zeros, using: SymmetricKey(data: key), nonce: nonce),
            stream.count == count
        else {
            // The sizes are constants that AES accepts; a mask that silently is none would be worse than a stop.
            preconditionFailure("AES-256-CTR is not available")
        }
        return Array(stream)
    }

    /// As numbers of 128 bits, big-endian.
    static func numbers(_ key: [UInt8], count: Int) -> [UInt128] {
        let stream = bytes(key, count: 16 * count)
        return (0..<count).map { index in
            stream[16 * index..<16 * index + 16].reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        }
    }

    static func derive(_ secret: SymmetricKey, info: [UInt8]) -> [UInt8] { KeyDerivation.bytes(secret, info: info) }
}

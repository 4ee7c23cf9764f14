import Crypto
import Wire

extension MaskStream {
    /// As numbers of 128 bits, big-endian.
    static func numbers(_ key: [UInt8], count: Int) -> [UInt128] {
        let stream = bytes(key, count: 16 * count)
        return (0..<count).map { index in
            stream[16 * index..<16 * index + 16].reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        }
    }

    static func derive(_ secret: SymmetricKey, info: [UInt8]) -> [UInt8] { KeyDerivation.bytes(secret, info: info) }
}

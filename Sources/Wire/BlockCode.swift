package import Crypto
import CryptoExtras
import Foundation

/// AES-256 of many blocks under one key, each block by itself: a pseudorandom function of 16 bytes, for millions of cells that a keyed hash
/// each would take seconds for. Holds a secret: does not print itself.
package struct BlockCode: Sendable {
    package static let blockBytes = 16
    private let key: SymmetricKey

    /// - Parameter key: 32 bytes.
    package init(_ key: SymmetricKey) { self.key = key }

    /// Of each block the first four bytes of its code, as a number.
    ///
    /// - Parameter blocks: 16 bytes each, one after the other.
    package func heads(of blocks: [UInt8]) -> [UInt32] {
        let size = Self.blockBytes
        // Read as a ciphertext of CFB mode: P_(i+1) = C_(i+1) xor AES(C_i). So AES(C_i) = P_(i+1) xor C_(i+1), whatever C_(i+1) is; the
        // last one is zero.
        let cipher = blocks + [UInt8](repeating: 0, count: size)
        guard blocks.count.isMultiple(of: size),
            let iv = try? AES._CFB.IV(ivBytes: [UInt8](repeating: 0, count: size)),
            let plain = (try? AES._CFB.decrypt(cipher, using: key, iv: iv)).map(Array.init), plain.count == cipher.count
        else {
            // The sizes are constants that AES accepts; codes that silently are none would find no change.
            preconditionFailure("AES-256 is not available")
        }
        return stride(from: size, to: cipher.count, by: size).map { start in
            var head: UInt32 = 0
            for place in start..<start + 4 { head = head << 8 | UInt32(plain[place] ^ cipher[place]) }
            return head
        }
    }
}

extension BlockCode: CustomStringConvertible, CustomReflectable {
    package var description: String { "BlockCode(hidden)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

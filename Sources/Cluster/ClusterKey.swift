import Bignum
package import Crypto
import Foundation

/// The secret that all ranks of a cluster read from a file of their user's: 64 hexadecimal digits and a newline, mode 0600.
package struct ClusterKey: Sendable {
    let key: SymmetricKey

    package init(_ key: SymmetricKey) { self.key = key }

    /// The text of a new key file.
    package static func newFile() -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        // The system's generator, which is a cryptographic one.
        return (0..<64).map { _ in digits[Int.random(in: 0..<16)] } + [10]
    }

    /// - Parameter path: of the key file; nil if none was named.
    package init(readingFile path: String?) throws(KeyProblem) { try self.init(readingFile: path, as: geteuid()) }

    /// - Parameter user: whose the file must be: another owner may read and change it whatever its mode.
    package init(readingFile path: String?, as user: UInt32) throws(KeyProblem) {
        guard let named = path, !named.isEmpty else { throw .notNamed }
        // Kubernetes mounts a secret as a link; what counts is the file that it leads to.
        let path = URL(fileURLWithPath: named).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let mode = attributes[.posixPermissions] as? Int, let owner = attributes[.ownerAccountID] as? Int
        else { throw .missing }
        guard owner == Int(user) else { throw .ofAnotherUser }
        guard mode & 0o077 == 0 else { throw .openToOthers }
        guard var text = FileManager.default.contents(atPath: path) else { throw .missing }
        defer { text.resetBytes(in: 0..<text.count) }
        guard text.count == 65, text.last == 10 else { throw .malformed }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        defer { bytes.wipe() }
        for pair in stride(from: 0, to: 64, by: 2) {
            guard let high = Self.digit(text[pair]), let low = Self.digit(text[pair + 1]) else { throw .malformed }
            bytes.append(high << 4 | low)
        }
        key = SymmetricKey(data: bytes)
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case 48...57: character - 48
        case 97...102: character - 87
        default: nil
        }
    }

    /// HKDF-SHA-256(key, salt: nonce of rank 0 || nonce of the rank, info: "moiety/cluster/v1 " || direction || " " || rank)
    func derived(_ direction: Direction, rank: Int, nonces: (first: Data, other: Data)) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, salt: nonces.first + nonces.other,
            info: Data("moiety/cluster/v1 \(direction.rawValue) \(rank)".utf8), outputByteCount: 32)
    }

    enum Direction: String, Sendable { case to, from }
}

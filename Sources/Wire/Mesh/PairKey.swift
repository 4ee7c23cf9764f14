package import Crypto

/// A party's half of the secret that it has with another party of a mesh (`protocols/row-split.md` 2,
/// `protocols/multiparty-alignment.md` 1).
package struct PairKey: Sendable {
    private let key: Curve25519.KeyAgreement.PrivateKey

    package init(using generator: inout some RandomNumberGenerator) throws(WireError) {
        try self.init(rawRepresentation: generator.bytes32())
    }

    package init(rawRepresentation: [UInt8]) throws(WireError) {
        guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: rawRepresentation) else {
            throw .invalidValue("key of X25519")
        }
        self.key = key
    }

    package var publicKey: Bytes32 { Bytes32(Array(key.publicKey.rawRepresentation)) ?? .zero }

    /// - Parameters:
    ///   - label: of the protocol that the secret is for.
    ///   - isFirst: whether this party comes before the peer in the job's order.
    /// - Returns: nil where the peer's key is of small order: then everybody knows the secret.
    package func secret(
        with peer: Bytes32, session: Bytes32, mesh: Bytes32, isFirst: Bool, label: String
    ) -> PairSecret? {
        guard let peerKey = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: peer.bytes),
            let shared = try? key.sharedSecretFromKeyAgreement(with: peerKey)
        else { return nil }
        // label || session || key of first || key of second
        let keys = isFirst ? [publicKey, peer] : [peer, publicKey]
        let info = Array(label.utf8) + session.bytes + keys.flatMap(\.bytes)
        let derived = shared.hkdfDerivedSymmetricKey(
            using: SHA256.self, salt: mesh.bytes, sharedInfo: info, outputByteCount: 32)
        // The library takes points of small order, with which the shared secret is zero whatever this side's key is.
        let ofZero = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: [UInt8](repeating: 0, count: 32)), salt: mesh.bytes, info: info,
            outputByteCount: 32)
        return derived == ofZero ? nil : PairSecret(key: derived)
    }
}

/// What two parties share: keys of one purpose each come of it, and it is never shared itself.
package struct PairSecret: Sendable {
    private let key: SymmetricKey

    package init(key: SymmetricKey) { self.key = key }

    /// HKDF(pair secret, no salt, info), 32 bytes
    package func derived(_ info: [UInt8]) -> [UInt8] { KeyDerivation.bytes(key, info: info) }
}

/// It does not print itself.
extension PairSecret: CustomStringConvertible, CustomReflectable {
    package var description: String { "PairSecret" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// HKDF-SHA256 (RFC 5869) of 32 bytes: its one block is a hash that can be read.
package enum KeyDerivation {
    package static func bytes(_ secret: SymmetricKey, salt: [UInt8] = [], info: [UInt8]) -> [UInt8] {
        let extracted = HKDF<SHA256>.extract(inputKeyMaterial: secret, salt: salt)
        return Array(
            HMAC<SHA256>.authenticationCode(for: info + [1], using: SymmetricKey(data: Array(extracted))))
    }
}

extension RandomNumberGenerator {
    /// The next 32 bytes: words little-endian, as a session's streams have them.
    package mutating func bytes32() -> [UInt8] {
        var out: [UInt8] = []
        for _ in 0..<4 {
            let word = next()
            for shift in stride(from: 0, to: 64, by: 8) { out.append(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
        }
        return out
    }
}

import Crypto
import Synchronization

/// A party's own secret: everything random in its protocol messages follows from it. Does not print itself.
public final class SessionSeed: Sendable {
    private let secret: SecretBytes

    /// Fresh, of the system's generator.
    public init() {
        secret = SecretBytes(Bytes32.random().bytes)
    }

    /// 32 bytes kept in a file of mode 0600 (for replay), or `nil`.
    public init?(rawRepresentation: [UInt8]) {
        guard rawRepresentation.count == 32 else { return nil }
        secret = SecretBytes(rawRepresentation)
    }

    /// Secret: for the transcript's private folder and nothing else.
    public var rawRepresentation: [UInt8] { secret.bytes }

    /// SHA-256("moiety/seed-commitment/v1" || seed). The seed is 32 uniform bytes, so the hash hides it.
    public var commitment: Bytes32 {
        Bytes32(hashing: Array("moiety/seed-commitment/v1".utf8) + secret.bytes)
    }

    /// HKDF-SHA256(ikm: own seed, salt: the peer's nonce, info: "moiety/effective-seed/v1" || session), 32 bytes.
    func effective(peerNonce: Bytes32, session: Bytes32) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret.bytes), salt: peerNonce.bytes,
            info: Array("moiety/effective-seed/v1".utf8) + session.bytes, outputByteCount: 32)
    }
}

/// Bytes that are overwritten when the last owner lets go.
final class SecretBytes: Sendable {
    private let storage: Mutex<[UInt8]>

    init(_ bytes: [UInt8]) {
        storage = Mutex(bytes)
    }

    var bytes: [UInt8] { storage.withLock { $0 } }

    deinit {
        storage.withLock { storage in
            for index in storage.indices { storage[index] = 0 }
        }
    }
}

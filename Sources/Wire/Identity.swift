import Crypto

/// Names of parties: 1 to 64 of `A-Z a-z 0-9 . _ -`, not starting with a dot or a dash, so that a name is also a
/// word in a signed note, a path component and a line in a log.
public enum PartyName {
    public static let maximumLength = 64

    public static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, bytes.count <= maximumLength else { return false }
        guard first != UInt8(ascii: "."), first != UInt8(ascii: "-") else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }

    static func read(from decoder: inout Decoder) throws(WireError) -> String {
        let name = try decoder.readString(max: maximumLength)
        guard isValid(name) else { throw .notCanonical("a party's name") }
        return name
    }
}

/// An Ed25519 signing key. Holds a secret: does not print itself.
public struct SigningKey: Sendable {
    let key: Curve25519.Signing.PrivateKey

    /// A fresh key of the system's generator.
    public init() {
        key = Curve25519.Signing.PrivateKey()
    }

    /// The 32 secret bytes of RFC 8032.
    public init(rawRepresentation: [UInt8]) throws(WireError) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: rawRepresentation) else {
            throw .invalidValue("signing key")
        }
        self.key = key
    }

    /// Secret: for a key file of mode 0600 and nothing else.
    public var rawRepresentation: [UInt8] { Array(key.rawRepresentation) }

    public var publicKey: VerifyingKey { VerifyingKey(known: Array(key.publicKey.rawRepresentation)) }

    /// 64 bytes, RFC 8032 pure Ed25519.
    public func sign(_ message: [UInt8]) throws(WireError) -> [UInt8] {
        guard let signature = try? key.signature(for: message) else { throw .recorderFailed("signing") }
        return Array(signature)
    }
}

/// An Ed25519 public key, checked strictly: canonical, not of small order.
public struct VerifyingKey: Sendable, Hashable {
    public let bytes: Bytes32

    public init(_ bytes: [UInt8]) throws(WireError) {
        guard let value = Bytes32(bytes), StrictEd25519.isAcceptablePoint(bytes) else {
            throw .invalidValue("public key")
        }
        self.bytes = value
    }

    init(known bytes: [UInt8]) {
        self.bytes = Bytes32(bytes) ?? .zero
    }

    /// SHA-256 of the key: what people compare.
    public var fingerprint: Bytes32 { Bytes32(hashing: bytes.bytes) }

    /// Strict verification: S < L, R and the key canonical and of large order.
    public func isValid(signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == 64, StrictEd25519.isAcceptablePoint(Array(signature[..<32])) else { return false }
        let raw = bytes.bytes
        guard StrictEd25519.isAcceptablePoint(raw),
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw)
        else { return false }
        return key.isValidSignature(signature, for: message)
    }
}

/// What RFC 8032 leaves to the verifier: two verifiers must never disagree about a signature.
enum StrictEd25519 {
    /// y coordinates (sign bit clear) of the eight points of small order.
    private static let smallOrder: Set<String> = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ]

    /// Canonical (y < 2^255 - 19) and not of small order.
    static func isAcceptablePoint(_ encoded: [UInt8]) -> Bool {
        guard encoded.count == 32 else { return false }
        var y = encoded
        y[31] &= 0x7f
        if y[0] >= 0xed, y[31] == 0x7f, y[1..<31].allSatisfy({ $0 == 0xff }) { return false }
        return !smallOrder.contains(Hex.encode(y))
    }
}

/// This side of a session.
public struct LocalParty: Sendable {
    public let name: String
    public let identity: SigningKey
    /// Fingerprint of the certificate that this party shows; all zero where the channel has none.
    public let certificateFingerprint: Bytes32

    public init(name: String, identity: SigningKey, certificateFingerprint: Bytes32 = .zero) throws(WireError) {
        guard PartyName.isValid(name) else { throw .invalidName(name) }
        self.name = name
        self.identity = identity
        self.certificateFingerprint = certificateFingerprint
    }
}

/// The other side, as pinned beforehand.
public struct PeerIdentity: Sendable, Hashable {
    public let name: String
    public let publicKey: VerifyingKey
    /// The pinned certificate; `nil` only where the channel has none.
    public let certificateFingerprint: Bytes32?

    public init(name: String, publicKey: VerifyingKey, certificateFingerprint: Bytes32? = nil) throws(WireError) {
        guard PartyName.isValid(name) else { throw .invalidName(name) }
        self.name = name
        self.publicKey = publicKey
        self.certificateFingerprint = certificateFingerprint
    }
}

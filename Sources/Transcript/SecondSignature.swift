import Crypto
import Foundation
import Wire

/// A long-lived ML-DSA-65 key (FIPS 204) of a site, beside its Ed25519 identity: a transcript that must convince after
/// large quantum computers exist needs a signature that they do not forge. Holds a secret: does not print itself.
public struct SecondSigningKey: Sendable {
    private let seed: [UInt8]
    public let publicKey: SecondVerifyingKey

    /// A fresh key of the system's generator.
    ///
    /// - Throws: `unsupported` where the system has no ML-DSA (macOS before 26).
    public init() throws(SecondSignatureError) {
        try self.init(rawRepresentation: Bytes32.random().bytes)
    }

    /// The 32 bytes of the seed.
    public init(rawRepresentation seed: [UInt8]) throws(SecondSignatureError) {
        guard #available(macOS 26.0, *) else { throw .unsupported }
        guard let key = try? MLDSA65.PrivateKey(seedRepresentation: seed, publicKey: nil),
            let publicKey = SecondVerifyingKey(Array(key.publicKey.rawRepresentation))
        else { throw .invalidKey }
        self.seed = seed
        self.publicKey = publicKey
    }

    /// Secret: for a key file of mode 0600 and nothing else.
    public var rawRepresentation: [UInt8] { seed }

    func signature(of outcome: [UInt8]) throws(SecondSignatureError) -> [UInt8] {
        guard #available(macOS 26.0, *) else { throw .unsupported }
        guard let key = try? MLDSA65.PrivateKey(seedRepresentation: seed, publicKey: nil),
            let signature = try? key.signature(for: outcome, context: SecondVerifyingKey.context)
        else { throw .invalidKey }
        return Array(signature)
    }
}

/// The public half: what an invitation carries and a peer pins.
public struct SecondVerifyingKey: Sendable, Hashable {
    public static let length = 1952
    static let context = Array("moiety/outcome/v1".utf8)

    public let bytes: [UInt8]

    /// Nil for bytes of another length, or that the system does not take for a key.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        if #available(macOS 26.0, *) {
            guard (try? MLDSA65.PublicKey(rawRepresentation: bytes)) != nil else { return nil }
        }
        self.bytes = bytes
    }

    func isValid(signature: [UInt8], of outcome: [UInt8]) -> Bool {
        guard #available(macOS 26.0, *), let key = try? MLDSA65.PublicKey(rawRepresentation: bytes) else {
            return false
        }
        return key.isValidSignature(signature, for: outcome, context: Self.context)
    }
}

public enum SecondSignatureError: Error, Equatable, Sendable {
    case unsupported
    case invalidKey
}

/// `outcome.mldsa`: magic || public key[1952] || signature[3309] over the bytes of `outcome.bin`.
struct SecondSignature: Sendable, Hashable {
    static let magic = Array("moiety second signature 1\n".utf8)
    static let signatureLength = 3309
    static let length = magic.count + SecondVerifyingKey.length + signatureLength

    let key: SecondVerifyingKey
    let signature: [UInt8]

    init(of outcome: [UInt8], by key: SecondSigningKey) throws(SecondSignatureError) {
        self.key = key.publicKey
        signature = try key.signature(of: outcome)
    }

    init?(encoded bytes: [UInt8]) {
        guard bytes.count == Self.length, bytes.starts(with: Self.magic),
            let key = SecondVerifyingKey(Array(bytes[Self.magic.count..<Self.magic.count + SecondVerifyingKey.length]))
        else { return nil }
        self.key = key
        signature = Array(bytes.suffix(Self.signatureLength))
    }

    var encoded: [UInt8] { Self.magic + key.bytes + signature }

    func isValid(of outcome: [UInt8]) -> Bool { key.isValid(signature: signature, of: outcome) }
}

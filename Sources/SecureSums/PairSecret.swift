import Crypto
import Wire

/// A site's half of the secrets that it has with each other site, and what comes of them (`protocols/row-split.md` 2).
struct PairKey: Sendable {
    private let key: Curve25519.KeyAgreement.PrivateKey

    init(using generator: inout some RandomNumberGenerator) throws(SumError) {
        try self.init(rawRepresentation: generator.bytes32())
    }

    init(rawRepresentation: [UInt8]) throws(SumError) {
        guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: rawRepresentation) else {
            throw .badSessions("a key of X25519 has 32 bytes")
        }
        self.key = key
    }

    var publicKey: Bytes32 { Bytes32(Array(key.publicKey.rawRepresentation)) ?? .zero }

    /// - Parameter isFirst: whether this site comes before the peer in the job's order.
    /// - Returns: nil where the peer's key is of small order: then everybody knows the secret.
    func secret(with peer: Bytes32, session: Bytes32, mesh: Bytes32, isFirst: Bool) -> PairSecret? {
        guard let peerKey = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: peer.bytes),
            let shared = try? key.sharedSecretFromKeyAgreement(with: peerKey)
        else { return nil }
        // "moiety/rows/pair/v1" || session || key of first || key of second
        let keys = isFirst ? [publicKey, peer] : [peer, publicKey]
        let info = Array("moiety/rows/pair/v1".utf8) + session.bytes + keys.flatMap(\.bytes)
        let derived = shared.hkdfDerivedSymmetricKey(
            using: SHA256.self, salt: mesh.bytes, sharedInfo: info, outputByteCount: 32)
        // The library takes points of small order, with which the shared secret is zero whatever this side's key is.
        let ofZero = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: [UInt8](repeating: 0, count: 32)), salt: mesh.bytes, info: info,
            outputByteCount: 32)
        return derived == ofZero ? nil : PairSecret(key: derived)
    }
}

/// What two sites share: seeds of rounds come of it, and it is never shared itself.
struct PairSecret: Sendable {
    private let key: SymmetricKey

    init(key: SymmetricKey) { self.key = key }

    /// HKDF(pair secret, info "moiety/rows/seed/v1" || u32 round)
    func seed(ofRound round: UInt32) -> [UInt8] {
        var info = Array("moiety/rows/seed/v1".utf8)
        for shift in stride(from: 24, through: 0, by: -8) { info.append(UInt8(truncatingIfNeeded: round >> shift)) }
        return MaskStream.derive(key, info: info)
    }
}

extension RandomNumberGenerator {
    /// The next 32 bytes: words little-endian, as a session's streams have them.
    mutating func bytes32() -> [UInt8] {
        var out: [UInt8] = []
        for _ in 0..<4 {
            let word = next()
            for shift in stride(from: 0, to: 64, by: 8) { out.append(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
        }
        return out
    }
}

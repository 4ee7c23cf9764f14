internal import Bignum
internal import Crypto
internal import Paillier
internal import Wire

/// What a further party seals handovers under, so that logs of its sessions say nothing of them (multiparty-training.md 3).
struct HandoverSeal: Sendable {
    /// Bytes of the tag.
    static let overhead = 16

    private let key: SymmetricKey

    /// - Parameters:
    ///   - secret: one number below the holder's modulus, which the party encrypted to it.
    ///   - bits: of the modulus.
    init(secret: LimbVector, bits: Int, session: Bytes32) {
        let bytes = (0..<(bits + 7) / 8).reversed().map { index in
            UInt8(truncatingIfNeeded: secret.digit(0, at: 8 * index, width: min(8, bits - 8 * index)))
        }
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: bytes), salt: [UInt8](),
            info: Array("moiety/handover/v1".utf8) + session.bytes, outputByteCount: 32)
    }

    /// Numbers of one width, each in whole bytes.
    func sealed(_ words: some Sequence<ShareWord>, bits: Int, round: UInt32, chunk: Int) throws -> [UInt8] {
        let bytes = words.flatMap { word in
            (0..<(bits + 7) / 8).reversed().map { UInt8(truncatingIfNeeded: word.shiftedRight(8 * $0).low) }
        }
        let box = try AES.GCM.seal(bytes, using: key, nonce: try Self.nonce(round, chunk))
        return Array(box.ciphertext) + Array(box.tag)
    }

    /// The numbers; nil unless the party has sealed so many below `2^bits` for this place.
    func opened(_ bytes: [UInt8], count: Int, bits: Int, round: UInt32, chunk: Int) -> [ShareWord]? {
        guard bytes.count == Handover.length(count, bits: bits), let nonce = try? Self.nonce(round, chunk),
            let box = try? AES.GCM.SealedBox(
                nonce: nonce, ciphertext: bytes.dropLast(Self.overhead), tag: bytes.suffix(Self.overhead)),
            let plain = try? AES.GCM.open(box, using: key)
        else { return nil }
        return ResultShares(bytes: Array(plain)).words(bits: Array(repeating: bits, count: count))
    }

    /// Each round and chunk of a session comes once.
    private static func nonce(_ round: UInt32, _ chunk: Int) throws -> AES.GCM.Nonce {
        let numbers = [round, UInt32(chunk), 0]
        return try AES.GCM.Nonce(
            data: numbers.flatMap { number in
                (0..<4).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
            })
    }
}

/// It is not printed.
extension HandoverSeal: CustomStringConvertible, CustomReflectable {
    var description: String { "HandoverSeal" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

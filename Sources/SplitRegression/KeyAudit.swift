internal import KeyAgreement
internal import Paillier
public import Wire

/// For an auditor to whom a party opened its seed: its key made again (`protocols/transcript.md` 11, A04).
public struct KeyAudit: Sendable {
    /// What the key is for.
    public let purpose: String
    /// The peer's message after which a party makes its key, and the message in which it sends it.
    public let keyFollows: MessageType
    public let keyMessage: MessageType

    public static let training = KeyAudit(TrainingKeyPurpose.self)
    public static let description = KeyAudit(DescriptionKeyPurpose.self)

    private init<Purpose: KeyPurpose>(_: Purpose.Type) {
        (purpose, keyFollows, keyMessage) = (Purpose.name, Purpose.parametersType, Purpose.keyType)
    }

    /// Whether the key that was sent is the one that follows from the seed, and well formed.
    ///
    /// - Parameters:
    ///   - session: a replayed one.
    ///   - head: of the peer's log after its `keyFollows`.
    ///   - message: payload of the party's `keyMessage`.
    public func isKeyWellFormed(
        _ message: [UInt8], after head: TreeHead, over session: Session, keyBits: Int
    ) -> Bool {
        var generator = session.randomness("\(purpose)/key", after: head)
        // Keys of all purposes are encoded alike.
        guard let sent = try? TrainingKeyMessage(payload: message),
            let key = try? PrivateKey.generateUnchecked(bits: keyBits, using: &generator)
        else { return false }
        return key.publicKey.serialized == sent.publicKey && key.isWellFormed(bits: keyBits)
    }
}

internal import KeyAgreement
internal import Paillier
public import Wire

/// For an auditor to whom a party opened its seed: its training key made again (`protocols/transcript.md` 11, A04).
public enum TrainingAudit {
    /// The peer's message after which a party makes its key, and the message in which it sends it.
    public static let keyFollows = MessageType.trainingRing
    public static let keyMessage = MessageType.trainingKey

    /// Whether the key that was sent is the one that follows from the seed, and well formed.
    ///
    /// - Parameters:
    ///   - session: a replayed one.
    ///   - head: of the peer's log after its `keyFollows`.
    ///   - message: payload of the party's `keyMessage`.
    public static func isKeyWellFormed(
        _ message: [UInt8], after head: TreeHead, over session: Session, keyBits: Int
    ) -> Bool {
        var generator = session.randomness("training/key", after: head)
        guard let sent = try? TrainingKeyMessage(payload: message),
            let key = try? PrivateKey.generateUnchecked(bits: keyBits, using: &generator)
        else { return false }
        return key.publicKey.serialized == sent.publicKey && key.isWellFormed(bits: keyBits)
    }
}

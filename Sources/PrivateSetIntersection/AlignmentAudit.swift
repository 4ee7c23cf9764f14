internal import KeyAgreement
internal import Paillier
public import Wire

/// For an auditor to whom a party opened its seed: its alignment key made again (`protocols/transcript.md` 11, A04).
public enum AlignmentAudit {
    /// The receiver's message after which the sender makes its key, and the message in which it sends it.
    public static let keyFollows = MessageType.verifierParameters
    public static let keyMessage = MessageType.senderKey
    /// The message in which a party of a count names its rounding.
    public static let countOpening = MessageType.countOpening

    /// The rounding that a party asked for, for counting again.
    ///
    /// - Parameter opening: payload of its `countOpening`.
    public static func rounding(inOpening opening: [UInt8]) -> Int? {
        (try? CountOpening(payload: opening)).map { Int(clamping: $0.rounding) }
    }

    /// Whether the key that was sent is the one that follows from the seed, and well formed.
    ///
    /// - Parameters:
    ///   - session: a replayed one.
    ///   - head: of the receiver's log after its `keyFollows`.
    ///   - message: payload of the sender's `keyMessage`.
    public static func isKeyWellFormed(
        _ message: [UInt8], after head: TreeHead, over session: Session, keyBits: Int
    ) -> Bool {
        var generator = session.randomness("alignment key", after: head)
        guard let sent = try? SenderKey(payload: message),
            let key = try? PrivateKey.generateUnchecked(bits: keyBits, using: &generator)
        else { return false }
        return key.publicKey.serialized == sent.publicKey && key.isWellFormed(bits: keyBits)
    }
}

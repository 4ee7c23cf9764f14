public import Wire

extension ProtocolVersion {
    /// What a session that carries an alignment must list.
    public static let alignment = ProtocolVersion(id: 0x01, version: 1)
}

extension ProtocolDescription {
    /// The order of an alignment's messages, for the running session and for verifiers; `protocols/alignment.md` 2 and 5.
    ///
    /// Its roles are named "sender" and "receiver". Where a job leaves them to the sizes, they follow from the openings.
    public static let alignment: ProtocolDescription = {
        func step(
            _ name: String, _ sender: String, _ type: MessageType, answers: ProtocolStep.Answer = .nothing,
            isChunked: Bool = false
        ) -> ProtocolFlow {
            .step(ProtocolStep(name, sender: sender, type: type, answers: answers, isChunked: isChunked))
        }
        let (sender, receiver) = ("sender", "receiver")
        return ProtocolDescription(
            name: "alignment", version: .alignment,
            flow: .sequence([
                step("opening", sender, .alignmentOpening),
                step("opening", receiver, .alignmentOpening),
                step("verifier parameters", receiver, .verifierParameters, answers: .message(.alignmentOpening)),
                step("sender's key", sender, .senderKey, answers: .message(.verifierParameters)),
                step("encrypted PRF key", sender, .encryptedPRFKey, answers: .message(.verifierParameters)),
                step("hash salt", receiver, .hashSalt, answers: .message(.encryptedPRFKey)),
                step(
                    "blinded identifiers", receiver, .blindedIdentifiers, answers: .message(.encryptedPRFKey),
                    isChunked: true),
                step("evaluations", sender, .evaluations, answers: .chunk(.blindedIdentifiers), isChunked: true),
                step("sender's tags", sender, .senderTags, answers: .message(.blindedIdentifiers), isChunked: true),
                step("match outcome", receiver, .matchOutcome, answers: .message(.senderTags)),
                .optional(
                    .sequence([
                        step("matching tags", receiver, .matchingTags, isChunked: true),
                        step("order digest", receiver, .orderDigest),
                        step("order digest", sender, .orderDigest, answers: .message(.matchingTags)),
                    ])),
            ]))
    }()
}

public import Wire

extension ProtocolVersion {
    /// What a session that carries an alignment must list.
    public static let alignment = ProtocolVersion(id: 0x01, version: 2)
}

extension ProtocolDescription {
    /// The order of an alignment's messages, for the running session and for verifiers; `protocols/alignment.md` 2 and 5.
    ///
    /// Its roles are named "sender" and "receiver". Where a job leaves them to the sizes, they follow from the openings.
    public static let alignment = alignment(signedEvery: Chunking.chunksPerCheckpoint)

    /// The same with another distance between the checkpoints of a long alignment, for tests.
    package static func alignment(signedEvery chunks: UInt32) -> ProtocolDescription {
        let (sender, receiver) = ("sender", "receiver")
        return ProtocolDescription(
            name: "alignment", version: .alignment,
            flow: .sequence(
                ProtocolFlow.evaluations(sender: sender, receiver: receiver, signedEvery: chunks) + [
                    // What was asked is signed before it is told which of it the other has, and what was answered before the
                    // sender learns that.
                    .checkpoint,
                    .step(
                        ProtocolStep(
                            "sender's tags", sender: sender, type: .senderTags, answers: .message(.blindedIdentifiers),
                            isChunked: true)),
                    .checkpoint,
                ] + ProtocolFlow.matches))
    }
}

extension ProtocolFlow {
    /// How every alignment by the Paillier protocol begins, up to the last evaluation.
    static func evaluations(sender: String, receiver: String, signedEvery chunks: UInt32) -> [ProtocolFlow] {
        func step(
            _ name: String, _ sender: String, _ type: MessageType, answers: ProtocolStep.Answer = .nothing,
            isChunked: Bool = false, signedEvery: UInt32? = nil
        ) -> ProtocolFlow {
            .step(
                ProtocolStep(
                    name, sender: sender, type: type, answers: answers, isChunked: isChunked, signedEvery: signedEvery,
                    isBulk: MessageType.alignmentBulk.contains(type)))
        }
        return [
            step("opening", sender, .alignmentOpening),
            step("opening", receiver, .alignmentOpening),
            step("verifier parameters", receiver, .verifierParameters, answers: .message(.alignmentOpening)),
            step("sender's key", sender, .senderKey, answers: .message(.verifierParameters)),
            step("encrypted PRF key", sender, .encryptedPRFKey, answers: .message(.verifierParameters)),
            step("hash salt", receiver, .hashSalt, answers: .message(.encryptedPRFKey)),
            step(
                "blinded identifiers", receiver, .blindedIdentifiers, answers: .message(.encryptedPRFKey),
                isChunked: true, signedEvery: chunks),
            step(
                "evaluations", sender, .evaluations, answers: .chunk(.blindedIdentifiers), isChunked: true,
                signedEvery: chunks),
        ]
    }

    /// How every alignment ends: what matches, and one order.
    static var matches: [ProtocolFlow] {
        let (sender, receiver) = ("sender", "receiver")
        return [
            .step(ProtocolStep("match outcome", sender: receiver, type: .matchOutcome, answers: .message(.senderTags))),
            .optional(
                .sequence([
                    .step(ProtocolStep("matching tags", sender: receiver, type: .matchingTags, isChunked: true)),
                    .step(ProtocolStep("match proofs", sender: receiver, type: .matchProofs, isChunked: true)),
                    .step(ProtocolStep("order digest", sender: receiver, type: .orderDigest)),
                    .step(
                        ProtocolStep(
                            "order digest", sender: sender, type: .orderDigest, answers: .message(.matchProofs))),
                ])),
        ]
    }
}

extension Chunking {
    /// After so many chunks of blinded identifiers, and of their answers, both parties sign what they have sent.
    static let chunksPerCheckpoint: UInt32 = 64

    /// Whether a checkpoint comes after this chunk; what comes after the last chunk is the protocol's to say.
    static func isCheckpointDue(after chunk: Chunk, every chunks: UInt32) -> Bool {
        let next = chunk.index + 1
        return next < chunk.count && next.isMultiple(of: chunks)
    }
}

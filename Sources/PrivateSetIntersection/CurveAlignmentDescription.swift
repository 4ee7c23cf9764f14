public import Wire

extension ProtocolDescription {
    /// The order of the messages of an alignment over the curve; `protocols/alignment-ecdh.md` 2 and 3.
    ///
    /// Its roles are named "sender" and "receiver". Where a job leaves them to the sizes, they follow from the openings.
    public static let curveAlignment: ProtocolDescription = {
        let (sender, receiver) = ("sender", "receiver")
        func step(
            _ name: String, _ party: String, _ type: MessageType, answers: ProtocolStep.Answer = .nothing,
            isChunked: Bool = false
        ) -> ProtocolFlow {
            .step(
                ProtocolStep(
                    name, sender: party, type: type, answers: answers, isChunked: isChunked,
                    isBulk: MessageType.curveBulk.contains(type)))
        }
        return ProtocolDescription(
            name: "alignment over a curve", version: .alignment,
            flow: .sequence(
                [
                    step("opening", sender, .alignmentOpening),
                    step("opening", receiver, .alignmentOpening),
                    step(
                        "masked identifiers", receiver, .maskedIdentifiers, answers: .message(.alignmentOpening),
                        isChunked: true),
                    // Every question is signed before one is answered.
                    .checkpoint,
                    step("masked twice", sender, .maskedTwice, answers: .message(.maskedIdentifiers), isChunked: true),
                    step("sender's tags", sender, .senderTags, answers: .message(.maskedIdentifiers), isChunked: true),
                    // What was answered is signed before the sender learns which of it matches.
                    .checkpoint,
                ] + ProtocolFlow.matches))
    }()
}

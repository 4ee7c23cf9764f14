internal import Wire

// What the flows of trainings and descriptions are made of.
extension ProtocolDescription {
    /// Numbers by the row: ciphertexts, and shares that are handed over.
    private static let bulk = MessageType.ofCiphertexts.union(MessageType.ofDescribedCiphertexts)
        .union(MessageType.ofScaledRows).union([.handover])

    static let active = "active"
    static let passive = "passive"

    static func step(
        _ name: String, _ sender: String, _ type: MessageType, answers: ProtocolStep.Answer = .nothing,
        isChunked: Bool = false
    ) -> ProtocolFlow {
        .step(
            ProtocolStep(
                name, sender: sender, type: type, answers: answers, isChunked: isChunked,
                isBulk: bulk.contains(type)))
    }

    static func both(
        _ name: String, _ type: MessageType, answers: ProtocolStep.Answer = .nothing
    ) -> ProtocolFlow {
        .sequence([step(name, active, type, answers: answers), step(name, passive, type, answers: answers)])
    }
}

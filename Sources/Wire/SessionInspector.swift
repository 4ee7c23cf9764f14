/// What every session demands of its own messages (0x00..), whatever it is about: each is of a kind that sessions have (T14),
/// reads as its kind and stands in its place (T10), and is not said twice in different words (T27).
package struct SessionInspector: PayloadInspector {
    package let checks = ["T10", "T14", "T27"]

    private struct Place: Hashable, Sendable {
        let from: String
        let type: MessageType
        let round: UInt32
        let chunk: UInt32
    }

    private var contents: [Place: Bytes32] = [:]

    package init() {}

    package mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        guard record.type.protocolID == ProtocolVersion.session.id else { return }
        let place = Place(from: record.from, type: record.type, round: record.round, chunk: record.chunk.index)
        let earlier = contents.updateValue(record.payloadHash, forKey: place)
        guard let payload else { return }
        try InspectionFailure.reading(messagesOf: "session") {
            switch record.type {
            case .binding:
                _ = try BindingMessage(payload: payload)
                guard record.sequence == 0 else { throw WireError.invalidValue("place") }
            case .abort: _ = try AbortMessage(payload: payload)
            case .commitments: _ = try InputCommitments(payload: payload)
            case .checkpoint: _ = try CheckpointMessage(payload: payload)
            case .cosignature: _ = try CosignatureMessage(payload: payload)
            case .closing: _ = try ClosingMessage(payload: payload)
            case .approval: _ = try ApprovalMessage(payload: payload)
            default:
                throw InspectionFailure(
                    check: "T14", name: "undeclaredMessage",
                    sentence: "The session has no message of kind \(record.type).")
            }
        }
        if let earlier, earlier != record.payloadHash {
            throw InspectionFailure(
                check: "T27", name: "rewindDetected",
                sentence: "A message was sent twice in one round with different contents.")
        }
    }

    package mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {}
}

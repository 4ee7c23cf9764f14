public import Wire

extension ProtocolVersion {
    /// Commitments to what a fit came to; `protocols/transcript.md` 7.2.
    public static let model = ProtocolVersion(id: 0x04, version: 1)
}

extension MessageType {
    public static let modelCommitment = MessageType(rawValue: 0x0401)
}

/// A party's part of the model, fixed at the end of its fit, so that a later prediction can be held against it.
public struct ModelCommitment: Message, Hashable {
    public static let type = MessageType.modelCommitment
    public static let name = "ModelCommitment"
    static let length = 32

    public let root: Bytes32

    public init(root: Bytes32) { self.root = root }

    public func encode(into encoder: inout Encoder) { encoder.write(root) }

    public init(from decoder: inout Decoder) throws(WireError) { root = try decoder.readBytes32() }
}

extension ProtocolDescription {
    /// Each party's commitment, which waits for nothing of the other's.
    public static let model = ProtocolDescription(
        name: "model", version: .model,
        flow: .sequence(
            ["active", "passive"].map { role in
                .step(
                    ProtocolStep(
                        "model commitment", sender: role, type: .modelCommitment,
                        maximumPayload: ModelCommitment.length))
            }))
}

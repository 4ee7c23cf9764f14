public import Wire

/// The messages of a pair's session and their order, for plans (`protocols/row-split.md` 4).
public enum SumDescription {
    /// The roles of a pair: who comes first in the job's order, and who second.
    public static let first = "first"
    public static let second = "second"
    public static let protocolVersion = ProtocolVersion(id: 0x06, version: 2)

    public static let description = ProtocolDescription(
        name: "sums", version: protocolVersion,
        flow: .sequence([
            each("set-up", SetupMessage.type),
            .repeated(
                .sequence([
                    each("presence", PresenceMessage.type),
                    .optional(
                        .sequence([
                            each("masked vector", VectorMessage.type, answers: PresenceMessage.type),
                            each("receipt", ReceiptMessage.type, answers: VectorMessage.type),
                            each("accord", AccordMessage.type, answers: ReceiptMessage.type),
                            each("release", ReleaseMessage.type, answers: AccordMessage.type),
                        ])),
                ])),
        ]))

    private static func each(_ name: String, _ type: MessageType, answers: MessageType? = nil) -> ProtocolFlow {
        .sequence(
            [first, second].map { role in
                .step(ProtocolStep(name, sender: role, type: type, answers: answers.map { .message($0) } ?? .nothing))
            })
    }
}

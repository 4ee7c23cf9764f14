/// Messages of the session as steps of a plan. `protocols/wire.md` section 8.
extension ProtocolFlow {
    /// Each party signs what it has sent and cosigns what it has received. Nothing else is under way.
    public static let checkpoint = ProtocolFlow.sequence([
        .each(.checkpoint), .each(.cosignature, answers: .message(.checkpoint)),
    ])

    /// Each party's signed head over all its records, and a receipt for the other's, which may stay away.
    static let closing = ProtocolFlow.sequence([
        .each(.closing), .optional(.each(.cosignature, answers: .message(.closing))),
    ])
}

extension ProtocolDescription {
    /// What every session under a job begins with: approvals, commitments, a checkpoint.
    public static let opening = ProtocolDescription(
        name: "opening", version: .session,
        flow: .sequence([.each(.approval, answers: .message(.binding)), .each(.commitments), .checkpoint]))

    /// A checkpoint between two protocols.
    public static let checkpoint = ProtocolDescription(name: "checkpoint", version: .session, flow: .checkpoint)
}

extension ProtocolPlan.Part {
    /// A part in which no party has a role of its own.
    public init(_ description: ProtocolDescription, ofEach parties: [String]) {
        self.init(description, parties: Dictionary(parties.map { ($0, $0) }, uniquingKeysWith: { first, _ in first }))
    }
}

public import Wire

/// Rounds of what parties tell each other of parts.
enum PartsFlow {
    static let partRound: UInt32 = 0

    /// After all of the description in a session of the active party, number 0; after the parts in another.
    static func digestRound(_ one: Int, _ other: Int) -> UInt32 { one == 0 || other == 0 ? 5 : 1 }
}

extension ProtocolDescription {
    /// Between the active party and another one, after their description (describe.md 9).
    ///
    /// Its roles are named "active" and "passive".
    public static let partDigests = ProtocolDescription(
        name: "digests of parts", version: .description,
        flow: .sequence([.checkpoint, both("digests of parts", .partDigests)]))

    /// Between two passive parties (describe.md 9).
    ///
    /// Its roles are named "first" and "second", by the job's order.
    public static let describedParts = ProtocolDescription(
        name: "described parts", version: .description,
        flow: .sequence([
            each("described part", .describedPart), .checkpoint, each("digests of parts", .partDigests),
        ]))

    private static func each(_ name: String, _ type: MessageType) -> ProtocolFlow {
        .sequence(["first", "second"].map { step(name, $0, type) })
    }
}

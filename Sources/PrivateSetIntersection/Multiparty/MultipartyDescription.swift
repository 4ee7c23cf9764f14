public import Wire

extension ProtocolVersion {
    /// What a session that carries an alignment of several parties must list, beside `alignment`.
    public static let multipartyAlignment = ProtocolVersion(id: 0x08, version: 1)
}

extension ProtocolDescription {
    /// Between the active and a passive party; its roles are named "active" and "passive"
    /// (`protocols/multiparty-alignment.md` 3 and 4).
    public static let multipartyQuestions = multipartyQuestions(signedEvery: Chunking.chunksPerCheckpoint)

    /// The same with another distance between the checkpoints of a long alignment, for tests.
    package static func multipartyQuestions(signedEvery chunks: UInt32) -> ProtocolDescription {
        let (active, passive) = ("active", "passive")
        return ProtocolDescription(
            name: "alignment of several parties", version: .multipartyAlignment,
            flow: .sequence(
                [
                    .each("set-up", .multipartySetup, [active, passive])
                ] + ProtocolFlow.evaluations(sender: passive, receiver: active, signedEvery: chunks) + [
                    .checkpoint,
                    .step(
                        ProtocolStep(
                            "store's seed", sender: passive, type: .storeSeed, answers: .message(.blindedIdentifiers))),
                    .step(ProtocolStep("store's cells", sender: passive, type: .storeCells, isChunked: true)),
                    .checkpoint,
                    .step(
                        ProtocolStep(
                            "match outcome", sender: active, type: .matchOutcome, answers: .message(.storeCells))),
                    .optional(
                        .sequence(
                            [.step(ProtocolStep("matching tags", sender: active, type: .matchingTags, isChunked: true))]
                                + ProtocolFlow.commonOrder(first: active, second: passive, answering: .matchingTags))),
                ]))
    }

    /// Between two passive parties; its roles are named "first" and "second", by the job's order.
    public static let multipartyComparison: ProtocolDescription = {
        let roles = ["first", "second"]
        return ProtocolDescription(
            name: "comparison of an announcement", version: .multipartyAlignment,
            flow: .sequence([
                .each("set-up", .multipartySetup, roles),
                .optional(
                    .sequence(
                        [
                            .each("comparison's commitment", .comparisonCommitment, roles),
                            .checkpoint,
                            .each("comparison's opening", .comparisonOpening, roles, answers: .comparisonCommitment),
                        ] + ProtocolFlow.commonOrder(first: "first", second: "second", answering: nil))),
            ]))
    }()
}

extension ProtocolFlow {
    /// One message of each role.
    fileprivate static func each(
        _ name: String, _ type: MessageType, _ roles: [String], answers: MessageType? = nil
    ) -> ProtocolFlow {
        .sequence(
            roles.map { role in
                .step(ProtocolStep(name, sender: role, type: type, answers: answers.map { .message($0) } ?? .nothing))
            })
    }

    /// How every session ends: nonces of both, then what both take for the order.
    ///
    /// - Parameter type: what the second's nonce answers: the announcement. Nil between passive parties, whose nonces
    ///   answer the other's opening.
    fileprivate static func commonOrder(first: String, second: String, answering type: MessageType?) -> [ProtocolFlow] {
        func nonce(_ role: String, _ answers: MessageType?) -> ProtocolFlow {
            .step(
                ProtocolStep(
                    "order nonce", sender: role, type: .orderNonce, answers: answers.map { .message($0) } ?? .nothing))
        }
        return [
            nonce(first, type == nil ? .comparisonOpening : nil), nonce(second, type ?? .comparisonOpening),
            .each("common order", .commonOrder, [first, second], answers: .orderNonce),
        ]
    }
}

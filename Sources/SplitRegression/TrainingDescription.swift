public import Records
public import Wire

extension ProtocolVersion {
    /// What a session that carries a training must list.
    public static let training = ProtocolVersion(id: 0x02, version: 12)
}

extension ProtocolDescription {
    /// The order of a training's messages, for the running session and for verifiers (training.md).
    ///
    /// Its roles are named "active" and "passive".
    public static func training(_ family: ModelFamily) -> ProtocolDescription {
        ProtocolDescription(
            name: "\(family.rawValue) training", version: .training,
            flow: .sequence([opening, .repeated(exchange), closing]))
    }

    /// The same between the active party and the helper of three and more parties: scores are sealed (multiparty-training.md 4).
    public static func trainingOfHolders(_ family: ModelFamily) -> ProtocolDescription {
        ProtocolDescription(
            name: "\(family.rawValue) training of holders", version: .training,
            flow: .sequence([opening, .repeated(exchange), sealedClosing]))
    }

    /// Scoring new rows after their alignment (training.md 9): with a message of a training, and its roles.
    public static let prediction = ProtocolDescription(
        name: "prediction", version: .training, flow: step("scores", passive, .scoreChunk, isChunked: true))

    private static let opening = ProtocolFlow.sequence([
        both("setup", .trainingSetup),
        both("verifier parameters", .trainingRing, answers: .message(.trainingSetup)),
        both("training key", .trainingKey, answers: .message(.trainingRing)),
        .checkpoint,
        step("bounds", active, .trainingBounds),
    ])

    /// The owner's message, and the evaluator's results.
    private static func exchange(
        _ name: String, _ request: MessageType, _ results: String, _ reply: MessageType, owner: String,
        byChunk: Bool = false
    ) -> ProtocolFlow {
        .sequence([
            step(name, owner, request, isChunked: true),
            step(
                results, owner == active ? passive : active, reply,
                answers: byChunk ? .chunk(request) : .message(request), isChunked: true),
        ])
    }

    /// training.md 3. Which of them comes when follows from the numbers that are opened: inspectors take those decisions again (T23).
    private static let exchange = ProtocolFlow.choice(
        [active, passive].flatMap { owner in
            [
                exchange("predictor shares", .predictorShares, "predictor sums", .predictorSums, owner: owner),
                exchange("row shares", .rowShares, "column sums", .columnSums, owner: owner),
                exchange("row vectors", .rowVectors, "cross sums", .crossSums, owner: owner),
                exchange("matrix shares", .matrixShares, "matrix products", .matrixProducts, owner: owner),
            ]
        } + [
            exchange(
                "kernel vectors", .kernelVectors, "kernel results", .kernelResults, owner: active, byChunk: true),
            exchange(
                "element shares", .elementShares, "element products", .elementProducts, owner: active, byChunk: true),
            exchange("risk shares", .riskShares, "risk sums", .riskSums, owner: passive),
            both("window", .windowShare), both("shares of results", .resultShares), .checkpoint,
        ])

    private static let sealedClosing = ProtocolFlow.optional(
        .sequence([
            step("key that scores are sealed under", passive, .handoverKey),
            step("sealed scores", passive, .handover, isChunked: true),
            .optional(step("sealed scores of held-out rows", passive, .handover, isChunked: true)),
        ]))

    private static let closing = ProtocolFlow.sequence([
        .optional(step("scores", passive, .scoreChunk, isChunked: true)),
        .optional(step("scores of held-out rows", passive, .scoreChunk, isChunked: true)),
    ])
}

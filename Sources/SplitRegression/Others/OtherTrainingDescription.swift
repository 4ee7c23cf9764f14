public import Records
public import Wire

extension ProtocolDescription {
    /// The order of messages between a holder, the active party or the helper, and a further passive party
    /// (multiparty-training.md 2 to 4).
    ///
    /// Its roles are named "holder" and "other".
    public static func trainingOfOthers(_ family: ModelFamily) -> ProtocolDescription {
        ProtocolDescription(
            name: "\(family.rawValue) training of further columns", version: .training,
            flow: .sequence([opening, .repeated(exchange(family))]),
            hasOneSidedRounds: true)
    }

    private static let (holder, other) = ("holder", "other")

    private static func ofBoth(
        _ name: String, _ type: MessageType, answers: ProtocolStep.Answer = .nothing
    ) -> ProtocolFlow {
        .sequence([step(name, holder, type, answers: answers), step(name, other, type, answers: answers)])
    }

    private static let opening = ProtocolFlow.sequence([
        ofBoth("setup", .trainingSetup),
        ofBoth("verifier parameters", .trainingRing, answers: .message(.trainingSetup)),
        ofBoth("training key", .trainingKey, answers: .message(.trainingRing)),
        .checkpoint,
        step("bounds", holder, .trainingBounds),
        step("handover key", other, .handoverKey, answers: .message(.trainingBounds)),
    ])

    private static func answered(
        _ name: String, _ request: MessageType, _ results: String, _ reply: MessageType, byChunk: Bool = false
    ) -> ProtocolFlow {
        .sequence([
            step(name, holder, request, isChunked: true),
            step(results, other, reply, answers: byChunk ? .chunk(request) : .message(request), isChunked: true),
        ])
    }

    /// Which of them comes when follows from the numbers that are announced: inspectors take those decisions again (T23).
    private static func exchange(_ family: ModelFamily) -> ProtocolFlow {
        // Correlations of an elastic net.
        .choice(exchanges + (family == .linear ? [step("announced numbers", holder, .resultShares)] : []))
    }

    private static let exchanges = [
        answered("predictor shares", .predictorShares, "predictor sums", .predictorSums),
        answered("row shares", .rowShares, "column sums", .columnSums),
        answered("row vectors", .rowVectors, "cross sums", .crossSums),
        answered("scaled shares", .scaledShares, "scaled rows", .scaledRows, byChunk: true),
        step("shares handed over", other, .handover, isChunked: true),
        step("announced number", holder, .windowShare), step("bit of an own part", other, .windowShare),
        step("results under the party's key", holder, .sealedResults), .checkpoint,
    ]
}

public import Records
public import Wire

extension ProtocolVersion {
    /// What a session that carries a training must list.
    public static let training = ProtocolVersion(id: 0x02, version: 1)
}

extension ProtocolDescription {
    /// The order of a training's messages, for the running session and for verifiers (training.md).
    ///
    /// Its roles are named "active" and "passive".
    public static func training(_ family: ModelFamily) -> ProtocolDescription {
        let flow: ProtocolFlow =
            switch family {
            case .linear: .sequence([opening, linear, closing])
            case .logistic: .sequence([opening, logistic, closing])
            }
        return ProtocolDescription(name: "\(family.rawValue) training", version: .training, flow: flow)
    }

    /// Scoring new rows after their alignment (training.md 9): with a message of a training, and its roles.
    public static let prediction = ProtocolDescription(
        name: "prediction", version: .training, flow: step("scores", passive, .scoreChunk, isChunked: true))

    private static let active = "active"
    private static let passive = "passive"

    private static func step(
        _ name: String, _ sender: String, _ type: MessageType, answers: ProtocolStep.Answer = .nothing,
        isChunked: Bool = false
    ) -> ProtocolFlow {
        .step(ProtocolStep(name, sender: sender, type: type, answers: answers, isChunked: isChunked))
    }

    private static func both(
        _ name: String, _ type: MessageType, answers: ProtocolStep.Answer = .nothing
    ) -> ProtocolFlow {
        .sequence([step(name, active, type, answers: answers), step(name, passive, type, answers: answers)])
    }

    private static let opening = ProtocolFlow.sequence([
        both("setup", .trainingSetup),
        both("verifier parameters", .trainingRing, answers: .message(.trainingSetup)),
        both("training key", .trainingKey, answers: .message(.trainingRing)),
        .checkpoint,
    ])

    /// training.md 5: rows one way, masked sums the other; what is to be opened is signed before it is.
    private static let crossBlock = ProtocolFlow.sequence([
        step("basis rows", active, .basisRows, isChunked: true),
        .repeated(
            .sequence([
                step("masked sums", passive, .maskedSums), .checkpoint,
                step("opened sums", active, .openedSums, answers: .message(.maskedSums)),
            ])),
    ])

    private static let range = step("predictor range", passive, .predictorRange)

    /// training.md 2: coefficients one way, masked results the other.
    private static let separated = ProtocolFlow.sequence([
        range,
        .interleaved([
            step("coefficients", active, .coefficientChunk, isChunked: true),
            step(
                "shared results", passive, .sharedResults, answers: .chunk(.coefficientChunk), isChunked: true),
        ]),
    ])

    /// The same with each party's shares encrypted under its own key, interleaved chunk by chunk.
    private static let separatedWithShares = ProtocolFlow.sequence([
        range,
        .interleaved([
            step("coefficients", active, .coefficientChunk, isChunked: true),
            step(
                "encrypted shares", active, .shareCiphertexts, answers: .chunk(.sharedResults), isChunked: true),
            step(
                "shared results", passive, .sharedResults, answers: .chunk(.coefficientChunk), isChunked: true),
            step(
                "encrypted shares", passive, .shareCiphertexts, answers: .chunk(.coefficientChunk), isChunked: true),
        ]),
    ])

    private static let exchangedSums = ProtocolFlow.sequence([
        both("masked sums", .maskedSums), both("opened sums", .openedSums, answers: .message(.maskedSums)),
    ])

    private static let openedSum = ProtocolFlow.sequence([separated, both("share of the sum", .sumShare)])

    private static let covariance = step("covariance parts", passive, .covarianceParts)

    private static let linear = ProtocolFlow.sequence([
        crossBlock,
        .checkpoint,
        step("solution", passive, .passiveSolution),
        .optional(
            .sequence([
                step("residual variance", active, .residualVariance, answers: .message(.passiveSolution)), covariance,
            ])),
    ])

    private static let logistic = ProtocolFlow.sequence([
        step("block scale", active, .blockScale),
        .repeated(
            .choice([
                // A step whose predictor is out of range: announced, not computed.
                range,
                .sequence([
                    separatedWithShares, exchangedSums, both("slope products", .slopeProducts),
                    // After every fourth: inspectors count (T16).
                    .optional(.checkpoint), .optional(openedSum), .optional(both("history products", .historyProducts)),
                ]),
                openedSum,
            ])),
        .checkpoint,
        .repeated(openedSum),
        .optional(.sequence([separatedWithShares, exchangedSums, crossBlock, covariance])),
    ])

    private static let closing = ProtocolFlow.sequence([
        .checkpoint,
        step("raw offset", passive, .rawOffset),
        .optional(step("scores", passive, .scoreChunk, isChunked: true)),
        .optional(step("scores of held-out rows", passive, .scoreChunk, isChunked: true)),
    ])
}

public import Wire

extension MessageType {
    static let maskedScores = MessageType(rawValue: 0x0231)
}

/// Scores of some rows, each under masks that cancel in the sum over all passive parties (multiparty-training.md 9).
struct MaskedScoreChunk: Message {
    static let type = MessageType.maskedScores
    static let name = "MaskedScoreChunk"
    /// Residues modulo 2^64.
    var words: [UInt64]

    init(_ words: [UInt64]) { self.words = words }

    func encode(into encoder: inout Encoder) {
        encoder.writeArray(words) { encoder, word in encoder.write(word) }
    }

    init(from decoder: inout Decoder) throws(WireError) {
        words = try decoder.readArray(max: ScoreExchange.rowsPerChunk, minimumBytes: 8) { decoder throws(WireError) in
            try decoder.readUInt64()
        }
    }
}

extension ProtocolDescription {
    /// Scores of new rows of three and more parties, between the active one and another (multiparty-training.md 9).
    ///
    /// Its roles are named "active" and "passive".
    public static let maskedPrediction = ProtocolDescription(
        name: "masked prediction", version: .training,
        flow: step("masked scores", "passive", .maskedScores, isChunked: true))
}

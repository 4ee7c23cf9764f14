public import Records
public import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Scores revealed to the active party (training.md 9): the passive one sends its partial scores, the active one adds.
public enum ScoreExchange {
    static let rowsPerChunk = 1 << 16

    /// Passive party.
    ///
    /// - Throws: `scoresRefused` when so few of its columns have a coefficient that scores would show them.
    public static func send(
        _ partial: [Int64], model: PartialModel, minimumColumns: Int, over session: Session, round: UInt32
    ) async throws {
        guard model.nonzeroColumns >= minimumColumns else {
            throw TrainingError.scoresRefused(columns: model.nonzeroColumns, minimum: minimumColumns)
        }
        let chunks = chunkCount(partial.count)
        for chunk in 0..<chunks {
            let rows = chunk * rowsPerChunk..<min(partial.count, (chunk + 1) * rowsPerChunk)
            try await session.send(ScoreChunk(Array(partial[rows])), round: round, chunk: Chunk(chunk, of: chunks))
        }
    }

    /// Active party: the joint linear predictor of each row.
    public static func receive(adding own: [Int64], over session: Session, round: UInt32) async throws -> [Double] {
        var result: [Double] = []
        let chunks = chunkCount(own.count)
        for chunk in 0..<chunks {
            let rows = chunk * rowsPerChunk..<min(own.count, (chunk + 1) * rowsPerChunk)
            let peer = try await session.receive(ScoreChunk.self, round: round, chunk: Chunk(chunk, of: chunks)).scores
            guard peer.count == rows.count else { throw TrainingError.protocolViolation("a wrong number of scores") }
            for (sent, row) in zip(peer, rows) { result.append(joint(sent, own[row])) }
        }
        return result
    }

    /// A row's linear predictor, of two parts.
    static func joint(_ one: Int64, _ other: Int64) -> Double { scalbn(Double(Int128(one) + Int128(other)), -32) }

    /// How so many scores are cut.
    static func chunks(_ rows: Int) -> RowChunks {
        RowChunks(rows: rows, multiple: 1, bytesPerRow: 0, largestRows: rowsPerChunk)
    }

    private static func chunkCount(_ rows: Int) -> Int { max(1, (rows + rowsPerChunk - 1) / rowsPerChunk) }

    /// Mean of the response at a joint predictor.
    public static func response(_ predictor: Double, family: ModelFamily) -> Double {
        switch family {
        case .linear: predictor
        case .logistic: ResponseFamily.mean(predictor)
        case .probit: NormalDistribution.cumulative(predictor)
        case .poisson, .negativeBinomial, .gamma, .cox: ElementaryFunctions.exp(predictor)
        }
    }
}

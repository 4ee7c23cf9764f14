package import Wire

/// Scores of new rows of three and more parties: the active one adds up what the passive ones send, and has the sum of their parts alone
/// (multiparty-training.md 9).
package enum MaskedScoreExchange {
    /// Largest magnitude of a partial score: the sum of seven fits a word.
    static let largestPart: Int64 = 1 << 60
    static let round: UInt32 = 1

    /// What a passive party asks of its part before anything is opened about the rows.
    ///
    /// - Throws: `scoresRefused` when so few of its columns have a coefficient that scores would show them, `coefficientOutOfRange` for
    ///   a score that a word has no room for.
    package static func check(_ partial: [Int64], model: PartialModel, minimumColumns: Int) throws(TrainingError) {
        guard model.nonzeroColumns >= minimumColumns else {
            throw .scoresRefused(columns: model.nonzeroColumns, minimum: minimumColumns)
        }
        guard partial.allSatisfy({ $0.magnitude <= largestPart.magnitude }) else { throw .coefficientOutOfRange }
    }

    /// Passive party, after ``check(_:model:minimumColumns:)``.
    ///
    /// - Parameters:
    ///   - passives: how many passive parties the job has, this one among them.
    ///   - session: with the active party.
    /// - Throws: `invalidPlan` without masks of every other passive party: fewer of them could take them off.
    package static func send(
        _ partial: [Int64], masks: ScoreMasks, ofPassive passives: Int, over session: Session
    ) async throws {
        guard passives > 1, masks.sharers == passives - 1 else {
            throw TrainingError.invalidPlan("scores are hidden with every other passive party, or not sent")
        }
        let chunks = ScoreExchange.chunks(partial.count)
        for index in 0..<chunks.count {
            let rows = chunks.range(index)
            let words = zip(partial[rows], masks.words(rows)).map { UInt64(bitPattern: $0) &+ $1 }
            try await session.send(MaskedScoreChunk(words), round: round, chunk: Chunk(index, of: chunks.count))
        }
    }

    /// Active party: the joint linear predictor of each row.
    ///
    /// Every word is a residue, and every sum is one that parts have: nothing that others see depends on what words come to.
    ///
    /// - Parameter sessions: with each passive party.
    package static func receive(adding own: [Int64], over sessions: [Session]) async throws -> [Double] {
        var sums = [UInt64](repeating: 0, count: own.count)
        let chunks = ScoreExchange.chunks(own.count)
        for session in sessions {
            for index in 0..<chunks.count {
                let rows = chunks.range(index)
                let words = try await session.receive(
                    MaskedScoreChunk.self, round: round, chunk: Chunk(index, of: chunks.count)
                ).words
                guard words.count == rows.count else {
                    throw TrainingError.protocolViolation("a wrong number of scores")
                }
                for (row, word) in zip(rows, words) { sums[row] &+= word }
            }
        }
        return zip(sums, own).map { ScoreExchange.joint(Int64(bitPattern: $0), $1) }
    }
}

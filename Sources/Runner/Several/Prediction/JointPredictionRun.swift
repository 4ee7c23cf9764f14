import Jobs
import Records
import Site
import SplitRegression
import Transcript
import Wire

/// What came of a prediction of several parties, at one of them.
package struct JointPredictionResult: Sendable {
    package let alignment: JointAlignmentResult
    /// The active party's joint linear predictors, in common order.
    package let scores: [Double]?

    /// array(bytes) identifiers || optional(array(number) scores)
    func facts(salt: Bytes32) throws -> ResultFacts {
        var encoder = Encoder()
        encoder.write(identifiersOf: alignment.rows)
        encoder.writeOptional(scores) { $0.writeArray($1) { $0.write($1) } }
        return ResultFacts(
            try encoder.finish(), salt: salt,
            counts: ["rows": Int64(alignment.rows.count), "parties": Int64(alignment.parties)])
    }
}

/// The computing part of one party: alignment, commitments to the columns, scores.
struct JointPredictionRun: Sendable {
    let side: JointSide
    /// This party's part.
    let model: PartialModel

    private var job: Job { side.job }

    func run(over sessions: [Int: Session]) async throws -> JointPredictionResult {
        let alignment = try await side.begin(over: sessions).alignment
        return JointPredictionResult(
            alignment: alignment, scores: try await exchange(alignment, over: sessions))
    }

    private func exchange(
        _ alignment: JointAlignmentResult, over sessions: [Int: Session]
    ) async throws -> [Double]? {
        let part = try part(of: alignment.rows)
        guard side.own == 0 else {
            guard let active = sessions[0] else {
                throw Failure(.internalError, "noSession", "there is no session with the active party")
            }
            try await MaskedScoreExchange.send(
                part.scores, masks: ScoreMasks(own: side.own, pairs: alignment.pairs), ofPassive: job.passives.count,
                over: active)
            // The active one has the words of all, or there is no result.
            try await active.checkpoint()
            return nil
        }
        let passives = sessions.sorted { $0.key < $1.key }.map(\.value)
        let scores = try await MaskedScoreExchange.receive(adding: part.scores, over: passives)
        for session in passives { try await session.checkpoint() }
        return part.offset.map { zip(scores, $0).map(+) } ?? scores
    }

    /// This party's part of each row, and the active one's offset: the rows are entered in its books, and all that may refuse them was asked.
    ///
    /// - Throws: ``WithheldReason``.
    func part(of rows: AlignedRows) throws(WithheldReason) -> (scores: [Int64], offset: [Double]?) {
        do { return try admitted(rows) } catch { throw WithheldReason(cause: error) }
    }

    private func admitted(_ rows: AlignedRows) throws -> (scores: [Int64], offset: [Double]?) {
        let table = side.table
        try side.books?.openPrediction(of: rows)
        let design = try DesignMatrix(
            rows, columns: table.features, scalings: model.scalings, missing: table.missing,
            fractionBits: job.model.family.featureFractionBits)
        let scores = try model.partialScores(design)
        if side.own != 0 {
            let facts = GuardFacts(job: job, rows: rows.count, distinctRows: design.distinctRows)
            if let refusal = Guards.scores(job, facts).refusal { throw refusal }
            try MaskedScoreExchange.check(scores, model: model, minimumColumns: job.limits.minimumPassiveColumns)
        }
        let offset = try side.own == 0 ? table.predictorOffset(rows) : nil
        try side.books?.openScores(of: rows)
        return (scores, offset)
    }
}

/// Why a party does not score new rows: its own people are told. The others hear that it refuses, and not whether its rows, its part of the
/// model or its books are the reason (`protocols/multiparty-training.md` 9).
struct WithheldReason: PeerVisibleError {
    let cause: any Error

    var abortReason: AbortReason { SiteRefuses().abortReason }
}

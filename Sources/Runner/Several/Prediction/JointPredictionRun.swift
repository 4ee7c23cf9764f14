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
        let (rows, table) = (alignment.rows, side.table)
        try side.books?.openPrediction(of: rows)
        let design = try DesignMatrix(
            rows, columns: table.features, scalings: model.scalings, missing: table.missing,
            fractionBits: job.model.family.featureFractionBits)
        let partial = try model.partialScores(design)
        guard side.own == 0 else {
            let facts = GuardFacts(job: job, rows: rows.count, distinctRows: design.distinctRows)
            if let refusal = Guards.scores(job, facts).refusal { throw refusal }
            try MaskedScoreExchange.check(partial, model: model, minimumColumns: job.limits.minimumPassiveColumns)
            guard let active = sessions[0] else {
                throw Failure(.internalError, "noSession", "there is no session with the active party")
            }
            try side.books?.openScores(of: rows)
            try await MaskedScoreExchange.send(
                partial, masks: ScoreMasks(own: side.own, pairs: alignment.pairs), ofPassive: job.passives.count,
                over: active)
            // The active one has the words of all, or there is no result.
            try await active.checkpoint()
            return nil
        }
        try side.books?.openScores(of: rows)
        let passives = sessions.sorted { $0.key < $1.key }.map(\.value)
        let scores = try await MaskedScoreExchange.receive(adding: partial, over: passives)
        for session in passives { try await session.checkpoint() }
        return try table.predictorOffset(rows).map { zip(scores, $0).map(+) } ?? scores
    }
}

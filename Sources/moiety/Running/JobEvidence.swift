import Bignum
import Foundation
import Jobs
import Records
import SplitRegression
import Transcript
import Wire

/// What a job leaves for those who ask later: the transcript around a session, `protocols/transcript.md`.
struct JobEvidence: Sendable {
    let writer: TranscriptWriter
    let seed: SessionSeed
    let commitments: [InputCommitment]
    /// Salts the commitment to the result; secret until this side opens it.
    private let resultSalt = Bytes32.random()
    private let second: SecondSigningKey?

    /// - Parameter folder: the transcript's own.
    init(_ prepared: PreparedJob, folder: String) throws {
        seed = SessionSeed()
        second = try prepared.site.secondKey()
        writer = try TranscriptWriter(folder: folder, storage: PayloadStorage(prepared.job.payloads))
        commitments = try prepared.inputs.commitments()
        try writer.addJob(yaml: prepared.file.yaml, canonical: prepared.job.canonical)
        try writer.addApproval(of: prepared.own.name, note: prepared.approval)
        try writer.add(BuildNote(version: Moiety.version, arithmetic: ArithmeticPath.current.rawValue))
        try writer.addPrivate("seed", seed.rawRepresentation)
        for commitment in commitments {
            try writer.addPrivate("salt-\(commitment.item.label)", commitment.masterSalt)
        }
        try writer.addPrivate("salt-result", resultSalt.bytes)
    }

    /// After the session's last record.
    func finish(_ session: Session, _ finished: FinishedJob) throws {
        let facts = try ResultFacts(finished, salt: resultSalt)
        try writer.addPrivate("model.json", facts.model)
        try writer.finish(
            session, resultCommitment: facts.commitment, counts: facts.counts, metrics: facts.metrics,
            second: second)
    }
}

/// What a party signs of its result when the job ends, and what a replay must come to again.
struct ResultFacts: Sendable {
    /// This party's part of the model, as it stands in `private/model.json`.
    let model: [UInt8]
    let commitment: Bytes32
    let counts: [String: Int64]
    let metrics: [String: Double]

    init(_ finished: FinishedJob, salt: Bytes32) throws {
        let summary = finished.outcome.summary
        model = try ResultFiles.json(finished.outcome.model)
        // SHA-256("moiety/result/v1" || salt || private/model.json)
        commitment = Bytes32(hashing: Array("moiety/result/v1".utf8) + salt.bytes + model)
        counts = [
            "rows": Int64(finished.rows.count), "fitted": Int64(summary.n), "passes": Int64(summary.passes),
            "parameters": Int64(summary.parameters), "converged": summary.converged ? 1 : 0,
        ]
        metrics = Self.metrics(of: finished.outcome)
    }

    static func metrics(of outcome: TrainingOutcome) -> [String: Double] {
        var metrics: [String: Double] = [:]
        if let auc = outcome.metrics?.auc { metrics["auc"] = auc }
        if let r2 = outcome.metrics?.r2 { metrics["r2"] = r2 }
        return metrics
    }
}

extension PartyTable {
    var committedColumns: [String] {
        identifiers.rule.columns + features.map(\.name) + [label?.name].compactMap(\.self)
    }

    /// The rows that go into alignment as they are committed to: for each usable identifier the cells of the
    /// identifier's columns, the features and the label, `u32 length || UTF-8` each, in that order.
    func committedRows() throws -> [[UInt8]] {
        let columns = try committedColumns.map { try table.column(named: $0) }
        return identifiers.rowIndices.map { row in
            columns.flatMap { column in
                let cell = column[row]
                let length = UInt32(clamping: cell.count)
                return stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: length >> UInt32($0)) }
                    + cell
            }
        }
    }
}

extension PayloadStorage {
    init(_ payloads: Payloads) {
        self = payloads == .full ? .full : .hashes
    }
}

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
    private let prepared: PreparedJob
    private let commitments: [InputCommitment]
    /// Salts the commitment to the result; secret until this side opens it.
    private let resultSalt = Bytes32.random()

    /// - Parameter folder: the transcript's own.
    init(_ prepared: PreparedJob, folder: String) throws {
        self.prepared = prepared
        seed = SessionSeed()
        writer = try TranscriptWriter(folder: folder, storage: PayloadStorage(prepared.job.payloads))
        commitments = [
            try InputCommitment(label: "identifiers", values: prepared.table.identifiers.values),
            try InputCommitment(label: "rows", values: prepared.table.committedRows()),
        ]
        try writer.addJob(yaml: prepared.file.yaml, canonical: prepared.job.canonical)
        try writer.addApproval(of: prepared.own.name, note: prepared.approval)
        try writer.addPrivate("seed", seed.rawRepresentation)
        for commitment in commitments {
            try writer.addPrivate("salt-\(commitment.item.label)", commitment.masterSalt)
        }
        try writer.addPrivate("salt-result", resultSalt.bytes)
    }

    /// Before the first protocol message: each side shows its approval and fixes its inputs.
    func open(_ session: Session, peerIdentity: VerifyingKey) async throws {
        try await session.send(ApprovalMessage(note: prepared.approval))
        try await session.send(InputCommitments(items: commitments.map(\.item)))
        let note = try await session.receive(ApprovalMessage.self).note
        _ = try await session.receive(InputCommitments.self)
        let approval = try? Approval(note: note, signedBy: peerIdentity)
        guard let approval, approval.job == prepared.file.hash, approval.site == prepared.peer.name else {
            throw session.violation("invalidApproval")
        }
        try writer.addApproval(of: prepared.peer.name, note: note)
        try await session.checkpoint()
    }

    /// After the session's last record.
    func finish(_ session: Session, _ finished: FinishedJob) throws {
        let summary = finished.outcome.summary
        let model = try ResultFiles.json(finished.outcome.model)
        var metrics: [String: Double] = [:]
        if let auc = finished.outcome.metrics?.auc { metrics["auc"] = auc }
        if let r2 = finished.outcome.metrics?.r2 { metrics["r2"] = r2 }
        try writer.addPrivate("model.json", model)
        try writer.finish(
            session,
            // SHA-256("moiety/result/v1" || salt || private/model.json)
            resultCommitment: Bytes32(hashing: Array("moiety/result/v1".utf8) + resultSalt.bytes + model),
            counts: [
                "rows": Int64(finished.rows.count), "fitted": Int64(summary.n), "passes": Int64(summary.passes),
                "parameters": Int64(summary.parameters),
            ],
            metrics: metrics)
    }
}

extension PartyTable {
    /// The rows that go into alignment as they are committed to: for each usable identifier the cells of the
    /// identifier's columns, the features and the label, `u32 length || UTF-8` each, in that order.
    func committedRows() throws -> [[UInt8]] {
        let names = identifiers.rule.columns + features.map(\.name) + [label?.name].compactMap(\.self)
        let columns = try names.map { try table.column(named: $0) }
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

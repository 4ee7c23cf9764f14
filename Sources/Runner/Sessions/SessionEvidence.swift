import Bignum
import Foundation
import Jobs
import ProtocolKit
import Records
import Site
package import Transcript
package import Wire

/// What a session leaves for those who ask later: the transcript around it, `protocols/transcript.md`.
struct SessionEvidence: Sendable {
    let writer: TranscriptWriter
    let seed: SessionSeed
    let commitments: [InputCommitment]
    /// Salts the commitment to the result; secret until this side opens it.
    private let resultSalt = Bytes32.random()
    private let second: SecondSigningKey?

    /// - Parameters:
    ///   - folder: the transcript's own.
    ///   - commitments: those that sessions with all peers have in common; made for this one where there are none.
    init(_ prepared: PreparedJob, folder: String, commitments shared: [InputCommitment]? = nil) throws {
        seed = SessionSeed()
        second = try prepared.site.secondKey()
        writer = try TranscriptWriter(folder: folder, storage: PayloadStorage(prepared))
        commitments = try shared ?? prepared.commitments()
        try writer.addJob(yaml: prepared.file.yaml, canonical: prepared.job.canonical)
        try writer.addApproval(of: prepared.own.name, note: prepared.approval)
        try writer.add(BuildNote(version: Release.version, arithmetic: ArithmeticPath.current.rawValue))
        try writer.addPrivate("seed", seed.rawRepresentation)
        for commitment in commitments {
            try writer.addPrivate("salt-\(commitment.item.label)", commitment.masterSalt)
        }
        try writer.addPrivate("salt-result", resultSalt.bytes)
        if let scoring = prepared.inputs.scoring {
            try writer.addPrivate("model.json", try ResultFiles.json(scoring.model))
            try writer.addPrivate("table", Array(scoring.table.utf8))
        }
    }

    /// After the session's last record.
    ///
    /// - Parameter files: what will stand beside the transcript: listed in it, and so signed.
    func finish<Work: SessionWork>(
        _ session: Session, _ work: Work, _ result: Work.Result, files: [ResultFile]
    ) throws {
        try finish(session, work.facts(of: result, salt: resultSalt), files: files)
    }

    /// The same where several sessions come to one result.
    func finish(
        _ session: Session, files: [ResultFile], _ facts: (_ salt: Bytes32) throws -> ResultFacts
    ) throws {
        try finish(session, facts(resultSalt), files: files)
    }

    private func finish(_ session: Session, _ facts: ResultFacts, files: [ResultFile]) throws {
        try writer.add(ResultList(files.map { ($0.name, $0.bytes) }, salt: resultSalt))
        try writer.addPrivate(facts.file, facts.result)
        try writer.finish(
            session, resultCommitment: facts.commitment, counts: facts.counts, metrics: facts.metrics,
            second: second)
    }
}

/// What a party signs of its result when a session ends, and what a replay must come to again.
package struct ResultFacts: Sendable {
    /// As it stands in `private/`, under that name.
    package let result: [UInt8]
    package let file: String
    let commitment: Bytes32
    package let counts: [String: Int64]
    package let metrics: [String: Double]

    package init(
        _ result: [UInt8], file: String = "result", salt: Bytes32, counts: [String: Int64],
        metrics: [String: Double] = [:]
    ) {
        self.result = result
        self.file = file
        // SHA-256("moiety/result/v1" || salt || result)
        commitment = Bytes32(hashing: Array("moiety/result/v1".utf8) + salt.bytes + result)
        self.counts = counts
        self.metrics = metrics
    }
}

extension PreparedJob {
    /// What this site shows of its inputs before the first message of a session.
    func commitments() throws -> [InputCommitment] {
        let salts = InputSalts(identity: identity, job: job.hash)
        let labels = inputs.session.commitments
        // A leaf that is opened must not tell the salt of another tree.
        let suffix = inputs.hidesSetSize ? " as one" : ""
        var chosen = Dictionary(uniqueKeysWithValues: labels.map { ($0, salts.salt(of: $0 + suffix)) })
        // The commitment of the fit, so with its salt.
        if labels.contains(ModelBinding.label) {
            chosen[ModelBinding.label] = try inputs.scoring?.model.binding.openingSalt()
        }
        return try inputs.commitments(salts: chosen)
    }
}

extension JobInputs {
    /// Whether the peer is not to know how many identifiers there are: between two passive parties of several.
    var hidesSetSize: Bool { job.kind == .several && own.role == .passive && peer.role == .passive }

    /// Commitments to what goes into the session, made with these salts or with fresh ones: `protocols/transcript.md` 7.
    package func commitments(salts: [String: [UInt8]] = [:]) throws -> [InputCommitment] {
        try session.commitments.sorted().map { label in
            switch label {
            case PooledProtocol.commitment:
                // One leaf: how many rows there are is nobody's to know. In an order of its own, so that a table that is sorted otherwise is the
                // same.
                let rows = try table.committedRows().sorted { $0.lexicographicallyPrecedes($1) }
                return try InputCommitment(label: label, oneValue: rows, masterSalt: salts[label])
            case "rows":
                return try InputCommitment(
                    label: label, values: try table.committedRows(), masterSalt: salts[label])
            case ModelBinding.label:
                guard let model = scoring?.model, let salt = salts[label] else {
                    throw Failure(.usage, "modelMissing", "a prediction needs this site's part of a model")
                }
                return try model.model.commitment(salt: salt)
            case _ where hidesSetSize:
                // One leaf: how many identifiers there are is for the active party to know.
                let all = table.identifiers.values.sorted { $0.lexicographicallyPrecedes($1) }
                var encoder = Encoder()
                encoder.writeArray(all) { $0.writePrefixed($1) }
                return try InputCommitment(label: label, values: [encoder.finish()], masterSalt: salts[label])
            default:
                return try InputCommitment(
                    label: label, values: table.identifiers.eachValue, masterSalt: salts[label])
            }
        }
    }
}

extension PartyTable {
    var committedColumns: [String] {
        identifiers.rule.columns + features.map(\.name) + [label?.name, group?.name].compactMap(\.self)
            + beside.map(\.name)
    }

    /// The rows that go into alignment as they are committed to: for each usable identifier the cells of the
    /// identifier's columns, the features, the label and what stands beside it, `u32 length || UTF-8` each, in that order.
    /// Each is made when it is its turn: all of them would be twice the table.
    func committedRows() throws -> LazyMapSequence<[Int], [UInt8]> {
        let columns = try committedColumns.map { try table.column(named: $0) }
        // No array is made for a cell.
        return identifiers.rowIndices.lazy.map { row in
            var bytes: [UInt8] = []
            for column in columns {
                let cell = column[row]
                let length = UInt32(clamping: cell.count)
                bytes.append(UInt8(truncatingIfNeeded: length >> 24))
                bytes.append(UInt8(truncatingIfNeeded: length >> 16))
                bytes.append(UInt8(truncatingIfNeeded: length >> 8))
                bytes.append(UInt8(truncatingIfNeeded: length))
                bytes += cell
            }
            return bytes
        }
    }
}

extension PayloadStorage {
    /// What the job says, or all where the site keeps all.
    init(_ prepared: PreparedJob) {
        let job = prepared.job
        let keepsAll = job.payloads == .full || prepared.site.settings.payloads == .full
        let plan = prepared.inputs.session.plan(for: job, between: [prepared.own.name, prepared.peer.name])
        self = keepsAll ? .full : .hashes(of: plan.bulkTypes)
    }
}

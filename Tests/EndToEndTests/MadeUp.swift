import Foundation
import Runner
import Site

@testable import Transcript
@testable import Wire

/// What whoever keeps a folder can write into it, with no other party's keys and none of its own session's.
enum MadeUp {
    struct NothingAlike: Error {}

    /// Appends a record to a party's log, after all that it signed: like the last one of that kind, but for the payload.
    static func append<M: Message>(
        to transcript: String, from sender: String, to receiver: String, _ change: (M) throws -> M
    ) throws {
        let log = TranscriptLayout.log(from: sender, to: receiver)
        var reader = try LogReader(TranscriptLayout(folder: transcript), log)
        defer { reader.close() }
        var last: Record?
        var alike: (record: Record, payload: [UInt8])?
        while case .entry(let entry) = try reader.next() {
            let record = try Record(encoded: entry.record)
            last = record
            if record.type == M.type, let payload = entry.payload { alike = (record, payload) }
        }
        guard let last, let alike else { throw NothingAlike() }
        let payload = try change(M(payload: alike.payload)).encoded()
        let record = try Record(
            session: last.session, from: sender, to: receiver, sequence: last.sequence + 1,
            protocolVersion: alike.record.protocolVersion, type: M.type, round: alike.record.round,
            attempt: last.attempt, chunk: alike.record.chunk, sentAt: last.sentAt, seen: last.seen, payload: payload
        ).encoded
        let entry = try LogEntry(record: record, leaf: MerkleHash.leaf(record), payload: payload).encoded
        let file = URL(fileURLWithPath: "\(transcript)/\(log)")
        try (Data(contentsOf: file) + Data(entry)).write(to: file)
    }

    /// Changes what a transcript's outcome says, under the signature of before.
    static func outcome(
        of transcript: String, _ change: (inout (counts: [String: Int64], metrics: [String: Double])) -> Void
    ) throws {
        let file = URL(fileURLWithPath: "\(transcript)/\(TranscriptLayout.outcome)")
        let read = try Outcome(encoded: Array(Data(contentsOf: file)))
        var figures = (counts: read.counts, metrics: read.metrics)
        change(&figures)
        let made = Outcome(
            session: read.session, party: read.party, resultCommitment: read.resultCommitment, counts: figures.counts,
            metrics: figures.metrics, sent: read.sent, received: read.received, files: read.files,
            signature: read.signature)
        try Data(made.encoded).write(to: file)
    }
}

/// Nobody looks on.
struct Silent: RunObserver {
    func progress(_ text: String) {}
    func warning(_ text: String) {}
    func sessionFailed(_ failure: Failure) {}
}

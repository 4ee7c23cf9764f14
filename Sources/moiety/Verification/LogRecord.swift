import Foundation
import Transcript
import Wire

/// A record of a transcript, as data.
struct LogRecord: Codable, Sendable {
    let from: String
    let to: String
    let sequence: UInt64
    let message: String
    let type: String
    let round: UInt32
    let chunk: UInt32
    let chunks: UInt32
    let sentAt: String
    let bytes: UInt32
    let payloadHash: String
    let leaf: String
    let seen: UInt64
    let payloadKept: Bool
    let headline: [String]

    init(_ item: TranscriptListing.Item, _ names: MessageNames, headline: Bool) {
        self.init(
            item.record, leaf: item.leaf, payload: item.payload, name: names.name(of: item.record.type),
            headline: headline)
    }

    init(_ record: Record, leaf: Bytes32, payload: [UInt8]?, name: String, headline: Bool) {
        from = record.from
        to = record.to
        sequence = record.sequence
        message = name
        type = record.type.description
        round = record.round
        chunk = record.chunk.index
        chunks = record.chunk.count
        sentAt = Timestamp.text(milliseconds: record.sentAt)
        bytes = record.payloadLength
        payloadHash = record.payloadHash.hex
        self.leaf = leaf.hex
        seen = record.seen.size
        payloadKept = payload != nil
        self.headline = headline ? payload.map { MessageNames.headline(record.type, $0) } ?? [] : []
    }

    /// For people: one record with all its fields.
    var text: String {
        let fields = [
            ("record", "\(sequence) from \(from) to \(to)"), ("message", "\(message) (\(type))"),
            ("round", "\(round), chunk \(chunk + 1) of \(chunks)"), ("sent", sentAt),
            ("seen", "\(seen) records of \(to)"), ("payload", "\(bytes) bytes\(payloadKept ? "" : ", not kept")"),
            ("SHA-256", payloadHash), ("leaf", leaf),
        ]
        return
            (fields.map { $0.0.padding(toLength: 9, withPad: " ", startingAt: 0) + $0.1 }
            + headline.map { "    \($0)" }).joined(separator: "\n")
    }
}

extension Timestamp {
    /// A stranger's clock may say anything.
    static func text(milliseconds: UInt64) -> String {
        text(Date(timeIntervalSince1970: min(Double(milliseconds) / 1000, 253_402_300_799)))
    }
}

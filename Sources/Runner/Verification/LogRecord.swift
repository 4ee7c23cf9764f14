import Foundation
import Site
package import Transcript
package import Wire

/// A record of a transcript, as data.
package struct LogRecord: Codable, Sendable {
    package let from: String
    package let to: String
    package let sequence: UInt64
    package let message: String
    package let type: String
    package let round: UInt32
    package let chunk: UInt32
    package let chunks: UInt32
    package let sentAt: String
    package let bytes: UInt32
    let payloadHash: String
    let leaf: String
    package let seen: UInt64
    package let payloadKept: Bool
    package let headline: [String]

    package init(_ item: TranscriptListing.Item, _ names: MessageNames, headline: Bool) {
        self.init(
            item.record, leaf: item.leaf, payload: item.payload, name: names.name(of: item.record.type),
            headline: headline)
    }

    package init(_ record: Record, leaf: Bytes32, payload: [UInt8]?, name: String, headline: Bool) {
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
    package var text: String {
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

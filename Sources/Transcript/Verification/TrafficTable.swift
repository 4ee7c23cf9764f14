import Wire

/// How much of each kind of message each party sent.
struct TrafficTable {
    private struct Key: Hashable {
        let from: String
        let type: MessageType
    }

    private var lines: [Key: TranscriptSummary.Traffic] = [:]

    /// In the order in which the first of each kind was sent.
    var sorted: [TranscriptSummary.Traffic] {
        lines.values.sorted { ($0.first, $0.from, $0.type) < ($1.first, $1.from, $1.type) }
    }

    mutating func add(_ record: Record) {
        let key = Key(from: record.from, type: record.type)
        // A stranger's log may hold 65,536 kinds of message; a summary need not.
        guard lines[key] != nil || lines.count < 256 else { return }
        var line =
            lines[key]
            ?? TranscriptSummary.Traffic(
                from: record.from, type: record.type.description, messages: 0, chunks: 0, bytes: 0, rounds: 0,
                first: record.sentAt, last: record.sentAt)
        line.chunks += 1
        if record.chunk.index == 0 { line.messages += 1 }
        line.bytes += UInt64(record.payloadLength)
        line.rounds = max(line.rounds, record.round)
        line.last = record.sentAt
        lines[key] = line
    }
}

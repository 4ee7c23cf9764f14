import Foundation
import Wire

/// Reads a log file entry by entry in bounded memory: one entry and one buffer at a time, whatever the file's size.
struct LogReader {
    private let handle: FileHandle
    private let name: String
    private var buffer: [UInt8] = []
    private var position = 0
    private var atEnd = false
    /// Offset in the file after the last whole entry.
    private(set) var wholeBytes: UInt64 = 0

    private static let block = 1 << 18

    init(_ layout: TranscriptLayout, _ name: String) throws(TranscriptError) {
        let path = try layout.regularFile(name)
        guard let handle = FileHandle(forReadingAtPath: path) else { throw .unreadable(name) }
        self.handle = handle
        self.name = name
        guard try fill(LogEntry.magic.count), take(LogEntry.magic.count) == LogEntry.magic else {
            throw .notCanonical(file: name)
        }
        wholeBytes = UInt64(LogEntry.magic.count)
    }

    /// What `next` found.
    enum Item {
        case entry(LogEntry)
        /// The file ends within an entry: a process was stopped while it wrote.
        case torn
        case end
    }

    /// - Throws: `notCanonical` when the framing cannot be what a writer wrote.
    mutating func next() throws(TranscriptError) -> Item {
        guard try fill(1) else { return .end }
        guard try fill(4) else { return .torn }
        let recordLength = number(take(4))
        guard recordLength > 0, recordLength <= Record.maximumLength else { throw .notCanonical(file: name) }
        guard try fill(recordLength + 33) else { return .torn }
        let record = take(recordLength)
        guard let leaf = Bytes32(take(32)) else { throw .notCanonical(file: name) }
        var payload: [UInt8]?
        switch take(1)[0] {
        case 0: break
        case 1:
            guard try fill(4) else { return .torn }
            let length = number(take(4))
            guard length <= LogEntry.maximumPayload else { throw .notCanonical(file: name) }
            guard try fill(length) else { return .torn }
            payload = take(length)
        default: throw .notCanonical(file: name)
        }
        wholeBytes += UInt64(4 + recordLength + 33 + (payload.map { 4 + $0.count } ?? 0))
        return .entry(LogEntry(record: record, leaf: leaf, payload: payload))
    }

    func close() { try? handle.close() }

    /// Whether `count` unread bytes are there; reads on until they are.
    private mutating func fill(_ count: Int) throws(TranscriptError) -> Bool {
        while buffer.count - position < count, !atEnd {
            if position > 0 {
                buffer.removeFirst(position)
                position = 0
            }
            let data: Data?
            do { data = try handle.read(upToCount: max(Self.block, count - buffer.count)) } catch {
                throw .unreadable(name)
            }
            guard let data, !data.isEmpty else {
                atEnd = true
                break
            }
            buffer.append(contentsOf: data)
        }
        return buffer.count - position >= count
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        defer { position += count }
        return Array(buffer[position..<position + count])
    }

    private func number(_ bytes: [UInt8]) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}

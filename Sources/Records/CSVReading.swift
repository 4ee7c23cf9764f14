import Foundation

/// The character between fields.
public enum Delimiter: String, Sendable, Codable, CaseIterable {
    case comma = ","
    case semicolon = ";"
    case tab = "\t"
    case bar = "|"

    var byte: UInt8 {
        switch self {
        case .comma: UInt8(ascii: ",")
        case .semicolon: UInt8(ascii: ";")
        case .tab: UInt8(ascii: "\t")
        case .bar: UInt8(ascii: "|")
        }
    }

    /// The one that stands most often in the first line outside quotation marks; a comma where none does.
    static func sniffed(from start: [UInt8]) -> Delimiter {
        var counts: [Delimiter: Int] = [:]
        var quoted = false
        var sawText = false
        for byte in start {
            if byte == UInt8(ascii: "\"") { quoted.toggle() }
            if quoted { continue }
            if byte == UInt8(ascii: "\n") {
                if sawText { break } else { continue }
            }
            if byte != UInt8(ascii: "\r") { sawText = true }
            if let delimiter = allCases.first(where: { $0.byte == byte }) { counts[delimiter, default: 0] += 1 }
        }
        var best = Delimiter.comma
        for candidate in allCases where counts[candidate, default: 0] > counts[best, default: 0] { best = candidate }
        return best
    }
}

extension Table {
    private static let chunkBytes = 1 << 20

    /// Reads a CSV file (RFC 4180, UTF-8 with or without a byte order mark, header line first) in chunks of 1 MiB.
    /// - Parameters:
    ///   - columns: the columns to keep, in this order; nil keeps all. Every field of the file is checked either way.
    ///   - delimiter: nil sniffs it from the header line.
    public static func read(
        csv path: String, columns: [String]? = nil, delimiter: Delimiter? = nil
    ) throws(RecordsError) -> Table {
        let handle = try PlainFile.open(path)
        defer { try? handle.close() }
        return try parse(name: path, columns: columns, delimiter: delimiter) { () throws(RecordsError) in
            do {
                return [UInt8](try handle.read(upToCount: chunkBytes) ?? Data())
            } catch {
                throw .unreadable(path: path, reason: "the read failed")
            }
        }
    }

    /// Reads the same form from bytes in memory; `name` stands for the path in errors.
    public static func read(
        csv bytes: [UInt8], named name: String, columns: [String]? = nil, delimiter: Delimiter? = nil
    ) throws(RecordsError) -> Table {
        try read(csv: bytes, named: name, columns: columns, delimiter: delimiter, chunk: chunkBytes)
    }

    /// The chunk size is a seam for tests of fields that straddle chunks.
    package static func read(
        csv bytes: [UInt8], named name: String, columns: [String]?, delimiter: Delimiter?, chunk: Int
    ) throws(RecordsError) -> Table {
        var start = 0
        return try parse(name: name, columns: columns, delimiter: delimiter) { () throws(RecordsError) in
            let end = min(bytes.count, start + chunk)
            defer { start = end }
            return Array(bytes[start..<end])
        }
    }

    private static func parse(
        name: String, columns: [String]?, delimiter: Delimiter?, next: () throws(RecordsError) -> [UInt8]
    ) throws(RecordsError) -> Table {
        // The sniffer and the byte order mark need the header line, however small the chunks.
        var start: [UInt8] = []
        while start.count < 4096 {
            let more = try next()
            if more.isEmpty { break }
            start += more
        }
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) { throw .utf16(path: name) }
        if start.starts(with: [0xEF, 0xBB, 0xBF]) { start.removeFirst(3) }
        let separator = delimiter ?? .sniffed(from: start)
        var parser = CSVParser(delimiter: separator.byte, builder: TableBuilder(file: name, wanted: columns))
        while !start.isEmpty {
            try parser.consume(start)
            start = try next()
        }
        return try parser.finish().finish()
    }
}

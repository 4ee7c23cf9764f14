/// The form of RFC 4180, with LF or CR LF line ends, as a state machine over chunks of bytes. Our own because errors
/// must name the line and a table of a million rows must not be held as text twice: SwiftCSV reads the whole file into
/// one String and keeps no positions.
///
/// Stricter than the RFC allows where leniency would hide damage: a quotation mark in an unquoted field, text after a
/// closing quotation mark, a lone carriage return, a NUL byte and a blank line between records are errors.
struct CSVParser {
    private enum State {
        case fieldStart
        case unquoted
        case quoted
        case quoteInQuoted
        case carriageReturn
    }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturnByte = UInt8(ascii: "\r")

    let delimiter: UInt8
    private(set) var builder: TableBuilder
    private var state = State.fieldStart
    private var line = 1
    private var recordLine = 1
    private var field = 0
    private var quotedField = false
    private var quoteLine = 1
    /// All bytes of the field or-ed: its high bit says that the field needs a look at its UTF-8.
    private var seen: UInt8 = 0

    init(delimiter: UInt8, builder: TableBuilder) {
        self.delimiter = delimiter
        self.builder = builder
    }

    mutating func consume(_ chunk: [UInt8]) throws(RecordsError) {
        var i = 0
        while i < chunk.count {
            switch state {
            case .fieldStart:
                seen = 0
                builder.beginField(field)
                if chunk[i] == Self.quote {
                    quotedField = true
                    quoteLine = line
                    state = .quoted
                    i += 1
                } else {
                    quotedField = false
                    state = .unquoted
                }
            case .unquoted:
                i = try consumeUnquoted(chunk, from: i)
            case .quoted:
                i = try consumeQuoted(chunk, from: i)
            case .quoteInQuoted:
                if chunk[i] == Self.quote {
                    builder.append(chunk[i...i], to: field)
                    state = .quoted
                } else {
                    try endOfField(chunk[i])
                }
                i += 1
            case .carriageReturn:
                guard chunk[i] == Self.lineFeed else { throw .bareCarriageReturn(place) }
                try endOfRecord()
                i += 1
            }
        }
        try builder.checkHeader()
    }

    /// Ends the file: a last record without a line end is complete.
    mutating func finish() throws(RecordsError) -> TableBuilder {
        switch state {
        case .quoted:
            throw .unterminatedQuote(Place(file: builder.file, line: quoteLine, column: builder.name(of: field)))
        case .carriageReturn: throw .bareCarriageReturn(place)
        case .unquoted, .quoteInQuoted: try endOfRecord()
        case .fieldStart:
            if field > 0 {
                builder.beginField(field)
                quotedField = false
                seen = 0
                try endOfRecord()
            }
        }
        return builder
    }

    private var place: Place { Place(file: builder.file, line: line, column: builder.name(of: field)) }

    private mutating func consumeUnquoted(_ chunk: [UInt8], from start: Int) throws(RecordsError) -> Int {
        var i = start
        var high: UInt8 = 0
        while i < chunk.count {
            let byte = chunk[i]
            if byte == delimiter || byte <= Self.quote && isSpecial(byte) { break }
            high |= byte
            i += 1
        }
        seen |= high
        builder.append(chunk[start..<i], to: field)
        guard i < chunk.count else { return i }
        try endOfField(chunk[i])
        return i + 1
    }

    private func isSpecial(_ byte: UInt8) -> Bool {
        byte == Self.lineFeed || byte == Self.carriageReturnByte || byte == Self.quote || byte == 0
    }

    private mutating func consumeQuoted(_ chunk: [UInt8], from start: Int) throws(RecordsError) -> Int {
        var i = start
        while i < chunk.count {
            let byte = chunk[i]
            if byte == Self.quote { break }
            if byte == Self.lineFeed { line += 1 }
            if byte == 0 { throw .nulByte(place) }
            seen |= byte
            i += 1
        }
        builder.append(chunk[start..<i], to: field)
        guard i < chunk.count else { return i }
        state = .quoteInQuoted
        return i + 1
    }

    private mutating func endOfField(_ byte: UInt8) throws(RecordsError) {
        switch byte {
        case delimiter:
            try builder.endField(field, line: recordLine, checkUTF8: seen >= 0x80)
            field += 1
            state = .fieldStart
        case Self.lineFeed: try endOfRecord()
        case Self.carriageReturnByte: state = .carriageReturn
        case 0: throw .nulByte(place)
        default: throw .strayQuote(place)
        }
    }

    private mutating func endOfRecord() throws(RecordsError) {
        if field == 0 && !quotedField && builder.fieldIsEmpty {
            builder.blankLine(recordLine)
        } else {
            try builder.endField(field, line: recordLine, checkUTF8: seen >= 0x80)
            try builder.endRecord(fields: field + 1, line: recordLine)
        }
        line += 1
        recordLine = line
        field = 0
        state = .fieldStart
    }
}

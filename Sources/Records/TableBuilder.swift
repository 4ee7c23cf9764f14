/// Collects what the parser finds: the header, then the wanted columns, each in one byte buffer.
struct TableBuilder {
    let file: String
    private let wanted: [String]?
    private(set) var header: [String]?
    private var headerNames: [String] = []
    private var columns: [TextColumn] = []
    /// For each column of the file, its place in `columns`, or -1 where nobody asked for it.
    private var slots: [Int] = []
    private var lines: [UInt32] = []
    private var blankLines: [Int] = []
    /// The header's fields, and those of columns that are not kept (their UTF-8 is checked all the same).
    private var scratch: [UInt8] = []
    private var slot = -1

    init(file: String, wanted: [String]?) {
        self.file = file
        self.wanted = wanted
    }

    func name(of field: Int) -> String? {
        guard let header, field < header.count else { return nil }
        return header[field]
    }

    private static let longestHeader = 1 << 20
    private var headerBytes = 0

    /// Refuses a header line that is none, before all of it is held: a file of another kind has no line end for long.
    func checkHeader() throws(RecordsError) {
        guard header == nil, headerBytes + scratch.count > Self.longestHeader else { return }
        throw .tooLarge(path: file, reason: "its header line is longer than 1 MiB")
    }

    mutating func beginField(_ field: Int) {
        slot = field < slots.count ? slots[field] : -1
        if slot < 0 { scratch.removeAll(keepingCapacity: true) }
    }

    mutating func append(_ run: ArraySlice<UInt8>, to field: Int) {
        if slot >= 0 { columns[slot].append(run) } else { scratch.append(contentsOf: run) }
    }

    var fieldIsEmpty: Bool { slot >= 0 ? columns[slot].openLength == 0 : scratch.isEmpty }

    mutating func endField(_ field: Int, line: Int, checkUTF8: Bool) throws(RecordsError) {
        if field == 0, header != nil, !blankLines.isEmpty { try settleBlankLines() }
        if checkUTF8 {
            let open = slot >= 0 ? columns[slot].open : scratch[...]
            if String(validating: open, as: UTF8.self) == nil {
                throw .notUTF8(Place(file: file, line: line, column: name(of: field)))
            }
        }
        if header == nil {
            headerBytes += scratch.count + 1
            try checkHeader()
            headerNames.append(String(decoding: scratch, as: UTF8.self))
        } else if slot >= 0 {
            guard columns[slot].closeField() else {
                throw .tooLarge(path: file, reason: "column \"\(columns[slot].name)\" holds more than 4 GiB of text")
            }
        }
    }

    mutating func endRecord(fields: Int, line: Int) throws(RecordsError) {
        guard let header else { return try endHeader() }
        guard fields == header.count else {
            throw .raggedRow(Place(file: file, line: line), expected: header.count, found: fields)
        }
        lines.append(UInt32(clamping: line))
    }

    mutating func blankLine(_ line: Int) {
        // Before the header there is nothing a blank line could separate.
        if header != nil { blankLines.append(line) }
    }

    /// A record after blank lines: in a table of one column they were empty cells, in any other they are an error.
    private mutating func settleBlankLines() throws(RecordsError) {
        guard let header, header.count == 1 else { throw .blankLine(Place(file: file, line: blankLines[0])) }
        for line in blankLines {
            if slot >= 0 { columns[slot].insertEmptyBeforeOpen() }
            lines.append(UInt32(clamping: line))
        }
        blankLines.removeAll()
    }

    private mutating func endHeader() throws(RecordsError) {
        var seen = Set<String>()
        for (index, name) in headerNames.enumerated() {
            func problem(_ problem: HeaderProblem) -> RecordsError {
                .badHeader(path: file, position: index + 1, name: name, problem: problem)
            }
            if name.allSatisfy(\.isWhitespace) { throw problem(.empty) }
            if name.unicodeScalars.contains(where: Text.isControl) { throw problem(.controlCharacter) }
            if !seen.insert(name).inserted { throw problem(.duplicate) }
        }
        header = headerNames
        slots = Array(repeating: -1, count: headerNames.count)
        let places = Dictionary(uniqueKeysWithValues: headerNames.enumerated().map { ($1, $0) })
        for name in wanted ?? headerNames {
            guard let index = places[name] else {
                throw .missing(column: name, path: file, header: headerNames)
            }
            if slots[index] >= 0 { continue }
            slots[index] = columns.count
            columns.append(TextColumn(name: name))
        }
        scratch.removeAll()
    }

    consuming func finish() throws(RecordsError) -> Table {
        guard let header else { throw .emptyFile(path: file) }
        return Table(source: file, header: header, columns: columns, lines: lines)
    }
}

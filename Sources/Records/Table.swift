/// One column's cells as text: all of them in one buffer of UTF-8 and where each ends. A million short cells cost their
/// bytes and four more each.
public struct TextColumn: Sendable {
    public let name: String
    private var bytes: [UInt8] = []
    private var ends: [UInt32] = []

    init(name: String) { self.name = name }

    public var count: Int { ends.count }

    /// The cell's UTF-8 without its quotation marks; shares the column's storage.
    public subscript(row: Int) -> ArraySlice<UInt8> {
        bytes[(row == 0 ? 0 : Int(ends[row - 1]))..<Int(ends[row])]
    }

    public func text(at row: Int) -> String { String(decoding: self[row], as: UTF8.self) }

    // Building: a field is open until it is closed.
    var openLength: Int { bytes.count - Int(ends.last ?? 0) }
    var open: ArraySlice<UInt8> { bytes[Int(ends.last ?? 0)...] }
    mutating func append(_ run: ArraySlice<UInt8>) { bytes.append(contentsOf: run) }
    mutating func insertEmptyBeforeOpen() { ends.append(ends.last ?? 0) }
    mutating func closeField() -> Bool {
        guard let end = UInt32(exactly: bytes.count) else { return false }
        ends.append(end)
        return true
    }
}

/// A table as it stands in a file, or those of its columns that were asked for. Rows are numbered from 0 without the
/// header.
public struct Table: Sendable {
    /// The path that it was read from, as the user wrote it.
    public let source: String
    /// All names of the header, also of columns that were not kept.
    public let header: [String]
    public let columns: [TextColumn]
    private let lines: [UInt32]
    /// By name: what the text of a column says, read once.
    private var numbers: [String: ColumnNumbers] = [:]

    init(source: String, header: [String], columns: [TextColumn], lines: [UInt32]) {
        self.source = source
        self.header = header
        self.columns = columns
        self.lines = lines
    }

    /// The names of the columns that were kept.
    public var columnNames: [String] { columns.map(\.name) }
    public var rowCount: Int { lines.count }

    public func column(named name: String) throws(RecordsError) -> TextColumn {
        if let column = columns.first(where: { $0.name == name }) { return column }
        throw .missing(column: name, path: source, header: header)
    }

    /// The line of the file, from 1, on which a row starts.
    public func line(ofRow row: Int) -> Int { Int(lines[row]) }

    /// What was read of a column as it is declared here; nil where it was not.
    func numbers(_ spec: ColumnSpec, missing: MissingTokens) -> ColumnNumbers? {
        numbers[spec.name].flatMap { $0.spec == spec && $0.missing == missing ? $0 : nil }
    }

    mutating func keep(_ column: ColumnNumbers) { numbers[column.spec.name] = column }

    func place(row: Int, column: String?) -> Place { Place(file: source, line: line(ofRow: row), column: column) }
}

/// What the cells of a declared column say, a row each: the number, 0 or 1, or the position of the level among those declared.
struct ColumnNumbers: Sendable {
    let spec: ColumnSpec
    let missing: MissingTokens
    /// Not a number where a cell has no value: no text reads as that.
    private let values: [Double]

    init(_ spec: ColumnSpec, _ missing: MissingTokens, _ values: [Double]) {
        (self.spec, self.missing, self.values) = (spec, missing, values)
    }

    subscript(row: Int) -> Double? { values[row].isNaN ? nil : values[row] }
}

/// Writes a table in the form of RFC 4180, with LF line ends (which R, pandas and spreadsheets read).
///
/// A text that a spreadsheet would run as a formula (CWE-1236), or that holds a control character, is refused rather than
/// altered: an altered name would no longer be the one in the job.
public struct CSVWriter: Sendable {
    public enum Cell: Sendable, Hashable {
        case text(String)
        /// The shortest decimal that reads back as the same double; NA for NaN, Inf and -Inf as R writes them.
        case number(Double)
        case integer(Int)
        /// NA.
        case missing
    }

    /// UTF-8, header line included.
    public private(set) var bytes: [UInt8] = []
    private let header: [String]
    private let isVerbatim: Bool

    /// - Parameter isVerbatim: lets text cells (never names) hold anything, also what a spreadsheet would run, and control
    ///   characters: for the user's own cells, which must come back as they are.
    /// - Throws: `badColumn` for a name that is empty, has a control character or starts like a formula.
    public init(header: [String], isVerbatim: Bool = false) throws(RecordsError) {
        for name in header {
            if name.allSatisfy(\.isWhitespace) { throw .badColumn(name: name, problem: .emptyName) }
            if name.unicodeScalars.contains(where: Text.isControl) {
                throw .badColumn(name: name, problem: .controlCharacterInName)
            }
            if Text.startsLikeFormula(name) { throw .badColumn(name: name, problem: .formulaName) }
        }
        self.header = header
        self.isVerbatim = isVerbatim
        appendLine(header)
    }

    /// - Throws: `unsafeText`, naming the column; `raggedRow` for a row of another length than the header.
    public mutating func append(_ row: [Cell]) throws(RecordsError) {
        guard row.count == header.count else {
            throw .raggedRow(Place(file: "output", line: 0), expected: header.count, found: row.count)
        }
        var texts: [String] = []
        for (cell, name) in zip(row, header) {
            switch cell {
            case .missing: texts.append("NA")
            case .integer(let value): texts.append(String(value))
            case .number(let value):
                texts.append(value.isNaN ? "NA" : value.isInfinite ? (value < 0 ? "-Inf" : "Inf") : String(value))
            case .text(let text):
                guard isVerbatim || !Self.isUnsafe(text) else { throw .unsafeText(column: name) }
                texts.append(text)
            }
        }
        appendLine(texts)
    }

    /// Whether a spreadsheet may run a text as a formula, or it holds a control character.
    package static func isUnsafe(_ text: String) -> Bool {
        Text.startsLikeFormula(text) || text.unicodeScalars.contains(where: Text.isControl)
    }

    private mutating func appendLine(_ texts: [String]) {
        for (index, text) in texts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let needsQuotes = text.utf8.contains { byte in
                byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",") || byte < 0x20
            }
            // A lone empty field would be a blank line.
            if needsQuotes || (text.isEmpty && texts.count == 1) || text.first == " " || text.last == " " {
                bytes.append(UInt8(ascii: "\""))
                for byte in text.utf8 {
                    if byte == UInt8(ascii: "\"") { bytes.append(byte) }
                    bytes.append(byte)
                }
                bytes.append(UInt8(ascii: "\""))
            } else {
                bytes.append(contentsOf: text.utf8)
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}

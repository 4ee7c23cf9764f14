/// The texts that stand for "no value" in a column of data, compared without surrounding spaces and ASCII case.
public struct MissingTokens: Sendable, Hashable {
    private let tokens: Set<[UInt8]>
    private let longest: Int

    public init(_ tokens: [String]) {
        self.tokens = Set(tokens.map { token in Text.trimmed(Array(token.utf8)[...]).map(Text.lowercasedASCII) })
        longest = self.tokens.map(\.count).max() ?? 0
    }

    /// The empty field, NA, N/A, NaN, NULL, None and the lone point of SAS.
    public static let standard = MissingTokens(["", "NA", "N/A", "NaN", "NULL", "None", "."])

    package func contains(_ trimmed: ArraySlice<UInt8>) -> Bool {
        if trimmed.count > longest { return false }
        return tokens.contains(trimmed.map(Text.lowercasedASCII))
    }
}

/// Reads the cells of one declared column.
struct CellReader {
    enum Cell: Equatable {
        /// A number, 0 or 1, or the position of a level among those declared.
        case value(Double)
        case missing
        case invalid
    }

    private static let yesNoWords: [[UInt8]: Double] = [
        Array("1".utf8): 1, Array("true".utf8): 1, Array("yes".utf8): 1, Array("y".utf8): 1,
        Array("0".utf8): 0, Array("false".utf8): 0, Array("no".utf8): 0, Array("n".utf8): 0,
    ]

    let spec: ColumnSpec
    let column: TextColumn
    private let missing: MissingTokens
    private let levels: [[UInt8]: Double]

    init(_ spec: ColumnSpec, in table: Table, missing: MissingTokens) throws(RecordsError) {
        try spec.validate()
        self.spec = spec
        self.missing = missing
        column = try table.column(named: spec.name)
        var levels: [[UInt8]: Double] = [:]
        if case .categorical(let names, _) = spec.kind {
            for (index, name) in names.enumerated() { levels[Array(name.utf8)] = Double(index) }
        }
        self.levels = levels
    }

    /// 1 for yes, 0 for no, nil for neither.
    static func yesNo(_ text: ArraySlice<UInt8>) -> Double? {
        if text.count <= 5, let value = yesNoWords[text.map(Text.lowercasedASCII)] { return value }
        // Programs that keep missing values as NaN write 0.0 and 1.0.
        guard let number = DecimalText.number(text), number == 0 || number == 1 else { return nil }
        return number
    }

    func cell(_ row: Int) -> Cell {
        let text = Text.trimmed(column[row])
        switch spec.kind {
        case .numeric:
            if let number = DecimalText.number(text) { return .value(number) }
        case .binary:
            if let value = Self.yesNo(text) { return .value(value) }
        case .categorical:
            // A declared level wins over a token for missing values: "None" may be a real answer.
            if let index = levels[Text.level(text)] { return .value(index) }
        }
        return missing.contains(text) ? .missing : .invalid
    }

    /// The error for a cell that is not what the column declares.
    func fault(_ row: Int, in table: Table) -> RecordsError {
        let place = table.place(row: row, column: spec.name)
        switch spec.kind {
        case .numeric: return .notNumeric(place)
        case .binary: return .notBinary(place)
        case .categorical(let levels, _): return .unknownLevel(place, declared: levels)
        }
    }
}

/// Decimal numbers in text: `[+-] digits [. digits] [e [+-] digits]`, or `. digits`. Nothing else: no hexadecimal, no
/// infinity, no thousands separators, which Double's own parser or a spreadsheet would let pass.
enum DecimalText {
    /// Squares of what is larger, summed over a column, could pass the range of doubles.
    private static let largest = 1e100

    private static let powersOfTen: [Double] = (0...22).map { exponent in
        (0..<exponent).reduce(1.0) { value, _ in value * 10 }
    }

    static func number(_ text: ArraySlice<UInt8>) -> Double? {
        var i = text.startIndex
        let end = text.endIndex
        var negative = false
        if i < end, text[i] == UInt8(ascii: "-") || text[i] == UInt8(ascii: "+") {
            negative = text[i] == UInt8(ascii: "-")
            i += 1
        }
        var mantissa: UInt64 = 0
        var digits = 0
        var fraction = 0
        var sawPoint = false
        while i < end {
            let byte = text[i]
            if byte == UInt8(ascii: "."), !sawPoint {
                sawPoint = true
            } else if (0x30...0x39).contains(byte) {
                if digits < 18 { mantissa = mantissa * 10 + UInt64(byte - 0x30) }
                digits += 1
                if sawPoint { fraction += 1 }
            } else {
                break
            }
            i += 1
        }
        guard digits > 0 else { return nil }
        if i == end {
            // Both operands are exact doubles here, so the quotient is correctly rounded (Clinger 1990).
            if digits <= 15, fraction <= 22 {
                let value = Double(mantissa) / powersOfTen[fraction]
                return negative ? -value : value
            }
        } else {
            guard text[i] == UInt8(ascii: "e") || text[i] == UInt8(ascii: "E") else { return nil }
            i += 1
            if i < end, text[i] == UInt8(ascii: "-") || text[i] == UInt8(ascii: "+") { i += 1 }
            guard i < end, text[i...].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        }
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.magnitude <= largest else { return nil }
        return value
    }
}

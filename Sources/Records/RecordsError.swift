/// Where in a file something stands: line is 1-based and counts the header; a record that spans lines is named by its
/// first one. `column` is the header's name, or nil when the whole record is meant.
public struct Place: Sendable, Hashable {
    public let file: String
    public let line: Int
    public let column: String?

    public init(file: String, line: Int, column: String? = nil) {
        self.file = file
        self.line = line
        self.column = column
    }
}

/// What is wrong with a name in a header.
public enum HeaderProblem: String, Sendable, Hashable {
    case empty
    case duplicate
    case controlCharacter
}

/// What the first line of a table holds, for an error about a column that is not there.
public enum FirstLine: Sendable, Hashable {
    case names([String])
    /// Numbers where names should be: the file has no header line. The cells themselves are not told.
    case data(fields: Int, numbers: Int)

    init(_ fields: [String]) {
        let numbers = fields.count { DecimalText.number(Text.trimmed(Array($0.utf8)[...])) != nil }
        self = numbers > 0 ? .data(fields: fields.count, numbers: numbers) : .names(fields)
    }
}

/// Everything that can be wrong with a user's files. No case carries the content of a cell: an error may end in a log
/// that is shared, and a cell may be an identifier.
public enum RecordsError: Error, Equatable, Sendable {
    // The file
    case fileNotFound(path: String)
    case unreadable(path: String, reason: String)
    case permissionDenied(path: String)
    case emptyFile(path: String)
    case tooLarge(path: String, reason: String)

    // Its form (RFC 4180, UTF-8)
    case notUTF8(Place)
    case utf16(path: String)
    case nulByte(Place)
    case unterminatedQuote(Place)
    case strayQuote(Place)
    case bareCarriageReturn(Place)
    case blankLine(Place)
    case raggedRow(Place, expected: Int, found: Int)
    case badHeader(path: String, position: Int, name: String, problem: HeaderProblem)
    case missingColumn(path: String, name: String, suggestion: String?, firstLine: FirstLine)

    // Its content
    case notNumeric(Place)
    case notBinary(Place)
    case unknownLevel(Place, declared: [String])
    case missingValue(Place)
    case outOfScale(Place)
    case outOfDomain(Place, ValueDomain)
    /// A value that must be below that of another column of its row.
    case notBelow(Place, other: String)
    case duplicateIdentifiers(path: String, identifiers: Int, firstLines: [Int])

    // What was asked of it
    case badColumn(name: String, problem: ColumnProblem)
    case badIdentifierRule(problem: String)
    case unfitDesign([DesignProblem], over: DesignRows = .aligned)
    case rowOutOfRange(index: Int, count: Int)

    // Output
    case outputExists(path: String)
    case cannotWrite(path: String, reason: String)
    case unsafeText(column: String)

    /// The families that a command line maps to its exit codes.
    public enum Category: Sendable, Hashable {
        case noInput
        case permission
        case badData
        case badRequest
        case cannotCreate
    }

    public var category: Category {
        switch self {
        case .fileNotFound, .unreadable: .noInput
        case .permissionDenied: .permission
        case .emptyFile, .tooLarge, .notUTF8, .utf16, .nulByte, .unterminatedQuote, .strayQuote, .bareCarriageReturn,
            .blankLine, .raggedRow, .badHeader, .missingColumn, .notNumeric, .notBinary, .unknownLevel, .missingValue,
            .outOfScale, .outOfDomain, .notBelow, .duplicateIdentifiers, .unfitDesign, .unsafeText:
            .badData
        case .badColumn, .badIdentifierRule, .rowOutOfRange: .badRequest
        case .outputExists, .cannotWrite: .cannotCreate
        }
    }
}

/// What is wrong with a declared column.
public enum ColumnProblem: String, Sendable, Hashable {
    case formulaName = "its name starts with = + - or @, which a spreadsheet would run as a formula"
    case controlCharacterInName = "its name holds a control character"
    case emptyName = "its name is empty"
    case noLevels = "a categorical column needs at least two declared levels"
    case repeatedLevel = "a level is declared twice"
    case badLevel = "a level is empty or holds a control character"
    case referenceNotALevel = "its reference level is not among its levels"
    case declaredTwice = "it is declared twice"
    case notALabel = "a label is numeric or yes/no, not categorical"
}

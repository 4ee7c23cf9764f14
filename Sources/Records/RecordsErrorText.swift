extension Place: CustomStringConvertible {
    public var description: String {
        if let column { "\(file), row \(line), column \"\(column)\"" } else { "\(file), row \(line)" }
    }
}

extension FirstLine: CustomStringConvertible {
    private static let mostNames = 12
    private static let longestName = 40

    public var description: String {
        switch self {
        case .names(let names):
            let shown = names.prefix(Self.mostNames).map { name in
                "\"\(name.count > Self.longestName ? name.prefix(Self.longestName) + "..." : name[...])\""
            }
            let more = names.count > Self.mostNames ? " and \(names.count - Self.mostNames) more" : ""
            return "its header line has \(shown.joined(separator: ", "))\(more)"
        case .data(let fields, let numbers):
            let count = numbers == fields ? "\(fields) numbers" : "\(fields) fields, \(numbers) of them numbers"
            return "its first line holds data instead of column names: \(count)"
        }
    }

    var hint: String? {
        switch self {
        case .names(let names):
            names.count == 1
                ? "that is one field: fields are separated by a comma, a semicolon, a tab or a bar (|)" : nil
        case .data: "add a header line: the names of the columns, separated like the fields below it"
        }
    }
}

extension RecordsError {
    static func missing(column name: String, path: String, header: [String]) -> RecordsError {
        .missingColumn(
            path: path, name: name, suggestion: Text.nearest(to: name, among: header), firstLine: FirstLine(header))
    }
}

extension RecordsError: CustomStringConvertible {
    /// One plain sentence: what and where.
    public var description: String {
        switch self {
        case .fileNotFound(let path): "no such file: \(path)"
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .permissionDenied(let path): "cannot read \(path): permission denied"
        case .emptyFile(let path): "\(path) has no header line"
        case .tooLarge(let path, let reason): "\(path) is too large: \(reason)"
        case .notUTF8(let place): "\(place): not valid UTF-8"
        case .utf16(let path): "\(path) is UTF-16, not UTF-8"
        case .nulByte(let place): "\(place): a NUL byte"
        case .unterminatedQuote(let place): "\(place): a quoted field is never closed"
        case .strayQuote(let place): "\(place): a quotation mark inside a field that is not quoted"
        case .bareCarriageReturn(let place): "\(place): a carriage return without a line feed"
        case .blankLine(let place): "\(place): a blank line between records"
        case .raggedRow(let place, let expected, let found):
            "\(place): \(found) fields where the header has \(expected)"
        case .badHeader(let path, let position, let name, let problem):
            switch problem {
            case .empty where position == 2:
                "\(path): column 2 has no name; if the first line is Excel's `sep=`, delete that line"
            case .empty: "\(path): column \(position) has no name"
            case .duplicate: "\(path): column name \"\(name)\" stands twice in the header"
            case .controlCharacter: "\(path): the name of column \(position) holds a control character"
            }
        case .missingColumn(let path, let name, _, let firstLine):
            "\(path) has no column \"\(name)\"; \(firstLine.description)"
        case .notNumeric(let place): "\(place): not a number from -1e100 to 1e100"
        case .notBinary(let place): "\(place): neither yes nor no"
        case .unknownLevel(let place, _): "\(place): not one of the declared levels"
        case .missingValue(let place): "\(place): a missing value"
        case .outOfScale(let place):
            "\(place): too many standard deviations from the mean of the training rows"
        case .outOfDomain(let place, let domain): "\(place): not \(domain.rule)"
        case .notBelow(let place, let other): "\(place): not below column \"\(other)\" of the same row"
        case .duplicateIdentifiers(let path, let identifiers, let lines):
            "\(path): \(identifiers) identifiers stand in several rows that differ"
                + (lines.isEmpty ? "" : " (first in rows \(lines.map(String.init).joined(separator: ", ")))")
        case .badColumn(let name, let problem): "column \"\(name)\": \(problem.rawValue)"
        case .badIdentifierRule(let problem): "identifier: \(problem)"
        case .unfitDesign(let problems, let rows):
            problems.map { $0.description(over: rows) }.joined(separator: "; ")
        case .rowOutOfRange(let index, let count): "row \(index) asked of a table of \(count)"
        case .outputExists(let path): "\(path) exists already"
        case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
        case .unsafeText(let column):
            "column \"\(column)\": a text that a spreadsheet would run as a formula, or that holds a control character"
        }
    }

    /// What to do about it, or nil where the description says all.
    public var hint: String? {
        switch self {
        case .fileNotFound: "check the path in this site's settings"
        case .permissionDenied: "it is there: may this user read it, and enter the folders around it?"
        case .notUTF8, .utf16, .nulByte: "save the table as \"CSV UTF-8\""
        case .unterminatedQuote, .strayQuote: "quote the whole field and write \"\" for a quotation mark inside it"
        case .bareCarriageReturn: "end lines with LF or CR LF"
        case .blankLine: "remove it; only blank lines at the end of the file are passed over"
        case .raggedRow(_, _, let found):
            found == 1
                ? "declare the delimiter if it is not the one sniffed from the header"
                : "quote fields that hold the delimiter"
        case .badHeader(_, _, _, .empty):
            "name every column (R and pandas write row numbers without a name; leave them out)"
        case .badHeader: "rename the column in the file; if the first line is data, add a line of column names above it"
        case .missingColumn(_, _, let suggestion, let firstLine):
            suggestion.map { "did you mean \"\($0)\"?" } ?? firstLine.hint
        case .notNumeric:
            "write a decimal point, no unit and no thousands separator; or declare a token for missing values"
        case .notBinary: "yes/no columns take 1/0, true/false, yes/no and y/n"
        case .unknownLevel(_, let declared): "declared: \(declared.joined(separator: ", "))"
        case .missingValue: "rows with missing values are dropped before alignment; this one was asked for nevertheless"
        case .outOfDomain(_, let domain): domain.hint
        case .notBelow:
            "observation of a row begins before it ends: correct one of the two, or leave rows out that were not observed"
        case .duplicateIdentifiers: "correct the rows, or choose the duplicate policy drop or first"
        case .outputExists: "choose another folder or remove it"
        case .unfitDesign(let problems, _): Self.hint(problems)
        default: nil
        }
    }

    private static func hint(_ problems: [DesignProblem]) -> String {
        let leverage = problems.contains { if case .leverage = $0 { true } else { false } }
        // The limit of a job that loosens it.
        let isLoosened = problems.contains { if case .leverage(_, _, let limit) = $0 { limit > 0.5 } else { false } }
        let tooMany = problems.contains { if case .tooManyEvents = $0 { true } else { false } }
        let tooClose = problems.contains { if case .timesTooClose = $0 { true } else { false } }
        let manyStrata = problems.contains { if case .tooManyStrata = $0 { true } else { false } }
        let isOther = problems.contains { problem in
            switch problem {
            case .leverage, .tooManyEvents, .timesTooClose, .tooManyStrata: false
            default: true
            }
        }
        let hints = [
            isOther ? "remove or merge the columns named" : nil,
            leverage
                ? "transform or cut off columns with a few extreme values (a logarithm, for example), "
                    + (isLoosened
                        ? "leave columns out, or bring more rows"
                        : "or write 'loosen: [leverage]' in the job if all parties accept it") : nil,
            tooMany ? "agree on a larger model.mostEvents, or drop it from the job" : nil,
            tooClose ? "declare fewer times, farther apart" : nil,
            manyStrata ? "agree on a larger model.mostStrata, or merge strata" : nil,
        ]
        return hints.compactMap(\.self).joined(separator: "; ")
    }
}

/// Which rows have a value in every wanted column.
public struct CompleteCases: Sendable, Equatable {
    /// One a table row.
    public let isComplete: [Bool]
    /// Missing cells a column, over all rows of the table; columns without any are left out.
    public let missingByColumn: [String: Int]

    public var completeRows: Int { isComplete.count { $0 } }
    public var incompleteRows: Int { isComplete.count - completeRows }
}

extension Table {
    /// Reads every cell of the wanted columns once, so that a bad one is found before anything leaves the site, and says
    /// which rows are complete. A row that is dropped at one party drops at all, because only complete rows are aligned.
    /// - Throws: `notNumeric`, `notBinary` or `unknownLevel` with file, row and column; `missingColumn`; `badColumn`.
    public func completeCases(
        _ wanted: [ColumnSpec], missing: MissingTokens = .standard
    ) throws(RecordsError) -> CompleteCases {
        var table = self
        return try table.read(wanted, missing: missing)
    }

    /// The same, and the table keeps what it read: columns are asked for again and again, and text is slow to read.
    package mutating func read(
        _ wanted: [ColumnSpec], missing: MissingTokens = .standard
    ) throws(RecordsError) -> CompleteCases {
        try ColumnSpec.validate(wanted)
        var isComplete = Array(repeating: true, count: rowCount)
        var missingByColumn: [String: Int] = [:]
        for spec in wanted {
            let reader = try CellReader(spec, in: self, missing: missing)
            var values: [Double] = []
            values.reserveCapacity(rowCount)
            var count = 0
            for row in 0..<rowCount {
                switch reader.cell(row) {
                case .value(let value): values.append(value)
                case .missing:
                    values.append(.nan)
                    isComplete[row] = false
                    count += 1
                case .invalid: throw reader.fault(row, in: self)
                }
            }
            if count > 0 { missingByColumn[spec.name] = count }
            keep(ColumnNumbers(spec, missing, values))
        }
        return CompleteCases(isComplete: isComplete, missingByColumn: missingByColumn)
    }

    /// What goes into alignment: identifiers that are valid and distinct, of rows that are complete in `columns`.
    public func identifiers(
        _ rule: IdentifierRule, completeIn columns: [ColumnSpec], duplicates: DuplicatePolicy = .error,
        missing: MissingTokens = .standard
    ) throws(RecordsError) -> Identifiers {
        let all = try identifiers(rule, duplicates: duplicates)
        return all.keeping(try completeCases(columns, missing: missing))
    }
}

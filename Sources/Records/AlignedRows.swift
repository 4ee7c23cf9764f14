/// Rows of one party's table in the order that alignment gave all parties.
public struct AlignedRows: Sendable {
    public let table: Table
    public let identifiers: Identifiers
    /// Positions among `identifiers`, in common order.
    public let positions: [Int]

    /// - Parameter positions: the alignment's result: positions among the identifiers that were given to it.
    public init(_ table: Table, _ identifiers: Identifiers, positions: [Int]) throws(RecordsError) {
        for position in positions where !(0..<identifiers.count).contains(position) {
            throw .rowOutOfRange(index: position, count: identifiers.count)
        }
        self.table = table
        self.identifiers = identifiers
        self.positions = positions
    }

    public var count: Int { positions.count }

    /// The table row (from 0) of an aligned row.
    public func tableRow(_ row: Int) -> Int { identifiers.rowIndices[positions[row]] }

    public func identifier(at row: Int) -> ArraySlice<UInt8> { identifiers[positions[row]] }

    /// The columns of this site's own identifiers as they stand in its table, before normalisation: what joins a result back
    /// to the table. Read them at `tableRow`.
    public func identifierColumns() throws(RecordsError) -> [TextColumn] {
        var columns: [TextColumn] = []
        for name in identifiers.rule.columns { columns.append(try table.column(named: name)) }
        return columns
    }

    /// Which rows the hold-out rule keeps for testing.
    public var heldOut: [Bool] { positions.map { HoldOut.isTest(identifiers[$0]) } }

    /// The rows for which `mask` (one a row) is true, order kept.
    public func filtered(by mask: [Bool]) -> AlignedRows {
        let kept = zip(positions, mask).filter(\.1).map(\.0)
        return AlignedRows(table: table, identifiers: identifiers, checked: kept)
    }

    init(table: Table, identifiers: Identifiers, checked: [Int]) {
        self.table = table
        self.identifiers = identifiers
        positions = checked
    }

    /// A column's values in common order: the number, 0 or 1, or the position of the level among those declared.
    /// - Throws: `missingValue` where a row is not complete; the errors of `Table.completeCases`.
    public func values(
        _ spec: ColumnSpec, missing: MissingTokens = .standard
    ) throws(RecordsError) -> [Double] {
        try table.values(spec, rows: (0..<count).map(tableRow), missing: missing)
    }

    /// The same, nil where a row has no value.
    ///
    /// - Throws: the errors of `Table.completeCases`.
    package func optionalValues(
        _ spec: ColumnSpec, missing: MissingTokens = .standard
    ) throws(RecordsError) -> [Double?] {
        if let read = table.numbers(spec, missing: missing) { return (0..<count).map { read[tableRow($0)] } }
        let reader = try CellReader(spec, in: table, missing: missing)
        var values: [Double?] = []
        for row in 0..<count {
            switch reader.cell(tableRow(row)) {
            case .value(let value): values.append(value)
            case .missing: values.append(nil)
            case .invalid: throw reader.fault(tableRow(row), in: table)
            }
        }
        return values
    }

    /// The same, each value of the domain.
    /// - Throws: `outOfDomain` too.
    public func values(
        _ spec: ColumnSpec, in domain: ValueDomain, missing: MissingTokens = .standard
    ) throws(RecordsError) -> [Double] {
        let values = try values(spec, missing: missing)
        for (row, value) in values.enumerated() where !domain.contains(value) {
            throw .outOfDomain(table.place(row: tableRow(row), column: spec.name), domain)
        }
        return values
    }

    /// - Throws: `notBelow` for the first row whose value in one column is not below that in another.
    public func demand(_ low: [Double], of column: String, below high: [Double], of other: String) throws(RecordsError)
    {
        for (row, (low, high)) in zip(low, high).enumerated() where !(low < high) {
            throw .notBelow(table.place(row: tableRow(row), column: column), other: other)
        }
    }
}

extension Table {
    /// The rows of `identifiers` at the positions that alignment returned.
    public func rows(at positions: [Int], of identifiers: Identifiers) throws(RecordsError) -> AlignedRows {
        try AlignedRows(self, identifiers, positions: positions)
    }

    func values(_ spec: ColumnSpec, rows: [Int], missing: MissingTokens) throws(RecordsError) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(rows.count)
        if let read = numbers(spec, missing: missing) {
            for row in rows {
                guard let value = read[row] else { throw .missingValue(place(row: row, column: spec.name)) }
                values.append(value)
            }
            return values
        }
        let reader = try CellReader(spec, in: self, missing: missing)
        for row in rows {
            switch reader.cell(row) {
            case .value(let value): values.append(value)
            case .missing: throw .missingValue(place(row: row, column: spec.name))
            case .invalid: throw reader.fault(row, in: self)
            }
        }
        return values
    }
}

/// The bytes of a cell as it is committed to: what the fit reads, in one form; `protocols/transcript.md` 7.1.
///
///     cell = u8 1 || number           numeric and yes/no columns: binary64, big-endian; 1 for yes, 0 for no
///          | u8 2 || text level       categorical columns: u32 length, UTF-8 of the declared level
///          | u8 0                     no value: in tables of jobs split by rows alone
package enum CellForm {
    package static let missing: [UInt8] = [0]

    package static func number(_ value: Double) -> [UInt8] {
        // -0 has no encoding of its own: `value + 0` is 0 for both.
        [1] + bigEndian((value + 0).bitPattern)
    }

    package static func level(_ name: String) -> [UInt8] {
        let text = Array(name.utf8)
        return [2] + bigEndian(UInt32(clamping: text.count)) + text
    }

    private static func bigEndian(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}

extension AlignedRows {
    /// A column's cells in the order of these rows.
    ///
    /// - Throws: errors of `values`.
    package func cells(of spec: ColumnSpec, missing: MissingTokens = .standard) throws(RecordsError) -> [[UInt8]] {
        let values = try values(spec, missing: missing)
        guard case .categorical(let levels, _) = spec.kind else { return values.map(CellForm.number) }
        let forms = levels.map(CellForm.level)
        // `values` gives positions among the declared levels.
        return values.map { forms[Int($0)] }
    }

    /// The same, where rows may be without a value.
    ///
    /// - Throws: errors of `optionalValues`.
    package func optionalCells(
        of spec: ColumnSpec, missing: MissingTokens = .standard
    ) throws(RecordsError) -> [[UInt8]] {
        let values = try optionalValues(spec, missing: missing)
        guard case .categorical(let levels, _) = spec.kind else {
            return values.map { $0.map(CellForm.number) ?? CellForm.missing }
        }
        let forms = levels.map(CellForm.level)
        return values.map { $0.map { forms[Int($0)] } ?? CellForm.missing }
    }

    /// The same rows in the ascending order of their identifiers: an order that all parties know and that is the same in
    /// every session, as the common order of an alignment is not.
    package var sortedByIdentifier: AlignedRows {
        let sorted = positions.sorted { identifiers[$0].lexicographicallyPrecedes(identifiers[$1]) }
        return AlignedRows(table: table, identifiers: identifiers, checked: sorted)
    }
}

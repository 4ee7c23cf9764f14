import Crypto

/// The bytes of a cell as it is committed to: what the fit reads, in one form; `protocols/transcript.md` 7.1.
///
///     cell = u8 1 || number           numeric and yes/no columns: binary64, big-endian; 1 for yes, 0 for no
///          | u8 2 || text level       categorical columns: u32 length, UTF-8 of the declared level
package enum CellForm {
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

/// A cell in 16 bytes, as a site's digests take it; `protocols/disclosure.md` 4.1.
///
///     block = cell, zero bytes                            numbers, yes/no
///           | u8 2 || first 15 bytes of SHA-256(cell)     categorical columns
///           | zero bytes                                  no value: in tables of jobs split by rows alone
///
/// Holds a person's value: does not print itself.
package struct CellBlock: Sendable, Hashable {
    package let high: UInt64
    package let low: UInt64

    private init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    package static let missing = CellBlock(high: 0, low: 0)

    package static func number(_ value: Double) -> CellBlock {
        let bits = (value + 0).bitPattern
        return CellBlock(high: 1 << 56 | bits >> 8, low: bits << 56)
    }

    package static func level(_ name: String) -> CellBlock { CellBlock(CellForm.level(name)) }

    /// - Parameter cell: as it is committed to.
    package init(_ cell: [UInt8]) {
        let isLevel = cell.first == 2
        let bytes = isLevel ? [2] + SHA256.hash(data: cell).prefix(15) : cell
        func word(_ start: Int) -> UInt64 {
            (start..<start + 8).reduce(0) { $0 << 8 | ($1 < bytes.count ? UInt64(bytes[$1]) : 0) }
        }
        self.init(high: word(0), low: word(8))
    }
}

extension CellBlock: CustomStringConvertible, CustomReflectable {
    package var description: String { "CellBlock(hidden)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension AlignedRows {
    /// A column's cells as digests take them, in the order of these rows.
    ///
    /// - Parameter keepsIncomplete: whether rows may be without a value.
    /// - Throws: errors of `values`, of `optionalValues`.
    package func blocks(
        of spec: ColumnSpec, missing: MissingTokens = .standard, keepsIncomplete: Bool = false
    ) throws(RecordsError) -> [CellBlock] {
        var forms: [CellBlock]?
        if case .categorical(let levels, _) = spec.kind { forms = levels.map(CellBlock.level) }
        func block(_ value: Double) -> CellBlock { forms.map { $0[Int(value)] } ?? .number(value) }
        guard keepsIncomplete else { return try values(spec, missing: missing).map(block) }
        return try optionalValues(spec, missing: missing).map { $0.map(block) ?? .missing }
    }

    /// A column's cells in the order of these rows, each made when it is its turn.
    ///
    /// - Throws: errors of `values`.
    package func cells(
        of spec: ColumnSpec, missing: MissingTokens = .standard
    ) throws(RecordsError) -> LazyMapSequence<[Double], [UInt8]> {
        var forms: [[UInt8]]?
        if case .categorical(let levels, _) = spec.kind { forms = levels.map(CellForm.level) }
        // `values` gives positions among the declared levels.
        return try values(spec, missing: missing).lazy.map { [forms] in forms?[Int($0)] ?? CellForm.number($0) }
    }

    /// The same rows in the ascending order of their identifiers: an order that all parties know and that is the same in
    /// every session, as the common order of an alignment is not.
    package var sortedByIdentifier: AlignedRows {
        let sorted = positions.sorted { identifiers[$0].lexicographicallyPrecedes(identifiers[$1]) }
        return AlignedRows(table: table, identifiers: identifiers, checked: sorted)
    }
}

/// From which columns, and by which normalisers, a row's identifier is made.
public struct IdentifierRule: Sendable, Hashable, Codable {
    public struct Field: Sendable, Hashable, Codable {
        public let column: String
        public let normaliser: Normaliser

        public init(column: String, normaliser: Normaliser) {
            self.column = column
            self.normaliser = normaliser
        }
    }

    public let fields: [Field]

    /// One column: the identifier is the normalised text itself.
    public init(column: String, normaliser: Normaliser = .raw) {
        fields = [Field(column: column, normaliser: normaliser)]
    }

    /// Several columns in the order in which both parties declare them. One field is the same as `init(column:…)`.
    public init(fields: [Field]) throws(RecordsError) {
        guard !fields.isEmpty else { throw .badIdentifierRule(problem: "no column is named") }
        guard Set(fields.map(\.column)).count == fields.count else {
            throw .badIdentifierRule(problem: "a column is named twice")
        }
        guard fields.count <= 255 else { throw .badIdentifierRule(problem: "more than 255 columns") }
        self.fields = fields
    }

    public var columns: [String] { fields.map(\.column) }

    /// What a job names and both parties must agree on: the normalisers without the local column names.
    public var normalisers: [Normaliser] { fields.map(\.normaliser) }

    /// The identifier of one row. A composite is the concatenation, field by field, of
    /// `tag (1 byte) || length (4 bytes, big-endian) || UTF-8`, so that ("ab", "c") and ("a", "bc") differ.
    func identifier(_ cells: [ArraySlice<UInt8>]) -> Result<[UInt8], RejectionReason> {
        if fields.count == 1 { return fields[0].normaliser.normalise(cells[0]) }
        var composite: [UInt8] = []
        for (field, cell) in zip(fields, cells) {
            switch field.normaliser.normalise(cell) {
            case .failure(let reason): return .failure(reason)
            case .success(let value):
                composite.append(field.normaliser.tag)
                composite += withBigEndianBytes(UInt32(value.count))
                composite += value
            }
        }
        return .success(composite)
    }

    /// What looks wrong in the fields of a row that has an identifier.
    func remarks(on cells: [ArraySlice<UInt8>]) -> Set<IdentifierRemark> {
        zip(fields, cells).reduce(into: []) { $0.formUnion(IdentifierRemark.remarks(on: $1.1, $1.0.normaliser)) }
    }

    /// The texts that an identifier was made of: one, or one a field.
    public func texts(of identifier: some Sequence<UInt8>) -> [String] {
        let bytes = Array(identifier)
        if fields.count == 1 { return [String(decoding: bytes, as: UTF8.self)] }
        var texts: [String] = []
        var index = 0
        while index + 5 <= bytes.count {
            let length = bytes[(index + 1)..<(index + 5)].reduce(0) { $0 << 8 | Int($1) }
            let end = min(bytes.count, index + 5 + length)
            texts.append(String(decoding: bytes[(index + 5)..<end], as: UTF8.self))
            index = end
        }
        return texts
    }

    private func withBigEndianBytes(_ value: UInt32) -> [UInt8] {
        [
            UInt8(truncatingIfNeeded: value >> 24), UInt8(truncatingIfNeeded: value >> 16),
            UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value),
        ]
    }
}

extension Normaliser {
    /// The type tag of a field in a composite identifier.
    var tag: UInt8 {
        switch self {
        case .raw: 1
        case .trim: 2
        case .upper: 3
        case .digits: 4
        case .nhs: 5
        }
    }
}

public import Paillier
public import Records

/// What both parties fixed before a description of their cohort, taken from the job (describe.md).
public struct DescriptionPlan: Sendable, Equatable {
    /// Columns of each party, in the order of the job; the group's column is not among them.
    public var active: [ColumnSpec]
    public var passive: [ColumnSpec]
    /// The group's column, and its levels; nil and empty without one.
    public var groupColumn: String?
    public var groups: [String]
    /// Whether rows have case weights.
    public var isWeighted: Bool
    /// T: cells of fewer rows are shown to nobody. 1 to 100.
    public var minimumCell: Int
    /// Modulus of each party's key, bits.
    public var keyBits: Int
    public var nonces: NonceLength

    public init(
        active: [ColumnSpec], passive: [ColumnSpec], groupColumn: String? = nil, groups: [String],
        isWeighted: Bool = false, minimumCell: Int, keyBits: Int = 3072, nonces: NonceLength = .short
    ) {
        self.active = active
        self.passive = passive
        self.groupColumn = groupColumn
        self.groups = groups
        self.isWeighted = isWeighted
        self.minimumCell = minimumCell
        self.keyBits = keyBits
        self.nonces = nonces
    }

    var columns: [ColumnSpec] { active + passive }

    package static let largestCell = 100
    package static let mostRows = 1 << 24

    func validate() throws(DescriptionError) {
        guard (1...Self.largestCell).contains(minimumCell), groups.count != 1, !passive.isEmpty else {
            throw .invalidPlan("a minimum cell, a group or columns that no description has")
        }
    }

    /// - Parameter values: how many values each party's numeric columns have, as it said.
    /// - Returns: nil where these are not as many as the job has columns.
    package func shape(rows: Int, activeValues: [Int], passiveValues: [Int]) -> DescriptionShape? {
        guard let active = Self.columns(active, activeValues), let passive = Self.columns(passive, passiveValues) else {
            return nil
        }
        return DescriptionShape(
            rows: rows, active: active, passive: passive, groups: max(1, groups.count), isWeighted: isWeighted,
            minimumCell: minimumCell, modulusBits: keyBits)
    }

    private static func columns(_ specs: [ColumnSpec], _ values: [Int]) -> [DescribedColumn]? {
        guard values.count == specs.count(where: { $0.kind.levelNames == nil }) else { return nil }
        var next = values.makeIterator()
        return specs.map { spec in
            spec.kind.levelNames.map { .levels($0.count) } ?? .numeric(values: next.next() ?? 0)
        }
    }
}

public import Paillier
public import Records

/// What both parties fixed before a description of their cohort, taken from the job (describe.md).
public struct DescriptionPlan: Sendable, Equatable {
    /// Columns of each party, in the order of the job; the group's column is not among them.
    public var active: [ColumnSpec]
    public var passive: [ColumnSpec]
    /// Levels of the group's column; empty without one.
    public var groups: [String]
    /// Whether rows have case weights.
    public var isWeighted: Bool
    /// T: cells of fewer rows are shown to nobody. 1 to 100.
    public var minimumCell: Int
    /// Modulus of each party's key, bits.
    public var keyBits: Int
    public var nonces: NonceLength

    public init(
        active: [ColumnSpec], passive: [ColumnSpec], groups: [String], isWeighted: Bool = false, minimumCell: Int,
        keyBits: Int = 3072, nonces: NonceLength = .short
    ) {
        self.active = active
        self.passive = passive
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

    package func shape(rows: Int) -> DescriptionShape {
        DescriptionShape(
            rows: rows, active: active.map { $0.kind.levelNames?.count },
            passive: passive.map { $0.kind.levelNames?.count }, groups: max(1, groups.count), isWeighted: isWeighted,
            minimumCell: minimumCell, modulusBits: keyBits)
    }
}

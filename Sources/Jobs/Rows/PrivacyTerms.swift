import Records

/// What is promised of each row where the sums of a model are opened with noise (`protocols/row-noise.md`).
public struct PrivacyTerms: Sendable, Hashable {
    /// Of a column: what is beyond is cut.
    public struct Bounds: Sendable, Hashable {
        public internal(set) var column: String
        public internal(set) var low: Double
        public internal(set) var high: Double
    }

    public internal(set) var epsilon: Double
    public internal(set) var delta: Double
    /// Longest row, the constant included, that has full weight.
    public internal(set) var clip: Double
    /// Newton steps of a logistic model.
    public internal(set) var rounds: Int
    /// Of each numeric feature in the order of the job, then of a linear model's label.
    public internal(set) var bounds: [Bounds]

    /// Where a job says nothing.
    static let rounds = 5

    /// Columns that need bounds, in their order.
    static func columns(_ party: Party, _ model: Model) -> [String] {
        party.features.filter { $0.levels == nil }.map(\.column)
            + (model.family == .linear ? [party.label].compactMap(\.self) : [])
    }
}

public import Records

/// A model whose sums are opened with noise (`protocols/row-noise.md`): the same at every site.
public struct NoisyDesign: Sendable, Hashable {
    /// A column's smallest and largest value by the job; what is beyond is cut.
    public struct Bounds: Sendable, Hashable, Codable {
        public var low: Double
        public var high: Double

        public init(low: Double, high: Double) {
            self.low = low
            self.high = high
        }

        var center: Double { (low + high) / 2 }
        var unit: Double { (high - low) / 2 }

        func scaled(_ value: Double) -> Double { min(1, max(-1, (value - center) / unit)) }
    }

    /// Linear or logistic.
    public var family: ModelFamily
    /// Names of the columns as they stand in results.
    public var terms: [String]
    /// Of each column; 0 and 1 for one of 0 and 1.
    public var bounds: [Bounds]
    /// Of the outcome of a linear model.
    public var labelBounds: Bounds?
    public var budget: PrivacyBudget
    /// Longest row, the constant included, that has full weight.
    public var clip: Double
    /// Newton steps of a logistic model.
    public var rounds: Int

    public init(
        family: ModelFamily, terms: [String], bounds: [Bounds], labelBounds: Bounds? = nil, budget: PrivacyBudget,
        clip: Double, rounds: Int = 4
    ) {
        self.family = family
        self.terms = terms
        self.bounds = bounds
        self.labelBounds = labelBounds
        self.budget = budget
        self.clip = clip
        self.rounds = rounds
    }

    /// Numbers of a row: the constant, columns, the outcome of a linear model.
    var width: Int { terms.count + (family == .linear ? 2 : 1) }
    var triangle: Int { width * (width + 1) / 2 }
    var sums: Int { family == .linear ? 1 : rounds }
    var count: Int { triangle + (family == .linear ? 0 : width) }
    /// Of one vector.
    var sensitivity: Double { family == .linear ? clip * clip : clip * 2.0.squareRoot() }

    func check() throws(PooledError) {
        try budget.check()
        guard family == .linear || family == .logistic else {
            throw .unsupported("noise in a model that is neither linear nor logistic")
        }
        guard !terms.isEmpty, Set(terms).count == terms.count, bounds.count == terms.count, count <= CourseStep.most
        else {
            throw .unsupported("noise in a model of no column, of one twice, or of too many")
        }
        let all = bounds + (labelBounds.map { [$0] } ?? [])
        guard (labelBounds != nil) == (family == .linear),
            all.allSatisfy({ $0.low < $0.high && $0.unit.isFinite && $0.unit > 0 && $0.center.isFinite })
        else { throw .unsupported("a column, or the outcome of a linear model, without bounds that ascend") }
        guard clip >= 1, clip <= 100 else { throw .unsupported("a clip that is not between 1 and 100") }
        guard (1...20).contains(rounds) else { throw .unsupported("rounds that are not between 1 and 20") }
    }
}

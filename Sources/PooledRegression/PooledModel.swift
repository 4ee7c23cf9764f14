public import Records

/// The model of a job split by rows: the same at every site.
public struct PooledModel: Sendable, Hashable {
    /// Beside those of the model: standard errors that do not take the model's variance for granted.
    public enum Robust: String, Sendable, Hashable, CaseIterable, Codable {
        case hc0, hc1
        /// Rows of one site may depend on each other. Asks for four sites beside any coalition.
        case sites
    }

    public var family: ModelFamily
    /// Names of the columns as they stand in results, without the constant. Levels of categories are columns of 0 and 1
    /// already (`DesignMatrix`, `ColumnSpec.terms`): levels are declared in the job.
    public var terms: [String]
    /// By term: whether it is 0 or 1 by the job (binary columns, levels), so that rows with either are counted. Empty: none is.
    public var indicators: [Bool]
    public var hasWeights: Bool
    public var hasOffset: Bool
    /// Negative binomial: nil estimates it.
    public var theta: Double?
    /// Proportional hazards; every site is a stratum of its own, beside those that it declares.
    public var ties: Ties
    public var robust: Robust?
    /// Fewest rows that the sites other than one's own may have between them with one level of a 0/1 column, unless none.
    public var smallestCell: Int
    /// Most Newton iterations.
    public var iterations: Int
    /// Largest leverage of a row by the job, from which the limit at each point follows (`protocols/row-split.md` 7.3); 1 and more: not checked.
    public var largestLeverage: Double
    /// Fewest rows that a site has by the job, to which the numbers that are opened are held; 0: they are not.
    public var fewestRows: Int

    public init(
        family: ModelFamily, terms: [String], indicators: [Bool] = [], hasWeights: Bool = false,
        hasOffset: Bool = false, theta: Double? = nil,
        ties: Ties = .efron, robust: Robust? = nil, smallestCell: Int = 5, iterations: Int = 30,
        largestLeverage: Double = 0.2, fewestRows: Int = 0
    ) {
        self.family = family
        self.terms = terms
        self.indicators = indicators
        self.hasWeights = hasWeights
        self.hasOffset = hasOffset
        self.theta = theta
        self.ties = ties
        self.robust = robust
        self.smallestCell = smallestCell
        self.iterations = iterations
        self.largestLeverage = largestLeverage
        self.fewestRows = fewestRows
    }

    /// Whether the job says that the term is 0 or 1.
    func isIndicator(_ term: Int) -> Bool { indicators.indices.contains(term) && indicators[term] }
}

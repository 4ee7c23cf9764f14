public import SplitRegression

/// One site's rows, in its own order: raw values in the units of the columns, nothing standardised.
public struct PooledRows: Sendable {
    /// The outcome; for proportional hazards 1 where the event was seen.
    public var label: [Double]
    /// One array a term, in the model's order.
    public var columns: [[Double]]
    public var offset: [Double]?
    /// Case weights, above 0.
    public var weight: [Double]?
    /// Times, entries and further strata of proportional hazards.
    public var survival: SurvivalColumns?

    public init(
        label: [Double], columns: [[Double]], offset: [Double]? = nil, weight: [Double]? = nil,
        survival: SurvivalColumns? = nil
    ) {
        self.label = label
        self.columns = columns
        self.offset = offset
        self.weight = weight
        self.survival = survival
    }
}

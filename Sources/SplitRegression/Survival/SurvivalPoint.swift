/// One declared time of the survival curve at the means of all columns, as R's `survfit` of a `coxph` has it by Breslow's estimate
/// (with Efron's ties: Efron's). At the active party alone.
public struct SurvivalPoint: Sendable, Equatable, Codable {
    /// The code of its stratum; nil where all rows share one baseline.
    public var stratum: Int?
    public var time: Double
    /// Rows under observation then, and events up to then: of the fitted rows.
    public var atRisk: Int
    public var events: Int
    /// Of the baseline up to then, and its survival: `exp(-cumulativeHazard)`.
    public var cumulativeHazard: Double
    public var survival: Double

    public init(stratum: Int? = nil, time: Double, atRisk: Int, events: Int, cumulativeHazard: Double, survival: Double)
    {
        self.stratum = stratum
        self.time = time
        self.atRisk = atRisk
        self.events = events
        self.cumulativeHazard = cumulativeHazard
        self.survival = survival
    }
}

/// What a proportional-hazards model needs of each row beside whether the event was seen; at the active party alone.
public struct SurvivalColumns: Sendable {
    /// Until the event or the end of observation, above 0.
    public var time: [Double]
    /// From when on the row was under observation, below its time; nil where all were from the start.
    public var entry: [Double]?
    /// Codes: rows of one code have a baseline hazard of their own; nil where all rows share one.
    public var stratum: [Int]?

    public init(time: [Double], entry: [Double]? = nil, stratum: [Int]? = nil) {
        self.time = time
        self.entry = entry
        self.stratum = stratum
    }
}

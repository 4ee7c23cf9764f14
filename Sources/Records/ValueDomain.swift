/// What the values of a column that belongs to the outcome may be. Each end is included.
public enum ValueDomain: String, Sendable, Hashable, CaseIterable {
    case number
    case yesNo
    /// 0, 1, 2, ... below 2^30.
    case count
    case positive
    /// Added to a predictor: beyond it, rates overflow.
    case offset
    /// Person-time, population, ...: its logarithm is an offset.
    case exposure
    /// Case weights. With lower or higher ones a row would vanish beside the others, or drown them.
    case weight
    /// Until the event or the end of observation, in any unit.
    case time
    /// From when on a row was under observation; before its time.
    case entry
    /// A code: rows of one code have a baseline hazard of their own.
    case stratum

    /// Whether it moves a row's predictor, so that rows without an outcome have it too.
    public var movesPredictor: Bool { self == .offset || self == .exposure }

    /// Whether it belongs to the outcome of a proportional-hazards model.
    public var isOfSurvival: Bool { self == .time || self == .entry || self == .stratum }

    /// How a column of it is read.
    public func column(named name: String) -> ColumnSpec { self == .yesNo ? .binary(name) : .numeric(name) }

    public func contains(_ value: Double) -> Bool {
        switch self {
        case .number: value.isFinite
        case .yesNo: value == 0 || value == 1
        case .count: value >= 0 && value == value.rounded() && value < 0x1p30
        case .positive: value > 0 && value.isFinite
        case .offset: abs(value) <= 25
        case .exposure: value >= 1e-9 && value <= 1e9
        case .weight: value >= 0.001 && value <= 1e6
        case .time: value > 0 && value.isFinite
        case .entry: value >= 0 && value.isFinite
        case .stratum: value >= 0 && value == value.rounded() && value < 0x1p30
        }
    }

    /// What a value must be, as the end of a sentence.
    package var rule: String {
        switch self {
        case .number: "a number"
        case .yesNo: "yes or no"
        case .count: "a count: 0, 1, 2, ... below 2^30"
        case .positive: "above 0"
        case .offset: "an offset from -25 to 25"
        case .exposure: "an exposure from 1e-9 to 1e9"
        case .weight: "a case weight from 0.001 to 1e6"
        case .time: "a time above 0"
        case .entry: "a time from 0 on"
        case .stratum: "a code: 0, 1, 2, ... below 2^30"
        }
    }

    var hint: String {
        switch self {
        case .number, .yesNo: "correct it, or declare a token for missing values"
        case .count: "a count that is divided by person-time is no count: give the person-time as exposure"
        case .positive: "a gamma model takes amounts above 0; model zeros apart"
        case .offset: "an offset is on the scale of the predictor: a logarithm, for most models"
        case .exposure: "choose another unit, or leave rows out that were not exposed"
        case .weight: "leave rows of weight 0 out; otherwise choose weights whose mean is near 1"
        case .time: "count time from the start of observation; leave rows out that were not observed"
        case .entry: "write 0 for rows that were observed from the start"
        case .stratum: "give each stratum a whole number as its code"
        }
    }
}

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
        }
    }
}

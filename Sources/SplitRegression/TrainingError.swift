/// What ends a training job. No case carries a secret value.
public enum TrainingError: Error, Hashable, Sendable {
    /// Some coefficients grow without bound because the label is perfectly predicted, for all rows or some; a penalty makes the fit
    /// exist. Own columns whose coefficients grew when it was found, where that is known.
    case separation(columns: [String] = [])
    /// The pass budget was used up before the gradient was small enough.
    case notConverged(passes: Int, norm: Double)
    /// A linear predictor beyond what the approximation covers.
    case predictorOutOfRange(radius: Double)
    /// Columns of the two parties follow from each other; own ones that take part, where that is known.
    case aliasedAcrossParties(columns: [String] = [])
    /// A column is a linear combination of this party's own columns before it.
    case aliasedColumn(String)
    case keyTooSmall(bits: Int)
    case coefficientOutOfRange
    /// A label that the family's outcomes cannot have.
    case labelOutOfDomain(row: Int)
    /// Counts that vary no more than Poisson's, or a theta far from that of the active party's own fit: it has no estimate.
    case notOverdispersed
    case constantLabel
    case rowCountMismatch(own: Int, peer: Int)
    case tooFewRows(rows: Int, parameters: Int)
    /// More rows than the family takes with more than two parties: the fit would end as not converged, with everything opened.
    case tooManyRows(rows: Int, most: Int)
    case scoresRefused(columns: Int, minimum: Int)
    case invalidPlan(String)
    /// The peer sent something that this protocol does not allow at this place.
    case protocolViolation(String)
}

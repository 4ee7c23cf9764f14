/// How the variances of coefficients are estimated. Jobs that a commitment is made to name it: the words are written out.
public enum Covariance: String, Sendable, Hashable, CaseIterable, Codable {
    /// As the family says: R's `vcov`.
    case classical = "classical"
    /// Sandwich estimates, which hold where the family's variance is wrong (White 1980; Zeileis 2006): R's `sandwich::vcovHC`.
    case hc0 = "HC0"
    /// The same times `n / (n - p)`.
    case hc1 = "HC1"

    public var isRobust: Bool { self != .classical }

    /// What an estimate from `rows` rows and so many coefficients is multiplied by.
    public func factor(rows: Int, parameters: Int) -> Double {
        self == .hc1 ? Double(rows) / Double(max(rows - parameters, 1)) : 1
    }
}

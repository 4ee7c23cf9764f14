/// A number with its standard error and its 95% interval, where there are any.
public struct Estimate: Sendable, Equatable, Codable {
    public var estimate: Double
    public var standardError: Double?
    public var confLow: Double?
    public var confHigh: Double?

    /// - Parameters:
    ///   - degreesOfFreedom: of Student's t; nil for the normal distribution.
    ///   - range: what the interval is cut to.
    init(
        _ estimate: Double, standardError: Double?, degreesOfFreedom: Double? = nil,
        within range: ClosedRange<Double> = -.infinity ... .infinity
    ) {
        self.estimate = estimate
        guard let standardError, standardError.isFinite else { return }
        self.standardError = standardError
        let quantile =
            degreesOfFreedom.map { Distributions.student975(degreesOfFreedom: $0) } ?? Distributions.normal975
        confLow = max(range.lowerBound, estimate - quantile * standardError)
        confHigh = min(range.upperBound, estimate + quantile * standardError)
    }
}

/// Whether predicted responses have the right size (`protocols/evaluation.md` 3): the label regressed on the score alone, under the
/// model's own family and link.
public struct Calibration: Sendable, Equatable, Codable {
    /// The constant when the score is an offset, that is with a slope of 1: 0 is right, above it predictions are too low.
    public var inTheLarge: Estimate?
    /// Constant and slope together: 0 and 1 are right. A slope below 1 means that scores are too extreme.
    public var intercept: Estimate?
    public var slope: Estimate?
    /// Why a number is missing.
    public var withheld: String?

    init(_ score: [Double], label: [Double], family: ResponseFamily) {
        let n = score.count
        guard n > 0, let low = score.min(), let high = score.max(), high < .infinity, low > -.infinity else {
            withheld = "no finite scores"
            return
        }
        if let reason = Self.obstacle(label, family) {
            withheld = reason
            return
        }
        let offset = ScoreRegression(label: label, family: family, offset: score, covariate: nil)
        inTheLarge = offset.fit().map {
            Estimate($0.constant, standardError: $0.constantError, degreesOfFreedom: $0.freedom)
        }
        if inTheLarge == nil { withheld = "the regression on the scores does not converge" }
        if high == low {
            withheld = "all scores are equal, so there is no slope"
            return
        }
        if family.isBinary, Self.separates(score, label) {
            withheld = "the scores separate the classes, so there is no finite slope"
            return
        }
        // About the mean in units of the spread, so that sizes of scores do not matter.
        let mean = score.reduce(0, +) / Double(n)
        let spread = (score.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)).squareRoot()
        guard spread > 0, spread.isFinite else {
            withheld = "all scores are equal, so there is no slope"
            return
        }
        let both = ScoreRegression(
            label: label, family: family, offset: Array(repeating: 0, count: n),
            covariate: score.map { ($0 - mean) / spread })
        guard let found = both.fit(), let steepness = found.slope else {
            withheld = "the regression on the scores does not converge"
            return
        }
        let shift = mean / spread
        slope = Estimate(
            steepness / spread, standardError: found.slopeError.map { $0 / spread }, degreesOfFreedom: found.freedom)
        intercept = Estimate(
            found.constant - shift * steepness, standardError: found.error(ofConstantAt: -shift),
            degreesOfFreedom: found.freedom)
    }

    /// Labels under which even a constant has no finite estimate.
    private static func obstacle(_ label: [Double], _ family: ResponseFamily) -> String? {
        let events = label.count { $0 > 0.5 }
        switch family {
        case .logistic, .probit:
            return events == 0 || events == label.count ? "all rows are of one class" : nil
        case .poisson, .negativeBinomial: return label.allSatisfy { $0 == 0 } ? "all labels are 0" : nil
        case .linear, .gamma, .cox: return nil
        }
    }

    /// Whether some score has all of one class on one side and all of the other on the other, both perhaps at it.
    private static func separates(_ score: [Double], _ label: [Double]) -> Bool {
        var (lowOne, highOne) = (Double.infinity, -Double.infinity)
        var (lowZero, highZero) = (Double.infinity, -Double.infinity)
        for (score, label) in zip(score, label) {
            if label > 0.5 {
                (lowOne, highOne) = (min(lowOne, score), max(highOne, score))
            } else {
                (lowZero, highZero) = (min(lowZero, score), max(highZero, score))
            }
        }
        return highZero <= lowOne || highOne <= lowZero
    }
}

import Foundation

/// A term's numbers as people read them: the same on a terminal and in a report.
struct TermText: Sendable {
    let estimate: String
    /// What the estimate is the logarithm of, where the family has ratios.
    let ratio: String
    /// Of the ratio, where there is one; else of the estimate.
    let interval: String
    let pValue: String

    /// - Parameters:
    ///   - estimate: nil for a column that was left out.
    ///   - low, high: of the estimate.
    init(estimate: Double?, low: Double?, high: Double?, pValue: Double?, hasRatios: Bool) {
        func shown(_ value: Double) -> String { Number.shown(hasRatios ? exp(value) : value, decimals: 3) }
        self.estimate = estimate.map { Number.shown($0, decimals: 5) } ?? ""
        ratio = hasRatios ? estimate.map(shown) ?? "" : ""
        if let low, let high { interval = "\(shown(low)) to \(shown(high))" } else { interval = "" }
        self.pValue = pValue.map(Number.scientific) ?? ""
    }
}

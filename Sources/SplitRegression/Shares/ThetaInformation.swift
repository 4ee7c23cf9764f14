/// The observed information about a negative binomial's theta at the fit, and the standard error that follows (training.md 5.8; Venables
/// and Ripley 2002, 7.4). With `p = mu / (mu + theta)` and `q = 1 - p` it is, times theta,
/// `theta sum w (psi'(theta) - psi'(y + theta)) - sum w (p^2 + (y / theta) q^2)`. The first sum is the active party's own.
struct ThetaInformation {
    /// A power of two with which the second sum's terms are below 1; the active party's alone.
    let unit: Double
    private let theta: Double
    /// The first sum times theta.
    private let known: Double
    /// What the second sum is at most.
    private let bound: Double

    /// Of the bound, what information times theta must be at least: the sum's series is off by some `10^-9` of it.
    private static let leastShare = 0x1p-20

    init(label: [Double], weight: [Double], theta: Double) {
        self.theta = theta
        let terms = zip(label, weight).map { $1 * (1 + $0 / theta) }
        bound = terms.reduce(0, +)
        unit = Double(sign: .plus, exponent: -1 - Int((terms.max() ?? 1).exponent), significand: 1)
        known = theta * CountTable(label, weight).trigammas(theta)
    }

    /// - Parameter sum: the second one, times ``unit``.
    /// - Returns: nil where too little is left for its digits.
    func error(_ sum: Double) -> Double? {
        let information = known - sum / unit
        guard information >= Self.leastShare * bound else { return nil }
        return (theta / information).squareRoot()
    }
}

/// A function of the joint linear predictor that training shares between the parties (training.md 2).
package enum SeparatedKind: UInt8, Sendable, CaseIterable {
    /// mu(z)
    case mean = 1
    /// mu'(z)
    case weight = 2
    /// log(1 + exp(z)) - y z
    case loss = 3
    /// (mu(z) - y)^2
    case brier = 4

    /// `m` with `2^m` at least every Chebyshev coefficient in magnitude.
    package var magnitudeBits: Int {
        switch self {
        case .mean: 1
        case .weight: 0
        case .loss: 8
        case .brier: 1
        }
    }

    package func value(_ z: Double, label y: Double) -> Double {
        switch self {
        case .mean: return Logistic.mean(z)
        case .weight: return Logistic.weight(z)
        case .loss: return Logistic.loss(z, label: y)
        case .brier:
            let difference = Logistic.mean(z) - y
            return difference * difference
        }
    }
}

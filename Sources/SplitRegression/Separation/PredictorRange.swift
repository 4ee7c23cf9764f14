/// The announced range `R` of the passive party's linear predictor: a power of two or one and a half times one, so that
/// a pass reveals a few bits of it (training.md 2, step 1).
package enum PredictorRange {
    package static let smallest = 0.125
    package static let largest = 64.0

    /// - Throws: `predictorOutOfRange` above ``largest``.
    package static func covering(_ predictor: [Double]) throws(TrainingError) -> Double {
        guard predictor.allSatisfy(\.isFinite) else { throw .predictorOutOfRange(radius: .infinity) }
        let extent = predictor.reduce(0) { max($0, abs($1)) }
        for candidate in all where candidate >= extent { return candidate }
        throw .predictorOutOfRange(radius: extent)
    }

    /// Whether a peer may announce this value.
    package static func isValid(_ radius: Double) -> Bool { all.contains(radius) }

    private static let all: [Double] = {
        var values: [Double] = []
        var power = smallest
        while power <= largest {
            values.append(power)
            if power * 1.5 <= largest { values.append(power * 1.5) }
            power *= 2
        }
        return values
    }()
}

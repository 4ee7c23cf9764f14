/// The active party's estimate of a negative binomial's theta (training.md 5.8), fit after fit: where theta maximises the likelihood
/// together with the coefficients. Between fits one sum over rows is opened, `T = sum w ln(1 + mu / theta)`; all else is the
/// active party's own.
package struct ThetaEstimate: Sendable {
    /// Of the present fit.
    package private(set) var theta: Double
    private let counts: CountTable
    /// Where theta may go: the bounds that were announced hold there.
    private let range: ClosedRange<Double>
    /// Derivative of the score by `ln theta`, negative, from the active party's own fit at first and then from two scores.
    private var slope: Double
    private var previous: (inverse: Double, score: Double)?
    private var total: Double?
    /// Steps that are small enough, in standard errors: more from one to the next, for noise must not go on for ever.
    private var acceptable = 1e-3

    /// Of `ln theta`, from one theta to the next.
    private static let longestStep = 1.5

    /// How far from the own fit's theta the joint one may lie.
    package static let reach = 16.0

    init?(_ rows: ActiveRows) {
        guard case .negativeBinomial(let theta) = rows.family else { return nil }
        self.theta = theta
        counts = CountTable(rows.label, rows.weight)
        range = theta / Self.reach...theta * Self.reach
        slope = counts.slope(theta, weight: rows.weight, predictor: rows.start.predictor)
    }

    /// The sum that was opened.
    mutating func take(_ sum: Double) { total = sum }

    /// The next theta to fit with; nil when the present one is near enough: within 10^-4 of itself, or 10^-3 of its standard
    /// error, twice as much each time.
    ///
    /// - Throws: `notOverdispersed` when theta leaves the range that was announced.
    mutating func next() throws(TrainingError) -> Double? {
        guard let total else { return nil }
        // The constant's equation takes care of the other terms: sum w (y + theta) / (mu + theta) is sum w at the optimum.
        let score = theta * (counts.digammas(theta) - total)
        let inverse = 1 / theta
        var step = min(max(-score / slope, -Self.longestStep), Self.longestStep)
        if let previous, previous.inverse != inverse {
            // The score is nearly linear in 1 / theta, the dispersion, where theta is large; in ln theta secants fall short there.
            let secant = (score - previous.score) / (inverse - previous.inverse)
            if secant > 0 {
                slope = -secant * inverse
                // Of the next 1 / theta to the present one.
                let ratio = 1 + score / slope
                let bounds = (ElementaryFunctions.exp(-Self.longestStep), ElementaryFunctions.exp(Self.longestStep))
                step = -ElementaryFunctions.log(min(max(ratio, bounds.0), bounds.1))
            }
        }
        previous = (inverse, score)
        guard abs(step) > max(1e-4, acceptable / (-slope).squareRoot()) else { return nil }
        acceptable *= 2
        theta *= ElementaryFunctions.exp(step)
        guard range.contains(theta) else { throw .notOverdispersed }
        return theta
    }

    /// Theta at given predictors: the root of the score, by bisection of its logarithm.
    ///
    /// - Throws: `notOverdispersed` when the likelihood still rises at the upper end.
    static func estimate(label: [Double], weight: [Double], predictor: [Double]) throws(TrainingError) -> Double {
        let counts = CountTable(label, weight)
        let means = predictor.map { ElementaryFunctions.exp($0) }
        func score(_ theta: Double) -> Double {
            var sum = counts.digammas(theta)
            for row in means.indices {
                let mean = means[row]
                sum +=
                    weight[row]
                    * (1 - (label[row] + theta) / (theta + mean) - ElementaryFunctions.logOnePlus(mean / theta))
            }
            return sum
        }
        var (low, high) = (ElementaryFunctions.log(smallest), ElementaryFunctions.log(largest))
        guard score(largest) < 0, score(smallest) > 0 else { throw .notOverdispersed }
        for _ in 0..<40 {
            let middle = (low + high) / 2
            if score(ElementaryFunctions.exp(middle)) > 0 { low = middle } else { high = middle }
        }
        return ElementaryFunctions.exp((low + high) / 2)
    }

    private static let smallest = 1e-3
    private static let largest = 1e4
}

/// Case weights by count.
struct CountTable: Sendable {
    private let entries: [(count: Double, weight: Double)]

    init(_ label: [Double], _ weight: [Double]) {
        var table: [Double: Double] = [:]
        for (y, w) in zip(label, weight) { table[y, default: 0] += w }
        // Sorted: a dictionary's order differs from run to run, and so would the sum's rounding.
        entries = table.map { (count: $0.key, weight: $0.value) }.sorted { $0.count < $1.count }
    }

    /// `sum w (psi(y + theta) - psi(theta))`
    func digammas(_ theta: Double) -> Double {
        let zero = Polygamma.digamma(theta)
        return entries.reduce(0) { $0 + $1.weight * (Polygamma.digamma($1.count + theta) - zero) }
    }

    /// `sum w (psi'(theta) - psi'(y + theta))`
    func trigammas(_ theta: Double) -> Double {
        let zero = Polygamma.trigamma(theta)
        return entries.reduce(0) { $0 + $1.weight * (zero - Polygamma.trigamma($1.count + theta)) }
    }

    /// Of `theta` times the score by `ln theta`, at these predictors.
    func slope(_ theta: Double, weight: [Double], predictor: [Double]) -> Double {
        let zero = Polygamma.trigamma(theta)
        var derivative = entries.reduce(0.0) {
            $0 + $1.weight * (Polygamma.trigamma($1.count + theta) - zero)
        }
        for (w, z) in zip(weight, predictor) {
            let mean = ElementaryFunctions.exp(z)
            derivative += w * mean / (theta * (theta + mean))
        }
        return min(theta * theta * derivative, -1e-9)
    }
}

/// Derivatives of ln Gamma from arithmetic alone: recurrence to 8 and above, then Stirling's series (Abramowitz and Stegun 6.3.18,
/// 6.4.12).
package enum Polygamma {
    package static func digamma(_ x: Double) -> Double {
        var (x, result) = (x, 0.0)
        while x < 8 {
            result -= 1 / x
            x += 1
        }
        let s = 1 / (x * x)
        let series = s * (1 / 12.0 - s * (1 / 120.0 - s * (1 / 252.0 - s * (1 / 240.0 - s * (1 / 132.0)))))
        return result + ElementaryFunctions.log(x) - 0.5 / x - series
    }

    package static func trigamma(_ x: Double) -> Double {
        var (x, result) = (x, 0.0)
        while x < 8 {
            result += 1 / (x * x)
            x += 1
        }
        let s = 1 / (x * x)
        let series = s * (1 / 6.0 - s * (1 / 30.0 - s * (1 / 42.0 - s * (1 / 30.0 - s * (5 / 66.0)))))
        return result + 1 / x + s / 2 + series / x
    }
}

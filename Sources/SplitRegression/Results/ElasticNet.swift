/// Elastic net from correlations alone: the minimum of `b' C b / 2 - c' b + (l2 / 2) |b|^2 + l1 |b|_1`, by coordinate descent
/// with covariance updates (Friedman, Hastie, Tibshirani 2010, 2.2).
///
/// Additions, multiplications, divisions and comparisons alone: both parties get the same bits.
package struct ElasticNet: Sendable {
    /// C, of standardised columns.
    let correlations: SymmetricMatrix
    /// c, of the columns with the label.
    let products: [Double]
    let l2: Double

    /// From where all coefficients are zero.
    package var largestPenalty: Double { products.reduce(0) { max($0, abs($1)) } }

    /// - Parameter start: coefficients of a penalty nearby.
    /// - Throws: ``TrainingError/notConverged(passes:norm:)`` where rounded correlations have no minimum.
    package func solve(l1: Double, start: [Double]? = nil) throws(TrainingError) -> [Double] {
        let count = products.count
        var b = start ?? Array(repeating: 0, count: count)
        // c - C b
        var left = products
        for j in 0..<count where b[j] != 0 {
            for k in 0..<count { left[k] -= correlations[j, k] * b[j] }
        }
        var largest = 0.0
        for _ in 0..<Self.mostSweeps {
            largest = 0
            for j in 0..<count {
                let own = correlations[j, j]
                let partial = left[j] + own * b[j]
                let next = abs(partial) <= l1 ? 0 : (partial > 0 ? partial - l1 : partial + l1) / (own + l2)
                let move = next - b[j]
                guard move != 0 else { continue }
                largest = max(largest, abs(move))
                b[j] = next
                for k in 0..<count { left[k] -= correlations[j, k] * move }
            }
            if largest < 1e-12 { return b }
            // Rounding may leave a direction in which there is no minimum.
            guard largest < 1e6 else { break }
        }
        // Columns that are nearly the same share an effect out slowly: their sum is there long before.
        guard largest < 1e-6 else { throw .notConverged(passes: Self.mostSweeps, norm: 0) }
        return b
    }

    private static let mostSweeps = 20_000

    /// One point of the path.
    package struct Point: Sendable {
        package let l1: Double
        package let coefficients: [Double]
    }

    /// From the penalty at which all are zero, down to a thousandth of it.
    package func path(points: Int = 50) -> [Point] {
        var result: [Point] = []
        var (l1, b) = (largestPenalty, Array(repeating: 0.0, count: products.count))
        let ratio = ElementaryFunctions.exp(ElementaryFunctions.log(1e-3) / Double(max(points - 1, 1)))
        for _ in 0..<points {
            guard l1 > 0, let next = try? solve(l1: l1, start: b) else { break }
            b = next
            result.append(Point(l1: l1, coefficients: b))
            l1 *= ratio
        }
        return result
    }

    /// How far a gradient of the smooth part is from what a minimum has, at its worst coefficient.
    package static func violation(_ coefficients: [Double], gradient: [Double], l1: Double) -> Double {
        zip(coefficients, gradient).reduce(0) { worst, pair in
            let (b, slope) = pair
            return max(worst, b == 0 ? max(0, abs(slope) - l1) : abs(slope + (b > 0 ? l1 : -l1)))
        }
    }
}

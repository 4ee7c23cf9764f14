/// Finds columns that are linear combinations of earlier ones and a constant: a Cholesky decomposition of the
/// correlation matrix that takes the columns in their order and passes over those with nothing left of their own.
enum Aliasing {
    struct Alias: Equatable {
        let column: Int
        let others: [Int]
    }

    /// What share of a column's variance must be its own. Rounding to 2^-16 of a standard deviation leaves an exact copy
    /// about 2e-11 of its own, so the limit stands well above that; a variance inflation of 1e8 is beyond any use.
    private static let ownVariance = 1e-8
    /// Standardised weight below which a column is not named as part of a combination.
    private static let namedWeight = 1e-3

    /// Constant columns are passed over: they have a problem of their own.
    static func find(in columns: [[Double]]) -> [Alias] { decompose(columns).aliases }

    struct Decomposition {
        let aliases: [Alias]
        /// Columns that are no combinations of others.
        let basis: [BasisColumn]
        /// Rows of the lower-triangular factor of their correlation matrix.
        let factor: [[Double]]
    }

    /// A column of the basis and what centres it and makes its length 1.
    struct BasisColumn {
        let index: Int
        let mean: Double
        let length: Double

        func centred(_ value: Double) -> Double { (value - mean) / length }
    }

    static func decompose(_ columns: [[Double]]) -> Decomposition {
        let centred = columns.map(centredUnit)
        /// Columns taken so far, with the lower-triangular factor's row of each.
        var basis: [Int] = []
        var factor: [[Double]] = []
        var aliases: [Alias] = []
        for j in columns.indices {
            guard let column = centred[j] else { continue }
            // Forward substitution: L w = (correlations with the basis).
            var w: [Double] = []
            for (k, other) in basis.enumerated() {
                guard let otherColumn = centred[other] else { continue }
                var value = dot(otherColumn, column)
                for m in 0..<k { value -= factor[k][m] * w[m] }
                w.append(value / factor[k][k])
            }
            let own = 1 - w.reduce(0) { $0 + $1 * $1 }
            if own > ownVariance {
                basis.append(j)
                factor.append(w + [own.squareRoot()])
            } else {
                let weights = solveTransposed(factor, w)
                let others = basis.indices.filter { abs(weights[$0]) > namedWeight }.map { basis[$0] }
                aliases.append(Alias(column: j, others: others))
            }
        }
        return Decomposition(
            aliases: aliases,
            basis: basis.map { index in
                let (mean, length) = scale(of: columns[index])
                return BasisColumn(index: index, mean: mean, length: length)
            }, factor: factor)
    }

    /// The column without its mean and of length 1; nil when nothing is left.
    private static func centredUnit(_ column: [Double]) -> [Double]? {
        guard !column.isEmpty else { return nil }
        let (mean, length) = scale(of: column)
        return length > 0 ? column.map { ($0 - mean) / length } : nil
    }

    private static func scale(of column: [Double]) -> (mean: Double, length: Double) {
        let mean = column.reduce(0, +) / Double(column.count)
        let centred = column.map { $0 - mean }
        return (mean, dot(centred, centred).squareRoot())
    }

    /// Four running sums, which the compiler keeps in one vector.
    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        let count = min(a.count, b.count)
        var sums = SIMD4<Double>()
        var i = 0
        while i + 4 <= count {
            let left = SIMD4<Double>(a[i], a[i + 1], a[i + 2], a[i + 3])
            let right = SIMD4<Double>(b[i], b[i + 1], b[i + 2], b[i + 3])
            sums += left * right
            i += 4
        }
        var total = sums.sum()
        while i < count {
            total += a[i] * b[i]
            i += 1
        }
        return total
    }

    /// Solves L^T x = w.
    private static func solveTransposed(_ factor: [[Double]], _ w: [Double]) -> [Double] {
        var x = w
        for k in factor.indices.reversed() {
            for m in factor.indices where m > k { x[k] -= factor[m][k] * x[m] }
            x[k] /= factor[k][k]
        }
        return x
    }
}

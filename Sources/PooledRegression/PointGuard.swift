import Records
import SplitRegression

/// Whether a point may be answered (`protocols/row-split.md` 7.3). Points follow from opened sums, to which every site adds what it
/// likes: a site that deviates chooses them. At a sharp point one row carries the sums, which then are that row. Each site
/// looks at its own rows, before anything of a round leaves: what no own row carries here, none of them carries in a sum that
/// holds these.
enum PointGuard {
    /// - Throws: `pointTooSharp`. The linear model has none: its sums at all points follow from those at one.
    static func check(_ request: Course.Request, _ rows: LocalRows) throws(PooledError) {
        let limit = Self.limit(rows.model.largestLeverage)
        guard rows.model.largestLeverage < 1, rows.model.family != .linear else { return }
        switch request {
        case .counts, .done: return
        case .iteration(let point), .last(let point, _), .robust(let point, _):
            try check(rows.columns, rows.predictor(point.coefficients), theta: point.theta, rows, limit)
        case .null(let constant, let theta):
            let ones = rows.label.map { _ in 1.0 }
            try check([ones], rows.offset.map { $0 + constant }, theta: theta, rows, limit)
        }
    }

    /// Half as much again as the table's: weights of an honest fit tilt, so a table at its limit has rows above it at the estimate. Never
    /// nearer to 1 than halfway.
    static func limit(_ leverage: Double) -> Double { min(1.5 * leverage, (1 + leverage) / 2) }

    private static func check(
        _ columns: [[Double]], _ z: [Double], theta: Double, _ rows: LocalRows, _ limit: Double
    ) throws(PooledError) {
        if let survival = rows.survival {
            let hazards = HazardSums(survival, event: rows.label, ties: rows.model.ties)
            let shares = hazards.shares(columns, predictor: z)
            try check(shares.events, limit)
            // The last rows at risk are few in every table: this is more than leverage is elsewhere.
            return try check(shares.information, max(limit, 0.5))
        }
        let family = rows.model.response(theta: theta)
        let spread = z.indices.map { rows.weight[$0] * family.weight(z[$0]) }
        try check(
            residuals: z.indices.map { rows.weight[$0] * abs(family.residual(z[$0], label: rows.label[$0])) }, limit)
        try check(WeightedLeverage.of(columns, weights: spread), limit)
    }

    /// The score is these times the columns: they must not be those of a few rows, and not half those of one, or the rest hides nothing.
    private static func check(residuals: [Double], _ limit: Double) throws(PooledError) {
        let (sum, squares) = (residuals.reduce(0, +), dot(residuals, residuals))
        // Not a number fails both.
        guard sum * sum * limit >= squares, residuals.allSatisfy({ $0 * $0 <= max(limit, 0.5) * squares }) else {
            throw .pointTooSharp
        }
    }

    private static func check(_ shares: [Double], _ limit: Double) throws(PooledError) {
        guard shares.allSatisfy({ $0 <= limit }) else { throw .pointTooSharp }
    }
}

/// The diagonal of W^(1/2) X (X^T W X)^-1 X^T W^(1/2): how much of the information in its own direction each row carries.
enum WeightedLeverage {
    static func of(_ columns: [[Double]], weights: [Double]) -> [Double] {
        fromInformation(columns, weights: weights) ?? byOrthogonalisation(columns, weights: weights)
    }

    /// What share of each column must be its own, and in no combination of all others. The inverse of the scaled information is then at most
    /// p times its reciprocal: rounding of 2^-52 becomes 10^-9 of a share at most.
    private static let ownShare = 1e-4
    /// Shares of all rows add up to the number of columns, but for rounding.
    private static let roundingOfSum = 1e-6

    /// From the Cholesky factor of the information: many times faster, and exact enough where each column is far from any combination of
    /// the others, as a rule in honest fits. Else nil: at a sharp point the information itself is what hides a row.
    static func fromInformation(_ columns: [[Double]], weights: [Double]) -> [Double]? {
        let columns = withoutConstants(columns)
        let products = ColumnProducts(columns)
        let information = products.information(weights)
        let p = columns.count
        func entry(_ j: Int, _ k: Int) -> Double { information[j * p - j * (j - 1) / 2 + k - j] }
        let scales = (0..<p).map { entry($0, $0).squareRoot() }
        guard scales.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
        var factor: [[Double]] = []
        for k in 0..<p {
            var row: [Double] = []
            for m in 0..<k {
                var value = entry(m, k) / (scales[m] * scales[k])
                for i in 0..<m { value -= row[i] * factor[m][i] }
                row.append(value / factor[m][m])
            }
            let own = 1 - row.reduce(0) { $0 + $1 * $1 }
            guard own > ownShare else { return nil }
            factor.append(row + [own.squareRoot()])
        }
        // A column may be far from those before it, and near to a combination that has those after it.
        guard inverseDiagonal(factor).allSatisfy({ $0 <= 1 / ownShare }) else { return nil }
        let shares = products.squaredLengths(weights, scales: scales, factor: factor)
        guard abs(shares.reduce(0, +) - Double(p)) <= roundingOfSum else { return nil }
        return shares
    }

    /// Of `(L L^T)^-1`: the reciprocal of what is each column's own beside all others.
    private static func inverseDiagonal(_ factor: [[Double]]) -> [Double] {
        let p = factor.count
        return (0..<p).map { j in
            // Column j of L^-1, from its diagonal down.
            var column: [Double] = []
            for k in j..<p {
                var value = k == j ? 1.0 : 0
                for (i, above) in column.enumerated() { value -= factor[k][j + i] * above }
                column.append(value / factor[k][k])
            }
            return dot(column, column)
        }
    }

    /// What does not vary here, such as a level that is absent, follows from a constant that stands first.
    private static func withoutConstants(_ columns: [[Double]]) -> [[Double]] {
        func varies(_ column: [Double]) -> Bool { column.contains { $0 != column[0] } }
        guard let first = columns.first, !varies(first), let value = first.first, value != 0 else { return columns }
        return [first] + columns.dropFirst().filter(varies)
    }

    /// By Gram-Schmidt, twice over. Columns that follow from those before them add nothing: what is left of them is below the precision of
    /// the sums.
    static func byOrthogonalisation(_ columns: [[Double]], weights: [Double]) -> [Double] {
        let roots = weights.map { $0.squareRoot() }
        var basis: [[Double]] = []
        var out = [Double](repeating: 0, count: weights.count)
        for column in columns {
            var left = roots.indices.map { roots[$0] * column[$0] }
            let whole = dot(left, left)
            for _ in 0..<2 {
                for earlier in basis {
                    let part = dot(earlier, left)
                    for row in left.indices { left[row] -= part * earlier[row] }
                }
            }
            let rest = dot(left, left)
            guard rest > 1e-15 * whole || rest.isNaN else { continue }
            let length = rest.squareRoot()
            for row in left.indices {
                left[row] /= length
                out[row] += left[row] * left[row]
            }
            basis.append(left)
        }
        return out
    }
}

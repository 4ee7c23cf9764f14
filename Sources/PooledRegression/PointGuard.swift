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
    /// By Gram-Schmidt, twice over. Columns that follow from those before them add nothing: what is left of them is below the precision of
    /// the sums.
    static func of(_ columns: [[Double]], weights: [Double]) -> [Double] {
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

extension HazardSums {
    /// For each row its share of all events by p, its rate over that of the rows at risk, and of the information in its own directions,
    /// tr(I^-1 sum p (x - m)(x - m)^T). Risk sets of one row say nothing and are left out.
    func shares(_ columns: [[Double]], predictor z: [Double]) -> (events: [Double], information: [Double]) {
        let whitened = whitened(columns, predictor: z)
        let p = whitened.count
        var (carried, leverage) = (z.map { _ in 0.0 }, z.map { _ in 0.0 })
        var events = 0.0
        for members in strata {
            let largest = members.map { z[$0] }.max() ?? 0
            var deaths: [Double: Double] = [:]
            for row in members where event[row] == 1 { deaths[survival.time[row], default: 0] += 1 }
            for (time, count) in deaths.sorted(by: { $0.key < $1.key }) {
                let risk = members.filter { row in
                    survival.time[row] >= time && (survival.entry.map { $0[row] < time } ?? true)
                }
                guard risk.count > 1 else { continue }
                let rates = risk.map { ElementaryFunctions.exp(z[$0] - largest) }
                let total = rates.reduce(0, +)
                let means = (0..<p).map { j in
                    zip(risk, rates).reduce(0) { $0 + $1.1 / total * whitened[j][$1.0] }
                }
                for (row, rate) in zip(risk, rates) {
                    let share = count * rate / total
                    carried[row] += share
                    for j in 0..<p {
                        let distance = whitened[j][row] - means[j]
                        leverage[row] += share * distance * distance
                    }
                }
                events += count
            }
        }
        return (carried.map { events > 0 ? $0 / events : $0 }, leverage)
    }

    /// Columns in which the information is the identity, by the factor of it; without those that follow from others in what is at risk.
    private func whitened(_ columns: [[Double]], predictor z: [Double]) -> [[Double]] {
        let p = columns.count
        let sums = derivatives(columns, predictor: z)
        let events = Double(event.count { $0 == 1 })
        var information = [[Double]](repeating: [Double](repeating: 0, count: p), count: p)
        var at = 1 + p
        for j in 0..<p {
            for k in j..<p {
                information[k][j] = sums[at]
                at += 1
            }
        }
        var factor = information
        var out: [[Double]] = []
        var kept: [Int] = []
        for j in 0..<p {
            var left = columns[j]
            var pivot = information[j][j]
            for (place, k) in kept.enumerated() {
                var value = information[j][k]
                for m in kept.prefix(place) { value -= factor[j][m] * factor[k][m] }
                factor[j][k] = value / factor[k][k]
                pivot -= factor[j][k] * factor[j][k]
                for row in left.indices { left[row] -= factor[j][k] * out[place][row] }
            }
            // Below this the differences that the information is made of are rounding.
            let scale = events * (columns[j].map { $0 * $0 }.max() ?? 0)
            guard pivot > 1e-13 * scale || pivot.isNaN else { continue }
            let root = pivot.squareRoot()
            factor[j][j] = root
            kept.append(j)
            out.append(left.map { $0 / root })
        }
        return out
    }
}

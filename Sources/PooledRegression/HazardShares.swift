import Records
import SplitRegression

/// What each row carries of the partial likelihood's sums at a point (`protocols/row-split.md` 7.3).
extension HazardSums {
    /// For each row its share of all events by p, its rate over that of the rows at risk, and of the information in its own directions,
    /// tr(I^-1 sum p (x - m)(x - m)^T). Risk sets of one row say nothing and are left out.
    ///
    /// Takes O((rows + events) log(events) columns). Nothing is subtracted: whoever chooses the point could have one row's share lost
    /// in the rounding of a larger one that is taken off.
    func shares(_ columns: [[Double]], predictor z: [Double]) -> (events: [Double], information: [Double]) {
        let whitened = whitened(columns, predictor: z)
        var (carried, leverage) = (z.map { _ in 0.0 }, z.map { _ in 0.0 })
        var events = 0.0
        for members in strata {
            let largest = members.map { z[$0] }.max() ?? 0
            var deaths: [Double: Double] = [:]
            for row in members where event[row] == 1 { deaths[survival.time[row], default: 0] += 1 }
            let times = deaths.keys.sorted()
            let rows = members.map { row in
                AtRisk(
                    row: row, rate: ElementaryFunctions.exp(z[row] - largest), at: whitened.map { $0[row] },
                    events: times.events(after: survival.entry?[row], upTo: survival.time[row]))
            }
            var changes = [Int](repeating: 0, count: times.count + 1)
            for row in rows where !row.events.isEmpty {
                changes[row.events.lowerBound] += 1
                changes[row.events.upperBound] -= 1
            }
            var risk = IntervalTree(leaves: times.count, dimensions: whitened.count)
            for row in rows { risk.add(Spread(weight: row.rate, mean: row.at, squares: 0), to: row.events) }
            let sets = risk.leaves()
            var (count, leaves) = (0, [Spread]())
            for (place, time) in times.enumerated() {
                count += changes[place]
                let set = sets[place]
                let dying = count > 1 ? deaths[time] ?? 0 : 0
                leaves.append(Spread(weight: dying > 0 ? dying / set.weight : 0, mean: set.mean, squares: 0))
                events += dying
            }
            let means = IntervalTree(leaves)
            for row in rows {
                means.forEach(of: row.events) { part in
                    carried[row.row] += row.rate * part.weight
                    leverage[row.row] += row.rate * part.squares(around: row.at)
                }
            }
        }
        return (carried.map { events > 0 ? $0 / events : $0 }, leverage)
    }

    /// Columns in which the information is the identity, by the factor of it; without those that follow from others in what is at risk.
    func whitened(_ columns: [[Double]], predictor z: [Double]) -> [[Double]] {
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

/// A row of a stratum.
private struct AtRisk {
    let row: Int
    let rate: Double
    /// Its columns, whitened.
    let at: [Double]
    /// Places of the event times at which it is at risk.
    let events: Range<Int>
}

extension [Double] {
    /// Places of sorted times t with entry < t <= end.
    fileprivate func events(after entry: Double?, upTo end: Double) -> Range<Int> {
        let first = entry.map { upperBound($0) } ?? 0
        return first..<Swift.max(first, upperBound(end))
    }

    private func upperBound(_ value: Double) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

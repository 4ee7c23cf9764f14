/// How well scores order times to an event: Harrell's C (Harrell et al. 1982), as R's `survival::concordance` counts it.
///
/// A pair is a row with an event and one that was at risk then and had none until later, in the same stratum. It counts if the row with
/// the event has the higher score, and half if both have the same.
struct Concordance: Sendable, Equatable {
    let value: Double

    /// - Returns: nil where there is no pair.
    init?(_ score: [Double], _ sets: RiskSets) {
        let order = Set(score).sorted()
        let ranks = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0 + 1) })
        let places = score.map { ranks[$0] ?? 0 }
        var counts = RankCounts(order.count)
        var (pairs, right) = (0.0, 0.0)
        var event = 0
        // All at risk at an event but those that have one at the same time.
        for move in sets.riskMoves {
            switch move {
            case .clear: counts = RankCounts(order.count)
            case .add(let row): counts.add(places[row], 1)
            case .remove(let row): counts.add(places[row], -1)
            case .emit:
                let place = places[sets.eventRows[event]]
                let (below, upTo) = (counts.upTo(place - 1), counts.upTo(place))
                right += below + (upTo - below) / 2
                pairs += counts.upTo(order.count)
                event += 1
            case .save, .restore: break
            }
        }
        guard pairs > 0 else { return nil }
        value = right / pairs
    }

    /// How many rows have each rank: sums in O(log n) (Fenwick 1994).
    private struct RankCounts {
        private var tree: [Double]

        init(_ count: Int) { tree = Array(repeating: 0, count: count + 1) }

        mutating func add(_ rank: Int, _ value: Double) {
            var index = rank
            while index < tree.count {
                tree[index] += value
                index += index & -index
            }
        }

        func upTo(_ rank: Int) -> Double {
            var (index, sum) = (rank, 0.0)
            while index > 0 {
                sum += tree[index]
                index -= index & -index
            }
            return sum
        }
    }
}

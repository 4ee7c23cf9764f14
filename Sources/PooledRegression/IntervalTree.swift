/// Weighted points: their weight, mean and squared distances from the mean. Sums of them need no difference of large numbers
/// (Chan, Golub and LeVeque 1983, "Algorithms for computing the sample variance").
struct Spread: Sendable {
    var weight: Double
    var mean: [Double]
    /// Sum of weight times squared distance from the mean, over all coordinates.
    var squares: Double

    static func nothing(_ dimensions: Int) -> Spread {
        Spread(weight: 0, mean: [Double](repeating: 0, count: dimensions), squares: 0)
    }

    /// The same around another point.
    func squares(around point: [Double]) -> Double {
        guard weight != 0 else { return 0 }
        var distance = 0.0
        for j in mean.indices {
            let difference = point[j] - mean[j]
            distance += difference * difference
        }
        return weight * distance + squares
    }

    mutating func add(_ other: Spread) {
        guard other.weight != 0 else { return }
        guard weight != 0 else {
            self = other
            return
        }
        let share = other.weight / (weight + other.weight)
        squares += other.squares
        for j in mean.indices {
            let difference = other.mean[j] - mean[j]
            squares += weight * share * difference * difference
            mean[j] += share * difference
        }
        weight += other.weight
    }
}

/// Sums over intervals of places, each put together from O(log leaves) nodes, so that what is outside has no part in them.
struct IntervalTree: Sendable {
    private let count: Int
    private let dimensions: Int
    /// The root is node 1, the children of k are 2 k and 2 k + 1, the leaves the last half.
    private var nodes: [Spread]

    init(leaves count: Int, dimensions: Int) {
        self.count = count
        self.dimensions = dimensions
        nodes = Array(repeating: .nothing(dimensions), count: 2 * max(1, count))
    }

    /// Whose nodes are the sums of the leaves below them.
    init(_ leaves: [Spread]) {
        self.init(leaves: leaves.count, dimensions: leaves.first?.mean.count ?? 0)
        for (place, leaf) in leaves.enumerated() { nodes[count + place] = leaf }
        for node in stride(from: count - 1, to: 0, by: -1) {
            nodes[node] = nodes[2 * node]
            nodes[node].add(nodes[2 * node + 1])
        }
    }

    /// Adds to each leaf of an interval; ``leaves()`` has the sums.
    mutating func add(_ value: Spread, to interval: Range<Int>) {
        for node in cover(interval) { nodes[node].add(value) }
    }

    /// By leaf, what was added to the intervals that have it.
    func leaves() -> [Spread] {
        var sums = nodes
        for node in stride(from: 2, to: 2 * count, by: 1) { sums[node].add(sums[node / 2]) }
        return Array(sums.suffix(count))
    }

    /// Sums of parts that make up an interval.
    func forEach(of interval: Range<Int>, _ body: (Spread) -> Void) {
        for node in cover(interval) { body(nodes[node]) }
    }

    private func cover(_ interval: Range<Int>) -> [Int] {
        var (low, high) = (interval.lowerBound + count, interval.upperBound + count)
        var found: [Int] = []
        while low < high {
            if low & 1 == 1 {
                found.append(low)
                low += 1
            }
            if high & 1 == 1 {
                high -= 1
                found.append(high)
            }
            low /= 2
            high /= 2
        }
        return found
    }
}

/// Sums of products of columns over many rows, in blocks that stay in a core's cache. The order of the additions is fixed: a replay
/// gives the same bits.
struct ColumnProducts: Sendable {
    private typealias Lane = SIMD8<Double>

    /// Vectors of a block: 51 columns of it take half a megabyte.
    private static let blockLanes = 128
    private static let lane = 8

    private let columns: [[Double]]
    private let rows: Int

    init(_ columns: [[Double]]) {
        self.columns = columns
        rows = columns.first?.count ?? 0
    }

    private var count: Int { columns.count }

    /// The upper triangle of X^T W X, row after row.
    ///
    /// - Parameter weights: one a row.
    func information(_ weights: [Double]) -> [Double] {
        var sums = [Lane](repeating: .zero, count: count * (count + 1) / 2)
        forEachBlock { first, lanes in
            let block = columns.map { Self.load($0, from: first, lanes) }
            let weight = Self.load(weights, from: first, lanes)
            var at = 0
            for j in 0..<count {
                let left = weight.indices.map { weight[$0] * block[j][$0] }
                for k in j..<count {
                    sums[at] += Self.products(left, block[k])
                    at += 1
                }
            }
        }
        return sums.map(Self.total)
    }

    /// For each row the squared length of L^-1 x sqrt(w), x scaled column by column.
    ///
    /// - Parameters:
    ///   - scales: what each column is divided by.
    ///   - factor: L, row by row up to its diagonal.
    func squaredLengths(_ weights: [Double], scales: [Double], factor: [[Double]]) -> [Double] {
        var out: [Double] = []
        out.reserveCapacity(rows + Self.lane)
        forEachBlock { first, lanes in
            let roots = Self.load(weights, from: first, lanes).map { $0.squareRoot() }
            var sums = [Lane](repeating: .zero, count: lanes)
            var solved: [[Lane]] = []
            for k in 0..<count {
                var next = Self.load(columns[k], from: first, lanes)
                for i in next.indices { next[i] *= roots[i] / scales[k] }
                for (m, earlier) in solved.enumerated() {
                    let part = factor[k][m]
                    for i in next.indices { next[i] -= part * earlier[i] }
                }
                let own = 1 / factor[k][k]
                for i in next.indices {
                    next[i] *= own
                    sums[i] += next[i] * next[i]
                }
                solved.append(next)
            }
            for sum in sums { for place in 0..<Self.lane { out.append(sum[place]) } }
        }
        out.removeLast(out.count - rows)
        return out
    }

    private func forEachBlock(_ body: (_ first: Int, _ lanes: Int) -> Void) {
        for first in stride(from: 0, to: rows, by: Self.blockLanes * Self.lane) {
            body(first, min(Self.blockLanes, (rows - first + Self.lane - 1) / Self.lane))
        }
    }

    /// Rows beyond the last one are zero, which changes no sum.
    private static func load(_ column: [Double], from first: Int, _ lanes: Int) -> [Lane] {
        (0..<lanes).map { index in
            let start = first + index * lane
            if start + lane <= column.count {
                return Lane(
                    column[start], column[start + 1], column[start + 2], column[start + 3], column[start + 4],
                    column[start + 5], column[start + 6], column[start + 7])
            }
            var last = Lane.zero
            for place in 0..<max(0, column.count - start) { last[place] = column[start + place] }
            return last
        }
    }

    private static func products(_ left: [Lane], _ right: [Lane]) -> Lane {
        var sum = Lane.zero
        for i in left.indices { sum += left[i] * right[i] }
        return sum
    }

    private static func total(_ lanes: Lane) -> Double {
        let four = lanes.lowHalf + lanes.highHalf
        let two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }
}

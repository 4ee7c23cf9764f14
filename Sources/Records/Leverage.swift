/// How far single rows pull a fit to themselves.
public struct Leverage: Sendable, Hashable {
    /// Of the row that has most; 1 pulls the fit through its own value.
    public let largest: Double
    /// Rows above the limit.
    public let rows: Int
}

extension DesignMatrix {
    /// The diagonal of X (X^T X)^-1 X^T over these columns, centred; columns that follow from others add nothing.
    ///
    /// - Parameters:
    ///   - hasConstant: whether the block has a constant too, which adds 1/n.
    ///   - limit: above it rows are counted.
    public func leverage(hasConstant: Bool, limit: Double) -> Leverage {
        leverage(Aliasing.decompose(columns), hasConstant: hasConstant, limit: limit)
    }

    func leverage(_ decomposition: Aliasing.Decomposition, hasConstant: Bool, limit: Double) -> Leverage {
        let factor = decomposition.factor
        var largest = 0.0
        var count = 0
        for start in stride(from: 0, to: rows, by: Self.leverageBlock) {
            let block = start..<min(start + Self.leverageBlock, rows)
            // Q L^T = X: a row's leverage is the squared length of its row of Q.
            var orthogonal: [[Double]] = []
            var sums = [Double](repeating: hasConstant ? 1 / Double(rows) : 0, count: block.count)
            for (k, column) in decomposition.basis.enumerated() {
                var next = block.map { column.centred(columns[column.index][$0]) }
                for (m, earlier) in orthogonal.enumerated() {
                    let weight = factor[k][m]
                    for i in next.indices { next[i] -= weight * earlier[i] }
                }
                let own = factor[k][k]
                for i in next.indices {
                    next[i] /= own
                    sums[i] += next[i] * next[i]
                }
                orthogonal.append(next)
            }
            for sum in sums {
                // What is no number is no row that anybody should train on.
                if !(sum <= limit) { count += 1 }
                largest = sum.isNaN ? .infinity : max(largest, sum)
            }
        }
        return Leverage(largest: largest, rows: count)
    }

    private static let leverageBlock = 2048

    /// How many rows differ in some column.
    public var distinctRows: Int {
        Set((0..<rows).map { row in integers.map { $0[row] } }).count
    }
}

/// In which order the equations of a store can be satisfied, each by a cell of its own (`protocols/multiparty-alignment.md`
/// 2, *Encoding*).
struct StoreOrder: Sendable {
    private let shape: StoreShape
    /// Equations that peeling took away, first to last, each with its pivot.
    private let peeled: [(equation: Int, cell: Int)]
    private let core: StoreCore

    /// - Returns: nil where some of the rows add up to zero.
    init?(_ rows: [StoreRow], _ shape: StoreShape) {
        // By sparse cell: how many equations that are left have it, and the XOR of their numbers.
        var degrees = [UInt32](repeating: 0, count: shape.sparse)
        var numbers = [Int](repeating: 0, count: shape.sparse)
        for (equation, row) in rows.enumerated() {
            for cell in [row.sparse.0, row.sparse.1, row.sparse.2] {
                degrees[cell] += 1
                numbers[cell] ^= equation
            }
        }
        var queue = degrees.indices.filter { degrees[$0] == 1 }
        var next = 0
        var isPeeled = [Bool](repeating: false, count: rows.count)
        var peeled: [(equation: Int, cell: Int)] = []
        peeled.reserveCapacity(rows.count)
        while next < queue.count {
            let cell = queue[next]
            next += 1
            guard degrees[cell] == 1 else { continue }
            let equation = numbers[cell]
            isPeeled[equation] = true
            peeled.append((equation, cell))
            let row = rows[equation]
            for other in [row.sparse.0, row.sparse.1, row.sparse.2] {
                degrees[other] -= 1
                numbers[other] ^= equation
                if other != cell, degrees[other] == 1 { queue.append(other) }
            }
        }
        guard let core = StoreCore(rows.indices.filter { !isPeeled[$0] }, of: rows, shape) else { return nil }
        self.shape = shape
        self.peeled = peeled
        self.core = core
    }

    /// How many equations peeling left.
    var coreSize: Int { core.size }

    /// Sets the pivots, so that each row's cells add up to its value.
    func solve(_ rows: [StoreRow], values: [ShareValue], cells: inout [ShareValue]) {
        core.solve(values: values, cells: &cells)
        for (equation, cell) in peeled.reversed() {
            // The cell as it stands is in the sum, and cancels.
            cells[cell] ^= rows[equation].sum(of: cells, shape) ^ values[equation]
        }
    }
}

/// An oblivious key-value store: values at identifiers, noise elsewhere, and nothing of which is which
/// (`protocols/multiparty-alignment.md` 2).
struct KeyValueStore: Sendable, Hashable {
    let shape: StoreShape
    let seed: [UInt8]
    let cells: [ShareValue]

    /// Seeds that are tried: each fails with a probability below 2^-47.
    static let attempts = 16

    /// A store that was received: as many cells as its shape has.
    init(shape: StoreShape, seed: [UInt8], cells: [ShareValue]) {
        self.shape = shape
        self.seed = seed
        self.cells = cells
    }

    /// Encodes a value for each identifier.
    ///
    /// - Parameter values: as many as there are identifiers, each as good as random to whoever must not learn these.
    /// - Throws: ``MultipartyError/storeFailed``.
    init(
        _ identifiers: [[UInt8]], values: [ShareValue], using generator: inout some RandomNumberGenerator
    ) throws(MultipartyError) {
        let shape = StoreShape(count: identifiers.count)
        for _ in 0..<Self.attempts {
            let seed =
                AlignmentHashes.bigEndian(generator.next() as UInt64)
                + AlignmentHashes.bigEndian(generator.next() as UInt64)
            var cells: [ShareValue] = []
            cells.reserveCapacity(shape.cells)
            for _ in 0..<shape.cells { cells.append(ShareValue(using: &generator)) }
            let rows = identifiers.map { shape.row(of: $0, seed: seed) }
            guard let order = StoreOrder(rows, shape) else { continue }
            order.solve(rows, values: values, cells: &cells)
            self.init(shape: shape, seed: seed, cells: cells)
            return
        }
        throw .storeFailed
    }

    func value(at identifier: [UInt8]) -> ShareValue {
        shape.row(of: identifier, seed: seed).sum(of: cells, shape)
    }
}

internal import Crypto

/// How many cells a store of so many identifiers has, and which of them an identifier takes
/// (`protocols/multiparty-alignment.md` 2).
struct StoreShape: Sendable, Hashable {
    /// Identifiers in the store.
    let count: Int
    /// Cells of each third of the sparse part.
    let third: Int

    /// Cells that half of all rows have.
    static let dense = 48
    static let seedBytes = 16

    /// - Parameter count: at least one, at most 2^24.
    init(count: Int) {
        self.count = count
        third = (13 * count + 29) / 30
    }

    /// Cells of the sparse part; the dense part comes after it.
    var sparse: Int { 3 * third }
    var cells: Int { sparse + Self.dense }

    /// The cells of an identifier.
    ///
    ///     h = SHA-256("moiety/parties/row/v1" || seed || y)
    func row(of identifier: [UInt8], seed: [UInt8]) -> StoreRow {
        var hash = SHA256()
        hash.update(data: Self.label)
        hash.update(data: seed)
        hash.update(data: identifier)
        let bytes = Array(hash.finalize())
        func word(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        func place(_ index: Int) -> Int {
            index * third + Int(word(8 * index..<8 * index + 8) % UInt64(third))
        }
        return StoreRow(sparse: (place(0), place(1), place(2)), dense: word(24..<30))
    }

    private static let label = Array("moiety/parties/row/v1".utf8)
}

/// One equation's left side: the cells whose sum is the value.
struct StoreRow: Sendable {
    /// One of each third.
    let sparse: (Int, Int, Int)
    /// Bit t, low bits first: whether the row has dense cell t.
    let dense: UInt64

    /// The sum of the row's cells.
    func sum(of cells: [ShareValue], _ shape: StoreShape) -> ShareValue {
        var sum = cells[sparse.0] ^ cells[sparse.1] ^ cells[sparse.2]
        var rest = dense
        while rest != 0 {
            sum ^= cells[shape.sparse + rest.trailingZeroBitCount]
            rest &= rest - 1
        }
        return sum
    }
}

import Bignum

/// The size of an operation: whether sending parts of it away costs little beside computing it (`Benchmarks/README.md`, Ranks).
struct Batch: Sendable {
    let rows: Int
    let modulus: Modulus
    /// Modular products a row, about.
    let products: Int
    /// Residues that travel for a row, there and back.
    let residuesMoved: Int
    /// Bytes of a row's operands.
    let bytes: Int

    /// A residue is exported, sealed, copied, opened and imported again: as much work as this many products of its size.
    static let leastProductsPerResidue = 40
    /// Streams of digits, so products, that a row must have for its way to be worth it.
    static let leastProductsOfSums = 16
    /// Products of 4096 bits in all, so eight milliseconds: a rank that sleeps wakes within one.
    private static let leastProducts = 20_000.0
    /// A round's operands or results, at most: as much may go to one rank, where the others have few processors.
    private static let mostBytes = 1 << 26

    func isWorthSharing(among ranks: Int) -> Bool {
        let size = Double(modulus.bitWidth) / 4096
        return ranks > 1 && rows >= 8 * ranks && products >= Self.leastProductsPerResidue * residuesMoved
            && Double(rows * products) * size * size >= Self.leastProducts
    }

    /// Rows in rounds of a bounded number of bytes.
    func rounds(among ranks: Int) -> [Range<Int>] {
        let most = max(8 * ranks, Self.mostBytes / max(bytes, modulus.byteWidth))
        return stride(from: 0, to: rows, by: most).map { $0..<min($0 + most, rows) }
    }
}

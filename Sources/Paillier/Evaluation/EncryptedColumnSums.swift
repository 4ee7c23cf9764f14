internal import Bignum

/// Encrypted column sums `[[ sum_i x_ij m_i ]]` over a stream of rows, for signed scalars x_ij (Pippenger's buckets).
///
/// Variable time towards this machine only: nothing that depends on the scalars leaves before rerandomisation.
public struct EncryptedColumnSums: Sendable {
    public let key: PublicKey
    private let columnBits: [Int]
    private var accumulator: ColumnProductAccumulator

    /// - Parameters:
    ///   - columnBits: bits of the largest magnitude in each column, at most 63.
    ///   - expectedRows: rows in all, for the choice of bucket sizes only.
    public init(key: PublicKey, columnBits: [Int], expectedRows: Int) {
        precondition(columnBits.allSatisfy { (0...63).contains($0) }, "scalars of at most 63 bits")
        self.key = key
        self.columnBits = columnBits
        accumulator = ColumnProductAccumulator(
            columnBits: columnBits, modulus: key.nSquared, expectedRows: expectedRows, signed: true)
    }

    /// Adds a chunk of rows.
    ///
    /// - Parameter scalars: column-major, one scalar a row of the chunk in each column.
    /// - Throws: ``PaillierError/shapeMismatch``, ``PaillierError/scalarOutOfRange(column:)`` before anything is added.
    public mutating func add(_ rows: CiphertextVector, scalars: [[Int64]]) throws(PaillierError) {
        try add(EncryptedSums(rows), scalars: scalars)
    }

    /// The same for rows that are results themselves.
    public mutating func add(_ rows: EncryptedSums, scalars: [[Int64]]) throws(PaillierError) {
        guard rows.key == key, scalars.count == columnBits.count, scalars.allSatisfy({ $0.count == rows.count }) else {
            throw .shapeMismatch
        }
        for (column, (values, bits)) in zip(scalars, columnBits).enumerated()
        where values.contains(where: { $0.magnitude >> UInt64(bits) != 0 }) {
            throw .scalarOutOfRange(column: column)
        }
        do {
            try accumulator.add(variableTime: rows.residues, signed: scalars)
        } catch {
            // Ciphertexts are units by their checks, and so are their products.
            throw .shapeMismatch
        }
    }

    /// One encrypted sum a column. More rows may be added afterwards.
    public func finish() -> EncryptedSums { EncryptedSums(residues: accumulator.finish(), key: key) }
}

internal import Bignum

/// Encrypted products `[[ sum_j x_ij m_j ]]` of many rows of an evaluator with one encrypted vector: powers of fixed bases, with
/// one table for each entry of the vector (`protocols/paillier.md` 4).
public struct EncryptedRowProducts: Sendable {
    public let key: PublicKey
    /// Bits of a scalar as given to ``products(_:)``.
    public let scalarBits: Int
    private let entries: Int
    private let digits: Int
    private let table: FixedBaseTable

    /// Narrow: every entry of a digit's table is read for each product.
    private static let digitBits = 5

    /// - Parameter scalarBits: widest scalar, at most 63.
    public init(of vector: CiphertextVector, scalarBits: Int) throws(PaillierError) {
        guard vector.count > 0, (1...63).contains(scalarBits) else { throw .shapeMismatch }
        key = vector.key
        self.scalarBits = scalarBits
        entries = vector.count
        digits = (scalarBits + Self.digitBits - 1) / Self.digitBits
        // c_j^(2^(5 d)), j fastest
        var bases = vector.residues
        var power = vector.residues
        for _ in 1..<max(digits, 1) {
            power = power.pow(variableTime: BigInt(1) << Self.digitBits)
            bases.append(contentsOf: power)
        }
        table = FixedBaseTable(residues: bases, digitBits: Self.digitBits)
    }

    /// One result a row; the pattern of operations depends on the sizes only.
    ///
    /// - Parameter scalars: one column for each entry of the vector, of scalars in `[0, 2^scalarBits)`.
    /// - Throws: ``PaillierError/shapeMismatch``, ``PaillierError/scalarOutOfRange(column:)``.
    public func products(_ scalars: [[UInt64]]) throws(PaillierError) -> EncryptedSums {
        let rows = scalars.first?.count ?? 0
        guard scalars.count == entries, scalars.allSatisfy({ $0.count == rows }) else { throw .shapeMismatch }
        let width = UInt64(Self.digitBits)
        var exponents = LimbVector(count: rows, bits: table.exponentBits)
        for (j, column) in scalars.enumerated() {
            for (row, scalar) in column.enumerated() {
                guard scalar >> UInt64(scalarBits) == 0 else { throw .scalarOutOfRange(column: j) }
                for digit in 0..<digits {
                    let value = scalar >> (width * UInt64(digit)) & 31
                    let place = (digit * entries + j) * Self.digitBits
                    let (limb, shift) = (place / 64, UInt64(place % 64))
                    exponents.setLimb(row, limb, exponents.limb(row, limb) | value << shift)
                    if shift > 59 {
                        exponents.setLimb(row, limb + 1, exponents.limb(row, limb + 1) | value >> (64 - shift))
                    }
                }
            }
        }
        return EncryptedSums(residues: table.pow(secret: exponents), key: key)
    }
}

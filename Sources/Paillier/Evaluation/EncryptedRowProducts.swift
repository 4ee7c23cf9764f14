internal import Bignum

/// Encrypted products `[[ sum_j x_ij m_j ]]` of many rows of an evaluator with one encrypted vector: powers of fixed bases, with
/// one table for each entry of the vector (`protocols/paillier.md` 4).
public struct EncryptedRowProducts: Sendable {
    public let key: PublicKey
    /// Bits of a scalar as given to ``products(rows:scalar:)``.
    public let scalarBits: Int
    private let entries: Int
    private let digits: Int
    /// c_j^(2^(5 (digits - 1)))
    private var highest: ResidueVector
    private var table: FixedBaseTable

    /// Narrow: every entry of a digit's table is read for each product.
    static let digitBits = 5

    /// - Parameter scalarBits: widest scalar, at most 63.
    /// - Throws: ``PaillierError/shapeMismatch`` for an empty vector or other widths.
    public init(of vector: CiphertextVector, scalarBits: Int) throws(PaillierError) {
        guard vector.count > 0, (1...63).contains(scalarBits) else { throw .shapeMismatch }
        key = vector.key
        self.scalarBits = scalarBits
        entries = vector.count
        digits = Self.digits(scalarBits)
        (table, highest) = Self.table(of: vector.residues, digits: digits)
    }

    /// Multiplies the products to come by `2^bits`, which makes all tables anew.
    public mutating func shift(bits: Int) {
        let known = Self.digitBits * (digits - 1)
        precondition(bits >= known, "shift by less than a scalar")
        (table, highest) = Self.table(
            of: highest.pow(variableTime: BigInt(1) << (bits - known)), digits: digits)
    }

    /// Whether rows that share results by slots of `slotBits` take fewer modular products with new tables for each slot than with
    /// their results shifted one by one.
    public static func prefersShiftedTables(
        rows: Int, entries: Int, scalarBits: Int, perResult: Int, slotBits: Int
    ) -> Bool {
        guard slotBits >= digitBits * (digits(scalarBits) - 1) else { return false }
        let tables = (perResult - 1) * entries * (digits(scalarBits) * (1 << digitBits - 2) + slotBits)
        return tables < (rows - rows / max(perResult, 1)) * slotBits
    }

    /// One result a row; the pattern of operations depends on the sizes only.
    ///
    /// - Parameter scalar: of an entry of the vector and a row, in `[0, 2^scalarBits)`.
    /// - Throws: ``PaillierError/scalarOutOfRange(column:)``.
    public func products(
        rows: Int, scalar: (_ entry: Int, _ row: Int) -> UInt64
    ) throws(PaillierError) -> EncryptedSums {
        let width = UInt64(Self.digitBits)
        var exponents = LimbVector(count: rows, bits: table.exponentBits)
        for j in 0..<entries {
            for row in 0..<rows {
                let scalar = scalar(j, row)
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

    static func digits(_ scalarBits: Int) -> Int { (scalarBits + digitBits - 1) / digitBits }

    /// c_j^(2^(5 d)), j fastest, and the last of them.
    private static func table(
        of vector: ResidueVector, digits: Int
    ) -> (table: FixedBaseTable, highest: ResidueVector) {
        var bases = vector
        var power = vector
        for _ in 1..<max(digits, 1) {
            power = power.pow(variableTime: BigInt(1) << digitBits)
            bases.append(contentsOf: power)
        }
        return (FixedBaseTable(residues: bases, digitBits: digitBits), power)
    }
}

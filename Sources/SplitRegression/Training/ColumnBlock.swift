internal import Bignum
package import Records

/// One party's columns over the aligned rows, integers at 2^-fractionBits and the same as doubles; the active party's first
/// column is the constant.
package struct ColumnBlock: Sendable {
    package let integers: [[Int32]]
    package let columns: [[Double]]
    /// Term names, for errors.
    let names: [String]
    package let rows: Int
    package let fractionBits: Int

    package init(_ design: DesignMatrix, constant: Bool) {
        names = (constant ? [FittedTerm.intercept] : []) + design.terms
        rows = design.rows
        fractionBits = design.fractionBits
        let one = Int32(1) << Int32(design.fractionBits)
        integers = (constant ? [Array(repeating: one, count: rows)] : []) + design.integers
        columns = (constant ? [Array(repeating: 1, count: rows)] : []) + design.columns
    }

    package var count: Int { integers.count }

    /// Bits of the largest magnitude in each column.
    var magnitudeBits: [Int] { integers.map { Self.bits(of: $0) } }

    static func bits(of column: [Int32]) -> Int {
        let largest = column.reduce(UInt32(0)) { max($0, $1.magnitude) }
        return max(1, 32 - largest.leadingZeroBitCount)
    }

    func scalars(_ range: Range<Int>) -> [[Int64]] { integers.map { $0[range].map(Int64.init) } }

    /// `sum_i x_ij e_i` over a range of rows, added to running sums.
    func accumulate(_ shares: [Int128], rows range: Range<Int>, into sums: inout [ShareSum]) {
        for j in integers.indices {
            let column = integers[j]
            for (i, row) in range.enumerated() { sums[j].add(scalar: Int(column[row]), share: shares[i]) }
        }
    }
}

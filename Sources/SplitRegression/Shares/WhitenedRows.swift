/// One party's whitened columns of some rows, all of them or one fold's (training.md 5.1).
package struct WhitenedRows: Sendable {
    /// Column-major, at `2^-fractionBits`.
    package let columns: [[Int64]]
    package let fractionBits: Int

    package var count: Int { columns.first?.count ?? 0 }

    /// The rows `index`, `index + folds`, `index + 2 folds` and so on.
    package func fold(_ index: Int, of folds: Int) -> WhitenedRows {
        WhitenedRows(columns: columns.map { $0.fold(index, of: folds) }, fractionBits: fractionBits)
    }

    /// Entries of some rows, to fewer fraction bits.
    package func entries(_ rows: Range<Int>, fractionBits: Int) -> [[Int64]] {
        let shift = Int64(self.fractionBits - fractionBits)
        return columns.map { column in column[rows].map { shift == 0 ? $0 : ($0 + (1 << (shift - 1))) >> shift } }
    }

    /// Products of the columns i and j <= i of some rows, in that order, to so many fraction bits.
    package func products(_ rows: Range<Int>, fractionBits: Int) -> [[Int64]] {
        let shift = Int128(2 * self.fractionBits - fractionBits)
        var result: [[Int64]] = []
        for i in columns.indices {
            for j in 0...i {
                let (a, b) = (columns[i], columns[j])
                result.append(
                    rows.map {
                        Int64(truncatingIfNeeded: (Int128(a[$0]) * Int128(b[$0]) + (1 << (shift - 1))) >> shift)
                    })
            }
        }
        return result
    }
}

extension Array {
    /// The elements of the rows of a fold.
    func fold(_ index: Int, of folds: Int) -> [Element] {
        stride(from: index, to: count, by: folds).map { self[$0] }
    }
}

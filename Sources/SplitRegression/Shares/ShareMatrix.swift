/// One party's share of a matrix modulo `2^152`, row-major, at scale `2^40` unless said otherwise (training.md 2).
package struct ShareMatrix: Sendable, Equatable {
    /// f
    package static let fractionBits = 40

    package let rows: Int
    package let columns: Int
    package var elements: [ShareWord]

    package init(rows: Int, columns: Int) {
        self.init(rows: rows, columns: columns, elements: Array(repeating: .zero, count: rows * columns))
    }

    package init(rows: Int, columns: Int, elements: [ShareWord]) {
        precondition(elements.count == rows * columns, "rows times columns")
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    /// `value` on the diagonal.
    package init(diagonal value: Double, order: Int) throws(TrainingError) {
        self.init(rows: order, columns: order)
        let word = try Self.word(value)
        for index in 0..<order { self[index, index] = word }
    }

    /// A number that this party alone knows.
    package static func word(_ value: Double) throws(TrainingError) -> ShareWord {
        guard let word = ShareWord(value, fractionBits: fractionBits), abs(value) < 0x1p80 else {
            throw .coefficientOutOfRange
        }
        return word
    }

    package subscript(row: Int, column: Int) -> ShareWord {
        get { elements[row * columns + column] }
        set { elements[row * columns + column] = newValue }
    }

    package static func &+ (a: ShareMatrix, b: ShareMatrix) -> ShareMatrix {
        ShareMatrix(rows: a.rows, columns: a.columns, elements: zip(a.elements, b.elements).map { $0 &+ $1 })
    }

    package static func &- (a: ShareMatrix, b: ShareMatrix) -> ShareMatrix {
        ShareMatrix(rows: a.rows, columns: a.columns, elements: zip(a.elements, b.elements).map { $0 &- $1 })
    }

    /// The product of two matrices of one party.
    package static func &* (a: ShareMatrix, b: ShareMatrix) -> ShareMatrix {
        var result = ShareMatrix(rows: a.rows, columns: b.columns)
        for row in 0..<a.rows {
            for inner in 0..<a.columns {
                let factor = a[row, inner]
                if factor == .zero { continue }
                for column in 0..<b.columns {
                    result[row, column] = result[row, column] &+ factor &* b[inner, column]
                }
            }
        }
        return result
    }

    /// Every element times a small public number.
    package func multiplied(by factor: Int) -> ShareMatrix {
        let word = ShareWord(low: UInt64(factor), middle: 0, high: 0)
        return ShareMatrix(rows: rows, columns: columns, elements: elements.map { $0 &* word })
    }

    /// The symmetric matrix with what is on and below the diagonal.
    package var lowerMirrored: ShareMatrix {
        var result = self
        for row in 0..<rows { for column in 0..<row { result[column, row] = self[row, column] } }
        return result
    }

    package func columns(_ range: Range<Int>) -> ShareMatrix {
        ShareMatrix(
            rows: rows, columns: range.count, elements: (0..<rows).flatMap { row in range.map { self[row, $0] } })
    }

    package var transposed: ShareMatrix {
        var result = ShareMatrix(rows: columns, columns: rows)
        for row in 0..<rows { for column in 0..<columns { result[column, row] = self[row, column] } }
        return result
    }
}

/// Dividing a shared number by a power of two without a message (training.md 2; SecureML, 2017, section 4.1).
package enum LocalTruncation {
    /// One side's share of `v / 2^shift`, right to one unit but with probability `|v| / 2^152`.
    ///
    /// `common` is the same word at both, drawn for this number alone: without it a pair (v, 0) with v below zero would fail always.
    package static func share(
        _ own: ShareWord, shift: Int, common: ShareWord, isActive: Bool
    ) -> ShareWord {
        isActive
            ? (own &+ common).masked().shiftedRight(shift) : -((common &- own).masked().shiftedRight(shift))
    }
}

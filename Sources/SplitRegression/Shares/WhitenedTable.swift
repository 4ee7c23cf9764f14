/// One party's columns in its own whitened coordinates (training.md 5.1): `Q = X T`, rounded once, and what leads back.
package struct WhitenedTable: Sendable {
    /// Q
    package let all: WhitenedRows
    /// T, row-major: coefficients are `T u`.
    package let back: [[Double]]
    /// `n lambda / 2^k T^T P T`, P the identity but for the constant.
    package let penalty: [[Double]]
    private let factor: CholeskyFactor
    private let scale: Double

    /// Q, column-major, at `2^-F`.
    package var columns: [[Int64]] { all.columns }
    package var fractionBits: Int { all.fractionBits }
    package var count: Int { columns.count }

    /// - Parameters:
    ///   - columns: standardised, the constant first where there is one.
    ///   - names: for the error.
    /// - Throws: ``TrainingError/aliasedColumn(_:)`` for a column that follows from those before it.
    package init(
        _ columns: [[Double]], hasConstant: Bool, names: [String], facts: TrainingFacts
    ) throws(TrainingError) {
        let rows = columns.first?.count ?? 0
        let ridge = Double(rows) * facts.penalty
        var matrix = SymmetricMatrix.gram(columns).scaled(by: 0.25)
        matrix.addDiagonal(ridge) { $0 > 0 || !hasConstant }
        do throws(LinearAlgebraError) {
            factor = try CholeskyFactor(matrix)
        } catch {
            throw .aliasedColumn(names[error.index])
        }
        let fractionBits = facts.featureFractionBits
        scale = Double(rows).squareRoot() / 2
        let order = columns.count
        let unit = Double(sign: .plus, exponent: fractionBits, significand: 1)
        let limit = Double(sign: .plus, exponent: facts.featureBits, significand: 1)
        var result = Array(repeating: [Int64](repeating: 0, count: rows), count: order)
        for row in 0..<rows {
            let white = factor.solveLower(columns.map { $0[row] })
            for j in 0..<order {
                let value = (white[j] * scale * unit).rounded()
                guard abs(value) < limit else { throw .coefficientOutOfRange }
                result[j][row] = Int64(value)
            }
        }
        all = WhitenedRows(columns: result, fractionBits: fractionBits)
        // Column l of T is scale L^-T e_l.
        var back = Array(repeating: Array(repeating: 0.0, count: order), count: order)
        for l in 0..<order {
            var unitVector = Array(repeating: 0.0, count: order)
            unitVector[l] = scale
            for (j, value) in factor.solveUpper(unitVector).enumerated() { back[j][l] = value }
        }
        self.back = back
        let share = ridge / Double(sign: .plus, exponent: facts.rowBitsOfCount, significand: 1)
        penalty = (0..<order).map { a in
            (0..<order).map { b in
                var sum = 0.0
                for j in (hasConstant ? 1 : 0)..<max(order, hasConstant ? 1 : 0) { sum += back[j][a] * back[j][b] }
                return ridge == 0 ? 0 : share * sum
            }
        }
    }

    /// `u` of coefficients on the standardised scale.
    package func whitened(_ coefficients: [Double]) -> [Double] {
        factor.multiplyTransposed(coefficients).map { $0 / scale }
    }

    /// Coefficients on the standardised scale.
    package func coefficients(_ u: [Double]) -> [Double] { back.map { dot($0, u) } }

    /// `T^-T` times a number, row by row.
    func unwhitening(scale factor: Double) -> [[Double]] {
        (0..<count).map { j in whitened((0..<count).map { $0 == j ? 1 : 0 }).map { $0 * factor } }
    }

    /// `T^T v`: what a linear function of the coefficients is as one of `u`.
    package func functional(_ v: [Double]) -> [Double] {
        (0..<count).map { l in
            var sum = 0.0
            for j in 0..<count { sum += v[j] * back[j][l] }
            return sum
        }
    }
}

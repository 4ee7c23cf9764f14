/// Small dense symmetric matrix in row-major order, for blocks of at most a few hundred columns.
///
/// Everything large in this project is encrypted; what remains in clear are Gram matrices of one party's columns, for
/// which a plain Cholesky factorisation is enough.
package struct SymmetricMatrix: Sendable, Equatable {
    package let order: Int
    package private(set) var elements: [Double]

    package init(order: Int) {
        self.order = order
        elements = Array(repeating: 0, count: order * order)
    }

    package init(order: Int, elements: [Double]) {
        self.order = order
        self.elements = elements
    }

    package subscript(row: Int, column: Int) -> Double {
        get { elements[row * order + column] }
        set { elements[row * order + column] = newValue }
    }

    /// `columns^T diag(weights) columns`; unit weights when `weights` is nil.
    package static func gram(_ columns: [[Double]], weights: [Double]? = nil) -> SymmetricMatrix {
        var result = SymmetricMatrix(order: columns.count)
        for j in columns.indices {
            let left = weights.map { w in zip(columns[j], w).map { $0 * $1 } } ?? columns[j]
            for k in 0...j {
                let value = dot(left, columns[k])
                result[j, k] = value
                result[k, j] = value
            }
        }
        return result
    }

    package mutating func addDiagonal(_ value: Double, where included: (Int) -> Bool = { _ in true }) {
        for j in 0..<order where included(j) { self[j, j] += value }
    }

    package func scaled(by factor: Double) -> SymmetricMatrix {
        SymmetricMatrix(order: order, elements: elements.map { $0 * factor })
    }

    package func minus(_ other: SymmetricMatrix) -> SymmetricMatrix {
        SymmetricMatrix(order: order, elements: zip(elements, other.elements).map { $0 - $1 })
    }

    package func applied(to vector: [Double]) -> [Double] {
        (0..<order).map { row in
            var sum = 0.0
            for column in 0..<order { sum += self[row, column] * vector[column] }
            return sum
        }
    }
}

/// Sum of products, in index order so that both parties round alike.
package func dot(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for i in left.indices { sum += left[i] * right[i] }
    return sum
}

/// Lower Cholesky factor `L` of a positive definite matrix, `A = L L^T`.
package struct CholeskyFactor: Sendable {
    package let order: Int
    private var lower: [Double]

    /// - Throws: `LinearAlgebraError.notPositiveDefinite(index:)` naming the first column whose pivot is not above
    ///   `tolerance` times its diagonal, nor above `least`: that column is a combination of those before it.
    package init(
        _ matrix: SymmetricMatrix, tolerance: Double = 1e-10, least: Double = 0
    ) throws(LinearAlgebraError) {
        order = matrix.order
        lower = Array(repeating: 0, count: order * order)
        for j in 0..<order {
            var pivot = matrix[j, j]
            for k in 0..<j { pivot -= lower[j * order + k] * lower[j * order + k] }
            guard pivot > max(least, tolerance * matrix[j, j]), pivot.isFinite else {
                throw .notPositiveDefinite(index: j)
            }
            let root = pivot.squareRoot()
            lower[j * order + j] = root
            for i in j + 1..<max(order, j + 1) {
                var sum = matrix[i, j]
                for k in 0..<j { sum -= lower[i * order + k] * lower[j * order + k] }
                lower[i * order + j] = sum / root
            }
        }
    }

    /// Solves `L x = b`.
    package func solveLower(_ b: [Double]) -> [Double] {
        var x = b
        for i in 0..<order {
            for k in 0..<i { x[i] -= lower[i * order + k] * x[k] }
            x[i] /= lower[i * order + i]
        }
        return x
    }

    /// Solves `L^T x = b`.
    package func solveUpper(_ b: [Double]) -> [Double] {
        var x = b
        for i in (0..<order).reversed() {
            for k in i + 1..<max(order, i + 1) { x[i] -= lower[k * order + i] * x[k] }
            x[i] /= lower[i * order + i]
        }
        return x
    }

    /// `L^T x`.
    package func multiplyTransposed(_ x: [Double]) -> [Double] {
        (0..<order).map { i in
            var sum = 0.0
            for k in i..<order { sum += lower[k * order + i] * x[k] }
            return sum
        }
    }

    /// Solves `A x = b`.
    package func solve(_ b: [Double]) -> [Double] { solveUpper(solveLower(b)) }

    /// `A^-1`.
    package func inverse() -> SymmetricMatrix {
        var result = SymmetricMatrix(order: order)
        for j in 0..<order {
            var unit = Array(repeating: 0.0, count: order)
            unit[j] = 1
            let column = solve(unit)
            for i in 0..<order { result[i, j] = column[i] }
        }
        return result
    }
}

package enum LinearAlgebraError: Error, Equatable {
    case notPositiveDefinite(index: Int)

    package var index: Int {
        switch self {
        case .notPositiveDefinite(let index): index
        }
    }
}

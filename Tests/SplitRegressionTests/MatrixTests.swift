import TestSupport
import Testing

@testable import SplitRegression

@Suite("Small matrices")
struct MatrixTests {
    /// A = [[4, 2, -2], [2, 10, 2], [-2, 2, 6]], inverse by hand (determinant 144).
    private let matrix = SymmetricMatrix(order: 3, elements: [4, 2, -2, 2, 10, 2, -2, 2, 6])

    @Test("Solving gives back what was multiplied")
    func solve() throws {
        let factor = try CholeskyFactor(matrix)
        let x = [1.5, -2.0, 0.25]
        let b = matrix.applied(to: x)
        #expect(b == [1.5, -16.5, -5.5])
        for (found, expected) in zip(factor.solve(b), x) { #expect(abs(found - expected) < 1e-13) }
    }

    @Test("Half solves are by L and by its transpose")
    func halves() throws {
        let factor = try CholeskyFactor(matrix)
        // L = [[2, 0, 0], [1, 3, 0], [-1, 1, 2]]
        #expect(factor.multiplyTransposed([1, 0, 0]) == [2, 0, 0])
        #expect(factor.multiplyTransposed([0, 1, 0]) == [1, 3, 0])
        #expect(factor.multiplyTransposed([0, 0, 1]) == [-1, 1, 2])
        #expect(factor.solveLower([2, 7, 7]) == [1, 2, 3])
        #expect(factor.solveUpper([1, 9, 6]) == [1, 2, 3])
    }

    @Test("The inverse, by hand")
    func inverse() throws {
        let expected = [56, -16, 24, -16, 20, -12, 24, -12, 36].map { Double($0) / 144 }
        let found = try CholeskyFactor(matrix).inverse().elements
        for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-15) }
    }

    @Test("A column that depends on those before it is named", arguments: [0, 1, 2])
    func dependent(index: Int) {
        var columns: [[Double]] = [[1, 1, 1, 1], [1, 2, 3, 5], [2, -1, 0, 4]]
        columns[index] =
            index == 0 ? [0, 0, 0, 0] : zip(columns[0], columns[index - 1]).map { 3 * $0 - (index == 1 ? 1 : 2) * $1 }
        #expect(throws: LinearAlgebraError.notPositiveDefinite(index: index)) {
            try CholeskyFactor(SymmetricMatrix.gram(columns))
        }
    }

    @Test("Indefinite, infinite and not-a-number matrices are refused")
    func refused() {
        for bad in [[1.0, 2, 2, 1], [1, 0, 0, .nan], [.nan, 0, 0, 1], [1, 0, 0, .infinity], [1, .nan, .nan, 1]] {
            #expect(throws: LinearAlgebraError.self) {
                try CholeskyFactor(SymmetricMatrix(order: 2, elements: bad))
            }
        }
    }

    @Test("Weighted Gram matrix and the small operations")
    func operations() {
        let columns: [[Double]] = [[1, 2], [3, -1]]
        #expect(SymmetricMatrix.gram(columns).elements == [5, 1, 1, 10])
        var gram = SymmetricMatrix.gram(columns, weights: [0.5, 2])
        #expect(gram.elements == [8.5, -2.5, -2.5, 6.5])
        gram.addDiagonal(1) { $0 > 0 }
        #expect(gram.elements == [8.5, -2.5, -2.5, 7.5])
        #expect(gram.scaled(by: 2).minus(gram) == gram)
    }

    @Test("An empty matrix has an empty factor")
    func empty() throws {
        let factor = try CholeskyFactor(SymmetricMatrix(order: 0))
        #expect(factor.solve([]).isEmpty && factor.inverse().elements.isEmpty)
    }
}

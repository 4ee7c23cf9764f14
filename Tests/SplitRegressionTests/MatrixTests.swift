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

@Suite("Random rotation")
struct RotationTests {
    @Test("Rows are orthonormal", arguments: [1, 2, 7, 40])
    func orthogonal(order: Int) {
        var generator = SplitMix(UInt64(order))
        let rows = RandomRotation.sample(order: order, using: &generator)
        #expect(rows.count == order)
        for i in 0..<order {
            for j in 0...i { #expect(abs(dot(rows[i], rows[j]) - (i == j ? 1 : 0)) < 1e-13) }
        }
    }

    @Test("Its transpose undoes it")
    func undone() {
        var generator = SplitMix(9)
        let rows = RandomRotation.sample(order: 5, using: &generator)
        let vector = generator.uniforms(5, in: -3...3)
        let back = WhitenedBasis.unrotated(rows.map { dot($0, vector) }, rotation: rows)
        for (found, expected) in zip(back, vector) { #expect(abs(found - expected) < 1e-13) }
    }

    @Test("Entries have Haar's moments: mean 0, mean square 1/m, no preferred sign on the diagonal")
    func haar() {
        var generator = SplitMix(10)
        let (order, samples) = (3, 4000)
        var sums = Array(repeating: 0.0, count: 9)
        var squares = sums
        var determinants = 0.0
        for _ in 0..<samples {
            let r = RandomRotation.sample(order: order, using: &generator)
            for k in 0..<9 {
                sums[k] += r[k / 3][k % 3]
                squares[k] += r[k / 3][k % 3] * r[k / 3][k % 3]
            }
            let a = r[0][0] * (r[1][1] * r[2][2] - r[1][2] * r[2][1])
            let b = r[0][1] * (r[1][0] * r[2][2] - r[1][2] * r[2][0])
            determinants += a - b + r[0][2] * (r[1][0] * r[2][1] - r[1][1] * r[2][0])
        }
        let root = Double(samples).squareRoot()
        for k in 0..<9 {
            #expect(abs(sums[k] / Double(samples)) < 5 * 0.578 / root)
            #expect(abs(squares[k] / Double(samples) - 1.0 / 3) < 5 * 0.299 / root)
        }
        // Reflections as often as rotations.
        #expect(abs(determinants / Double(samples)) < 5 / root)
    }
}

import TestSupport

@testable import SplitRegression

/// A table whose passive party has one yes/no column, few rows of which are yes, and what an attacker does about it.
struct HiddenColumn: Sendable {
    typealias Case = SimulatedFitTests.Case

    let data: Case
    let isYes: [Bool]
    /// The column's standardised values.
    let no: Double
    let yes: Double

    init(
        rows: Int, active: Int, yes count: Int, effect: Double = 0.5, seed: UInt64,
        _ label: (Double, inout SplitMix) -> Double
    ) {
        var generator = SplitMix(seed)
        var chosen: Set<Int> = []
        while chosen.count < count { chosen.insert(Int.random(in: 0..<rows, using: &generator)) }
        let hidden = Case.standardised((0..<rows).map { chosen.contains($0) ? 1 : 0 })
        isYes = (0..<rows).map { chosen.contains($0) }
        (no, yes) = (hidden.min() ?? 0, hidden.max() ?? 0)
        var data = Case(rows: rows, active: active, passive: 1, seed: seed + 100) { signal, _ in signal }
        data.passive[0] = hidden
        data.label = (0..<rows).map { row in
            let signal = 0.4 * data.active[0][row] - 0.3 * data.active[active - 1][row] + effect * hidden[row]
            return label(signal, &generator)
        }
        self.data = data
    }

    /// The active party's columns, the constant first.
    var own: [[Double]] { Array(data.columns.dropLast()) }

    /// Rows that it gets right when it names the surest ones, as many as there are.
    func hits(_ guess: [Double]) -> Int {
        let count = isYes.count { $0 }
        return guess.indices.sorted { guess[$0] > guess[$1] }.prefix(count).count { isYes[$0] }
    }

    /// Least squares, or where equations are fewer than unknowns the solution of least norm.
    static func solve(_ rows: [[Double]], _ values: [Double]) throws -> [Double] {
        guard rows.count < rows[0].count else { return LeastSquares.solve(rows, values, regularisation: 1e-9) }
        var matrix = SymmetricMatrix.gram(rows)
        matrix.addDiagonal(1e-9 * matrix[0, 0]) { _ in true }
        let weights = try CholeskyFactor(matrix, tolerance: 1e-14).solve(values)
        return linearPredictor(columns: rows, coefficients: weights)
    }
}

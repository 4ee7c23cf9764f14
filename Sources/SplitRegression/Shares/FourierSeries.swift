/// A function on an interval as a trigonometric series of a longer period (Fourier extension; Huybrechs, SIAM J. Numer. Anal. 47(6),
/// 2010), by regularised least squares on equidistant points (training.md 4).
package struct FourierSeries: Sendable, Equatable {
    /// Which modes there are, and which of their parts.
    package enum Parity: Sendable {
        /// sin of 1, 3, 5, ...
        case odd
        /// cos of 1, 3, 5, ...
        case evenOddModes
        /// 1, cos of 1, 2, 3, ...
        case even
        /// 1, cos and sin of 1, 2, 3, ...
        case full
        /// cos and sin of 1, 3, 5, ...
        case fullOddModes
    }

    package let constant: Double
    package let cosines: [Double]
    package let sines: [Double]
    package let frequencies: [UInt64]
    /// Largest error on the points.
    package let error: Double

    /// - Parameters:
    ///   - interval: where it is to be near the function.
    ///   - regularisation: weight of the coefficients' squares, as the square of this.
    package init(
        of function: (Double) -> Double, on interval: ClosedRange<Double>, period: Double, modes: Int, parity: Parity,
        regularisation: Double
    ) {
        let frequencies = Self.frequencies(modes, parity)
        let points = 24 * modes + 1
        let (low, width) = (interval.lowerBound, interval.upperBound - interval.lowerBound)
        var rows: [[Double]] = []
        var values: [Double] = []
        for point in 0..<points {
            let z = low + width * Double(point) / Double(points - 1)
            let parts = frequencies.map { ElementaryFunctions.cosineAndSine(turns: Self.turns(z, period) &* $0) }
            switch parity {
            case .odd: rows.append(parts.map(\.sine))
            case .evenOddModes: rows.append(parts.map(\.cosine))
            case .even: rows.append([1] + parts.map(\.cosine))
            case .full: rows.append([1] + parts.map(\.cosine) + parts.map(\.sine))
            case .fullOddModes: rows.append(parts.map(\.cosine) + parts.map(\.sine))
            }
            values.append(function(z))
        }
        let solution = LeastSquares.solve(rows, values, regularisation: regularisation)
        error = zip(rows, values).reduce(0) { max($0, abs(dot($1.0, solution) - $1.1)) }
        let zeros = Array(repeating: 0.0, count: modes)
        self.frequencies = frequencies
        switch parity {
        case .odd: (constant, cosines, sines) = (0, zeros, solution)
        case .evenOddModes: (constant, cosines, sines) = (0, solution, zeros)
        case .even: (constant, cosines, sines) = (solution[0], Array(solution.dropFirst()), zeros)
        case .full:
            constant = solution[0]
            cosines = Array(solution[1..<1 + modes])
            sines = Array(solution[(1 + modes)...])
        case .fullOddModes:
            (constant, cosines, sines) = (0, Array(solution[..<modes]), Array(solution[modes...]))
        }
    }

    static func frequencies(_ modes: Int, _ parity: Parity) -> [UInt64] {
        switch parity {
        case .odd, .evenOddModes, .fullOddModes: (0..<modes).map { UInt64(2 * $0 + 1) }
        case .even, .full: (0..<modes).map { UInt64($0 + 1) }
        }
    }

    /// z as a fraction of the period, in units of 2^-64 turns.
    package static func turns(_ z: Double, _ period: Double) -> UInt64 {
        let turn = z / period
        let fraction = turn - turn.rounded()
        return UInt64(bitPattern: Int64((fraction * 0x1p62).rounded()) &* 4)
    }

    /// Of the magnitudes of all coefficients but the constant.
    package var magnitude: Double { (cosines + sines).reduce(0) { $0 + abs($1) } }

    package func value(_ z: Double, period: Double) -> Double {
        var sum = constant
        for (index, frequency) in frequencies.enumerated() {
            let part = ElementaryFunctions.cosineAndSine(turns: Self.turns(z, period) &* frequency)
            sum += cosines[index] * part.cosine + sines[index] * part.sine
        }
        return sum
    }
}

/// Least squares by Householder reflections (Golub and Van Loan, 5.3.2), for a few dozen unknowns.
enum LeastSquares {
    static func solve(_ rows: [[Double]], _ values: [Double], regularisation: Double) -> [Double] {
        let unknowns = rows[0].count
        // Column-major, with the regularising rows below.
        let count = rows.count + unknowns
        var matrix = (0..<unknowns).map { column in
            rows.map { $0[column] } + (0..<unknowns).map { $0 == column ? regularisation : 0 }
        }
        var right = values + Array(repeating: 0.0, count: unknowns)
        var diagonal = Array(repeating: 0.0, count: unknowns)
        for k in 0..<unknowns {
            var squares = 0.0
            for i in k..<count { squares += matrix[k][i] * matrix[k][i] }
            let norm = matrix[k][k] > 0 ? -squares.squareRoot() : squares.squareRoot()
            diagonal[k] = norm
            guard norm != 0 else { continue }
            matrix[k][k] -= norm
            var length = 0.0
            for i in k..<count { length += matrix[k][i] * matrix[k][i] }
            func reflect(_ vector: inout [Double]) {
                var product = 0.0
                for i in k..<count { product += matrix[k][i] * vector[i] }
                let factor = 2 * product / length
                for i in k..<count { vector[i] -= factor * matrix[k][i] }
            }
            for j in k + 1..<max(unknowns, k + 1) {
                var column = matrix[j]
                matrix[j] = []
                reflect(&column)
                matrix[j] = column
            }
            reflect(&right)
        }
        var solution = Array(repeating: 0.0, count: unknowns)
        for k in (0..<unknowns).reversed() where diagonal[k] != 0 {
            var sum = right[k]
            for j in k + 1..<max(unknowns, k + 1) { sum -= matrix[j][k] * solution[j] }
            solution[k] = sum / diagonal[k]
        }
        return solution
    }
}

internal import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Linear regression in one exchange (training.md 5). All label-side quantities are in units of `2^labelExponent`.
struct LinearTraining {
    let context: TrainingContext
    let block: ColumnBlock

    /// What each side ends with; `schur` (passive) or `inflation` (active) serve inference.
    struct ActiveFit {
        var coefficients: [Double]
        var factor: CholeskyFactor
        var rotation: [[Double]]
        /// `C beta_B / n` in the basis, and the residual sum of squares in label units.
        var residualSumOfSquares: Double
    }

    struct PassiveFit {
        var coefficients: [Double]
        var schur: CholeskyFactor
        /// `C`, one row a basis vector.
        var cross: [[Double]]
        /// In label units; only where standard errors are computed.
        var residualVariance: Double?
    }

    private var n: Double { Double(context.rows) }
    private var penalty: Double { n * context.plan.l2 }

    /// - Parameter label: in units of `2^labelExponent`, so that its standard deviation is at most 1.
    func fitActive(label: [Double]) async throws -> ActiveFit {
        var gram = SymmetricMatrix.gram(block.columns)
        gram.addDiagonal(penalty) { $0 > 0 }
        let factor = try WhitenedBasis.factor(gram, names: block.names)
        let own = factor.solve(block.columns.map { dot($0, label) })
        let fitted = linearPredictor(columns: block.columns, coefficients: own)
        let residual = zip(label, fitted).map { $0 - $1 }
        var generator = context.session.randomness("basis/rotation")
        let rotation = RandomRotation.sample(order: block.count, using: &generator)
        let basis = WhitenedBasis.vectors(block.columns, factor: factor, rotation: rotation)
        try await CrossBlock(context: context, vectors: block.count + 1).serve(basis + [residual])
        try await context.session.checkpoint()

        let values = try await context.session.receive(
            Numbers<PassiveSolutionKind>.self, round: context.round
        ).values
        guard values.count == block.count + 2 else {
            throw TrainingError.protocolViolation("a solution of a wrong length")
        }
        // X_A^T X_B beta_B = L O^T (C beta_B) / sqrt(n)
        let cross = WhitenedBasis.unrotated(Array(values[0..<block.count]), rotation: rotation)
            .map { $0 / n.squareRoot() }
        let correction = factor.solveUpper(cross)
        let coefficients = zip(own, correction).map { $0 - $1 }
        // Penalised sum of squares at the optimum, less the penalty itself.
        let ownPenalty = penalty * own.dropFirst().reduce(0) { $0 + $1 * $1 }
        let penalised = dot(residual, residual) + ownPenalty - values[block.count]
        let weights = coefficients.dropFirst().reduce(0) { $0 + $1 * $1 } + values[block.count + 1]
        let sumOfSquares = max(0, penalised - penalty * weights)
        let freedom = max(1, n - Double(block.count + context.peerColumns))
        if context.computesStandardErrors {
            try await context.session.send(
                Numbers<ResidualVarianceKind>([sumOfSquares / freedom]), round: context.round)
        }
        return ActiveFit(
            coefficients: coefficients, factor: factor, rotation: rotation, residualSumOfSquares: sumOfSquares)
    }

    func fitPassive() async throws -> PassiveFit {
        let vectors = context.peerColumns + 1
        let sums = try await CrossBlock(context: context, vectors: vectors).receive(block)
        let cross = Array(sums.dropLast())
        let target = sums[vectors - 1]
        var schur = SymmetricMatrix.gram(block.columns)
        schur.addDiagonal(penalty)
        schur = schur.minus(WhitenedBasis.crossGram(cross).scaled(by: 1 / n))
        let factor = try WhitenedBasis.schurFactor(schur, diagonal: n + penalty, names: block.names)
        let coefficients = factor.solve(target)
        let projected = cross.map { dot($0, coefficients) }
        try await context.session.checkpoint()
        try await context.session.send(
            Numbers<PassiveSolutionKind>(
                projected + [dot(target, coefficients), penalty > 0 ? dot(coefficients, coefficients) : 0]),
            round: context.round)
        guard context.computesStandardErrors else {
            return PassiveFit(coefficients: coefficients, schur: factor, cross: cross, residualVariance: nil)
        }
        let variance = try await context.session.receive(
            Numbers<ResidualVarianceKind>.self, round: context.round
        ).values
        guard variance.count == 1, variance[0] >= 0 else {
            throw TrainingError.protocolViolation("a variance below zero")
        }
        return PassiveFit(coefficients: coefficients, schur: factor, cross: cross, residualVariance: variance[0])
    }
}

/// The active party's columns in a basis that says nothing but their span and information: `Q = sqrt(n) X L^-T O`.
enum WhitenedBasis {
    static func factor(_ matrix: SymmetricMatrix, names: [String]) throws(TrainingError) -> CholeskyFactor {
        do throws(LinearAlgebraError) {
            return try CholeskyFactor(matrix)
        } catch {
            throw .aliasedColumn(names[error.index])
        }
    }

    /// The Schur complement's factor; a pivot that vanishes against the column's own length is an alias across parties.
    static func schurFactor(
        _ schur: SymmetricMatrix, diagonal: Double, names: [String]
    ) throws(TrainingError) -> CholeskyFactor {
        for j in 0..<schur.order where schur[j, j] < 1e-6 * diagonal {
            throw .aliasedAcrossParties(column: names[j])
        }
        do throws(LinearAlgebraError) {
            return try CholeskyFactor(schur, tolerance: 1e-7)
        } catch {
            throw .aliasedAcrossParties(column: names[error.index])
        }
    }

    /// One vector a column of the matrix, each of length at most `sqrt(n)`.
    static func vectors(_ columns: [[Double]], factor: CholeskyFactor, rotation: [[Double]]) -> [[Double]] {
        let n = columns.first?.count ?? 0
        let scale = Double(n).squareRoot()
        var result = Array(repeating: Array(repeating: 0.0, count: n), count: columns.count)
        for i in 0..<n {
            let white = factor.solveLower(columns.map { $0[i] })
            for k in columns.indices { result[k][i] = scale * dot(rotation[k], white) }
        }
        return result
    }

    /// `O^T v`, back from the rotated basis.
    static func unrotated(_ vector: [Double], rotation: [[Double]]) -> [Double] {
        rotation.indices.map { i in
            var sum = 0.0
            for k in rotation.indices { sum += rotation[k][i] * vector[k] }
            return sum
        }
    }

    /// `C^T C` for `C` given by rows.
    static func crossGram(_ cross: [[Double]]) -> SymmetricMatrix {
        let order = cross.first?.count ?? 0
        return SymmetricMatrix.gram((0..<order).map { j in cross.map { $0[j] } })
    }
}

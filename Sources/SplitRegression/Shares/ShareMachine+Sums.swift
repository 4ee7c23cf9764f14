// Sums over rows that are opened (training.md 6).
extension ShareMachine {
    /// Share of a sum over rows at the scale of matrices.
    func sum(_ kind: Kernel.Kind, period: Double) async throws -> ShareWord {
        let layout = try facts.layout(kind, period: period)
        let shares = try await evaluate(kind, period: period)
        let total = shares.reduce(ShareWord.zero) { $0 &+ ShareWord($1) }
        var result = truncated(
            [total], shift: layout.kernel.shareFractionBits - ShareMatrix.fractionBits)[0]
        guard kind == .loss || kind == .dispersion else { return result }
        // What is linear in the predictor: one sum a column, times the point.
        let fraction = layout.kernel.shareFractionBits
        let sumLayout = try facts.knownRowLayout(columns: facts.passiveColumns, fraction: fraction)
        var sums = ShareMatrix(rows: 1, columns: facts.parameters)
        if let active {
            let slopes = try (0..<rows).map { row in
                try fixed(
                    ownKernel(layout.kernel).term(
                        label: active.label[row], offset: active.offset[row], weight: active.weight[row],
                        center: active.center
                    ).slope, fractionBits: fraction)
            }
            for j in 0..<ownCount { sums[0, j] = ownSum(table.columns[j], slopes) }
            for (j, sum) in zip(peerRange, try await exchange.ownColumnSums(slopes, layout: sumLayout)) {
                sums[0, j] = sum
            }
        } else {
            for (j, sum) in zip(ownRange, try await evaluate(sumLayout)) { sums[0, j] = sum }
        }
        let k = facts.rowBitsOfCount
        sums = truncated(sums, shift: fraction + facts.featureFractionBits + k - ShareMatrix.fractionBits)
        let linear = try await product(sums, trialPoint, shift: ShareMatrix.fractionBits)[0, 0]
        result = result &+ linear.shiftedLeft(k)
        return result
    }

    /// `sum_i d_i^2` of shares `a + b`: the squares that each knows, and twice the mixed products.
    func residualSum() async throws -> ShareWord {
        try await squares(of: residuals, layout: facts.residualSumLayout(), half: TrainingFacts.linearHalfBits)
    }

    /// The same of Pearson's residuals at the trial point's predictors.
    func pearsonSum(period: Double) async throws -> ShareWord {
        let layout = try facts.layout(.pearson, period: period)
        let drop = Int128(layout.kernel.shareFractionBits - TrainingFacts.linearRowFractionBits)
        // Both round down: one unit is put back.
        let residuals = try await evaluate(.pearson, period: period).map { ($0 >> drop) + (isActive ? 1 : 0) }
        return try await squares(
            of: residuals, layout: facts.squaresLayout(period: period), half: facts.squareBits(period: period).half)
    }

    private func squares(
        of residuals: [Int128], layout: ColumnSumLayout, half: Int
    ) async throws -> ShareWord {
        var result = residuals.reduce(ShareWord.zero) { $0 &+ ShareWord($1) &* ShareWord($1) }
        // Scalars of at most 63 bits: the passive party's share in two parts.
        let half = Int128(half)
        let sums: [ShareWord]
        if isActive {
            sums = try await exchange.ownColumnSums(residuals, layout: layout)
        } else {
            sums = try await exchange.evaluateColumnSums(layout, rows: rows) { range in
                [
                    residuals[range].map { Int64($0 & ((1 << half) - 1)) },
                    residuals[range].map { Int64(truncatingIfNeeded: $0 >> half) },
                ]
            }
        }
        result = result &+ (sums[0] &+ sums[1].shiftedLeft(Int(half))).shiftedLeft(1)
        return result
    }
}

// The middle of the sandwich estimate of proportional hazards (Lin, Wei 1989; training.md 5.12).
extension ShareMachine {
    /// `2^scale sum_i u_i u_i^T / 2^k`, `u_i` what row i has in the score: `v_i e_i G_i - v_i y_i m_i - d_i q_i`, where `G_i` adds up means
    /// over the events at which the row is at risk, `m_i` is the mean at its own event and `d_i` its residual.
    func computeRiskMeat(period: Double, scale: Int) async throws {
        let columns = facts.parameters - 1
        let (f, rate) = (ShareMatrix.fractionBits, TrainingFacts.rateFractionBits)
        let places = facts.events
        // Of each event: its hazard times its means.
        let means = (0..<places).flatMap { place in (1...columns).map { risk.means[$0, place].asInt128 } }
        let reciprocals = (0..<places).flatMap { Array(repeating: risk.reciprocals[$0], count: columns) }
        let weighted = truncated(try await products(means, reciprocals, try facts.riskProductLayout()), shift: f)
        let layout = try facts.hazardLayout()
        func overEvents(_ words: (Int) -> ShareWord, _ factors: RiskSums.Factors) async throws -> [ShareWord] {
            try await riskSums(of: (0..<places).map { [words($0)] }, factors: factors, layout: layout).elements
        }
        var (sums, own): ([[Int128]], [[ShareWord]]) = ([], [])
        for column in 0..<columns {
            let found = try await overEvents({ weighted[$0 * columns + column] }, .means)
            sums.append(truncated(found, shift: facts.riskFractionBits).map(\.asInt128))
        }
        for column in 0..<columns {
            let found = try await overEvents({ risk.means[column + 1, $0] }, .own)
            own.append(truncated(found, shift: TrainingFacts.ownRiskFractionBits + f - rate))
        }
        let all = 0..<rows
        let expected = truncated(
            try await products(
                all.flatMap { row in Array(repeating: risk.rates[row], count: columns) },
                all.flatMap { row in sums.map { $0[row] } }, try facts.sharedProductLayout(period: period)),
            shift: f)
        let entries = try await residualEntries(period: period)
        var scores = ShareMatrix(rows: facts.parameters, columns: rows)
        for row in all {
            for column in 0..<columns {
                let index = row * columns + column
                scores[column + 1, row] = expected[index] &- own[column][row] &- entries[index]
            }
        }
        var total = ShareMatrix(rows: facts.parameters, columns: facts.parameters)
        for slice in facts.scoreSlices {
            let part = scores.columns(slice)
            total = try await total &+ product(part, part.transposed, shift: 0, part: .lower)
        }
        meat = truncated(total, shift: 2 * rate + facts.rowBitsOfCount - f - scale).lowerMirrored
    }

    /// Shares of each row's residual times each entry of its columns but the constant's, row by row, at the scale of residuals.
    private func residualEntries(period: Double) async throws -> [ShareWord] {
        let own = isActive ? Array(table.columns.dropFirst()) : table.columns
        let ofOthers = try await othersResidualEntries(period: period)
        let layout = try facts.scoreEntryLayout(period: period)
        var side: [Int128] = []
        for row in 0..<rows {
            let entries = own.map { Int128($0[row]) }
            let others = Array(
                repeating: residuals[row], count: isActive ? facts.passiveColumns : facts.activeColumns - 1)
            side += isActive ? entries + others : others + entries
        }
        var products =
            isActive
            ? try await exchange.ownElementProducts(side, layout: layout)
            : try await exchange.evaluateElementProducts(side, layout: layout)
        let columns = facts.passiveRange.upperBound - 1
        let first = isActive ? 0 : facts.activeColumns - 1
        for row in 0..<rows {
            for (j, column) in own.enumerated() {
                let index = row * columns + first + j
                products[index] = products[index] &+ ShareWord(residuals[row]) &* column[row]
            }
        }
        let all = (0..<rows).flatMap { row in
            products[row * columns..<(row + 1) * columns] + ofOthers.map { $0[row] }
        }
        return truncated(all, shift: facts.featureFractionBits)
    }
}

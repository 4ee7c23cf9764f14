// Columns of further parties in proportional hazards (multiparty-training.md 4).
extension ShareMachine {
    /// Of each event, sums over its rows at risk of rates times these columns. The active party's own shares and the helper's meet its
    /// secret order as any shared numbers do; no further party is asked for sums.
    func othersColumnSums(_ layout: RiskSumLayout, period: Double) async throws -> ShareMatrix {
        let columns = try await scaled(risk.rates) { columns throws(TrainingError) in
            try facts.scaledRateLayout(columns: columns, period: period)
        }
        return try await riskSums(
            of: (0..<rows).map { row in columns.map { $0[row].masked() } }, factors: .words, layout: layout)
    }

    /// Of each row its residual times these columns, column by column.
    func othersResidualEntries(period: Double) async throws -> [[ShareWord]] {
        try await scaled(residuals) { columns throws(TrainingError) in
            try facts.scaledResidualLayout(columns: columns, period: period)
        }
    }

    /// Shares of a shared number of each row times each column of all further parties, by column.
    private func scaled(
        _ numbers: [Int128], _ layouts: (Int) throws(TrainingError) -> ScaledRowLayout
    ) async throws -> [[ShareWord]] {
        var result: [[ShareWord]] = []
        for (other, columns) in zip(others, facts.otherColumns) {
            let layout = try layouts(columns)
            let words = try await ask(other, count: columns * rows, bits: ShareWord.modulusBits) {
                try await other.ownScaledRows(numbers, layout: layout).flatMap { $0 }
            }
            result += Self.byColumn(words, rows: rows)
        }
        return result
    }
}

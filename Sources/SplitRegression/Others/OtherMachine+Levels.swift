// Levels of this party's column, which the active party compares with the helper (multiparty-training.md 4).
extension OtherMachine {
    /// Sums of what the active party knows of rows, level by level, and the rows of all levels but the last, split between the holders.
    /// Nothing where another party has the column.
    ///
    /// - Parameter values: numbers of a row.
    func answerLevels(_ values: (LevelFacts) -> Int) async throws {
        guard let comparison = facts.comparison, comparison.owner == .further(index) else { return }
        guard let levels else { throw TrainingError.invalidPlan("no levels to compare") }
        let layout = try facts.levelLayout(comparison, values: values(comparison))
        try await answerAlone { exchange in
            try await exchange.evaluatePackedSums(layout, rows: facts.rows) {
                levels.columns(levels: comparison.levels, rows: $0)
            }.elements
        }
        try await split((0..<comparison.levels - 1).flatMap { levels.words(ofLevel: $0) })
    }
}

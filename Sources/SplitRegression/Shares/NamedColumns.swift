/// Which own columns are to blame where a fit has no result, from what was opened to their party alone (training.md 6).
package enum NamedColumns {
    /// Columns in the directions that no inverse reached: more than rounding can show.
    package static func aliased(_ shares: [Double], names: [String]) -> [String] {
        zip(names, shares).filter { $0.1 >= 3.0 / 512 }.map(\.0)
    }

    /// Whether a passive party of several has a column that takes part: one of at least 1/32, above what directions leave that are slow
    /// but not collinear.
    package static func takesPart(_ shares: [Double]) -> Bool { shares.contains { $0 >= 1.0 / 32 } }

    /// The column to leave out: the last one of those that take part, as R's `lm` does it, by at least half of the largest share.
    package static func leftOut(_ shares: [Double]) -> Int {
        let least = (shares.max() ?? 0) / 2
        return shares.lastIndex { $0 >= least } ?? shares.count - 1
    }

    /// Whether own estimates ran away in a fit that leapt: they move the predictor far from the column's least value to its largest, and
    /// where variances are known, there is next to no information on them.
    ///
    /// - Parameters:
    ///   - columns: standardised, the constant first at the active party. There the estimate is the raw constant.
    ///   - centring: own means over standard deviations.
    package static func runaway(
        _ own: FitShares, columns: [[Double]], centring: [Double], facts: TrainingFacts
    ) -> [Bool] {
        let leastMovement = facts.family == .probit ? 4.0 : 8.0
        let leastVariance = 1 / (4 * facts.steadying * Double(facts.rows))
        return columns.indices.map { j in
            let isConstant = j == 0 && own.rawConstant != nil
            let span = isConstant ? 1 : (columns[j].max() ?? 0) - (columns[j].min() ?? 0)
            let estimate = (isConstant ? own.rawConstant : nil) ?? own.coefficients[j]
            guard abs(estimate) * span >= leastMovement else { return false }
            // The raw constant varies with the coefficients of columns that are far from 0.
            let spread = isConstant ? 1 + dot(centring, centring) : 1
            return own.variances.isEmpty || span * span * own.variances[j] >= spread * leastVariance
        }
    }

    /// Columns whose coefficients run away: one more step moves the predictor by an eighth or more from the column's least value to
    /// its largest, and by at least half as much as any column does.
    package static func moving(_ movements: [Double], columns: [[Double]], names: [String]) -> [String] {
        let spans = zip(movements, columns).map { movement, column in
            abs(movement) * ((column.max() ?? 0) - (column.min() ?? 0))
        }
        let least = max(0.125, (spans.max() ?? 0) / 2)
        return zip(names, spans).filter { $0.1 >= least }.map(\.0)
    }
}

/// Which own columns are to blame where a fit has no result, from what was opened to their party alone (training.md 6).
package enum NamedColumns {
    /// Columns in the directions that no inverse reached: more than rounding can show.
    package static func aliased(_ shares: [Double], names: [String]) -> [String] {
        zip(names, shares).filter { $0.1 >= 3.0 / 512 }.map(\.0)
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

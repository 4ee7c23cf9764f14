import Foundation
package import SplitRegression

/// Estimates with their intervals on one axis, for a terminal: `|` is no effect, `o` an estimate, `-` its interval.
package struct ForestLines {
    private struct Row {
        let name: String
        let low: Double
        let estimate: Double
        let high: Double
    }

    private static let width = 41
    private let rows: [Row]
    private let ratio: String?

    /// Effects of one standard deviation of each column, so that they can be compared; the constant has none.
    ///
    /// - Parameter ratio: what the exponential of an estimate is called, where that is an effect.
    /// - Returns: nil where no term has an interval.
    package init?(_ terms: [FittedTerm], ratio: String?) {
        rows = terms.compactMap { term in
            guard term.term != FittedTerm.intercept, let low = term.confLow, let high = term.confHigh,
                term.estimate != 0, term.standardized.isFinite
            else { return nil }
            let unit = abs(term.standardized / term.estimate)
            let row = Row(
                name: term.term, low: low * unit, estimate: term.standardized, high: high * unit)
            return row.low.isFinite && row.high.isFinite ? row : nil
        }
        self.ratio = ratio
        guard !rows.isEmpty else { return nil }
    }

    package var text: String {
        let reach = rows.map { max(abs($0.low), abs($0.high)) }.max() ?? 1
        let margin = (rows.map(\.name.count).max() ?? 0) + 4
        func place(_ value: Double) -> Int {
            Int(((value / max(reach, .leastNormalMagnitude) + 1) / 2 * Double(Self.width - 1)).rounded())
        }
        let lines = rows.map { row in
            var cells = Array(repeating: " ", count: Self.width)
            for index in place(row.low)...max(place(row.low), place(row.high)) { cells[index] = "-" }
            if cells[Self.width / 2] == " " { cells[Self.width / 2] = "|" }
            cells[place(row.estimate)] = "o"
            var line = "  " + row.name + String(repeating: " ", count: margin - row.name.count - 2) + cells.joined()
            while line.last == " " { line.removeLast() }
            return line
        }
        return ([title, axis(reach, margin)] + lines).joined(separator: "\n")
    }

    private var title: String {
        "\(ratio.map { "\($0)s" } ?? "effects") of one standard deviation of each column, with 95% intervals"
    }

    /// Both ends of the axis, and no effect in its middle.
    private func axis(_ reach: Double, _ margin: Int) -> String {
        func shown(_ value: Double) -> String { Number.short(ratio == nil ? value : exp(value), decimals: 2) }
        let (low, middle, high) = (shown(-reach), shown(0), shown(reach))
        let half = Self.width / 2
        let first = low + String(repeating: " ", count: max(1, half - low.count)) + middle
        return String(repeating: " ", count: margin) + first
            + String(repeating: " ", count: max(1, Self.width - first.count - high.count)) + high
    }
}

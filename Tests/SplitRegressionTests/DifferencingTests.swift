import TestSupport
import Testing

@testable import SplitRegression

/// Why a site compares its inputs with those of earlier jobs (`protocols/disclosure.md` 4.1): what two fits of the same people
/// show when one of their labels has changed. Plain least squares, as both parties get it from the protocol.
@Suite struct DifferencingTests {
    /// The active party has the label and one feature, the passive one `columns` features.
    private struct People {
        let passive: [[Double]]
        let active: [Double]
        var label: [Double]

        init(_ rows: Int, columns: Int, seed: UInt64) {
            var generator = SplitMix(seed)
            func normal() -> Double {
                (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
            }
            let made = (0..<rows).map { _ in (0..<columns).map { _ in normal() } }
            passive = made
            active = (0..<rows).map { _ in normal() }
            label = zip(made, active).map { $0.reduce(0, +) + $1 + 2 * normal() > 0 ? 1 : 0 }
        }

        /// Coefficients of intercept, active and passive columns, as opened: to 2^-24 of themselves.
        func fit() throws -> [Double] {
            let rows = zip(passive, active).map { [1, $1] + $0 }
            let count = rows[0].count
            var matrix = (0..<count).map { i in
                (0..<count).map { j in rows.reduce(0) { $0 + $1[i] * $1[j] } }
                    + [zip(rows, label).reduce(0) { $0 + $1.0[i] * $1.1 }]
            }
            for pivot in 0..<count {
                for row in 0..<count where row != pivot {
                    let factor = matrix[row][pivot] / matrix[pivot][pivot]
                    for column in pivot...count { matrix[row][column] -= factor * matrix[pivot][column] }
                }
            }
            return (0..<count).map { i in
                let value = matrix[i][count] / matrix[i][i]
                return (value * 0x1p24).rounded() / 0x1p24
            }
        }
    }

    /// What the passive party computes from its own columns and its own coefficients of two jobs.
    ///
    /// - Returns: whose label changed, and by how much it rose.
    private func guess(_ passive: [[Double]], _ before: [Double], _ after: [Double]) -> (row: Int, rise: Double) {
        let (rows, count) = (passive.count, passive[0].count)
        let means = (0..<count).map { j in passive.reduce(0) { $0 + $1[j] } / Double(rows) }
        let centred = passive.map { zip($0, means).map(-) }
        // X^T X (b' - b) = x_i (y'_i - y_i), but for what the other party's columns take away.
        let step = zip(after, before).map(-)
        let moved = (0..<count).map { i in
            centred.reduce(0) { sum, row in sum + row[i] * zip(row, step).reduce(0) { $0 + $1.0 * $1.1 } }
        }
        var best = (row: 0, rest: Double.infinity, rise: 0.0)
        for (index, row) in centred.enumerated() {
            let rise = zip(row, moved).reduce(0) { $0 + $1.0 * $1.1 } / row.reduce(0) { $0 + $1 * $1 }
            // A label moves by one.
            let sign: Double = rise < 0 ? -1 : 1
            let rest = zip(row, moved).reduce(0) { $0 + ($1.1 - sign * $1.0) * ($1.1 - sign * $1.0) }
            if rest < best.rest { best = (index, rest, rise) }
        }
        return (best.row, best.rise)
    }

    @Test(arguments: [500, 2000])
    func oneChangedLabelIsReadOffTwoFits(_ rows: Int) throws {
        var found = 0
        for trial in 0..<10 {
            var people = People(rows, columns: 8, seed: UInt64(trial + 1))
            let before = try people.fit()
            let target = 37 * (trial + 1) % rows
            people.label[target] = 1 - people.label[target]
            let after = try people.fit()
            let (row, rise) = guess(people.passive, Array(before[2...]), Array(after[2...]))
            // Who it is and, by the sign, what the label is now and was before.
            if row == target, (rise > 0) == (people.label[target] == 1) { found += 1 }
        }
        #expect(found >= 9, "\(found) of 10")
    }

    /// What a site lets pass: as many labels changed as the minimum cell asks for. The same attack then names a person whose label did
    /// change little more often than a guess would.
    @Test(arguments: [500, 2000])
    func asManyChangesAsAreAllowedShowNobody(_ rows: Int) throws {
        var found = 0
        for trial in 0..<20 {
            var people = People(rows, columns: 8, seed: UInt64(trial + 1))
            let before = try people.fit()
            let changed = Set((0..<11).map { (37 * (trial + 1) + 41 * $0) % rows })
            for row in changed { people.label[row] = 1 - people.label[row] }
            let after = try people.fit()
            let (row, rise) = guess(people.passive, Array(before[2...]), Array(after[2...]))
            if changed.contains(row), (rise > 0) == (people.label[row] == 1) { found += 1 }
        }
        #expect(found <= 5, "\(found) of 20")
    }
}

import TestSupport
import Testing

@testable import SplitRegression

/// Correlations of an elastic net are equations about the other's column (training.md 5.10). Enough of them give it away, rounded or not:
/// what protects it is the budget, which lets a job open half of the bits that the column holds at most (leakage.md 4).
@Suite("Attacks on opened correlations") struct CorrelationAttackTests {
    typealias Fits = SimulatedFitTests

    private static let unit = Double(sign: .plus, exponent: -TrainingFacts.columnBits.fraction, significand: 1)

    /// `x . h / n` as it is opened: rounded to 2^-16.
    private func opened(_ column: [Double], _ table: HiddenColumn) -> Double {
        let exact = dot(column, table.data.passive[0]) / Double(column.count)
        return (exact / Self.unit).rounded(.down) * Self.unit + Self.unit / 2
    }

    /// The active party knows its columns and how many rows are yes. A standardised yes/no column is `no + t (yes - no)`.
    private func guess(_ table: HiddenColumn, _ columns: [[Double]], _ correlations: [Double]) throws -> [Double] {
        let n = Double(table.isYes.count)
        let rows = columns.map { $0.map { $0 * (table.yes - table.no) / n } }
        let values = zip(columns, correlations).map { $1 - table.no * $0.reduce(0, +) / n }
        return try HiddenColumn.solve(rows, values)
    }

    private static func noise(_ signal: Double, _ generator: inout SplitMix) -> Double {
        signal + generator.uniform(-1...1)
    }

    @Test("Over many jobs, each with other columns: all of the other's column, though every number is rounded")
    func manyJobs() throws {
        let table = HiddenColumn(rows: 100, active: 110, yes: 15, seed: 5, Self.noise)
        let columns = table.data.active
        let found = try guess(table, columns, columns.map { opened($0, table) })
        #expect(table.hits(found) == 15)
        // With a tenth of them: far from all.
        let few = Array(columns.prefix(11))
        #expect(table.hits(try guess(table, few, few.map { opened($0, table) })) < 10)
    }

    /// All subsets of three rows are tried.
    @Test(
        "Three rows of sixty: the numbers of one job single them out. Such a column holds fewer bits than one job opens"
    )
    func threeRows() async throws {
        let table = HiddenColumn(rows: 60, active: 3, yes: 3, seed: 6, Self.noise)
        let (data, n) = (table.data, 60.0)
        let fit = try await Fits.fit(normalised(data), .linear, l1: 0.05)
        let seen = try correlations(fit, active: 3)
        var matching: [[Int]] = []
        for i in 0..<60 {
            for j in 0..<i {
                for k in 0..<j {
                    let isMatch = data.active.indices.allSatisfy { column in
                        let x = data.active[column]
                        let sum = (x[i] + x[j] + x[k]) * (table.yes - table.no) + table.no * x.reduce(0, +)
                        return abs(sum / n - seen[column]) <= 1.5 * Self.unit
                    }
                    if isMatch { matching.append([k, j, i]) }
                }
            }
        }
        #expect(matching.contains(table.isYes.indices.filter { table.isYes[$0] }))
        #expect(matching.count < 5)
        let held = 3 * ElementaryFunctions.log(60 / 3) / ElementaryFunctions.log(2)
        let sent = fit.views[0].joint[0].indices.count * TrainingFacts.columnBits.all
        #expect(Double(sent) > held / 2)
    }

    @Test("A job that the budget allows, from what it really opened: no better than chance")
    func oneJob() async throws {
        let table = HiddenColumn(rows: 3000, active: 2, yes: 750, effect: 0.05, seed: 7) { signal, generator in
            signal + generator.uniform(-4...4)
        }
        let data = normalised(table.data)
        let fit = try await Fits.fit(data, .linear, l1: 0.05)
        let seen = try correlations(fit, active: 2)
        for column in 0..<2 { #expect(abs(seen[column] - dot(data.active[column], data.passive[0]) / 3000) < 3e-5) }
        // The label is another known column: its correlation with the hidden one is the last that is opened.
        let all = data.active + [data.label]
        let exact = dot(data.label, data.passive[0]) / 3000
        let last = try #require(fit.views[0].joint.first?.last) * 0x1p-20
        #expect(abs(last - exact) < 1e-4)
        let found = try guess(table, all, seen + [last])
        let hits = table.hits(found)
        // By chance a quarter of those it names; what the columns explain of this one is a little more.
        #expect(hits < 750 * 45 / 100, "\(hits) of 750")
    }

    private func normalised(_ data: Fits.Case) -> Fits.Case {
        var data = data
        data.label = Fits.Case.standardised(data.label)
        return data
    }

    /// Of the active party's columns with the passive one's, from what both opened.
    private func correlations(_ fit: Fits.Fit, active: Int) throws -> [Double] {
        let numbers = try #require(fit.views[0].joint.first)
        // Pairs j < i by i: the passive column is the last one, and its pairs come last of all pairs.
        let pairs = (active + 1) * active / 2
        return numbers[(pairs - active)..<pairs].map { $0 * Self.unit }
    }
}

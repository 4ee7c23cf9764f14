import Records
import SplitRegression
import TestSupport
import Testing

@testable import PooledRegression

/// What single rows carry of a partial likelihood, against its definition, risk set after risk set.
@Suite struct HazardSharesTests {
    private struct Table {
        var survival: SurvivalColumns
        var event: [Double]
        var columns: [[Double]]
        var predictor: [Double]

        var sums: HazardSums { HazardSums(survival, event: event, ties: .efron) }
    }

    /// As `protocols/row-split.md` 7.3 says it.
    private func defined(_ table: Table) -> (events: [Double], information: [Double]) {
        let whitened = table.sums.whitened(table.columns, predictor: table.predictor)
        let (time, entry) = (table.survival.time, table.survival.entry)
        var (carried, leverage) = (table.event.map { _ in 0.0 }, table.event.map { _ in 0.0 })
        var events = 0.0
        for members in table.sums.strata {
            let largest = members.map { table.predictor[$0] }.max() ?? 0
            for now in Set(members.filter { table.event[$0] == 1 }.map { time[$0] }).sorted() {
                let count = Double(members.count { table.event[$0] == 1 && time[$0] == now })
                let risk = members.filter { time[$0] >= now && (entry?[$0] ?? -.infinity) < now }
                guard risk.count > 1 else { continue }
                let rates = risk.map { ElementaryFunctions.exp(table.predictor[$0] - largest) }
                let total = rates.reduce(0, +)
                let means = whitened.map { column in zip(risk, rates).reduce(0) { $0 + $1.1 / total * column[$1.0] } }
                for (row, rate) in zip(risk, rates) {
                    carried[row] += count * rate / total
                    for (column, mean) in zip(whitened, means) {
                        let distance = column[row] - mean
                        leverage[row] += count * rate / total * distance * distance
                    }
                }
                events += count
            }
        }
        return (carried.map { events > 0 ? $0 / events : $0 }, leverage)
    }

    private func table(_ seed: UInt64, rows: Int, hasEntry: Bool, strata: Int, isTied: Bool, slope: Double) -> Table {
        var generator = SplitMix(seed)
        let time = generator.uniforms(rows, in: 1...100).map { isTied ? ($0 / 10).rounded(.up) * 10 : $0 }
        let entry = zip(time, generator.uniforms(rows, in: 0...0.95)).map { $0 * $1 }
        let columns =
            (0..<3).map { _ in generator.uniforms(rows, in: -1.7...1.7) } + [(0..<rows).map { _ in generator.bit() }]
        let stratum = (0..<rows).map { $0 % strata }
        return Table(
            survival: SurvivalColumns(
                time: time, entry: hasEntry ? entry : nil, stratum: strata > 1 ? stratum : nil),
            event: (0..<rows).map { _ in generator.bit() }, columns: columns,
            predictor: columns[0].map { slope * $0 })
    }

    @Test(arguments: [0.0, 0.5, 3, 20])
    func sharesAreThoseOfTheDefinition(_ slope: Double) {
        var seed: UInt64 = 1
        for rows in [1, 2, 3, 40, 133] {
            for (hasEntry, strata) in [(false, 1), (true, 1), (false, 3), (true, 3)] {
                for isTied in [false, true] {
                    seed += 1
                    let table = table(
                        seed, rows: rows, hasEntry: hasEntry, strata: strata, isTied: isTied, slope: slope)
                    let found = table.sums.shares(table.columns, predictor: table.predictor)
                    let wanted = defined(table)
                    for row in 0..<rows {
                        #expect(abs(found.events[row] - wanted.events[row]) <= 1e-12, "\(table)")
                        let allowed = 1e-9 * max(1, wanted.information[row])
                        #expect(abs(found.information[row] - wanted.information[row]) <= allowed, "\(table)")
                    }
                    // All of them carry the events, and of the information as many as there are columns that say something.
                    let sum = found.events.reduce(0, +)
                    #expect(abs(sum - 1) < 1e-12 || sum == 0)
                }
            }
        }
    }

    /// One row comes in late and carries the last events. What the sums up to its entry are is no part of its own: taken off sums up to
    /// its end, it would leave nothing, as the early risk sets have rates of e^-45 beside it.
    @Test func aLateRowIsNotLostInTheRoundingOfEarlierOnes() {
        let rows = 40
        var table = table(5, rows: rows, hasEntry: true, strata: 1, isTied: false, slope: 0)
        let early = Array(1...30).map(Double.init)
        let late = Array(80..<90).map(Double.init)
        table.survival = SurvivalColumns(
            time: early + late, entry: early.map { _ in 0.0 } + late.map { _ in 40.0 })
        table.event = table.event.map { _ in 1 }
        table.predictor = early.map { _ in -45.0 } + late.map { $0 == 89 ? 0.0 : -3.0 }
        let found = table.sums.shares(table.columns, predictor: table.predictor)
        let wanted = defined(table)
        #expect(wanted.events[rows - 1] > 0.15)
        for row in 0..<rows { #expect(abs(found.events[row] - wanted.events[row]) <= 1e-12) }
        for row in 0..<rows {
            #expect(abs(found.information[row] - wanted.information[row]) <= 1e-6 * max(1, wanted.information[row]))
        }
    }

    /// Rates that are nothing beside the largest one: not a number, which no limit lets pass.
    @Test func ratesThatVanishPassNoLimit() {
        var table = table(6, rows: 40, hasEntry: false, strata: 1, isTied: false, slope: 0)
        table.predictor = table.survival.time.map { $0 < 20 ? 0 : -2000 }
        let found = table.sums.shares(table.columns, predictor: table.predictor)
        #expect(!found.events.allSatisfy { $0 <= 1 } && !defined(table).events.allSatisfy { $0 <= 1 })
    }

    @Test func intervalsAreSumsOfTheirLeaves() {
        var generator = SplitMix(9)
        for count in [0, 1, 2, 3, 7, 8, 21] {
            let weights = generator.uniforms(count, in: 0...1)
            let tree = IntervalTree(weights.map { Spread(weight: $0, mean: [3 * $0], squares: 0) })
            var added = IntervalTree(leaves: count, dimensions: 1)
            var sums = weights.map { _ in 0.0 }
            for low in 0...count {
                for high in low...count {
                    var (weight, squares) = (0.0, 0.0)
                    tree.forEach(of: low..<high) {
                        weight += $0.weight
                        squares += $0.squares(around: [1])
                    }
                    let wanted = weights[low..<high]
                    #expect(abs(weight - wanted.reduce(0, +)) < 1e-12)
                    let distances = wanted.map { $0 * (3 * $0 - 1) * (3 * $0 - 1) }
                    #expect(abs(squares - distances.reduce(0, +)) < 1e-12)
                    added.add(Spread(weight: Double(high), mean: [0], squares: 0), to: low..<high)
                    for leaf in low..<high { sums[leaf] += Double(high) }
                }
            }
            #expect(added.leaves().map(\.weight) == sums)
        }
    }
}

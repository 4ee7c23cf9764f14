import Records
import TestSupport
import Testing

@testable import SplitRegression

/// What opened numbers at risk, or a curve at every event, would tell of rows, and what is opened instead (training.md 5.13).
@Suite("Attacks on comparisons of levels") struct LevelAttackTests {
    /// Nearly all times are distinct; the level is a coin's.
    private static func data(rows: Int = 300) -> LevelVectors.Case {
        var generator = SplitMix(31)
        let time = (0..<rows).map { _ in (generator.uniform() * 20_000).rounded(.up) }
        let event = (0..<rows).map { _ in generator.uniform() < 0.6 ? "1" : "0" }.joined()
        let codes = (0..<rows).map { _ in generator.uniform() < 0.5 ? "1" : "0" }.joined()
        let times = stride(from: 2000.0, to: 20_000, by: 4000).map(\.self)
        return LevelVectors.Case(
            name: "", time: time, event: event, codes: codes, levels: 2, entry: nil, stratum: nil, times: times,
            rows: [], observed: [event.count { $0 == "1" }], expected: [], covariance: [], statistic: 0, p: 0,
            curves: [])
    }

    /// The level of each row that leaves alone between two events, read off numbers at risk at each of them.
    private static func read(_ atRisk: [Double], _ sets: RiskSets, _ data: LevelVectors.Case) -> [(
        row: Int, level: Int
    )] {
        (1..<sets.events).compactMap { k in
            let (later, earlier) = (data.time[sets.eventRows[k - 1]], data.time[sets.eventRows[k]])
            let left = data.time.indices.filter { data.time[$0] >= earlier && data.time[$0] < later }
            guard left.count == 1 else { return nil }
            return (left[0], abs(atRisk[k] - atRisk[k - 1] - 1) < abs(atRisk[k] - atRisk[k - 1]) ? 1 : 0)
        }
    }

    private static func hits(_ found: [(row: Int, level: Int)], _ data: LevelVectors.Case) -> Int {
        found.count { data.rowLevels.codes[$0.row] == $0.level }
    }

    @Test("Opened numbers at risk tell the level of every row that leaves alone; what is opened does not")
    func numbersAtRisk() async throws {
        let data = Self.data()
        let events = LevelEvents(data.survival, event: data.label, times: data.times)
        let counts = events.sets.sums(of: data.rowLevels.codes.map { Double($0) })
        let opened = Self.read(counts, events.sets, data)
        #expect(opened.count > 60 && Self.hits(opened, data) == opened.count)

        // With what A has in our protocol: rows, observed and expected events of both levels, and the survival at times with enough
        // events between them. Its best guess of numbers at risk is the level's share of the rows.
        let run = try await LevelRun(data, minimumCell: 11)
        let row = try #require(run.comparison.test?.levels.last)
        let share = Double(row.rows) / Double(data.time.count)
        let guess = Self.read(events.atRisk.map { Double($0) * share }, events.sets, data)
        let chance = 3 * (Double(guess.count) / 4).squareRoot()
        #expect(abs(Double(Self.hits(guess, data)) - Double(guess.count) / 2) < chance)
        // A's own view of the exchanges: answers are uniform, whatever the levels are.
        #expect(SimulatorTests.distance(run.views[0].answers) < 2.5)
        #expect(SimulatorTests.distance(run.views[1].answers) < 2.5)
    }

    @Test(
        "A curve at every event tells which events are a level's; one with a cell of events between its points does not"
    )
    func curves() async throws {
        let data = Self.data()
        let events = LevelEvents(data.survival, event: data.label, times: data.times)
        let atRisk = events.sets.sums(of: data.rowLevels.codes.map { Double($0) })
        // Steps of the curve at each event, the last time first.
        let levels = events.sets.eventRows.map { data.rowLevels.codes[$0] }
        let steps = levels.indices.map { levels[$0] == 1 ? 1 / atRisk[$0] : 0 }
        #expect(zip(steps, levels).allSatisfy { ($0 > 0) == ($1 == 1) })
        // The events between two declared times are at least 11 of each level that has a point there: among them A knows how many
        // are the level's at most, not which.
        let run = try await LevelRun(data, minimumCell: 11)
        for (index, time) in data.times.enumerated() {
            let before = index > 0 ? data.times[index - 1] : 0
            let rows = events.sets.eventRows.filter { data.time[$0] > before && data.time[$0] <= time }
            for (level, curve) in (run.comparison.curves ?? []).enumerated() {
                let own = rows.count { data.rowLevels.codes[$0] == level }
                let after = data.time.indices.count { data.time[$0] > time && data.rowLevels.codes[$0] == level }
                #expect((curve.points[index].survival != nil) == (min(own, after) >= 11), "\(time) \(level)")
            }
        }
    }
}

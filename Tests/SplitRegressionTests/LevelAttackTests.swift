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

    /// Who had both would have each row's level.
    @Test("What each holder has of a further party's levels is uniform, and would not be with shorter masks")
    func splitLevels() async throws {
        for missing in [0, 8] {
            let weakness = Weakness(missingBits: missing, kind: "split")
            let run = try await LevelRun(Self.data(), minimumCell: 11, owner: .further(0), weakness: weakness)
            #expect(run.furtherViews.count == 2)
            for view in run.furtherViews {
                let handed = view.words(of: "handover").flatMap { item in
                    item.words.map { PartyView.fraction($0, bits: item.bits) }
                }
                let distance = SimulatorTests.distance(handed)
                #expect(missing == 0 ? distance < 2.5 : distance > 5, "\(distance)")
            }
        }
    }

    /// All events up to the last declared time, nobody lost before it; few events of level 1 up to the first time, and few after the last.
    private static func fewAtTheEnds() -> LevelVectors.Case {
        var generator = SplitMix(7)
        let rows = 400
        func text(_ probability: (Int) -> Double) -> String {
            (0..<rows).map { generator.uniform() < probability($0) ? "1" : "0" }.joined()
        }
        let event = text { $0 < 200 ? 1 : 0.08 }
        let codes = text { $0 < 80 ? 0.05 : 0.5 }
        return LevelVectors.Case(
            name: "", time: (1...rows).map { Double($0) }, event: event, codes: codes, levels: 2, entry: nil,
            stratum: nil,
            times: [80, 200], rows: [], observed: [event.count { $0 == "1" }], expected: [], covariance: [],
            statistic: 0,
            p: 0, curves: [])
    }

    /// What the active party makes of points: a level's events up to a time, as long as nobody is lost before it.
    private static func events(_ survival: Double?, rows: Int) -> Int? {
        survival.map { Int(((1 - $0) * Double(rows)).rounded()) }
    }

    @Test(
        "A point that alone is withheld follows from the others; where a time is withheld as a whole, nothing follows")
    func withheldPoints() async throws {
        let data = Self.fewAtTheEnds()
        let codes = data.rowLevels.codes
        let (sizes, all) = (data.rowLevels.counts(levels: 2), 80)
        let truth = codes[..<all].count { $0 == 1 }
        #expect(truth > 0 && truth < 11 && all - truth >= 11)
        // By a rule for each level alone, level 0 shows its point to 17 bits.
        let shown = (Double(sizes[0] - (all - truth)) / Double(sizes[0]) * 0x1p17).rounded() / 0x1p17
        #expect(Self.events(shown, rows: sizes[0]).map { all - $0 } == truth)
        let run = try await LevelRun(data, minimumCell: 11, hasTest: false)
        let curves = try #require(run.comparison.curves)
        #expect(curves.allSatisfy { $0.points[0].survival == nil && $0.points[1].survival != nil })
        // Level by level, two times: what is opened of the first time is 0 whatever the levels are.
        #expect([0, 2].allSatisfy { abs(run.results.levelCurves[$0]) <= 0x1p-17 })
        // Of the second time each level has its eleven events.
        for (level, curve) in curves.enumerated() {
            let found = try #require(Self.events(curve.points[1].survival, rows: sizes[level]))
            #expect(found == codes[..<200].count { $0 == level } && found >= 11)
        }
    }

    @Test("A test and a curve give the events after its last time, unless these are a cell as well")
    func eventsAfter() async throws {
        let data = Self.fewAtTheEnds()
        let codes = data.rowLevels.codes
        let later = (0..<2).map { level in
            data.label.indices.count { $0 >= 200 && data.label[$0] == 1 && codes[$0] == level }
        }
        #expect(later.contains { $0 < 11 })
        let (sizes, without) = (
            data.rowLevels.counts(levels: 2), try await LevelRun(data, minimumCell: 11, hasTest: false)
        )
        let run = try await LevelRun(data, minimumCell: 11)
        let test = try #require(run.comparison.test)
        for (level, row) in test.levels.enumerated() {
            // The points of a job without a test, beside a test.
            let point = try #require(without.comparison.curves)[level].points[1]
            let upTo = try #require(Self.events(point.survival, rows: sizes[level]))
            #expect(row.observed - upTo == later[level])
        }
        #expect(run.comparison.curves?.allSatisfy { $0.points.allSatisfy { $0.survival == nil } } == true)
        #expect(run.results.levelCurves.allSatisfy { abs($0) <= 0x1p-17 })
    }
}

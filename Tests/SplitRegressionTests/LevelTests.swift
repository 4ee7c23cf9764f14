import Records
import TestSupport
import Testing

@testable import SplitRegression

/// Levels compared in clear and in shares against another program's numbers (training.md 5.13).
@Suite("Log-rank tests and curves by level") struct LevelTests {
    private static func compare(
        _ found: LevelComparison, _ wanted: LevelVectors.Case, tolerance: Double, minimumCell: Int = 1
    ) throws {
        let test = try #require(found.test)
        #expect(test.levels.map(\.rows) == wanted.rows && test.levels.map(\.observed) == wanted.observed)
        for (level, row) in test.levels.enumerated() {
            #expect(abs(row.expected - wanted.expected[level]) < tolerance, "\(wanted.name) \(level)")
            // The last one is a sum of all that were opened.
            #expect(abs(row.variance - wanted.covariance[level][level]) < 5 * tolerance, "\(wanted.name) \(level)")
        }
        #expect(abs((test.chiSquared ?? -1) / wanted.statistic - 1) < 20 * tolerance, "\(wanted.name)")
        #expect(abs((test.pValue ?? -1) - wanted.p) < 20 * tolerance && test.degreesOfFreedom == wanted.levels - 1)
        #expect((found.curves?.count ?? 0) == wanted.curves.count)
        for (curve, known) in zip(found.curves ?? [], wanted.curves) {
            for (index, point) in curve.points.enumerated() {
                guard wanted.isShown(index, minimumCell: minimumCell) else {
                    #expect(point.survival == nil)
                    continue
                }
                let survival = try #require(point.survival)
                #expect(
                    abs(survival - known.survival[index]) < tolerance, "\(wanted.name) \(curve.level) \(point.time)")
            }
        }
    }

    @Test("In clear, of a column of the active party's own") func own() throws {
        for wanted in try LevelVectors.read().tests {
            let plan = wanted.plan(owner: nil)
            let events = LevelEvents(wanted.survival, event: wanted.label, times: wanted.times)
            // A curve of few events is drawn too: its rows are the active party's.
            try Self.compare(
                LevelComparison(plan, events, wanted.rowLevels), wanted, tolerance: 1e-9, minimumCell: 0)
        }
    }

    @Test("In shares: two levels, four, strata, delayed entry with ties", arguments: 0..<4)
    func shared(_ index: Int) async throws {
        let wanted = try LevelVectors.read().tests[index]
        let run = try await LevelRun(wanted)
        try Self.compare(run.comparison, wanted, tolerance: 2e-5)
        #expect(run.passiveResults.levelTest.isEmpty && run.passiveResults.levelCurves.isEmpty)
    }

    @Test("The same of a further party's column, of which the helper has words alone", arguments: [1, 3])
    func further(_ index: Int) async throws {
        let wanted = try LevelVectors.read().tests[index]
        let run = try await LevelRun(wanted, owner: .further(0))
        try Self.compare(run.comparison, wanted, tolerance: 2e-5)
        #expect(run.passiveResults.levelTest.isEmpty && run.passiveResults.levelCurves.isEmpty)
    }

    @Test(
        "Times with a level of fewer events, before or after, than the smallest cell are withheld, the others are not")
    func smallIntervals() async throws {
        let wanted = try LevelVectors.read().tests[1]
        let run = try await LevelRun(wanted, minimumCell: 12)
        try Self.compare(run.comparison, wanted, tolerance: 2e-5, minimumCell: 12)
        for curve in run.comparison.curves ?? [] {
            // Five events of a level up to the first time, eleven after the last.
            #expect(curve.points.map { $0.survival != nil } == [false, true, false])
        }
        let without = try await LevelRun(wanted, minimumCell: 12, hasTest: false)
        for curve in without.comparison.curves ?? [] {
            #expect(curve.points.map { $0.survival != nil } == [false, true, true])
        }
    }

    @Test("A time that nobody's event follows needs none after it")
    func lastTime() async throws {
        var wanted = try LevelVectors.read().tests[3]
        let curves = wanted.curves
        // Events after the last time become rows without one.
        let last = try #require(wanted.times.last)
        wanted.event = String(zip(wanted.event, wanted.time).map { $1 > last ? "0" : $0 })
        wanted.observed = curves.map { $0.events.reduce(0, +) }
        let run = try await LevelRun(wanted, minimumCell: 5)
        for (curve, known) in zip(run.comparison.curves ?? [], curves) {
            let shown = curve.points.map { $0.survival != nil }
            #expect(shown == [true, true, true])
            #expect(zip(curve.points, known.survival).allSatisfy { abs(($0.survival ?? 0) - $1) < 2e-5 })
        }
    }

    @Test("A cell is large enough from the smallest cell on, not one event below")
    func boundary() async throws {
        let wanted = try LevelVectors.read().tests[0]
        let fewest = try #require(wanted.observed.min())
        let kept = try await LevelRun(wanted, minimumCell: fewest).comparison.test
        let withheld = try await LevelRun(wanted, minimumCell: fewest + 1).comparison.test
        #expect(kept?.chiSquared != nil && withheld?.chiSquared == nil)
    }

    @Test(
        "A level of few events: nothing but that is opened, whatever the others are",
        arguments: [PassivePlace.sharing, .further(0)])
    func fewEvents(_ owner: PassivePlace) async throws {
        let data = try LevelVectors.read().tests[4]
        let run = try await LevelRun(data, minimumCell: 3, owner: owner)
        let test = try #require(run.comparison.test)
        #expect(test.levels.isEmpty && test.chiSquared == nil)
        #expect(test.withheld == "some level has fewer than 3 rows with an event, or without one")
        // To the last bit but one of what is opened.
        #expect(run.results.levelTest.allSatisfy { abs($0) <= 0x1p-16 }, "\(run.results.levelTest)")
        #expect(run.results.levelCurves.count == 4 && run.results.levelCurves.allSatisfy { abs($0) <= 0x1p-17 })
    }

    @Test("Strata that are the levels: covariances of 0, opened with their rounding, give no statistic")
    func nothingToCompare() {
        for noise in [0, 0x1p-16, -0x1p-16] {
            var covariance = SymmetricMatrix(order: 1)
            covariance[0, 0] = noise
            let test = LevelTest(
                levels: ["a", "b"], rows: [20, 20], observed: [12, 12], expected: [12 + noise, 12],
                covariance: covariance)
            #expect(test.chiSquared == nil && test.withheld == "a level is at risk at no event, or alone at each")
        }
    }

    @Test("Messages and results have the same form whatever times, events and levels are")
    func shapes() async throws {
        let data = try LevelVectors.read().tests[4]
        let one = try await LevelRun(data, room: 90)
        let text = String(data.event.reversed())
        let other = LevelVectors.Case(
            name: "", time: data.time.reversed().map { $0 * 2 }, event: text, codes: String(data.codes.sorted()),
            levels: 2, entry: nil, stratum: nil, times: [3, 4], rows: [], observed: [0], expected: [], covariance: [],
            statistic: 0, p: 0, curves: [])
        let two = try await LevelRun(other, room: 90)
        for (first, second) in zip(one.views, two.views) { #expect(first.shapes == second.shapes) }
        #expect(one.results.levelTest.count == two.results.levelTest.count)
    }

    @Test("Numbers of iterations, rounds and results are those of the page")
    func numbers() throws {
        let vectors = try LevelVectors.read()
        func facts(rows: Int, cell: Int = 1) throws -> TrainingFacts {
            var facts = TrainingFacts(
                family: .cox, rows: rows, activeColumns: 2, passiveColumns: 2, penalty: 0, tolerance: 1e-3,
                maximumPasses: 10, modulusBits: 2048, computesStandardErrors: true, opensLoss: true, opensBrier: false,
                scaleBits: 0, weightBits: 2, rowBits: 4, events: 10)
            facts.comparison = LevelFacts(levels: 2, hasTest: true, times: 1, minimumCell: cell)
            return facts
        }
        for item in vectors.signs {
            let found = try facts(rows: 1 << item[0])
            let comparison = try #require(found.comparison)
            #expect(found.stretchedSigns(comparison) == item[1] && found.levelSigns(comparison) == item[2])
            let ofCell = try facts(rows: 2, cell: 1 << item[0])
            #expect(ofCell.levelSigns(try #require(ofCell.comparison)) == item[2])
        }
        for item in vectors.reciprocals { #expect(try facts(rows: item[0]).levelStretches.count == item[1]) }
        for item in vectors.suffixes {
            let found = TrainingFacts.suffixRounds(item.places).map { $0.map { [$0.0, $0.1] } }
            #expect(found == item.rounds, "\(item.places)")
        }
        for item in vectors.numbers { #expect(TrainingFacts.levelTestNumbers(item[0]) == item[1]) }
    }

    @Test("Levels that are not those of the rows, and levels with too few rows, end before anything is sent")
    func refused() throws {
        let data = try LevelVectors.read().tests[4]
        #expect(throws: TrainingError.invalidPlan("a level of 'c' has fewer rows than the smallest cell")) {
            try data.rowLevels.check(data.plan(minimumCell: 5), rows: data.time.count)
        }
        try data.rowLevels.check(data.plan(minimumCell: 4), rows: data.time.count)
        // The active party's own rows may be few.
        try data.rowLevels.check(data.plan(minimumCell: 5, owner: nil), rows: data.time.count)
        // A withheld number times what is left of an indicator would show.
        try data.plan().check(rows: 1 << 20)
        try data.plan(owner: nil).check(rows: 1 << 24)
        #expect(throws: TrainingError.self) { try data.plan().check(rows: 1 << 20 | 1) }
        for codes in [[0, 1], [0, 2, 1], [0, -1, 1]] {
            #expect(throws: TrainingError.invalidPlan("levels are not those of the rows")) {
                try LevelCodes(codes: codes).check(data.plan(), rows: 3)
            }
        }
        for (levels, times) in [(["a"], []), (["a", "a"], []), (["a", "b"], [2.0, 1]), (["a", "b"], [0])] {
            let plan = LevelPlan(
                owner: .sharing, column: "c", levels: levels, hasTest: true, times: times, minimumCell: 1)
            #expect(throws: TrainingError.self) { try plan.validate() }
        }
    }
}

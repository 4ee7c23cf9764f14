import Records
import SecureSums
import TestSupport
import Testing
import Wire

@testable import PooledRegression

/// Survival of five hospitals' rows against that of the pooled table.
@Suite struct CurveTests {
    private func design(_ reference: StatisticReferences.Curves) -> CurveDesign {
        CurveDesign(
            times: reference.declared, group: reference.group.map { .init(name: $0, levels: ["no", "yes"]) },
            smallestCell: reference.least)
    }

    @Test func curvesEqualThoseOfThePooledTable() async throws {
        for reference in try StatisticReferences.load().curves {
            let design = design(reference)
            let settings = try Site.settings(5, coalition: 1)
            let sites = try (0..<5).map { site in
                let table = try StatisticReferences.site(site)
                return CurveRows(
                    time: table.column("days"), event: table.column("cens"), group: table.codes(reference.group))
            }
            let results = try await Computation.run(settings) { own, mesh in
                let curves = try PooledCurves(design, rows: sites[own], settings, secret: Computation.secret(own))
                return try await curves.run(over: mesh, from: Computation.start(settings))
            }
            let outcomes = try results.map { try $0.get() }
            #expect(outcomes.count == 5 && outcomes.allSatisfy { $0 == outcomes[0] })
            try compare(outcomes[0], reference)
        }
    }

    private func compare(_ outcome: CurveOutcome, _ reference: StatisticReferences.Curves) throws {
        #expect(outcome.times == reference.times)
        #expect(outcome.rounds == reference.steps + 1)
        #expect(outcome.curves.count == reference.curves.count)
        for (curve, expected) in zip(outcome.curves, reference.curves) {
            #expect(curve.rows == expected.rows && curve.events == expected.events)
            #expect(curve.median == expected.median)
            #expect(curve.points.count == expected.survival.count)
            for (point, (survival, error)) in zip(curve.points, zip(expected.survival, expected.errors)) {
                #expect(abs(point.survival - survival) < 1e-12)
                #expect(abs(point.standardError - error) < 1e-12)
                let (low, high) = (try #require(point.confLow), try #require(point.confHigh))
                #expect(low <= survival && survival <= high && high <= 1)
            }
        }
        guard let chiSquared = reference.chiSquared, let pValue = reference.pValue else {
            #expect(outcome.test == nil)
            return
        }
        let test = try #require(outcome.test)
        #expect(abs(try #require(test.chiSquared) - chiSquared) < 1e-8 * chiSquared)
        #expect(abs(try #require(test.pValue) - pValue) < 1e-8)
        let (observed, expected) = (test.levels.map(\.observed).reduce(0, +), test.levels.map(\.expected).reduce(0, +))
        #expect(abs(Double(observed) - expected) < 1e-9 * expected)
    }

    // MARK: Attacks

    private func programs(
        _ times: [[Double]], grid: [Double], smallest: Int, events: [[Double]]? = nil
    ) throws -> [CourseProgram<CurveCourse>] {
        let settings = try Site.settings(times.count, coalition: 1)
        let start = try CurveCourse(CurveDesign(times: grid, smallestCell: smallest), settings)
        return try times.enumerated().map { site, times in
            let rows = CurveRows(time: times, event: events?[site] ?? times.map { _ in 1 })
            return CourseProgram(
                start: start, siteCount: settings.parties.count,
                own: .init(rows: rows, input: RowsHash.of(rows.hash), secret: try Computation.secret(site)))
        }
    }

    /// Times of death of single people, from a grid of days; with a smallest cell of 1 (no rule) each is read.
    @Test func closeTimesDoNotTellOfFew() throws {
        var generator = SplitMix(5)
        let times = (0..<4).map { _ in (0..<60).map { _ in Double(Int(generator.uniform(1...80))) } }
        let grid = (1...80).map { Double($0) }
        func counts(_ smallest: Int) throws -> [Int] {
            let programs = try programs(times, grid: grid, smallest: smallest)
            let sums = try Computation.sums(programs)
            let outcome = try programs[0].end(of: sums).outcome(sites: [], rounds: 0)
            // The first site takes off its own.
            return outcome.curves[0].points.enumerated().map { place, point in
                let from = place == 0 ? 0 : outcome.times[place - 1]
                return point.events - times[0].count { $0 > from && $0 <= point.time }
            }
        }
        #expect(try counts(1).contains(1))
        for smallest in [5, 11, 20] {
            let found = try counts(smallest)
            #expect(found.count > 1 && found.reduce(0, +) == 180)
            #expect(found.allSatisfy { $0 == 0 || $0 >= smallest }, "\(smallest) \(found)")
        }
    }

    /// Votes on neighbouring splits tell between which two times a cell gets the row that makes it large enough: that single people left
    /// there. One split of a window is asked about, and windows that are asked about share no more than a border or hold each other.
    @Test func votesDoNotTellOfNeighbouringTimes() throws {
        // At the second site four leave early and one on day 50.
        let times = [
            (1...60).map { Double($0) }, [3, 9, 20, 40, 50] + Array(repeating: 80, count: 30),
            Array(repeating: 85, count: 40),
        ]
        let programs = try programs(times, grid: (1...90).map { Double($0) }, smallest: 5)
        let rule = programs[0].start.rule
        // The weaker way: all splits of the middle third in one step.
        let answers = (30...60).map { split in
            times.dropFirst().contains { times in
                let early = times.count { $0 <= Double(split) }
                return rule.objects(to: [early, times.count - early], by: .noneOrMany)
            }
        }
        let turn = try #require(answers.firstIndex(of: false)) + 30
        #expect(turn == 50 && times.dropFirst().joined().count { $0 > Double(turn - 1) && $0 <= Double(turn) } == 1)

        var steps: [[TimeGrid.Window]] = []
        var course = programs[0].start
        while course.phase == .grid {
            steps.append(Array(course.grid.asked.joined()))
            try course.take(Computation.total(try programs.map { try $0.contribution(to: course) }))
        }
        #expect(steps == [[0..<90], [0..<45, 45..<90], [0..<45, 45..<90]] && course.grid.times == [90])
    }

    @Test func windowsAreHalved() throws {
        #expect(TimeGrid.halves(0..<2) == [0..<1, 1..<2] && TimeGrid.halves(4..<7) == [4..<5, 5..<7])
        var grid = try TimeGrid([1, 2, 3, 4])
        #expect(throws: PooledError.smallCell("the times", smallest: 3)) {
            var grid = grid
            try grid.take([7], smallest: 3)
            try grid.take([7], smallest: 3)
        }
        try grid.take([0], smallest: 3)
        #expect(grid.asked == [[0..<2, 2..<4]] && grid.name == "grid 2")
        // Neither by the one condition nor by the other: what is opened is the whole.
        try grid.take([1], smallest: 3)
        #expect(grid.asked == [[0..<2, 2..<4]] && grid.name == "grid 2, shares")
        try grid.take([1], smallest: 3)
        #expect(grid.isFinal && grid.times == [4])
    }

    /// The second condition is asked of what did not pass by the first alone: asked of more, it would say that a site has none.
    @Test func sharesAreAskedOfWhatDidNotPass() {
        var ballot = Ballot([true, true, false])
        ballot.take([0, 5, 6])
        #expect(ballot.asked == [1] && ballot.condition == .shares && !ballot.isDone)
        ballot.take([0])
        #expect(ballot.isDone && ballot.passed == [true, true, false])
    }

    /// All but one have the event: who has not would be a cell of one.
    @Test func fewWithoutAnEventEndTheCurves() throws {
        let times = (0..<3).map { _ in (1...20).map { Double($0) } }
        let one = [[Double](repeating: 1, count: 20), [Double](repeating: 1, count: 19) + [0]]
        let programs = try programs(times, grid: [10, 20], smallest: 5, events: [one[0], one[0], one[1]])
        #expect(throws: PooledError.smallCell("the times", smallest: 5)) { try Computation.sums(programs) }
        let all = try self.programs(times, grid: [10, 20], smallest: 5)
        _ = try all[0].end(of: try Computation.sums(all))
    }

    /// A product that is 1/2 but for rounding.
    @Test func theMedianIsWhereSurvivalIsOneHalf() {
        let counts = RiskCounts(nil, events: [1, 1, 3, 3, 3, 2, 0], others: [0, 0, 0, 0, 0, 0, 13])
        #expect(counts.atRisk == [26, 25, 24, 21, 18, 15, 13])
        #expect(counts.curve([1, 2, 3, 4, 5, 6, 7]).median == 6)
    }

    /// Numbers of a site that deviates end the curves by name: no sum of counts is out of range.
    @Test func hugeCountsAreImpossible() throws {
        let times = (0..<3).map { _ in (1...20).map { Double($0) } }
        let programs = try programs(times, grid: [5, 10, 15, 20], smallest: 5)
        var sums = try Computation.sums(programs)
        let last = sums.count - 1
        #expect(sums[last].values.count == 8)
        sums[last].values = sums[last].values.map { _ in UInt128(1) << 113 }
        #expect(throws: PooledError.impossibleSums("the times")) {
            try programs[0].end(of: sums).outcome(sites: [], rounds: 0)
        }
        #expect(throws: SumError.self) {
            var sums = sums
            sums[0].sites = [0, 1]
            _ = try programs[0].end(of: sums)
        }
    }

    @Test func badRowsAndDesigns() throws {
        let settings = try Site.settings(3, coalition: 1)
        func error(_ design: CurveDesign, _ rows: CurveRows) -> PooledError? {
            do {
                _ = try PooledCurves(design, rows: rows, settings, secret: Computation.secret(0))
                return nil
            } catch { return error as? PooledError }
        }
        let rows = CurveRows(
            time: [1, 2] + Array(repeating: 2, count: 20), event: [0, 1] + Array(repeating: 1, count: 20))
        #expect(error(CurveDesign(times: [1, 2]), rows) == nil)
        #expect(error(CurveDesign(times: [1, 2], smallestCell: 23), rows) == .smallCell("all rows", smallest: 23))
        for smallest in [0, -5, .max] {
            #expect(error(CurveDesign(times: [1, 2], smallestCell: smallest), rows) != nil)
        }
        for times in [[], [0, 1], [2, 1], [1, 1], [1, .infinity], (1...101).map { Double($0) }] {
            #expect(error(CurveDesign(times: times), rows) != nil, "\(times)")
        }
        let design = CurveDesign(times: [1])
        #expect(error(design, CurveRows(time: [0, 1], event: [0, 1])) == .badRows("a time is not above 0", row: 0))
        #expect(
            error(design, CurveRows(time: [1, 1], event: [0, 2])) == .badRows("an event is neither 0 nor 1", row: 1))
        #expect(error(design, CurveRows(time: [1, 1], event: [0])) != nil)
        #expect(error(design, CurveRows(time: [], event: [])) != nil)
        let group = CurveDesign(times: [1], group: .init(name: "arm", levels: ["a", "b"]))
        #expect(error(group, rows) != nil)
        let wrong = CurveRows(time: [1, 2], event: [0, 1], group: [0, 5])
        #expect(error(group, wrong) == .badRows("there is no such group", row: 1))
    }
}

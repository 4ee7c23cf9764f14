import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// Proportional hazards over several parties under encryption, inspected as they run, against Newton's method on the joined table.
@Suite("Proportional hazards over several parties", .serialized) struct SeveralSurvivalTrainingTests {
    private static func data(
        _ parties: SeveralParties, _ plan: TrainingPlan, _ survival: SurvivalColumns
    ) throws -> SimulatedFitTests.Case {
        let columns = try parties.designs(plan).map(\.columns)
        var data = SimulatedFitTests.Case(
            active: columns[0], passive: Array(columns[1...].joined()), label: parties.label)
        (data.survival, data.ties) = (survival, plan.ties)
        return data
    }

    private static func check(
        _ terms: [FittedTerm], _ pooled: (coefficients: [Double], errors: [Double])
    ) {
        #expect(terms.count == pooled.coefficients.count)
        for (j, term) in terms.enumerated() {
            let wanted = pooled.errors[j]
            #expect(abs(term.standardized - pooled.coefficients[j]) < 1e-3 * wanted, "\(term.term)")
            let found = (term.standardError ?? 0) * term.standardized / term.estimate
            #expect(abs(found / wanted - 1) < 1e-3, "\(term.term)")
        }
    }

    /// Columns of further parties in one ciphertext of the helper's, and in two; levels are compared, too: of a column of the helper's,
    /// then of the last party's.
    @Test(
        "Coefficients, likelihood, tests, curve, concordance and levels of three and four parties",
        arguments: [[1, 1, 1], [1, 1, 2, 2]])
    func equalsThePooledFit(_ counts: [Int]) async throws {
        let (table, made) = SurvivalTrainingTests.table(passive: counts[1...].reduce(0, +))
        let survival = SurvivalColumns(time: made.time)
        let parties = try SeveralParties(table, counts: counts)
        var given = TrainingPlan(family: .cox, maximumPasses: 30, keyBits: 768, revealScores: true)
        (given.mostEvents, given.times, given.minimumScoreColumns) = (50, [3, 9, 14], 1)
        let owner = counts.count == 3 ? 1 : 3
        given.comparison = LevelPlan(
            owner: owner == 1 ? .sharing : .further(owner - 2), column: "c", levels: ["x", "y"], hasTest: true,
            times: [6], minimumCell: 3)
        let codes = LevelCodes(codes: (0..<60).map { $0 * 7 % 11 % 2 })
        let plan = try parties.plan(given)
        let fits = try await parties.train(plan, survival: survival, levels: codes, levelsAt: owner).map {
            try $0.get()
        }
        try Self.checkLevels(fits, plan, LevelEvents(survival, event: table.label, times: [6]), codes)
        let data = try Self.data(parties, plan, survival)
        let pooled = try SurvivalFitTests.pooled(data)
        let terms = fits.flatMap(\.terms)
        Self.check(terms, (pooled.coefficients, pooled.errors))
        let summary = fits[0].summary
        #expect(summary.parameters == counts.reduce(0, +) && summary.converged)
        #expect(abs((summary.logLikelihood ?? 0) + pooled.loss) < 2e-3)
        #expect(abs((summary.likelihoodRatio ?? 0) - 2 * (pooled.nullLoss - pooled.loss)) < 4e-3)
        #expect(abs((summary.wald ?? 0) - pooled.wald) < 0.01 && abs((summary.score ?? 0) - pooled.score) < 0.01)
        for fit in fits[1...] {
            #expect(fit.summary.events == nil && fit.summary.logLikelihood == nil && fit.curve == nil)
            #expect(fit.scores == nil && fit.metrics == nil)
        }
        let curve = try #require(fits[0].curve)
        let sets = SplitRegression.RiskSets(survival, event: table.label, ties: .efron)
        let columns = data.active + data.passive
        let hazards = sets.sums(
            of: linearPredictor(columns: columns, coefficients: pooled.coefficients).map { ElementaryFunctions.exp($0) }
        )
        for point in curve {
            let wanted = zip(hazards, sets.eventRows).reduce(0) {
                $0 + (survival.time[$1.1] <= point.time ? 1 / $1.0 : 0)
            }
            #expect(abs(point.cumulativeHazard / wanted - 1) < 1e-3)
        }
        let z = linearPredictor(columns: columns, coefficients: terms.map(\.standardized))
        let expected = try #require(ScoreMetrics(z, event: table.label, sets).concordance)
        #expect(abs((fits[0].metrics?.concordance ?? 0) - expected) < 1e-3)
    }

    /// As the active party has them of a column of its own.
    private static func checkLevels(
        _ fits: [TrainingOutcome], _ plan: TrainingPlan, _ events: LevelEvents, _ codes: LevelCodes
    ) throws {
        let own = LevelComparison(try #require(plan.comparison), events, codes)
        let found = try #require(fits[0].comparison)
        let (test, wanted) = (try #require(found.test), try #require(own.test))
        #expect(test.levels.map(\.observed) == wanted.levels.map(\.observed))
        #expect(abs((test.chiSquared ?? -1) / (wanted.chiSquared ?? 0) - 1) < 1e-3)
        let points = try zip(#require(found.curves), #require(own.curves))
        for (one, other) in points.map({ ($0.points[0].survival ?? -1, $1.points[0].survival ?? 1) }) {
            #expect(abs(one - other) < 2e-5)
        }
        #expect(fits[1...].allSatisfy { $0.comparison == nil })
    }

    @Test("Strata, entries, case weights, offsets and robust errors, by Breslow")
    func weighted() async throws {
        let (table, made) = SurvivalTrainingTests.table(passive: 2)
        var survival = made
        survival.entry = made.time.enumerated().map { $0 % 3 == 0 ? ($1 / 2).rounded(.down) : 0 }
        let parties = try SeveralParties(table, counts: [1, 1, 1])
        var given = TrainingPlan(family: .cox, maximumPasses: 30, keyBits: 768)
        (given.isWeighted, given.hasOffset, given.covariance, given.ties) = (true, true, .hc0, .breslow)
        let plan = try parties.plan(given)
        let weight = (0..<60).map { (row: Int) -> Double in row % 3 == 0 ? 1.0 : Double(1 + row % 7) / 2 }
        let offset = (0..<60).map { (row: Int) -> Double in Double(row % 5) / 8 }
        let fits = try await parties.train(plan, offset: offset, weight: weight, survival: survival)
            .map { try $0.get() }
        var data = try Self.data(parties, plan, survival)
        (data.weight, data.offset) = (weight, offset)
        let pooled = try SurvivalFitTests.pooled(data, isRobust: true)
        Self.check(fits.flatMap(\.terms), (pooled.coefficients, pooled.errors))
        #expect(fits[0].summary.wald == nil && abs((fits[0].summary.score ?? 0) / pooled.score - 1) < 1e-3)
    }

    /// Messages of the training that some party sent.
    private static func sent(_ parties: [Int], _ sessions: SiteSessions) throws -> Int {
        try parties.flatMap { sessions.recorders[$0].values }.flatMap { $0.entries(of: .outgoing) }.count {
            (0x0200..<0x0300).contains(try Record(encoded: $0.record).type.rawValue)
        }
    }

    @Test("Too many events end it before the active party sends anything, levels that nobody has before it does")
    func refusals() async throws {
        let (table, survival) = SurvivalTrainingTests.table()
        let parties = try SeveralParties(table, counts: [1, 1, 1])
        var plan = try parties.plan(TrainingPlan(family: .cox, maximumPasses: 30, keyBits: 768))
        plan.mostEvents = 10
        var sessions = try await parties.sessions(plan)
        let few = try await parties.train(plan, survival: survival, over: sessions)
        #expect(throws: TrainingError.invalidPlan("more events than the job has room for")) { try few[0].get() }
        for end in few[1...] { #expect(throws: (any Error).self) { try end.get() } }
        #expect(try Self.sent([0], sessions) == 0)
        plan.mostEvents = nil
        plan.comparison = LevelPlan(
            owner: .sharing, column: "c", levels: ["x", "y"], hasTest: true, times: [], minimumCell: 3)
        sessions = try await parties.sessions(plan)
        let without = try await parties.train(plan, survival: survival, over: sessions)
        #expect(throws: TrainingError.invalidPlan("levels are not those of the job")) { try without[1].get() }
        #expect(try Self.sent([1], sessions) == 0)
        // A further party that has the column looks at its levels first.
        plan.comparison?.owner = .further(0)
        sessions = try await parties.sessions(plan)
        let codes = LevelCodes(codes: (0..<60).map { $0 < 2 ? 1 : 0 })
        let small = try await parties.train(plan, survival: survival, levels: codes, levelsAt: 2, over: sessions)
        #expect(throws: TrainingError.invalidPlan("a level of 'c' has fewer rows than the smallest cell")) {
            try small[2].get()
        }
        #expect(try Self.sent([2], sessions) == 0)
        plan.comparison?.owner = .further(1)
        #expect(throws: TrainingError.self) { try plan.validate() }
    }
}

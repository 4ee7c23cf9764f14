import Paillier
import Records
import Testing

@testable import SplitRegression

/// Fits that nobody ran, for estimates: their steps are the program's own.
@Suite("Courses and what they take") struct CourseTests {
    private func plan(_ family: ModelFamily, others: [Int] = [], events: Int? = nil, robust: Bool = false)
        -> TrainingPlan
    {
        TrainingPlan(
            family: family, mostEvents: events, activeColumns: 6, passiveColumns: 5, otherColumns: others,
            keyBits: 2048,
            standardErrors: true, covariance: robust ? .hc0 : .classical, revealScores: false, revealFit: true)
    }

    @Test(arguments: ModelFamily.allCases, [(1, 0), (6, 1), (9, 4)])
    func coursesTakeSoManyPassesAndRefreshes(_ family: ModelFamily, _ asked: (passes: Int, refreshes: Int)) throws {
        let plan = plan(family)
        let facts = plan.facts(rows: 3000, heldOut: 0, Announcement(typicalOf: plan.response))
        let course = AssumedCourse(passes: asked.passes, refreshes: asked.refreshes)
        let steps = try #require(course.steps(of: facts))
        guard family != .linear else { return #expect(steps.contains(.residualSum)) }
        let trials = steps.prefix { if case .coefficients = $0 { false } else { true } }
        let passes = trials.count { if case .move = $0 { true } else { false } }
        // The last step is taken without another look; with theta estimated the first fit is gone on from.
        #expect((asked.passes...asked.passes + 3).contains(passes))
        let refreshes = trials.count { if case .information = $0 { true } else { false } }
        #expect(refreshes == (facts.hasConstantWeights ? 0 : asked.refreshes))
    }

    /// What is taken for typical is what a session accepts.
    @Test(arguments: ModelFamily.allCases)
    func typicalBoundsAreAllowed(_ family: ModelFamily) {
        let plan = plan(family)
        #expect(plan.allows(Announcement(typicalOf: plan.response)))
    }

    /// Sums have room for so many rows and no more: a session that could not open them ends before its first step.
    @Test(arguments: ModelFamily.allCases.filter { $0 != .linear })
    func roomForRows(_ family: ModelFamily) throws {
        let plan = plan(family)
        func facts(_ rows: Int) -> TrainingFacts {
            plan.facts(rows: rows, heldOut: 0, Announcement(typicalOf: plan.response))
        }
        let most = try #require(plan.mostRows(1 << 40))
        #expect(most >= 1 << 15 && plan.mostRows(most) == nil && plan.mostRows(most + 1) == most)
        #expect(throws: TrainingError.tooManyRows(rows: most + 1, most: most)) { try facts(most + 1).demandRoom() }
        // The program's own steps go as far as that, and no farther.
        let course = AssumedCourse(passes: 4)
        func exchanges(_ rows: Int) throws {
            for step in try #require(course.steps(of: facts(rows))) { _ = try facts(rows).exchanges(of: step) }
        }
        try exchanges(most)
        #expect(throws: TrainingError.self) { try exchanges(most + 1) }
    }

    /// Few results have a full power each; more at once, or twice as many in all, are served from bases, which are made once.
    @Test func basesAreMadeOnceAndOnlyForMany() throws {
        var schedule = NonceSchedule()
        var work = Workload()
        work.addMasks(20, atOnce: 20, &schedule)
        #expect(work.fullMasks == 20 && work.bases == 0)
        work.addMasks(100, atOnce: 30, &schedule)
        #expect(work.fullMasks == 50 && work.bases == 1 && work.masks == 70)
        work.addMasks(5, atOnce: 5, &schedule)
        #expect(work.fullMasks == 50 && work.bases == 1 && work.masks == 75)
        func total(_ others: [Int]) throws -> Workload {
            try #require(try TrainingWork(plan(.linear, others: others), rows: 500, course: AssumedCourse(passes: 1)))
                .total
        }
        // Both evaluators of the holders have many results; of the sessions with a further party the party alone has.
        let (two, three) = (try total([]), try total([3]))
        #expect(two.bases == 2 && two.fullMasks > 0 && three.bases < 6 && three.bases >= 2)
        #expect(three.fullMasks > two.fullMasks)
    }

    /// Refreshes, iterations, parties and events cost something, each in its place.
    @Test func workIsWhereItBelongs() throws {
        func work(_ plan: TrainingPlan, _ course: AssumedCourse, rows: Int = 3000) throws -> TrainingWork {
            try #require(try TrainingWork(plan, rows: rows, course: course))
        }
        let quick = try work(plan(.logistic), AssumedCourse(passes: 4))
        let slow = try work(plan(.logistic), AssumedCourse(passes: 8, refreshes: 2, isHard: true))
        for phase in [TrainingWork.Phase.inverse, .passes, .information] {
            let (few, many) = (quick.work[phase], slow.work[phase])
            #expect(try #require(few).evaluatorProducts < #require(many).evaluatorProducts)
        }
        let twice = try work(plan(.logistic), AssumedCourse(passes: 4), rows: 6000)
        let ratio = twice.total.bytes / quick.total.bytes
        #expect((1.7...2.0).contains(ratio))
        #expect(try #require(quick.matrices[.inverse]) == #require(twice.matrices[.inverse]))
        let three = try work(plan(.logistic, others: [3]), AssumedCourse(passes: 4))
        #expect(three.total.encryptions > quick.total.encryptions)
        let (few, many) = (
            try work(plan(.cox, events: 100), AssumedCourse(passes: 4)),
            try work(plan(.cox, events: 2000), AssumedCourse(passes: 4))
        )
        #expect(many.total.evaluatorProducts > 1.3 * few.total.evaluatorProducts)
    }
}

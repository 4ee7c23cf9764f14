import Records
import Testing
import Wire

@testable import SplitRegression

/// The public path with keys of the least size that it allows.
@Suite("Keys of 2048 bits")
struct RealKeyTests {
    @Test("Linear regression of the diabetes example, as shipped")
    func diabetes() async throws {
        let cohort = try Cohort.diabetes()
        let plan = TrainingPlan(
            family: .linear, activeColumns: 5, passiveColumns: 6, keyBits: 2048, standardErrors: true,
            revealScores: false, revealFit: true)
        let bits = plan.family.featureFractionBits
        let inputA = Training.Input(
            design: try .init(cohort.active, columns: cohort.activeColumns, fractionBits: bits))
        let inputB = Training.Input(
            design: try .init(cohort.passive, columns: cohort.passiveColumns, fractionBits: bits))
        let pair = try await SessionPair.open(family: .linear)
        let label = cohort.label.values
        async let a = pair.active.run { try await Training.active(inputA, label: label, plan: plan, over: $0) }
        async let b = pair.passive.run { try await Training.passive(inputB, plan: plan, over: $0) }
        let (active, passive) = try await (a, b)
        #expect(active.summary.keyBits == 2048 && active.summary.n == 377)
        let pooled = try Cohort.pooled("diabetes", "pooled.csv")
        for term in active.terms + passive.terms {
            let expected = try #require(pooled[term.term])
            let error = try #require(expected["std.error"])
            #expect(abs(term.estimate - (try #require(expected["estimate"]))) < 1e-3 * error, "\(term.term)")
            #expect(abs((try #require(term.standardError)) / error - 1) < 1e-3, "\(term.term)")
        }
        #expect(active.terms.count + passive.terms.count == pooled.count)
    }
}

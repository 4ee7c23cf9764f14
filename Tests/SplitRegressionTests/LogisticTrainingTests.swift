import Records
import Testing

@testable import SplitRegression

@Suite(.serialized) struct LogisticTrainingTests {
    @Test func coefficientsAndStandardErrorsEqualThePooledFit() async throws {
        let (active, passive) = try await Cohort.actg175().train(TrainingPlan(family: .logistic, keyBits: 640))
        let standardized = try Cohort.pooled("actg175")
        let raw = try Cohort.pooled("actg175", "pooled.csv")
        #expect(active.terms.count == 10 && passive.terms.count == 2)
        for term in active.terms + passive.terms {
            let pooled = try #require(raw[term.term])
            let expected = try #require(standardized[term.term]?["estimate"])
            #expect(abs(term.standardized - expected) < 1e-4, "\(term.term)")
            #expect(abs(term.standardError! / pooled["std.error"]! - 1) < 1e-3, "\(term.term)")
            #expect(abs(term.pValue! - pooled["p.value"]!) < 1e-3, "\(term.term)")
        }
        #expect(active.summary.converged)
        #expect(abs(active.summary.logLikelihood! + 896.1973679658219) < 1e-2)
        #expect(abs(active.summary.nullDeviance! - 1907.47789648603) < 1e-6)
        #expect(abs(active.summary.aic! - 1816.3947359316437) < 2e-2)
    }

    @Test func penalisedCollinearFitEqualsThePooledFit() async throws {
        let plan = TrainingPlan(
            family: .logistic, l2: 0.01, maximumPasses: 23, keyBits: 512, revealScores: true)
        let (active, passive) = try await Cohort.breast().train(plan)
        let pooled = try Cohort.pooled("breast")
        for term in active.terms + passive.terms {
            let expected = try #require(pooled[term.term]?["estimate"])
            #expect(abs(term.standardized - expected) < 1e-4, "\(term.term)")
        }
        let metrics = try #require(active.metrics)
        #expect(abs(metrics.auc! - 0.996419047619) < 1e-5)
        #expect(abs(metrics.logLoss! - 0.0745418811124) < 1e-5)
        #expect(abs(active.summary.logLoss! - 0.0745418811124) < 1e-5)
        #expect(abs(active.summary.brier! - 0.0176660034025) < 1e-5)
        #expect(abs(metrics.ks! - 0.970476190476) < 1e-5)
    }

    @Test func completeSeparationIsRefused() async throws {
        let plan = TrainingPlan(family: .logistic, maximumPasses: 23, keyBits: 512)
        let cohort = try Cohort.breast()
        await #expect(throws: TrainingError.separation) { _ = try await cohort.train(plan) }
    }
}

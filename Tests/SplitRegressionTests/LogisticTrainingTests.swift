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

    @Test func penalisedFitEqualsThePooledFit() async throws {
        let table = MadeTable.sample(.logistic, rows: 160, active: 2, passive: 3, seed: 4)
        var plan = TrainingPlan(family: .logistic, l2: 0.05, maximumPasses: 23, keyBits: 512, revealScores: true)
        plan.minimumScoreColumns = 3
        let (active, passive) = try await table.train(plan).get()
        let columns =
            try [Array(repeating: 1, count: 160)] + table.input(\.active, fractionBits: 16).design.columns
            + table.input(\.passive, fractionBits: 16).design.columns
        let pooled = try ActiveRows(
            label: table.label, columns: columns, family: .logistic, penalty: 160 * 0.05, range: .infinity)
        for (term, expected) in zip(active.terms + passive.terms, pooled.start.coefficients) {
            #expect(abs(term.standardized - expected) < 1e-4, "\(term.term)")
            #expect(term.standardError == nil)
        }
        let metrics = try #require(active.metrics)
        #expect(abs(metrics.logLoss! - pooled.start.loss / 160) < 1e-4)
        #expect(abs(active.summary.logLoss! - metrics.logLoss!) < 1e-4)
        #expect(abs(active.summary.brier! - metrics.brier!) < 1e-4)
    }

    @Test func completeSeparationIsRefused() async throws {
        let sample = MadeTable.sample(.logistic, rows: 120, active: 1, passive: 1, seed: 6)
        let label = zip(sample.active["a0"]!, sample.passive["b0"]!).map { $0 + $1 > 0 ? 1.0 : 0 }
        let table = MadeTable(active: sample.active, passive: sample.passive, label: label)
        let outcome = try await table.train(TrainingPlan(family: .logistic, maximumPasses: 30, keyBits: 512))
        #expect {
            try outcome.active.get()
        } throws: {
            if case TrainingError.separation = $0 { true } else { false }
        }
        #expect(throws: (any Error).self) { try outcome.passive.get() }
    }

    @Test("A column that both parties have is named to each under its own name")
    func collinearColumnIsNamed() async throws {
        let sample = MadeTable.sample(.logistic, rows: 120, active: 2, passive: 2, seed: 6)
        var passive = sample.passive
        passive["b1"] = sample.active["a0"]
        let table = MadeTable(active: sample.active, passive: passive, label: sample.label)
        let outcome = try await table.train(TrainingPlan(family: .logistic, maximumPasses: 30, keyBits: 512))
        #expect(throws: TrainingError.aliasedAcrossParties(columns: ["a0"])) { try outcome.active.get() }
        #expect(throws: TrainingError.aliasedAcrossParties(columns: ["b1"])) { try outcome.passive.get() }
    }
}

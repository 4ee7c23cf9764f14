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
        // 22 passes as a rule; where truncation is unlucky, up to 30.
        let outcome = try await table.train(TrainingPlan(family: .logistic, maximumPasses: 60, keyBits: 512))
        #expect {
            try outcome.active.get()
        } throws: {
            if case TrainingError.separation = $0 { true } else { false }
        }
        #expect(throws: (any Error).self) { try outcome.passive.get() }
    }

    @Test("The passive party's last column, if the active one has it too, is named to each under its own name")
    func collinearColumnIsNamed() async throws {
        let sample = MadeTable.sample(.logistic, rows: 120, active: 2, passive: 1, seed: 6)
        let table = MadeTable(active: sample.active, passive: ["b1": sample.active["a0"]!], label: sample.label)
        let outcome = try await table.train(TrainingPlan(family: .logistic, maximumPasses: 30, keyBits: 512))
        #expect(throws: TrainingError.aliasedAcrossParties(columns: ["a0"])) { try outcome.active.get() }
        #expect(throws: TrainingError.aliasedAcrossParties(columns: ["b1"])) { try outcome.passive.get() }
    }

    @Test(
        "A column that both parties have is left out, and the rest is the fit without it",
        arguments: [ModelFamily.linear, .logistic])
    func collinearColumnIsLeftOut(_ family: ModelFamily) async throws {
        let sample = MadeTable.sample(family, rows: 120, active: 2, passive: 2, seed: 6)
        var passive = sample.passive
        passive["b1"] = sample.active["a0"]
        let table = MadeTable(active: sample.active, passive: passive, label: sample.label)
        let plan = TrainingPlan(family: family, maximumPasses: 30, keyBits: 512)
        let (own, other) = try await table.train(plan).get()
        #expect(own.terms.map(\.term) == ["(Intercept)", "a0", "a1"] && own.terms.allSatisfy { $0.note == nil })
        #expect(other.terms.map(\.term) == ["b0", "b1"])
        #expect(other.terms[0].note == nil && other.terms[1].note == .leftOut && other.terms[1].estimate.isNaN)
        #expect(other.model.coefficients[1] == 0 && other.model.terms == ["b0", "b1"])
        let pooled = try await MadeTable(
            active: sample.active, passive: ["b0": sample.passive["b0"]!], label: sample.label
        ).train(plan).get()
        for summary in [own.summary, other.summary] {
            #expect(summary.leftOut == 1 && summary.parameters == 4)
            #expect(summary.residualDegreesOfFreedom == 116)
        }
        #expect(abs(own.summary.aic! - pooled.active.summary.aic!) < 1e-3)
        for (found, expected) in zip(own.terms + [other.terms[0]], pooled.active.terms + pooled.passive.terms) {
            #expect(found.term == expected.term && abs(found.estimate - expected.estimate) < 1e-4, "\(found.term)")
            #expect(abs(found.standardError! / expected.standardError! - 1) < 1e-3, "\(found.term)")
        }
    }

    @Test("A level with one outcome is named and has no standard error; the rest is the fit without its rows")
    func levelWithOneOutcome() async throws {
        let sample = MadeTable.sample(.logistic, rows: 120, active: 1, passive: 1, seed: 9)
        let level = (0..<120).map { $0 % 12 == 0 ? 1.0 : 0 }
        let label = zip(sample.label, level).map { $1 == 1 ? 1 : $0 }
        let plan = TrainingPlan(family: .logistic, maximumPasses: 40, keyBits: 512)
        var passive = sample.passive
        passive["level"] = level
        let outcome = try await MadeTable(active: sample.active, passive: passive, label: label).train(plan)
        let (own, other) = try outcome.get()
        func kept(_ values: [Double]) -> [Double] { zip(values, level).filter { $0.1 == 0 }.map(\.0) }
        let rest = MadeTable(
            active: sample.active.mapValues(kept), passive: sample.passive.mapValues(kept), label: kept(label))
        let pooled = try await rest.train(plan).get()
        let runaway = try #require(other.terms.last)
        #expect(runaway.term == "level" && runaway.note == .runsAway && runaway.estimate > 8)
        #expect(runaway.standardError == nil && runaway.pValue == nil && runaway.confLow == nil)
        #expect(own.summary.hasRunaways == true && other.summary.hasRunaways == true && own.summary.converged)
        let found = own.terms + other.terms.dropLast()
        for (found, expected) in zip(found, pooled.active.terms + pooled.passive.terms) {
            #expect(found.note == nil && found.term == expected.term)
            #expect(abs(found.estimate - expected.estimate) < 1e-3 * expected.standardError!, "\(found.term)")
            #expect(abs(found.standardError! / expected.standardError! - 1) < 1e-3, "\(found.term)")
        }
    }
}

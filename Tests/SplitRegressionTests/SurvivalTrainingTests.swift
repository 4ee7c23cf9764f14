import Records
import TestSupport
import Testing

@testable import SplitRegression

/// Proportional hazards under encryption, inspected as they run, against Newton's method on the joined table.
@Suite(.serialized) struct SurvivalTrainingTests {
    /// A table of few rows with tied times.
    static func table(rows: Int = 60, active: Int = 1, passive: Int = 2) -> (
        table: MadeTable, survival: SurvivalColumns
    ) {
        let sample = MadeTable.sample(.linear, rows: rows, active: active, passive: passive, seed: 17)
        var generator = SplitMix(8)
        let times = sample.label.map { z in
            (-ElementaryFunctions.log(1 - 0.99 * generator.uniform()) * ElementaryFunctions.exp(-0.5 * z) * 12).rounded(
                .up)
        }
        let table = MadeTable(
            active: sample.active, passive: sample.passive,
            label: times.map { _ in generator.uniform() < 0.3 ? 0 : 1 })
        return (table, SurvivalColumns(time: times, stratum: times.indices.map { $0 % 2 }))
    }

    @Test(arguments: [Ties.efron, .breslow]) func equalsThePooledFit(_ ties: Ties) async throws {
        let (table, made) = Self.table()
        var plan = TrainingPlan(family: .cox, maximumPasses: 30, keyBits: 768, revealScores: true)
        plan.ties = ties
        plan.mostEvents = 50
        let survival = SurvivalColumns(time: made.time)
        plan.times = [3, 9, 14]
        plan.minimumScoreColumns = 1
        let (active, passive) = try await table.train(plan, survival: survival).get()

        var data = SimulatedFitTests.Case(
            active: try table.input(\.active, fractionBits: 16).design.columns,
            passive: try table.input(\.passive, fractionBits: 16).design.columns, label: table.label)
        data.survival = survival
        data.ties = ties
        let pooled = try SurvivalFitTests.pooled(data)
        let terms = active.terms + passive.terms
        #expect(terms.count == 3 && terms.allSatisfy { $0.term != FittedTerm.intercept })
        for (j, term) in terms.enumerated() {
            #expect(abs(term.standardized - pooled.coefficients[j]) < 1e-3 * pooled.errors[j], "\(term.term)")
            let sd = term.standardized / term.estimate
            #expect(abs((term.standardError ?? 0) * sd / pooled.errors[j] - 1) < 1e-3, "\(term.term)")
        }
        let summary = active.summary
        #expect(summary.parameters == 3 && summary.events == Int(table.label.reduce(0, +)) && summary.converged)
        #expect(abs((summary.logLikelihood ?? 0) + pooled.loss) < 2e-3)
        #expect(abs((summary.nullLogLikelihood ?? 0) + pooled.nullLoss) < 1e-9)
        #expect(abs((summary.likelihoodRatio ?? 0) - 2 * (pooled.nullLoss - pooled.loss)) < 4e-3)
        #expect(abs((summary.wald ?? 0) - pooled.wald) < 0.01 && abs((summary.score ?? 0) - pooled.score) < 0.01)
        #expect((summary.scoreP ?? 2) < 1 && (summary.waldP ?? 2) < 1)
        #expect(passive.summary.events == nil && passive.summary.logLikelihood == nil)
        #expect(summary.residualDegreesOfFreedom == nil && passive.metrics == nil)

        // Pairs one by one.
        let z = linearPredictor(columns: data.active + data.passive, coefficients: terms.map(\.standardized))
        let curve = try #require(active.curve)
        #expect(curve.map(\.time) == plan.times && passive.curve == nil)
        #expect(curve.allSatisfy { abs($0.survival - ElementaryFunctions.exp(-$0.cumulativeHazard)) < 1e-12 })
        let sums = SplitRegression.RiskSets(survival, event: table.label, ties: ties)
        let hazards = sums.sums(
            of: linearPredictor(columns: data.active + data.passive, coefficients: pooled.coefficients)
                .map { ElementaryFunctions.exp($0) })
        for point in curve {
            let rows = survival.time.indices
            let wanted = zip(hazards, sums.eventRows).reduce(0) {
                $0 + (survival.time[$1.1] <= point.time ? 1 / $1.0 : 0)
            }
            #expect(abs(point.cumulativeHazard / wanted - 1) < 1e-3)
            #expect(point.events == rows.count { survival.time[$0] <= point.time && table.label[$0] == 1 })
            #expect(point.atRisk == rows.count { survival.time[$0] >= point.time })
        }
        var (pairs, right) = (0.0, 0.0)
        for i in z.indices where table.label[i] == 1 {
            for j in z.indices {
                let isLater =
                    survival.time[j] > survival.time[i] || survival.time[j] == survival.time[i] && table.label[j] == 0
                guard isLater else { continue }
                pairs += 1
                right += z[i] > z[j] ? 1 : z[i] == z[j] ? 0.5 : 0
            }
        }
        #expect(abs((active.metrics?.concordance ?? 0) - right / pairs) < 1e-3)
    }

    /// With strata, case weights, offsets, robust errors, and a curve for each stratum with room for one more.
    @Test func weightedRowsHaveRobustErrorsAndCurves() async throws {
        let (table, survival) = Self.table()
        var plan = TrainingPlan(family: .cox, maximumPasses: 30, keyBits: 768)
        (plan.isWeighted, plan.hasOffset, plan.covariance, plan.mostEvents) = (true, true, .hc0, 50)
        (plan.times, plan.curveStrata) = ([4, 12], 3)
        let weight = (0..<60).map { (row: Int) -> Double in row % 3 == 0 ? 1.0 : Double(1 + row % 7) / 2 }
        let offset = (0..<60).map { (row: Int) -> Double in Double(row % 5) / 8 }
        let (active, passive) = try await table.train(plan, offset: offset, weight: weight, survival: survival).get()

        var data = SimulatedFitTests.Case(
            active: try table.input(\.active, fractionBits: 16).design.columns,
            passive: try table.input(\.passive, fractionBits: 16).design.columns, label: table.label)
        (data.survival, data.weight, data.offset) = (survival, weight, offset)
        let pooled = try SurvivalFitTests.pooled(data, isRobust: true)
        let terms: [FittedTerm] = active.terms + passive.terms
        for (j, term) in terms.enumerated() {
            let wanted = pooled.errors[j]
            #expect(abs(term.standardized - pooled.coefficients[j]) < 1e-3 * wanted, "\(term.term)")
            let found = (term.standardError ?? 0) * term.standardized / term.estimate
            #expect(abs(found / wanted - 1) < 1e-3, "\(term.term)")
        }
        let summary = active.summary
        #expect(summary.covariance == Covariance.hc0.rawValue && summary.wald == nil && summary.score != nil)
        #expect(abs((summary.logLikelihood ?? 0) + pooled.loss) < 5e-3)
        #expect(abs((summary.nullLogLikelihood ?? 0) + pooled.nullLoss) < 1e-9)
        #expect(abs((summary.score ?? 0) / pooled.score - 1) < 1e-3)

        let curve = try #require(active.curve)
        #expect(curve.map { $0.stratum ?? -1 } == [0, 0, 1, 1])
        #expect(curve.map { $0.time } == [4, 12, 4, 12])
        let sets = SplitRegression.RiskSets(survival, event: table.label, weight: weight, ties: .efron)
        let z = linearPredictor(columns: data.active + data.passive, coefficients: pooled.coefficients)
        let rates: [Double] = z.indices.map { row in weight[row] * ElementaryFunctions.exp(z[row] + offset[row]) }
        let sums = sets.sums(of: rates)
        for point in curve {
            let rows = survival.time.indices.filter { survival.stratum?[$0] == point.stratum }
            var wanted = 0.0
            for (k, row) in sets.eventRows.enumerated() where rows.contains(row) && survival.time[row] <= point.time {
                wanted += sets.eventWeights[k] / sums[k]
            }
            #expect(abs(point.cumulativeHazard / wanted - 1) < 1e-3)
            #expect(point.events == rows.count { survival.time[$0] <= point.time && table.label[$0] == 1 })
            #expect(point.atRisk == rows.count { survival.time[$0] >= point.time })
        }
    }

    @Test func moreStrataThanThereIsRoomForEndTheJob() async throws {
        let (table, survival) = Self.table()
        var plan = TrainingPlan(family: .cox, maximumPasses: 30, keyBits: 768)
        plan.times = [4]
        let outcome = try await table.train(plan, survival: survival)
        #expect(throws: TrainingError.invalidPlan("more strata than the job has room for in survival curves")) {
            try outcome.active.get()
        }
    }

    @Test("Levels compared under encryption, of either party's column") func levels() async throws {
        let (table, made) = Self.table()
        let survival = SurvivalColumns(time: made.time)
        let codes = LevelCodes(codes: table.label.indices.map { ($0 * 7 + $0 / 5) % 3 })
        var plan = TrainingPlan(family: .cox, maximumPasses: 30, keyBits: 768)
        plan.mostEvents = 50
        var found: [LevelComparison] = []
        for isPassive in [true, false] {
            plan.comparison = LevelPlan(
                owner: isPassive ? .sharing : nil, column: "c", levels: ["x", "y", "z"], hasTest: true, times: [6],
                minimumCell: isPassive ? 3 : 1)
            let (active, passive) = try await table.train(
                plan, survival: survival, levels: isPassive ? (nil, codes) : (codes, nil)
            ).get()
            found.append(try #require(active.comparison))
            #expect(passive.comparison == nil)
        }
        let (shared, own) = (try #require(found[0].test), try #require(found[1].test))
        #expect(shared.levels.map(\.observed) == own.levels.map(\.observed))
        #expect(
            zip(shared.levels, own.levels).allSatisfy { abs($0.expected - $1.expected) < 1e-4 && $0.rows == $1.rows })
        #expect(abs((shared.chiSquared ?? -1) / (own.chiSquared ?? 1) - 1) < 1e-3)
        for (curve, known) in zip(found[0].curves ?? [], found[1].curves ?? []) {
            for (point, exact) in zip(curve.points, known.points) {
                if let survival = point.survival { #expect(abs(survival - (exact.survival ?? 2)) < 1e-4) }
            }
        }
        #expect(found[0].curves?.contains { $0.points.contains { $0.survival != nil } } == true)
        // Levels at neither party, or at the wrong one, end it before a message.
        let outcome = try await table.train(plan, survival: survival, levels: (nil, codes))
        #expect(throws: TrainingError.self) { try outcome.active.get() }
    }

    @Test func moreEventsThanThereIsRoomForEndTheJob() async throws {
        let (table, survival) = Self.table()
        var plan = TrainingPlan(family: .cox, maximumPasses: 30, keyBits: 768)
        plan.mostEvents = 10
        let outcome = try await table.train(plan, survival: survival)
        #expect(throws: TrainingError.self) { try outcome.active.get() }
        #expect(throws: (any Error).self) { try outcome.passive.get() }
    }

    @Test func aColumnThatFollowsFromOthersIsLeftOut() async throws {
        let made = Self.table()
        let survival = SurvivalColumns(time: made.survival.time)
        var passive = made.table.passive
        passive["b1"] = made.table.active["a0"]
        let table = MadeTable(active: made.table.active, passive: passive, label: made.table.label)
        let plan = TrainingPlan(family: .cox, maximumPasses: 30, keyBits: 768)
        let (active, other) = try await table.train(plan, survival: survival).get()
        #expect(other.summary.leftOut == 1 && active.summary.parameters == 2)
        #expect(active.terms.allSatisfy { $0.standardError != nil })
    }

    @Test("Upper tails of chi squared (R: pchisq)") func tails() {
        for (x, df, wanted) in [
            (3.841458820694124, 1, 0.05), (5.991464547107979, 2, 0.05), (20.0, 7, 0.005569683),
            (1.0, 4, 0.9097959895689501),
            (30.0, 5, 1.4748581038443073e-05),
        ] {
            #expect(abs(Distributions.chiSquaredUpper(x, degreesOfFreedom: df) / wanted - 1) < 1e-6)
        }
    }
}

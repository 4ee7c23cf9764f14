import Records
import TestSupport
import Testing

@testable import SplitRegression

@Suite("Metrics of scores")
struct ScoreMetricsTests {
    @Test("AUC counts a tie as half, whatever the order of the rows")
    func ties() throws {
        // Pairs (positive, negative): (2,1) (2,2) (2,0) (3,1) (3,2) (3,0) (1,1) (1,2) (1,0):
        // 1 + .5 + 1 + 1 + 1 + 1 + .5 + 0 + 1 = 7 of 9.
        let rows: [(score: Double, label: Double)] = [(2, 1), (1, 0), (3, 1), (2, 0), (1, 1), (0, 0)]
        for rotation in 0..<6 {
            let turned = Array(rows[rotation...] + rows[..<rotation])
            let metrics = ScoreMetrics(turned.map(\.score), label: turned.map(\.label), family: .logistic)
            #expect(abs(try #require(metrics.auc) - 7.0 / 9) < 1e-15)
            // At threshold 0: none of three positives, one of three negatives below; at 1: one and two; at 2: two, three.
            #expect(abs(try #require(metrics.ks) - 1.0 / 3) < 1e-15)
            #expect(metrics.n == 6 && metrics.events == 3)
        }
    }

    @Test("Perfect, reversed and constant scores")
    func extremes() {
        let label: [Double] = [0, 0, 1, 1, 1]
        let perfect = ScoreMetrics([-2, -1, 1, 2, 3], label: label, family: .logistic)
        #expect(perfect.auc == 1 && perfect.ks == 1 && perfect.accuracy == 1)
        let reversed = ScoreMetrics([2, 1, -1, -2, -3], label: label, family: .logistic)
        #expect(reversed.auc == 0 && reversed.ks == 1 && reversed.accuracy == 0)
        let constant = ScoreMetrics([0, 0, 0, 0, 0], label: label, family: .logistic)
        #expect(constant.auc == 0.5 && constant.ks == 0 && constant.brier == 0.25)
        // A predicted probability of one half counts as 1.
        #expect(constant.accuracy == 0.6)
    }

    @Test("One class alone has no ranking")
    func oneClass() {
        for value in [0.0, 1.0] {
            let metrics = ScoreMetrics([1, 2], label: [value, value], family: .logistic)
            #expect(metrics.auc == nil && metrics.ks == nil && metrics.brier != nil)
        }
    }

    @Test("Brier score and log loss by hand")
    func proper() throws {
        // logit(0.8), logit(0.25), logit(0.5)
        let predictor = [1.3862943611198906, -1.0986122886681098, 0]
        let metrics = ScoreMetrics(predictor, label: [1, 0, 0], family: .logistic)
        let brier: Double = (0.04 + 0.0625 + 0.25) / 3
        #expect(abs(try #require(metrics.brier) - brier) < 1e-15)
        // (-ln 0.8 - ln 0.75 - ln 0.5) / 3
        let logLoss = 0.4013242681086453
        #expect(abs(try #require(metrics.logLoss) - logLoss) < 1e-15)
    }

    @Test("A sure and wrong score has a finite loss")
    func overflow() throws {
        let metrics = ScoreMetrics([800, -800], label: [0, 1], family: .logistic)
        #expect(metrics.logLoss == 800 && metrics.brier == 1)
    }

    @Test("Linear: R squared and root mean square by hand")
    func linear() throws {
        let metrics = ScoreMetrics([1, 2, 4], label: [1, 3, 5], family: .linear)
        #expect(abs(try #require(metrics.r2) - 0.75) < 1e-15)
        #expect(abs(try #require(metrics.rmse) - (2.0 / 3).squareRoot()) < 1e-15)
        #expect(ScoreMetrics([1, 2], label: [2, 2], family: .linear).r2 == nil)
    }

    @Test("Scores of the published coefficients give the published metrics")
    func breast() throws {
        let cohort = try Cohort.breast()
        let pooled = try Cohort.pooled("breast")
        let a = try DesignMatrix(cohort.active, columns: cohort.activeColumns)
        let b = try DesignMatrix(cohort.passive, columns: cohort.passiveColumns)
        var predictor = Array(repeating: try #require(pooled["(Intercept)"]?["estimate"]), count: a.rows)
        for design in [a, b] {
            for (term, column) in zip(design.terms, design.columns) {
                let weight = try #require(pooled[term]?["estimate"])
                for i in predictor.indices { predictor[i] += weight * column[i] }
            }
        }
        let metrics = ScoreMetrics(predictor, label: cohort.label.values, family: .logistic)
        #expect(metrics.n == 475 && metrics.events == 300)
        #expect(abs(try #require(metrics.auc) - 0.996419047619) < 1e-9)
        #expect(abs(try #require(metrics.ks) - 0.970476190476) < 1e-9)
        #expect(abs(try #require(metrics.brier) - 0.0176660034025) < 1e-6)
        #expect(abs(try #require(metrics.logLoss) - 0.0745418811124) < 1e-6)
        #expect(abs(try #require(metrics.accuracy) - 0.985263157895) < 1e-9)
    }
}

import Records
import Testing

@testable import SplitRegression

/// Elastic nets over several parties (training.md 5.10, multiparty-training.md 4) against the minimum on the pooled rows.
@Suite("Elastic net over several parties", .serialized) struct SeveralElasticNetTests {
    @Test(
        "In shares as on the pooled rows, zeros among them",
        arguments: [([4, 2, 3], 0.05, 0.0), ([3, 1, 2, 3], 0.05, 0.1), ([4, 3, 2], 5.0, 0.0)])
    func inShares(_ counts: [Int], _ l1: Double, _ l2: Double) async throws {
        let data = ElasticNetTests.data()
        let fit = try await SimulatedSeveral(data, counts: counts).fit(.linear, penalty: l2, l1: l1)
        let expected = ElasticNetTests.pooled(data, l1: l1, l2: l2)
        #expect(fit.coefficients.count == 10 && fit.errors.isEmpty && fit.isConverged)
        for (found, wanted) in zip(fit.coefficients, expected).dropFirst() {
            #expect(abs(found - wanted) < 1e-7 && (found == 0) == (wanted == 0), "\(found) \(wanted)")
        }
        let z = linearPredictor(columns: data.columns, coefficients: expected)
        let squares = zip(z, data.label).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        #expect(abs((fit.summary?.residualSum ?? 0) / squares - 1) < 1e-4)
    }

    @Test(
        "Of a real table, encrypted: pooled coefficients, conditions of a minimum and the path, at each of three parties"
    )
    func diabetes() async throws {
        let cohort = try Cohort.diabetes()
        let parties = SeveralParties(cohort, counts: [4, 3, 3])
        let (l1, l2) = (3.0, 0.05)
        let plan = TrainingPlan(family: .linear, l2: l2, l1: l1, keyBits: 512)
        let fits = try await parties.train(plan).map { try $0.get() }
        let columns = try parties.designs(plan).flatMap(\.columns)
        let mean = parties.label.reduce(0, +) / Double(parties.label.count)
        var data = SimulatedFitTests.Case(active: columns, passive: [], label: parties.label.map { $0 - mean })
        data.label = data.label.map { $0 / cohort.label.scaling.sd }
        let expected = ElasticNetTests.pooled(data, l1: l1 / cohort.label.scaling.sd, l2: l2)
        let found = fits.flatMap(\.terms).dropFirst()
        #expect(found.contains { $0.standardized == 0 })
        for (term, wanted) in zip(found, expected.dropFirst()) {
            let value = term.standardized / cohort.label.scaling.sd
            #expect(abs(value - wanted) < 1e-6 && (value == 0) == (wanted == 0), "\(term.term): \(value) \(wanted)")
        }
        for (fit, count) in zip(fits, [4, 3, 3]) {
            #expect(fit.summary.nonzero == fits[0].summary.nonzero && fit.summary.l1 == l1)
            // What correlations of 16 bits leave, before the correction.
            #expect((fit.summary.optimalityGap ?? 1) < 1e-3)
            #expect(fit.summary.optimalityGap == fits[0].summary.optimalityGap)
            let path = try #require(fit.path)
            #expect(path.count == 50 && path.allSatisfy { $0.coefficients.count == count })
            #expect(path[0].nonzero == 0 && path.map(\.nonzero) == fits[0].path?.map(\.nonzero))
        }
        // Each party's part of the path is that of its own terms: near the job's penalty it is the fit.
        let paths = try fits.map { try #require($0.path) }
        let near = try #require(paths[0].indices.min { abs(paths[0][$0].l1 - l1) < abs(paths[0][$1].l1 - l1) })
        let along = paths.flatMap { $0[near].coefficients }
        for (term, value) in zip(found, along) {
            #expect(abs(term.standardized - value) < 0.02 * cohort.label.scaling.sd, "\(term.term)")
        }
    }
}

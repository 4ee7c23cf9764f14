import Records
import Testing

@testable import SplitRegression

@Suite("Training over several parties", .serialized)
struct SeveralPartiesTests {
    @Test("A linear fit equals the pooled one", arguments: [[4, 3, 3], [1, 2, 1, 1, 1, 2, 1, 1]])
    func linear(_ counts: [Int]) async throws {
        let cohort = try Cohort.diabetes()
        let fits = try await SeveralParties(cohort, counts: counts).train(TrainingPlan(family: .linear, keyBits: 512))
            .map { try $0.get() }
        let standardized = try Cohort.pooled("diabetes")
        let raw = try Cohort.pooled("diabetes", "pooled.csv")
        let sd = cohort.label.scaling.sd
        for term in fits.flatMap(\.terms) {
            let expected = try #require(standardized[term.term]?["estimate"])
            #expect(abs(term.standardized - expected) < 1e-4 * sd, "\(term.term)")
            let pooled = try #require(raw[term.term])
            #expect(abs(term.estimate - pooled["estimate"]!) < 1e-3 * pooled["std.error"]!, "\(term.term)")
            #expect(abs(term.standardError! / pooled["std.error"]! - 1) < 1e-3, "\(term.term)")
        }
        #expect(fits.map(\.terms.count) == [counts[0] + 1] + counts[1...])
        for fit in fits { #expect(fit.summary.parameters == 11 && fit.summary.n == cohort.label.values.count) }
        #expect(abs(fits[0].summary.r2! - 0.511128759304) < 1e-5)
        #expect(abs(fits[0].summary.sigma! - 54.7501138144) < 1e-3)
    }

    @Test("A logistic fit equals the pooled one", arguments: [[5, 4, 2], [2, 1, 2, 1, 1, 1, 1, 2]])
    func logistic(_ counts: [Int]) async throws {
        let cohort = try Cohort.actg175()
        let fits = try await SeveralParties(cohort, counts: counts).train(TrainingPlan(family: .logistic, keyBits: 640))
            .map { try $0.get() }
        let standardized = try Cohort.pooled("actg175")
        let raw = try Cohort.pooled("actg175", "pooled.csv")
        #expect(fits.map(\.terms.count) == [counts[0] + 1] + counts[1...])
        for term in fits.flatMap(\.terms) {
            let pooled = try #require(raw[term.term])
            let expected = try #require(standardized[term.term]?["estimate"])
            #expect(abs(term.standardized - expected) < 1e-4, "\(term.term)")
            #expect(abs(term.standardError! / pooled["std.error"]! - 1) < 1e-3, "\(term.term)")
            #expect(abs(term.pValue! - pooled["p.value"]!) < 1e-3, "\(term.term)")
        }
        #expect(fits.allSatisfy { $0.summary.converged })
        #expect(abs(fits[0].summary.logLikelihood! + 896.1973679658219) < 1e-2)
    }
}

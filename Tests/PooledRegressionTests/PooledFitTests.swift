import Records
import SecureSums
import SplitRegression
import TestSupport
import Testing

@testable import PooledRegression

/// Fits over sites in one process against fits of the pooled table.
@Suite struct PooledFitTests {
    @Test(arguments: [(3, 1), (5, 2), (9, 3)]) func familiesEqualThePooledFit(_ sites: Int, _ coalition: Int)
        async throws
    {
        for reference in References.all?.fits ?? [] where sites == 3 || !reference.weighted {
            let outcomes = try await Site.fit(reference.model, coalition: coalition, sites: sites) {
                try reference.rows($0, of: sites)
            }
            #expect(outcomes.count == sites)
            for outcome in outcomes.dropFirst() { #expect(outcome == outcomes[0], "\(reference.name)") }
            try compare(outcomes[0], reference)
        }
    }

    private func compare(_ outcome: PooledOutcome, _ reference: References.Fit) throws {
        let (summary, name) = (outcome.summary, reference.name)
        // statsmodels stops its search for theta at a gradient; the rest follows.
        let precision = reference.thetaFound == nil ? 1e-7 : 1e-5
        for (term, (estimate, error)) in zip(outcome.terms, zip(reference.estimates, reference.errors)) {
            #expect(abs(term.estimate - estimate) < precision * error, "\(name) \(term.term)")
            #expect(abs(term.standardError / error - 1) < precision, "\(name) \(term.term)")
        }
        #expect(outcome.terms.count == reference.estimates.count)
        #expect(close(summary.deviance, reference.deviance, precision), "\(name) deviance")
        #expect(close(summary.nullDeviance, reference.nullDeviance, precision), "\(name) null deviance")
        #expect(close(summary.logLikelihood, reference.logLikelihood, precision), "\(name) log-likelihood")
        #expect(close(summary.dispersion, reference.dispersion, precision), "\(name) dispersion")
        if let theta = reference.thetaFound { #expect(close(summary.theta, theta, 1e-5)) }
        if let error = reference.thetaError { #expect(close(summary.thetaError, error, 1e-5)) }
    }

    @Test func hazardsEqualTheStratifiedFit() async throws {
        for reference in References.all?.hazards ?? [] {
            let outcome = try await Site.fit(reference.model, coalition: 1, sites: reference.sites) {
                try reference.rows($0)
            }[0]
            for (term, (estimate, error)) in zip(outcome.terms, zip(reference.estimates, reference.errors)) {
                #expect(abs(term.estimate - estimate) < 1e-7 * error, "\(reference.name) \(term.term)")
                #expect(abs(term.standardError / error - 1) < 1e-7, "\(reference.name) \(term.term)")
            }
            let summary = outcome.summary
            #expect(close(summary.logLikelihood, reference.logLikelihood, 1e-9), "\(reference.name)")
            #expect(close(summary.nullLogLikelihood, reference.nullLogLikelihood, 1e-9), "\(reference.name)")
            #expect(close(summary.wald, reference.wald, 1e-7), "\(reference.name)")
            #expect(close(summary.score, reference.score, 1e-7), "\(reference.name)")
        }
    }

    /// Sites whose own rows pass the job's check of leverage pass the one at each point of an honest fit.
    @Test(arguments: [
        ("poisson", 0.2), ("gamma", 0.2), ("negative binomial, theta estimated", 0.2), ("logistic", 0.7),
        ("probit", 0.7),
    ])
    func realTablesPassTheGuard(_ name: String, _ limit: Double) async throws {
        let reference = try References.fit(name)
        var model = reference.model
        model.largestLeverage = limit
        let outcome = try await Site.fit(model, coalition: 1) { try reference.rows($0, of: 3) }[0]
        try compare(outcome, reference)
    }

    /// The example's five hospitals, of which one has a row with a leverage of 0.21 at the estimate.
    @Test func theExamplePassesTheGuard() async throws {
        let terms = ["age", "wtkg", "hemo", "homo", "drugs", "karnof", "race", "gender", "symptom", "cd40", "cd80"]
        let kinds = terms.map { !["age", "wtkg", "karnof", "cd40", "cd80"].contains($0) }
        let tables = try ["north", "east", "south", "west", "centre"].map { try ExampleTable("rows/\($0).csv") }
        let model = PooledModel(family: .logistic, terms: terms, indicators: kinds)
        let outcomes = try await Site.fit(model, coalition: 2, sites: 5) { site in
            PooledRows(
                label: tables[site].columns["cens"] ?? [], columns: terms.map { tables[site].columns[$0] ?? [] })
        }
        #expect(outcomes.count == 5 && outcomes.allSatisfy { $0 == outcomes[0] })
    }

    @Test func realSurvivalPassesTheGuard() async throws {
        for reference in References.all?.hazards ?? [] where reference.sites == 3 {
            var model = reference.model
            model.largestLeverage = 0.2
            let outcomes = try await Site.fit(model, coalition: 1) { try reference.rows($0) }
            #expect(outcomes.count == 3)
        }
    }

    @Test func robustErrors() async throws {
        for name in ["linear", "logistic", "gamma, weights and offset", "poisson, weights and offset"] {
            let reference = try References.fit(name)
            var model = reference.model
            for (robust, expected) in [
                (PooledModel.Robust.hc0, reference.hc0), (.sites, reference.clustered["5"] ?? []),
            ] {
                model.robust = robust
                let outcome = try await Site.fit(model, coalition: 1, sites: 5) { try reference.rows($0, of: 5) }[0]
                for (term, error) in zip(outcome.terms, expected) {
                    #expect(close(term.robustError, error, 1e-6), "\(name) \(robust) \(term.term)")
                }
            }
        }
    }

    /// A column in a unit a million times as large: the error is as many times smaller, to the same digits.
    @Test func robustErrorsHaveDigitsInAnyUnit() async throws {
        for name in ["linear", "logistic"] {
            let reference = try References.fit(name)
            var model = reference.model
            model.robust = .hc0
            let plain = try await Site.fit(model, coalition: 1, sites: 5) { try reference.rows($0, of: 5) }[0]
            let scaled = try await Site.fit(model, coalition: 1, sites: 5) { site in
                var rows = try reference.rows(site, of: 5)
                rows.columns[0] = rows.columns[0].map { $0 * 1e6 }
                return rows
            }[0]
            let (one, other) = (try #require(plain.terms[1].robustError), try #require(scaled.terms[1].robustError))
            #expect(abs(other * 1e6 / one - 1) < 1e-6, "\(name): \(one), \(other)")
        }
    }

    private func close(_ found: Double?, _ expected: Double, _ precision: Double) -> Bool {
        guard let found else { return false }
        return abs(found - expected) <= precision * max(1, abs(expected))
    }
}

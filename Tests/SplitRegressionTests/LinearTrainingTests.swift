import Paillier
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

@Suite struct LinearTrainingTests {
    @Test func coefficientsAndStandardErrorsEqualThePooledFit() async throws {
        let cohort = try Cohort.diabetes()
        let (active, passive) = try await cohort.train(TrainingPlan(family: .linear, keyBits: 512))
        let standardized = try Cohort.pooled("diabetes")
        let raw = try Cohort.pooled("diabetes", "pooled.csv")
        let sd = cohort.label.scaling.sd
        #expect(active.terms.count == 5 && passive.terms.count == 6)
        for term in active.terms + passive.terms {
            let expected = try #require(standardized[term.term]?["estimate"])
            #expect(abs(term.standardized - expected) < 1e-4 * sd, "\(term.term)")
            let pooled = try #require(raw[term.term])
            #expect(abs(term.estimate - pooled["estimate"]!) < 1e-3 * pooled["std.error"]!, "\(term.term)")
            #expect(abs(term.standardError! / pooled["std.error"]! - 1) < 1e-3, "\(term.term)")
            #expect(abs(term.pValue! - pooled["p.value"]!) < 1e-3, "\(term.term)")
            #expect(abs(term.confLow! - pooled["conf.low"]!) < 2e-3 * pooled["std.error"]!, "\(term.term)")
        }
        #expect(abs(active.summary.r2! - 0.511128759304) < 1e-5)
        #expect(abs(active.summary.adjustedR2! - 0.49777162158) < 1e-5)
        #expect(abs(active.summary.sigma! - 54.7501138144) < 1e-3)
        #expect(abs(active.summary.fStatistic! - 38.2663389318) < 1e-2)
        // R: glance(lm(...)), and numpy: logLik = -n/2 (log(2 pi RSS/n) + 1), df = 11 + 1.
        #expect(abs(active.summary.logLikelihood! - -2038.4058442361898) < 1e-2)
        #expect(abs(active.summary.aic! - 4100.8116884723795) < 1e-2)
        #expect(abs(active.summary.bic! - 4147.998630721756) < 1e-2)
    }

    /// A site that counts what is opened may end a fit before it opens anything of it.
    @Test func coefficientsAreAskedForBeforeTheyOpen() async throws {
        struct NoRoom: Error {}
        let table = MadeTable.sample(.linear, rows: 60, active: 1, passive: 1, seed: 3)
        let outcome = try await table.train(
            TrainingPlan(family: .linear, keyBits: 512),
            openings: TrainingOpenings(coefficients: { times in if times == 1 { throw NoRoom() } }))
        #expect(throws: NoRoom.self) { try outcome.active.get() }
        #expect(throws: WireError.self) { try outcome.passive.get() }
        let asked = try await table.train(
            TrainingPlan(family: .linear, keyBits: 512),
            openings: TrainingOpenings(coefficients: { times in if times == 2 { throw NoRoom() } })
        ).get()
        #expect(asked.active.summary.converged)
    }

    @Test func ridgeEqualsThePooledFit() async throws {
        let cohort = try Cohort.diabetes()
        let (active, passive) = try await cohort.train(
            TrainingPlan(family: .linear, l2: 0.01, keyBits: 512, revealScores: true))
        let pooled = try Cohort.pooled("diabetes", "pooled-ridge-standardised.csv")
        for term in active.terms + passive.terms {
            let expected = try #require(pooled[term.term]?["estimate"])
            #expect(abs(term.standardized - expected) < 1e-3, "\(term.term)")
            #expect(term.standardError == nil)
        }
        #expect(active.summary.standardErrorsWithheld != nil)
        let metrics = try #require(active.metrics)
        #expect(abs(metrics.r2! - active.summary.r2!) < 1e-4)
    }
}

extension LinearTrainingTests {
    @Test func halfNoncesGiveTheSameFit() async throws {
        let cohort = try Cohort.diabetes()
        var plan = TrainingPlan(family: .linear, keyBits: 512)
        let short = try await cohort.train(plan)
        plan.nonces = .half
        let half = try await cohort.train(plan)
        for (one, other) in zip(short.passive.terms, half.passive.terms) {
            #expect(abs(one.standardized - other.standardized) < 1e-3)
        }
    }

    /// What the job says about nonces reaches the keys that a session makes.
    @Test(arguments: [NonceLength.short, .half]) func keysHaveThePlansNonces(_ nonces: NonceLength) async throws {
        var plan = TrainingPlan(family: .linear, keyBits: 512)
        plan.nonces = nonces
        // Without a plan of messages: the exchange alone.
        let limits = SessionLimits(wait: .seconds(300), handshake: .seconds(300), farewell: .milliseconds(500))
        let (pair, settled) = (try await Sides(protocols: [.training], limits: limits).opened(), plan)
        async let a = TrainingKeys.exchange(
            TrainingKeyPurpose.self, terms: settled.keyTerms(floor: 512), nonces: settled.nonces, session: pair.a)
        async let b = TrainingKeys.exchange(
            TrainingKeyPurpose.self, terms: settled.keyTerms(floor: 512), nonces: settled.nonces, session: pair.b)
        let (one, other) = try await (a, b)
        #expect(one.own.nonces == nonces && other.own.nonces == nonces)
    }
}

import Jobs
import Testing

@Suite struct GuardTests {
    /// Breast tables: 475 rows, 300 events, 10 + 1 against 20 coefficients.
    private func breast(_ more: String = "") throws -> (Job, GuardFacts) {
        let job = try Job(yaml: Fixtures.wide(more))
        return (job, GuardFacts(job: job, rows: 475, labelEntropy: GuardFacts.labelEntropy(events: 300, rows: 475)))
    }

    private func trial() throws -> (Job, GuardFacts) {
        let job = try Job(yaml: Fixtures.trial)
        return (job, GuardFacts(job: job, rows: 1728, labelEntropy: GuardFacts.labelEntropy(events: 416, rows: 1728)))
    }

    private func refusal(_ job: Job, _ facts: GuardFacts) -> GuardRefusal? {
        do {
            try Guards.check(job, facts)
            return nil
        } catch { return error }
    }

    @Test func namesAreStable() {
        #expect(
            Guard.allCases.map(\.name) == [
                "guard-1-labels", "guard-4-features", "guard-5-scores", "guard-6-information",
            ])
        #expect(Guard(named: "guard-4") == .features)
        #expect(Guard(named: "guard-9") == nil)
    }

    @Test func trialPassesPlain() throws {
        let (job, facts) = try trial()
        #expect(refusal(job, facts) == nil)
        #expect(Guards.maximumPasses(job, rows: 1728) == 60)
        let findings = Guards.findings(job, facts)
        // Two limits, then the guards: each of them is evaluated.
        #expect(findings.map(\.verdict) == [.kept, .kept, .kept, .kept, .notApplicable, .kept])
    }

    @Test func breastIsRefusedByNameUnlessLoosened() throws {
        let (plain, plainFacts) = try breast()
        let first = try #require(refusal(plain, plainFacts))
        #expect(first.name == "guard-1-labels")
        #expect(first.number == 1)
        #expect(first.figures.contains("475 rows"))
        #expect(first.remedy.contains("loosen: [guard-1]"))
        let (loose, looseFacts) = try breast("loosen: [guard-1, guard-4]")
        #expect(refusal(loose, looseFacts) == nil)
        #expect(Guards.maximumPasses(plain, rows: 475) == 11)
        #expect(Guards.maximumPasses(loose, rows: 475) == 23)
    }

    /// The figures of guard 1 without dither: 2 x 20 x (16 + log2(475) / 2) = 818 against 475 x 0.9495 = 451.
    @Test func breastWithoutDitherIsRefusedToo() throws {
        var (job, facts) = try breast()
        facts.ditherBits = nil
        #expect(
            try #require(refusal(job, facts)).figures.contains("451 bits; 2 x 20 passive columns x 20.45 bits = 818"))
        (job, facts) = try breast("loosen: [guard-1, guard-4]")
        facts.ditherBits = nil
        #expect(refusal(job, facts) == nil)
    }

    @Test func guardOneIsNotEvaluatedWithoutTheLabel() throws {
        var (job, facts) = try breast()
        facts.labelEntropy = nil
        #expect(Guards.findings(job, facts).first { $0.number == 1 }?.verdict == .notEvaluated)
        _ = job
        job = try Job(yaml: Fixtures.wide())
        facts.labelEntropy = 0
        #expect(refusal(job, facts)?.name == "guard-1-labels")
    }

    @Test func guardFourBoundsThePasses() throws {
        var (job, facts) = try breast("loosen: [guard-1, guard-4]")
        facts.passes = 23
        #expect(refusal(job, facts) == nil)
        facts.passes = 24
        #expect(refusal(job, facts)?.name == "guard-4-features")
        (job, facts) = try breast("loosen: [guard-1]")
        facts.passes = 12
        let refused = try #require(refusal(job, facts))
        #expect(refused.name == "guard-4-features")
        #expect(refused.remedy == "stop after 11 passes")
    }

    @Test func tooFewRowsForAnyFitAreRefusedBeforeTheStart() throws {
        let job = try Job(yaml: Fixtures.wide("loosen: [guard-1]", features: 40))
        let facts = GuardFacts(job: job, rows: 400, labelEntropy: nil)
        let refused = try #require(refusal(job, facts))
        #expect(refused.name == "guard-4-features")
        #expect(refused.figures.contains("400 rows allow 5 passes over 40 coefficients"))
        #expect(refused.remedy.contains("loosen: [guard-4]"))
    }

    @Test func linearCountsItsOneExchange() throws {
        let text = Fixtures.wide().replacing("family: logistic", with: "family: linear")
        let job = try Job(yaml: text)
        // B learns 20 x 21 / 2 + 20 = 230 numbers.
        #expect(refusal(job, GuardFacts(job: job, rows: 460, labelEntropy: 8)) == nil)
        #expect(refusal(job, GuardFacts(job: job, rows: 459, labelEntropy: 8))?.name == "guard-4-features")
        // A with 11 coefficients and standard errors learns 11 + 2 + 66 + 12, B with 3 columns 10.
        let errors = Fixtures.wide("reveal: [standard-errors]", features: 3)
            .replacing("family: logistic, l2: 0.01", with: "family: linear")
        let narrow = try Job(yaml: errors)
        #expect(refusal(narrow, GuardFacts(job: narrow, rows: 182, labelEntropy: 8)) == nil)
        #expect(refusal(narrow, GuardFacts(job: narrow, rows: 181, labelEntropy: 8))?.name == "guard-4-features")
    }

    @Test(arguments: [("reveal: [scores]", 2, true), ("reveal: [scores]", 3, false), ("reveal: [metrics]", 1, false)])
    func scoresNeedColumns(_ reveal: String, _ columns: Int, _ refused: Bool) throws {
        let job = try Job(yaml: Fixtures.wide(reveal, features: columns))
        #expect(refusal(job, GuardFacts(job: job, rows: 1000))?.name == (refused ? "guard-5-scores" : nil))
        #expect((try? Guards.check(job)) == nil ? refused : !refused)
    }

    /// m_B n / (n - m_B) with 3 columns and 1000 rows is 3.009: three vectors, no fourth.
    @Test func scoreVectorsAreCounted() throws {
        let job = try Job(yaml: Fixtures.wide("reveal: [scores]", features: 3))
        #expect(refusal(job, GuardFacts(job: job, rows: 1000, earlierScoreVectors: 2)) == nil)
        #expect(refusal(job, GuardFacts(job: job, rows: 1000, earlierScoreVectors: 3))?.number == 5)
    }

    private func information(_ job: Job, rows: Int?) -> GuardFinding? {
        let findings = rows.map { Guards.findings(job, GuardFacts(job: job, rows: $0)) } ?? Guards.findings(job)
        return findings.first { $0.number == 6 }
    }

    /// p = 12: 5 x 12 x 13 = 780 rows. With fewer the job runs without standard errors.
    @Test func standardErrorsAreWithheldWithoutRows() throws {
        let job = try Job(yaml: Fixtures.trial)
        #expect(information(job, rows: nil)?.verdict == .notEvaluated)
        #expect(information(job, rows: 780)?.verdict == .kept)
        let finding = try #require(information(job, rows: 779))
        #expect(finding.verdict == .withheld)
        #expect(
            finding.figures
                == "779 rows, 5 x 12 x 13 = 780 needed for standard errors; the model is fitted without them")
        #expect(finding.remedy == "align at least 780 rows, or use fewer columns")
        #expect(refusal(job, GuardFacts(job: job, rows: 779)) == nil)
        let linear = try Job(yaml: Fixtures.trial("logistic", "linear"))
        #expect(information(linear, rows: 500)?.verdict == .notApplicable)
        #expect(refusal(linear, GuardFacts(job: linear, rows: 500, labelEntropy: 5)) == nil)
    }

    @Test(arguments: [(65, GuardFinding.Verdict.kept), (66, .withheld)])
    func standardErrorsEndAtSixtyFiveCoefficients(_ columns: Int, _ verdict: GuardFinding.Verdict) throws {
        let text = Fixtures.wide("reveal: [standard-errors]", features: columns).replacing("l2: 0.01", with: "l2: 0")
        let job = try Job(yaml: text)
        #expect(information(job, rows: 100_000)?.verdict == verdict)
        #expect((information(job, rows: nil)?.verdict == .withheld) == (verdict == .withheld))
    }

    @Test func limitsAreRefusedByName() throws {
        let job = try Job(yaml: Fixtures.trial("reveal: [coefficients, standard-errors]", ""))
        #expect(refusal(job, GuardFacts(job: job, rows: 49))?.name == "limit-cohort")
        #expect(refusal(job, GuardFacts(job: job, rows: 0))?.figures.contains("no row in common") == true)
        #expect(refusal(job, GuardFacts(job: job, rows: 1728, smallestCell: 10))?.name == "limit-cell")
        #expect(refusal(job, GuardFacts(job: job, rows: 1728, setSizes: [5, 1_000_001]))?.name == "limit-set-size")
        let wide = try Job(yaml: Fixtures.wide("loosen: [guard-1, guard-4]"))
        #expect(refusal(wide, GuardFacts(job: wide, rows: 90))?.name == "limit-parameters")
    }

    @Test func entropies() {
        #expect(GuardFacts.labelEntropy(events: 5, rows: 10) == 1)
        #expect(GuardFacts.labelEntropy(events: 0, rows: 10) == 0)
        #expect(GuardFacts.labelEntropy(events: 11, rows: 10) == 0)
        #expect(GuardFacts.labelEntropy(of: [1, 2, 3, 4]) == 2)
        #expect(GuardFacts.labelEntropy(of: []) == 0)
    }
}

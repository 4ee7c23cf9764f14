import Jobs
import Testing

@Suite struct GuardTests {
    private func refusal(_ job: Job, _ facts: GuardFacts) -> GuardRefusal? {
        do {
            try Guards.check(job, facts)
            return nil
        } catch { return error }
    }

    @Test func namesAreStable() {
        #expect(Guard.allCases.map(\.name) == ["guard-scores", "guard-leverage", "guard-budget"])
        #expect(Guard(named: "leverage") == .leverage)
        #expect(Guard(named: "guard-budget") == .budget)
        #expect(Guard(named: "guard-1") == nil)
    }

    @Test func leverageIsLoosenedByName() throws {
        #expect(Guards.largestLeverage(try Job(yaml: Fixtures.wide())) == 0.2)
        #expect(Guards.largestLeverage(try Job(yaml: Fixtures.wide("loosen: [budget]"))) == 0.2)
        #expect(Guards.largestLeverage(try Job(yaml: Fixtures.wide("loosen: [leverage]"))) == 0.7)
    }

    // MARK: Scores

    @Test(arguments: [("reveal: [scores]", 2, true), ("reveal: [scores]", 3, false), ("reveal: [metrics]", 1, false)])
    func scoresNeedColumns(_ reveal: String, _ columns: Int, _ refused: Bool) throws {
        let job = try Job(yaml: Fixtures.wide(reveal, features: columns))
        #expect(refusal(job, GuardFacts(job: job, rows: 1000))?.name == (refused ? "guard-scores" : nil))
        #expect((try? Guards.check(job)) == nil ? refused : !refused)
    }

    /// m_B n / (n - m_B) with 3 columns and 1000 rows is 3.009: three vectors, no fourth.
    @Test func scoreVectorsAreCounted() throws {
        let job = try Job(yaml: Fixtures.wide("reveal: [scores]", features: 3))
        #expect(refusal(job, GuardFacts(job: job, rows: 1000, earlierScoreVectors: 2)) == nil)
        #expect(refusal(job, GuardFacts(job: job, rows: 1000, earlierScoreVectors: 3))?.name == "guard-scores")
    }

    /// Three yes/no columns make eight rows: each person's would be decoded from its score.
    @Test func scoresNeedDifferentRows() throws {
        let job = try Job(yaml: Fixtures.wide("reveal: [scores]", features: 3))
        let refused = try #require(refusal(job, GuardFacts(job: job, rows: 1001, distinctRows: 500)))
        #expect(refused.name == "guard-scores")
        #expect(refused.figures.contains("half of 1001 rows, there are 500"))
        #expect(refusal(job, GuardFacts(job: job, rows: 1001, distinctRows: 501)) == nil)
        let none = try Job(yaml: Fixtures.wide("", features: 3))
        #expect(refusal(none, GuardFacts(job: none, rows: 1001, distinctRows: 8)) == nil)
    }

    // MARK: Budget

    private let small = "family: logistic\n  maxPasses: 12"

    /// actg175: 1728 rows, 416 events.
    private func trial(_ model: String) throws -> (job: Job, budget: BitBudget) {
        let job = try Job(yaml: Fixtures.trial("family: logistic", model))
        let label = (0..<1728).map { $0 < 416 ? 1.0 : 0 }
        return (
            job, BitBudget(job, rows: 1728, owner: .active, hidden: HiddenBits(label: label, named: "cens"))
        )
    }

    /// 12 passes of 26 bits, five traces and a range bit; one sum and five bits of its range; 2 x 31 for coefficients, 2 x 36 for variances.
    @Test func openedBitsAreWhatTheWindowsHave() throws {
        let (job, budget) = try trial(small)
        let opened = OpenedBits(job, rows: 1728, to: .passive)
        #expect(opened.decisions == 12 * 26 + 5 * 12 + 1)
        #expect(opened.sums == 12 + 11 + 14 + 18 + 5)
        #expect(opened.coefficients == 2 * (12 + 6 + 13) && opened.variances == 2 * 36)
        #expect(opened.aliases == 0 && opened.total == budget.bits)
        let again = BitBudget(
            job, rows: 1728, from: job.active, to: job.passive, hidden: budget.hidden, part: .coefficientsAgain)
        #expect(again.bits == opened.coefficients)
        let active = OpenedBits(job, rows: 1728, to: .active)
        #expect(active.coefficients == 10 * 31 + 44 && active.variances == 9 * 36 + 60)
        #expect(active.decisions == opened.decisions && active.sums == opened.sums)
    }

    @Test func theActivePartyAloneGetsWhatThetasErrorTakes() throws {
        for (terms, bits) in [("theta: estimate", 32), ("theta: 2", 0)] {
            let job = try Job(
                yaml: Fixtures.trial("family: logistic", "family: negative-binomial\n  \(terms)"))
            #expect(OpenedBits(job, rows: 1728, to: .active).curvature == bits)
            #expect(OpenedBits(job, rows: 1728, to: .passive).curvature == 0)
        }
    }

    /// Ten bits of each of its columns, once.
    @Test func aLinearFitMayTellThePassivePartyWhichColumnsFollow() throws {
        for (family, bits) in [("linear", 10), ("logistic", 0)] {
            let job = try Job(yaml: Fixtures.trial("family: logistic", "family: \(family)"))
            let m = job.parameterCount(of: job.passive)
            #expect(OpenedBits(job, rows: 1728, to: .passive).aliases == bits * m)
            #expect(OpenedBits(job, rows: 1728, to: .active).aliases == 0)
        }
    }

    @Test func aTrialWithFewPassesKeepsTheBudget() throws {
        let (job, budget) = try trial(small)
        #expect(refusal(job, GuardFacts(job: job, rows: 1728, budget: budget)) == nil)
        let (long, most) = try trial("family: logistic\n  maxPasses: 60")
        let refused = try #require(refusal(long, GuardFacts(job: long, rows: 1728, budget: most)))
        #expect(refused.name == "guard-budget")
        #expect(refused.figures.contains("'cens' holds is 687 bits"))
        #expect(refused.remedy.hasPrefix("set model.maxPasses to 16 or less"))
        let (_, allowed) = try trial("family: logistic\n  maxPasses: 16")
        #expect(allowed.finding(earlier: 0, inAll: 0).verdict == .kept)
        let (_, more) = try trial("family: logistic\n  maxPasses: 17")
        #expect(more.finding(earlier: 0, inAll: 0).verdict == .refused)
    }

    /// Half with one peer, the whole with all.
    @Test func earlierJobsCount() throws {
        let (_, budget) = try trial(small)
        let left = 687 - budget.bits
        #expect(budget.finding(earlier: left, inAll: left).verdict == .kept)
        #expect(budget.finding(earlier: left + 1, inAll: left + 1).verdict == .refused)
        let all = 1375 - budget.bits
        #expect(budget.finding(earlier: 0, inAll: all).verdict == .kept)
        #expect(budget.finding(earlier: 0, inAll: all + 1).verdict == .refused)
        #expect(budget.finding(earlier: .max, inAll: .max).verdict == .refused)
    }

    @Test func breastIsRefusedByNameUnlessLoosened() throws {
        func finding(_ more: String) throws -> GuardFinding {
            let job = try Job(yaml: Fixtures.wide(more))
            let label = (0..<475).map { $0 < 300 ? 1.0 : 0 }
            return BitBudget(job, rows: 475, owner: .active, hidden: HiddenBits(label: label, named: "benign"))
                .finding(earlier: 0, inAll: 0)
        }
        let refused = try finding("")
        #expect(refused.name == "guard-budget" && refused.verdict == .refused && !refused.loosened)
        #expect(refused.remedy?.contains("loosen: [budget]") == true)
        let loose = try finding("loosen: [budget]")
        #expect(loose.verdict == .kept && loose.loosened && loose.figures.contains("not bounded"))
        #expect(try finding("loosen: [leverage]").verdict == .refused)
    }

    @Test func theBudgetIsNotEvaluatedWithoutData() throws {
        let job = try Job(yaml: Fixtures.trial)
        let finding = Guards.findings(job, GuardFacts(job: job, rows: 1728)).first { $0.name == "guard-budget" }
        #expect(finding?.verdict == .notEvaluated)
    }

    /// k log2(n / k) of a yes/no column, the entropy of any other; the column that holds least decides.
    @Test func whatDataHold() throws {
        func column(_ values: [Double]) -> Double? { HiddenBits(columns: [("x", values)])?.bits }
        #expect(column((0..<1024).map { $0 < 32 ? 1 : 0 }) == 160.0)
        #expect(column((0..<1024).map { $0 < 32 ? 0 : 1 }) == 160.0)
        #expect(column([1, 2, 3, 4]) == 8)
        #expect(column([7, 7, 7]) == 0)
        #expect(HiddenBits(label: [0, 0, 1, 1], named: "y").bits == 4)
        #expect(HiddenBits(label: [], named: "y").bits == 0)
        let two = HiddenBits(columns: [("a", [1, 2, 3, 4]), ("b", [0, 0, 0, 1])])
        #expect(two?.what == "b" && two?.bits == 2)
        #expect(HiddenBits(columns: []) == nil)
    }

    /// What is no number bounds nothing, and nothing fails open.
    @Test(arguments: [Double.nan, .infinity, -1])
    func anEntropyThatIsNoNumberIsRefused(_ bits: Double) throws {
        let job = try Job(yaml: Fixtures.trial)
        let budget = BitBudget(job, rows: 1_000_000, owner: .active, hidden: HiddenBits(bits: bits, of: "y"))
        #expect(budget.finding(earlier: 0, inAll: 0).verdict == .refused)
    }

    // MARK: Limits

    @Test func limitsAreRefusedByName() throws {
        let job = try Job(yaml: Fixtures.trial("reveal: [coefficients, standard-errors]", ""))
        #expect(refusal(job, GuardFacts(job: job, rows: 49))?.name == "limit-cohort")
        #expect(refusal(job, GuardFacts(job: job, rows: 0))?.figures.contains("no row in common") == true)
        #expect(refusal(job, GuardFacts(job: job, rows: 1728, smallestCell: 10))?.name == "limit-cell")
        #expect(refusal(job, GuardFacts(job: job, rows: 1728, setSizes: [5, 1_000_001]))?.name == "limit-set-size")
        let wide = try Job(yaml: Fixtures.wide())
        #expect(refusal(wide, GuardFacts(job: wide, rows: 90))?.name == "limit-parameters")
    }
}

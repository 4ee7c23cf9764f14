import Jobs
import Records
import Testing

/// Counts come from an outcome, which its author may have made up: every guard answers whatever they are.
@Suite struct ExtremeGuardTests {
    static let extremes = [Int.min, Int.min + 1, -1, 0, 1, Int.max - 1, Int.max]

    private static func jobs() throws -> [Job] {
        try ["", "loosen: [guard-1, guard-4]"].flatMap { loosen in
            try ["reveal: [scores, metrics]", "reveal: [standard-errors]"].flatMap { reveal in
                let yaml = Fixtures.wide("\(loosen)\n\(reveal)\n")
                let plain = yaml.replacing("l2: 0.01", with: "l2: 0")
                return try [plain, plain.replacing("family: logistic", with: "family: linear")].map {
                    try Job(yaml: $0)
                }
            }
        }
    }

    @Test(arguments: extremes)
    func everyGuardAnswers(_ rows: Int) throws {
        for job in try Self.jobs() {
            #expect(Guards.maximumPasses(job, rows: rows) <= job.model.maximumPasses)
            for count in Self.extremes {
                for entropy in [nil, 0, 1, Double.nan, .infinity] {
                    for parameters in [nil, count] {
                        var facts = GuardFacts(
                            job: job, rows: rows, labelEntropy: entropy, passes: count, earlierScoreVectors: count,
                            setSizes: [count], smallestCell: count)
                        if let parameters {
                            facts.activeParameters = parameters
                            facts.passiveParameters = parameters
                        }
                        #expect(Guards.findings(job, facts).filter { $0.number != nil }.count == Guard.allCases.count)
                        facts.passes = nil
                        facts.ditherBits = nil
                        #expect(Guards.findings(job, facts).filter { $0.number != nil }.count == Guard.allCases.count)
                    }
                }
            }
        }
    }

    @Test func impossibleCountsAreRefused() throws {
        for job in try Self.jobs() where job.model.family == .logistic {
            func verdict(rows: Int, passes: Int) -> GuardFinding.Verdict? {
                Guards.findings(job, GuardFacts(job: job, rows: rows, passes: passes)).first { $0.number == 4 }?.verdict
            }
            #expect(verdict(rows: 475, passes: .max) == .refused)
            #expect(verdict(rows: .min, passes: 1) == .refused)
            #expect(verdict(rows: .max, passes: 1) == .kept)
        }
    }

    /// What is no number keeps nothing.
    @Test func anEntropyThatIsNoNumberIsRefused() throws {
        let job = try #require(try Self.jobs().first)
        let facts = GuardFacts(job: job, rows: 100_000, labelEntropy: .nan)
        #expect(Guards.findings(job, facts).first { $0.number == 1 }?.verdict == .refused)
    }
}

import Jobs
import Records
import Testing

/// Counts come from an outcome, which its author may have made up: every guard answers whatever they are.
@Suite struct ExtremeGuardTests {
    static let extremes = [Int.min, Int.min + 1, -1, 0, 1, Int.max - 1, Int.max]

    private static func jobs() throws -> [Job] {
        try ["", "loosen: [budget, leverage]"].flatMap { loosen in
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
            for role in [Party.Role.active, .passive] {
                #expect(OpenedBits(job, rows: rows, to: role).total > 0)
                for bits in [0, 1, Double.nan, .infinity] {
                    let budget = BitBudget(job, rows: rows, owner: role, hidden: HiddenBits(bits: bits, of: "y"))
                    for count in Self.extremes {
                        var facts = GuardFacts(
                            job: job, rows: rows, budget: budget, distinctRows: count, earlierScoreVectors: count,
                            setSizes: [count], smallestCell: count)
                        #expect(Guards.findings(job, facts).count == 6)
                        facts.activeParameters = count
                        facts.passiveParameters = count
                        #expect(Guards.findings(job, facts).count == 6)
                        let finding = budget.finding(earlier: count, inAll: count)
                        #expect(finding.verdict == (job.loosened.contains(.budget) ? .kept : finding.verdict))
                    }
                }
            }
        }
    }

    @Test func impossibleCountsAreRefused() throws {
        for job in try Self.jobs() {
            #expect(throws: GuardRefusal.self) { try Guards.check(job, GuardFacts(job: job, rows: .min)) }
        }
    }
}

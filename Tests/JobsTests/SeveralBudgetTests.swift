import Testing

@testable import Jobs

/// What a fit over several parties opens to each of them (`protocols/disclosure.md` 2.2).
@Suite struct SeveralBudgetTests {
    /// Two parties without a session between them learn each other's digits all the same, and each its own results.
    @Test func everyOtherPartyOfAFitIsCounted() throws {
        var job = try Job(yaml: Fixtures.trial("family: logistic", "family: logistic\n  maxPasses: 12"))
        let two = OpenedBits(job, rows: 1728, to: .passive).total
        var registry = job.passive
        registry.name = "registry"
        registry.features = Array(registry.features.prefix(1))
        job.parties.append(registry)
        let (lab, more) = (OpenedBits(job, rows: 1728, to: job.passive), OpenedBits(job, rows: 1728, to: registry))
        // Own coefficients open under a longer period too.
        #expect(lab.total == two + lab.coefficients / 2)
        #expect(more.decisions == lab.decisions && more.sums == lab.sums && more.aliases == 0)
        #expect(more.coefficients == 2 * (12 + 6 + 13) && more.variances == 36)
        // A further party's column: the budget holds by itself, and not beside what others learn.
        let hidden = HiddenBits(label: (0..<1728).map { $0 < 416 ? 1.0 : 0 }, named: "x")
        let budget = BitBudget(job, rows: 1728, from: job.passive, to: registry, hidden: hidden)
        #expect(budget.bits == more.total && budget.toOthers == OpenedBits(job, rows: 1728, to: job.active).total)
        let alone = BitBudget(bits: more.total, hidden: hidden)
        #expect(alone.finding(earlier: 0, inAll: 0).verdict == .kept)
        #expect(alone.finding(earlier: 0, inAll: budget.toOthers + more.total).verdict == .refused)
        #expect(budget.finding(earlier: 0, inAll: more.total).verdict == .refused)
        // A second job with the same two parties counts against the same budget.
        #expect(alone.finding(earlier: more.total, inAll: more.total).verdict == .refused)
    }
}

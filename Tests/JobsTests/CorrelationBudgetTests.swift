import Jobs
import Testing

/// An elastic net opens correlations, and with few rows or a sparse column they single rows out (the attacks are in
/// `CorrelationAttackTests` of training): what stands against that is the budget.
@Suite struct CorrelationBudgetTests {
    /// Two columns at the active party, one at the passive one, as in those attacks.
    private func job() throws -> Job {
        let yaml = Fixtures.trial("family: logistic", "family: linear\n  l1: 0.05").replacing(
            "reveal: [coefficients, standard-errors]", with: "reveal: [coefficients, correlations]"
        ).replacing("features: [cd40, cd80]", with: "features: [cd40]").replacing(
            "features: [age, wtkg, hemo, homo, drugs, karnof, race, gender, symptom]",
            with: "features: [age, wtkg]")
        return try Job(yaml: yaml)
    }

    private func verdict(rows: Int, yes: Int, earlier: Int = 0) throws -> GuardFinding.Verdict {
        let column = (0..<rows).map { $0 < yes ? 1.0 : 0 }
        let hidden = try #require(HiddenBits(columns: [("cd40", column)]))
        return BitBudget(try job(), rows: rows, owner: .passive, hidden: hidden)
            .finding(earlier: earlier, inAll: earlier).verdict
    }

    @Test func theColumnThatOneJobSinglesOutIsRefused() throws {
        // Three pairs, three products with the label, a gradient of four: 18, 22 and 29 bits each.
        let opened = OpenedBits(try job(), rows: 60, to: .active)
        #expect(opened.correlations == 3 * 18 + 3 * 22 + 4 * 29)
        #expect(try verdict(rows: 60, yes: 3) == .refused)
    }

    @Test func aJobIsAllowedOnceAndTheManyThatWouldSolveForTheColumnAreNot() throws {
        #expect(try verdict(rows: 3000, yes: 750) == .kept)
        let one = OpenedBits(try job(), rows: 3000, to: .active).total
        #expect(try verdict(rows: 3000, yes: 750, earlier: one) == .refused)
    }
}

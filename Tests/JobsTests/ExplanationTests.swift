import Foundation
import Jobs
import Records
import TestSupport
import Testing

@Suite struct ExplanationTests {
    @Test func saysWhoLearnsWhatWithNumbers() throws {
        let text = Explanation(try Job(yaml: Fixtures.trial)).text
        #expect(text.contains("its own block of the gradient: 10 numbers, dithered"))
        #expect(text.contains("its own block of the gradient: 2 numbers, dithered, also at a trial point"))
        #expect(text.contains("hospital learns"))
        #expect(text.contains("lab sends"))
        #expect(text.contains("short nonces") && text.contains("Short nonces: encryption"))
        #expect(text.replacing("\n      ", with: " ").contains("about four times cheaper, under one more assumption"))
        #expect(!text.contains("m_A numbers"))
        #expect(!text.contains("where `"))
        #expect(!text.contains("When new rows are scored"))
        #expect(!text.contains("partial score"))
    }

    @Test func revealedItemsAppear() throws {
        let text = Explanation(try Job(yaml: Fixtures.full)).text
        #expect(text.contains("When new rows are scored"))
        #expect(text.contains("clinic-2 (sender) sends"))
        #expect(text.contains("hospital (receiver) learns"))
        #expect(text.contains("guard-1-labels (loosened by a factor of two)"))
        #expect(text.contains("guard-4-features is loosened by a factor of two"))
        #expect(text.contains("half nonces") && !text.contains("Short nonces"))
        #expect(text.contains("Keys of 2048 bits"))
        #expect(text.contains("The one exchange of a linear model"))
        #expect(!text.contains("Each pass"))
    }

    @Test func showsFiguresWhenRowsAreKnown() throws {
        let job = try Job(yaml: Fixtures.wide())
        let facts = GuardFacts(job: job, rows: 475, labelEntropy: GuardFacts.labelEntropy(events: 300, rows: 475))
        let explanation = Explanation(job, facts: facts)
        #expect(explanation.guards[0].finding?.verdict == .refused)
        #expect(explanation.limits.map(\.name) == ["limit-cohort", "limit-parameters"])
        #expect(explanation.text.contains("to satisfy it: "))
    }

    @Test func jsonHoldsTheSame() throws {
        let explanation = Explanation(try Job(yaml: Fixtures.full))
        let data = try JSONEncoder().encode(explanation)
        #expect(try JSONDecoder().decode(Explanation.self, from: data) == explanation)
    }

    @Test func linesStayNarrow() throws {
        for yaml in [Fixtures.full, Fixtures.trial, Fixtures.wide()] {
            let lines = Explanation(try Job(yaml: yaml)).text.split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= 100 })
        }
    }

    /// Whatever a job's table says of a revealed item, the general table says under its condition.
    @Test(arguments: [ModelFamily.logistic, .linear])
    func generalTableCoversEveryItem(_ family: ModelFamily) {
        let general = LeakageTable(family: family).rows.flatMap { $0.sends + $0.learns }
        for item in Reveal.allCases where item != .coefficients {
            #expect(general.contains { $0.hasPrefix("where `\(item.rawValue)` is revealed") }, "\(item)")
        }
    }

    /// An item that is not revealed never enters a job's table.
    @Test func tableGrowsWithTheRevealList() throws {
        let plain = try LeakageTable(job: Job(yaml: Fixtures.wide().replacing("l2: 0.01", with: "l2: 0")))
        let base = Set(plain.rows.flatMap { $0.sends + $0.learns })
        for item in ["standard-errors", "scores", "metrics"] {
            let text = Fixtures.wide("reveal: [\(item)]").replacing("l2: 0.01", with: "l2: 0")
            let more = try LeakageTable(job: Job(yaml: text))
            #expect(Set(more.rows.flatMap { $0.sends + $0.learns }).isStrictSuperset(of: base), "\(item)")
        }
    }

    private func statements(_ yaml: String, rows: Int? = nil) throws -> [String] {
        try LeakageTable(job: Job(yaml: yaml), rows: rows).rows.flatMap { $0.sends + $0.learns }
    }

    private func mention(_ words: String, in statements: [String]) -> Bool {
        statements.contains { $0.contains(words) }
    }

    /// training.md 8: the summed loss is opened in every unpenalised logistic fit, and with metrics under a penalty.
    @Test(arguments: [("0", false), ("0", true), ("0.01", false), ("0.01", true)])
    func summedLossFollowsPenaltyAndMetrics(_ l2: String, _ metrics: Bool) throws {
        let text = Fixtures.wide(metrics ? "reveal: [metrics]" : "").replacing("l2: 0.01", with: "l2: \(l2)")
        let said = try statements(text)
        #expect(mention("the log-likelihood summed over all rows", in: said) == (l2 == "0" || metrics))
        #expect(mention("R first reaches 16", in: said) == (l2 == "0"))
        #expect(mention("the Brier score summed", in: said) == metrics)
    }

    /// What standard errors open is left out where guard 6 fails, and conditional while the rows are unknown.
    @Test func informationFollowsGuardSix() throws {
        #expect(mention("where guard 6 holds: its own block H_A", in: try statements(Fixtures.trial)))
        let kept = try statements(Fixtures.trial, rows: 780)
        #expect(mention("its own block H_A", in: kept))
        #expect(!mention("where guard 6", in: kept))
        #expect(!mention("H_A", in: try statements(Fixtures.trial, rows: 779)))
        let job = try Job(yaml: Fixtures.trial)
        let text = Explanation(job, facts: GuardFacts(job: job, rows: 779)).text
        #expect(text.contains("No standard errors: 779 rows"))
        #expect(text.contains("withheld: 779 rows"))
    }

    @Test func aSingleColumnIsSaidToShow() throws {
        let one = Fixtures.trial("[cd40, cd80]", "[cd40]")
        #expect(mention("the coefficient and the gradient of lab's single column", in: try statements(one)))
        #expect(Explanation(try Job(yaml: one)).warnings.contains { $0.hasPrefix("lab has one column") })
        let alone = Fixtures.trial("[age, wtkg, hemo, homo, drugs, karnof, race, gender, symptom]", "[]")
        #expect(
            Explanation(try Job(yaml: alone)).warnings.contains { $0.hasPrefix("hospital has the intercept alone") })
        #expect(!mention("single column,", in: try statements(Fixtures.trial)))
    }

    @Test func linearOpensWhatItsPenaltyAndErrorsNeed() throws {
        let plain = try statements(Fixtures.trial("logistic", "linear").replacing(", standard-errors", with: ""))
        #expect(!mention("|beta_B|^2", in: plain))
        #expect(!mention("the residual variance", in: plain))
        #expect(mention("the label's standard deviation to a factor of two", in: plain))
        #expect(mention("the residual variance", in: try statements(Fixtures.trial("logistic", "linear"))))
        let ridge = Fixtures.wide().replacing("family: logistic", with: "family: linear")
        #expect(mention("|beta_B|^2", in: try statements(ridge)))
    }
}

@Suite struct LeakageDocumentTests {
    @Test func pageIsWhatTheProgramSays() throws {
        let file = Protocols.folder.appending(path: "leakage.md")
        if Protocols.isWritten {
            try LeakageDocument.markdown.write(to: file, atomically: true, encoding: .utf8)
        }
        let page = try String(contentsOf: file, encoding: .utf8)
        #expect(page == LeakageDocument.markdown)
        for item in Guard.allCases { #expect(page.contains("`\(item.name)`")) }
    }
}

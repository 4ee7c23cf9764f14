import Foundation
import Jobs
import Records
import TestSupport
import Testing

@Suite struct ExplanationTests {
    @Test func saysWhoLearnsWhatWithNumbers() throws {
        let text = Explanation(try Job(yaml: Fixtures.trial)).text.replacing("\n    ", with: " ")
        #expect(text.contains("in each pass one number, at most 30 in all: the squared length of the joint gradient"))
        #expect(text.contains("its own 10 coefficients") && text.contains("its own 2 coefficients"))
        #expect(text.contains("lab alone") && text.contains("Each party sends the other"))
        #expect(text.contains("short nonces"))
        for word in ["m_A", "where `", "partial score", "gradient block", "rotat", "dither"] {
            #expect(!text.contains(word), "\(word)")
        }
    }

    @Test func revealedItemsAppear() throws {
        let explanation = Explanation(try Job(yaml: Fixtures.full))
        let text = explanation.text.replacing("\n    ", with: " ")
        #expect(text.contains("sends: its partial score of every fitted row, in clear"))
        #expect(text.contains("learns: clinic-2's partial score of every row held out"))
        #expect(text.contains("guard-budget (loosened)"))
        #expect(text.contains("guard-leverage is loosened: single rows may weigh so much"))
        #expect(text.contains("half nonces") && text.contains("Keys of 2048 bits"))
        #expect(text.contains("the residual sum of squares") && !text.contains("In each pass"))
        #expect(explanation.leakage.contains { $0.phase == .prediction })
    }

    @Test func showsFiguresWhenRowsAreKnown() throws {
        let job = try Job(yaml: Fixtures.wide())
        var facts = GuardFacts(job: job, rows: 475)
        #expect(Explanation(job, facts: facts).text.contains("in all at most"))
        #expect(!Explanation(job).text.contains("in all at most"))
        facts.budget = BitBudget(job, rows: 475, owner: .active, hidden: HiddenBits(bits: 451, of: "benign"))
        let explanation = Explanation(job, facts: facts)
        #expect(explanation.guards.last?.finding?.verdict == .refused)
        #expect(explanation.limits.map(\.name) == ["limit-cohort", "limit-parameters"])
        #expect(explanation.text.contains("REFUSED") && explanation.text.contains("to satisfy it: "))
    }

    /// Each alignment says what it sends and assumes, and both what they cost.
    @Test func comparesAlignments() throws {
        let curve = Fixtures.trial + "\nalignment: {protocol: ecdh-p256}\n"
        for (yaml, own, other) in [
            (Fixtures.trial, "paillier-oprf", "ecdh-p256"), (curve, "ecdh-p256", "paillier-oprf"),
        ] {
            let explanation = Explanation(try Job(yaml: yaml))
            let text = explanation.text.replacing("\n    ", with: " ")
            let words = text.replacing("\n", with: " ")
            #expect(words.contains("Alignment of a pair by \(own): 0."), "\(words)")
            #expect(words.contains("By \(other): 0."), "\(words)")
            #expect(explanation.alignment.map { $0.hasPrefix(own) } == [true, false])
            let isCurve = own == "ecdh-p256"
            #expect(explanation.warnings.contains { $0.contains("P-256 alone") } == isCurve)
            #expect(explanation.assumptions.contains { $0.contains("one-more gap") } == isCurve)
            #expect(explanation.assumptions.contains { $0.contains("k-CAA") } == !isCurve)
            let sends = explanation.leakage.filter { $0.phase == .alignment }.flatMap(\.sends)
            #expect(sends.contains { $0.contains("points of a curve") } == isCurve)
            #expect(sends.contains { $0.contains("Paillier key") } == !isCurve)
        }
    }

    @Test func jsonHoldsTheSame() throws {
        let explanation = Explanation(try Job(yaml: Fixtures.full))
        let data = try JSONEncoder().encode(explanation)
        #expect(try JSONDecoder().decode(Explanation.self, from: data) == explanation)
    }

    /// The examples' jobs fit one screen.
    @Test(arguments: ["actg175", "diabetes"])
    func fitsOneScreen(_ name: String) throws {
        let file = Repository.root.appending(path: "examples/\(name)/job.yaml")
        let job = try Job(yaml: String(contentsOf: file, encoding: .utf8))
        for facts in [nil, GuardFacts(job: job, rows: 1728)] {
            let text = Explanation(job, facts: facts).text
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 60, "\(lines.count) lines:\n\(text)")
            #expect(lines.allSatisfy { $0.count <= 100 }, "\(text)")
        }
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
        // Correlations are of linear models alone, and survival curves and tests are of proportional hazards.
        let items = Reveal.allCases.filter { ![.coefficients, .survival, .logrank, .kaplanMeier].contains($0) }
        for item in items where item != .correlations || family == .linear {
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

    private func statements(_ yaml: String) throws -> [String] {
        try LeakageTable(job: Job(yaml: yaml)).rows.flatMap { $0.sends + $0.learns }
    }

    private func mention(_ words: String, in statements: [String]) -> Bool {
        statements.contains { $0.contains(words) }
    }

    /// The summed loss is opened at the end of every unpenalised logistic fit, and with metrics under a penalty.
    @Test(arguments: [("0", false), ("0", true), ("0.01", false), ("0.01", true)])
    func summedLossFollowsPenaltyAndMetrics(_ l2: String, _ metrics: Bool) throws {
        let text = Fixtures.wide(metrics ? "reveal: [metrics]" : "").replacing("l2: 0.01", with: "l2: \(l2)")
        let said = try statements(text)
        #expect(mention("the log-likelihood summed over the fitted rows", in: said) == (l2 == "0" || metrics))
        #expect(mention("and the log-likelihood then", in: said) == (l2 == "0"))
        #expect(mention("separation: that the labels", in: said) == (l2 == "0"))
        #expect(mention("the Brier score summed", in: said) == metrics)
    }

    @Test func aSingleColumnIsSaid() throws {
        let one = try Job(yaml: Fixtures.trial("[cd40, cd80]", "[cd40]"))
        #expect(Explanation(one).warnings.contains { $0.hasPrefix("lab has one column") })
        #expect(!Explanation(try Job(yaml: Fixtures.trial)).warnings.contains { $0.contains("one column") })
    }

    @Test func linearAnnouncesTheLabelsSpread() throws {
        let plain = try statements(Fixtures.trial("logistic", "linear").replacing(", standard-errors", with: ""))
        #expect(mention("hospital's label's standard deviation, rounded up", in: plain))
        #expect(mention("the residual sum of squares", in: plain) && !mention("in each pass", in: plain))
        #expect(!mention("label's standard deviation", in: try statements(Fixtures.trial)))
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

import Records
import Testing

@testable import Jobs

/// Jobs that compare the levels of a column.
@Suite struct GroupJobTests {
    private static let all = Fixtures.groups

    @Test func readsGroups() throws {
        let job = try Job(yaml: Self.all)
        #expect(job.model.groups == "stage" && job.reveal.suffix(2) == [.logrank, .kaplanMeier])
        #expect(job.comparedGroups?.party.name == "registry")
        #expect(job.comparedGroups?.feature.levels == ["I", "II", "III"])
        #expect(try Job(canonical: job.canonical) == job)
        let own = try Job(yaml: Self.all.replacing("groups: stage", with: "groups: smoker"))
        #expect(own.comparedGroups?.party.name == "clinic" && own.comparedGroups?.feature.levels == ["no", "yes"])
        let none = Fixtures.timesAlone.replacing("maxPasses: 20", with: "maxPasses: 20, groups: none")
        #expect(try Job(yaml: none).hash == Job(yaml: Fixtures.timesAlone).hash)
        // A test needs no times, and may have strata; curves need no curve of the model.
        let test = Self.all.replacing("times: [365, 730], ", with: "").replacing(", kaplan-meier", with: "")
            .replacing("    time: futime", with: "    time: futime\n    strata: ward")
        #expect(Fixtures.problems(test).isEmpty)
    }

    @Test(arguments: [
        ("groups: stage", "groups: stages", "model.groups", "no feature", "did you mean 'stage'?"),
        ("groups: stage", "groups: age", "model.groups", "numeric feature", "yes/no or categorical"),
        ("groups: stage", "groups: died", "model.groups", "no feature", "yes/no or categorical"),
        ("groups: stage", "groups: ''", "model.groups", "no feature", ""),
        (", groups: stage", "", "reveal", "'logrank' needs a column", "name a yes/no or categorical feature"),
        (
            ", logrank, kaplan-meier]", ", survival]", "model.groups", "does not reveal",
            "add 'logrank' or 'kaplan-meier'"
        ),
        ("times: [365, 730], ", "", "reveal", "'kaplan-meier' needs the times", "name them in model.times"),
        (", kaplan-meier]", "]", "model.times", "does not reveal", "drop 'times'"),
        (
            "    time: futime", "    time: futime\n    strata: ward", "reveal", "without strata",
            "kaplan-meier"
        ),
        (
            "features: [age", "features: [{column: stage, type: binary}, age", "model.groups", "of more than one party",
            "of its own"
        ),
        (
            "[I, II, III]", "[I, \((1...20).map { "l\($0)" }.joined(separator: ", "))]", "model.groups",
            "has 21 levels",
            "at most 20"
        ),
    ])
    func refuses(_ old: String, _ new: String, _ path: String, _ message: String, _ hint: String) throws {
        let text = Self.all.replacing(old, with: new)
        try #require(text != Self.all)
        let problems = Fixtures.problems(text)
        let problem = try #require(problems.first { $0.path == path })
        #expect(problem.message.contains(message), "\(problem)")
        #expect(hint.isEmpty || problem.hint?.contains(hint) == true, "\(problem)")
    }

    @Test(arguments: ["logrank", "kaplan-meier"]) func otherFamiliesCompareNoLevels(_ word: String) {
        let problems = Fixtures.problems(Fixtures.trial("standard-errors]", "\(word)]"))
        #expect(problems.map(\.path) == ["reveal"] && problems.first?.message == "'\(word)' belongs to 'family: cox'")
        let named = Fixtures.problems(Fixtures.trial("family: logistic", "family: logistic\n  groups: smoker"))
        #expect(named.map(\.path) == ["model.groups"] && named.first?.message == "belongs to 'family: cox'")
    }

    /// Of three levels at the passive party: 2 + 6 + 3 numbers of 11 + 18 bits, and six points of 20.
    @Test func bitsGoToTheActivePartyAlone() throws {
        let job = try Job(yaml: Self.all)
        func bits(_ job: Job, _ role: Party.Role) -> OpenedBits { OpenedBits(job, rows: 1728, to: role) }
        #expect(bits(job, .active).levels == 11 * 29 + 6 * 20 && bits(job, .passive).levels == 0)
        let plain = try Job(
            yaml: Self.all.replacing(", groups: stage", with: "").replacing(
                ", logrank, kaplan-meier", with: ", survival"))
        #expect(
            bits(job, .active).total == bits(plain, .active).total - 2 * 36 + 11 * 29 + 120 - (job.opensLoss ? 0 : 12))
        let own = try Job(yaml: Self.all.replacing("groups: stage", with: "groups: smoker"))
        #expect(bits(own, .active).levels == 0)
    }

    @Test func theTableSaysWhatIsLearnt() throws {
        func statements(_ table: LeakageTable, _ party: String) -> [String] {
            table.rows(in: .end).filter { $0.party == party }.flatMap { $0.learns }
        }
        let table = LeakageTable(job: try Job(yaml: Self.all))
        #expect(statements(table, "clinic").contains { $0.hasPrefix("of each level of `model.groups` how many rows") })
        #expect(
            statements(table, "clinic").contains {
                $0.contains("fewer than 11 rows with an event, or without one, that this is so and nothing else")
            })
        #expect(statements(table, "clinic").contains { $0.hasPrefix("the survival of each level") })
        #expect(!statements(table, "registry").contains { $0.contains("level of") })
        let own = LeakageTable(job: try Job(yaml: Self.all.replacing("groups: stage", with: "groups: smoker")))
        #expect(!statements(own, "clinic").contains { $0.contains("model.groups") })
        #expect(
            LeakageTable(family: .cox).rows(in: .end).flatMap(\.learns).contains {
                $0.hasPrefix("with `model.groups` of the passive party, where `logrank` is revealed: of each level")
            })
        #expect(
            Explanation(try Job(yaml: Self.all)).model.contains(
                ", log-rank test and Kaplan-Meier curves by stage of registry)"))
    }

    @Test func aPolicyMayRefuseTheWords() throws {
        let job = try Job(yaml: Self.all)
        let strict = try Policy(yaml: "policy: 1\nreveal: [standard-errors, logrank]")
        #expect(strict.refusals(of: job, as: "registry").map(\.rule) == ["policy.reveal"])
        let open = try Policy(yaml: "policy: 1\nreveal: [standard-errors, logrank, kaplan-meier]")
        #expect(open.refusals(of: job, as: "registry").isEmpty)
    }
}

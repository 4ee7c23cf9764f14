import Records
import Testing

@testable import Jobs

/// Jobs of three to eight parties: format 12 (`protocols/job.md` 8).
@Suite("Jobs of several parties") struct SeveralJobTests {
    private static func yaml(
        _ parties: [String] = [
            "{name: b, role: passive, identifier: id}", "{name: a, role: active, identifier: id}",
            "{name: c, identifier: id}",
        ],
        more: String = ""
    ) -> String {
        "moiety: 12\ntitle: T\nparties:\n" + parties.map { "  - \($0)\n" }.joined() + more
    }

    private static func problems(_ text: String) -> [String] {
        do {
            _ = try Job(yaml: text)
            return []
        } catch .invalid(let problems) {
            return problems.map { "\($0.path): \($0.message)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test("The active party stands first, the others as they stand; bytes read back are the same job")
    func readsAndWrites() throws {
        let job = try Job(yaml: Self.yaml())
        #expect(job.kind == .several && job.parties.map(\.name) == ["a", "b", "c"])
        #expect(
            job.parties.map(\.role) == [.active, .passive, .passive]
                && job.parties.map(\.table) == ["a", "b", "c"])
        #expect(job.limits.minimumCohort == 50 && job.keys.bits == 3072)
        #expect(try Job(canonical: job.canonical) == job)
        let other = try Job(
            yaml: Self.yaml(
                [
                    "{name: a, role: active, identifier: id}", "{name: c, identifier: id}",
                    "{name: b, identifier: id}",
                ]))
        #expect(other.hash != job.hash)
        #expect(
            job.sessionRole(of: "a", with: "c") == "active"
                && job.sessionRole(of: "c", with: "a") == "passive")
        #expect(
            job.sessionRole(of: "b", with: "c") == "first"
                && job.sessionRole(of: "c", with: "b") == "second")
        #expect(
            try Job(yaml: JobTemplate.severalText(parties: ["x", "y", "z", "w"])).parties.count == 4)
    }

    @Test(
        "Too few and too many parties, two that are active, other normalisers, fields of other jobs")
    func refuses() {
        let party = { (name: String) in "{name: \(name), identifier: id}" }
        let active = "{name: a, role: active, identifier: id}"
        #expect(
            Self.problems(Self.yaml([active, party("b")])).contains {
                $0.hasPrefix("parties: has 2 entries")
            })
        let nine = [active] + "bcdefghi".map { party(String($0)) }
        #expect(Self.problems(Self.yaml(nine)).contains { $0.hasPrefix("parties: has 9 entries") })
        #expect(Self.problems(Self.yaml(Array(nine.prefix(8)))).isEmpty)
        #expect(Self.problems(Self.yaml(nine.suffix(8))).contains { $0.contains("0 are active") })
        #expect(
            Self.problems(Self.yaml([active, party("b"), party("b")])).contains {
                $0.contains("'b' is taken")
            })
        let digits = "{name: c, identifier: {columns: [id], normaliser: digits}}"
        #expect(
            Self.problems(Self.yaml([active, party("b"), digits])).contains {
                $0.hasPrefix("parties[2].identifier")
            })
        #expect(
            Self.problems(Self.yaml([active, party("b"), "{name: c}"])).contains {
                $0.hasPrefix("parties[2].identifier")
            })
        for field in [
            "model: {family: linear}", "reveal: [scores]", "helper: b", "alignment: {protocol: ecdh-p256}",
            "coalition: 1",
        ] {
            #expect(!Self.problems(Self.yaml(more: field)).isEmpty, "\(field)")
        }
        #expect(
            Self.problems(Self.yaml(more: "split: rows")).contains {
                $0.hasPrefix("split") || $0.hasPrefix("columns")
            })
        #expect(
            Self.problems(Self.yaml(more: "keys: {bits: 1024}")).contains { $0.hasPrefix("keys.bits") })
        #expect(
            Self.problems(Self.yaml(more: "limits: {minimumCohort: 90, maximumSetSize: 80}")).contains {
                $0.hasPrefix("limits.maximumSetSize")
            })
        // In the format of two parties the hint names the other one.
        let model = Self.yaml().replacing("moiety: 12", with: "moiety: 8") + "model: {family: linear}\n"
        #expect(Self.problems(model).contains { $0.hasPrefix("parties: has 3 entries") })
    }

    @Test("Encodings that no file has: two parties, another order, a truncated one")
    func encodings() throws {
        let job = try Job(yaml: Self.yaml())
        for bytes in [Array(job.canonical.dropLast()), job.canonical + [0]] {
            #expect(throws: DocumentError.self) { try Job(canonical: bytes) }
        }
        var other = job
        other.parties.swapAt(0, 1)
        #expect(throws: DocumentError.self) { try Job(canonical: other.canonical) }
        other.parties.removeLast()
        #expect(throws: DocumentError.self) { try Job(canonical: other.canonical) }
    }

    /// A job with a model.
    private static func fit(_ more: String = "", helper: String = "helper: b\n", family: String = "logistic") -> String
    {
        yaml(
            [
                "{name: a, role: active, identifier: id, label: y, features: [age]}",
                "{name: b, identifier: id, features: [m1, m2, m3]}",
                "{name: c, identifier: id, features: [r1, {column: arm, type: binary}]}",
                "{name: d, identifier: id, features: [s]}",
            ], more: helper + "model: {family: \(family)}\n" + more)
    }

    @Test("With a model and a helper: bytes read back are the same job, and who is what in it")
    func fits() throws {
        let job = try Job(yaml: Self.fit("reveal: [coefficients, standard-errors]"))
        #expect(job.kind == .several && job.hasModel && job.helper == "b" && job.sharing.name == "b")
        #expect(job.furtherParties.map(\.name) == ["c", "d"] && job.passives.map(\.name) == ["b", "c", "d"])
        #expect(job.parameterCount == 8 && job.coefficientCount == 8)
        #expect(try Job(canonical: job.canonical) == job)
        #expect(try Job(yaml: Self.fit(helper: "helper: c\n")).hash != Job(yaml: Self.fit()).hash)
        let aligns = try Job(yaml: Self.yaml())
        #expect(!aligns.hasModel && aligns.trust == nil)
        #expect(job.trust == "a and b do not put their parts together")
        for family in ModelFamily.allCases {
            let text = JobTemplate.severalText(parties: ["x", "y", "z"], family: family)
            #expect(try Job(yaml: text).model.family == family)
        }
    }

    @Test("An elastic net opens the correlations of all to all: each party counts them for each other one")
    func elasticNet() throws {
        let job = try Job(
            yaml: Self.fit("reveal: [coefficients, correlations]", family: "linear, l1: 0.1, l2: 0.01"))
        #expect(try Job(canonical: job.canonical) == job)
        // Eight coefficients: 21 pairs, seven products with the label, a gradient of eight.
        for party in job.parties {
            #expect(OpenedBits(job, rows: 1000, to: party).correlations == 21 * 18 + 7 * 22 + 8 * 29)
        }
        let hidden = try #require(HiddenBits(columns: [("s", (0..<1000).map { Double($0 % 2) })]))
        let budget = BitBudget(job, rows: 1000, from: job.parties[3], to: job.parties[1], hidden: hidden)
        #expect(budget.toOthers >= 2 * (21 * 18 + 7 * 22 + 8 * 29))
        let brief = try #require(SeveralBrief(job, for: "d"))
        #expect(brief.allLearn.contains { $0.contains("all coefficients of all parties follow") }, "\(brief.allLearn)")
        let refit = Self.fit("reveal: [coefficients, correlations]\nwithoutLost: refit\n", family: "linear, l1: 0.1")
        let pair = try Job(yaml: refit.replacing("moiety: 12", with: "moiety: 13")).without("d").without("c")
        #expect(pair.kind == .pair && pair.model.l1 == 0.1)
        #expect(try Job(canonical: pair.canonical) == pair)
    }

    @Test("A helper that is none, and what is there with two parties only")
    func refusesFits() throws {
        func problems(_ text: String, at path: String) -> Bool {
            Self.problems(text).contains { $0.hasPrefix("\(path): ") }
        }
        #expect(problems(Self.fit(helper: ""), at: "helper"))
        for name in ["a", "z"] { #expect(problems(Self.fit(helper: "helper: \(name)\n"), at: "helper")) }
        #expect(problems(Self.fit(family: "cox"), at: "parties[0].time"))
        // A column whose levels are compared is any one party's.
        func levels(_ helper: String) -> String {
            Self.fit("reveal: [logrank]\n", helper: "helper: \(helper)\n", family: "cox, groups: arm").replacing(
                "label: y", with: "label: y, time: t")
        }
        #expect(problems(levels("c").replacing("groups: arm", with: "groups: arn"), at: "model.groups"))
        let compared = try Job(yaml: levels("c"))
        #expect(compared.comparedGroups?.party.name == "c")
        #expect(try Job(canonical: compared.canonical) == compared)
        var moved = compared
        moved.helper = "d"
        #expect(try Job(canonical: moved.canonical) == moved)
        // Who has it says what it gives; each other party counts what the active one learns.
        func sent(_ job: Job) throws -> [String] {
            try #require(SeveralFitLeakage(job)).rows(in: .end).filter { $0.party == LeakagePhase.eachFurther }
                .flatMap(\.sends).filter { $0.contains("one uniform part to a, the other to \(job.helper ?? "")") }
        }
        #expect(try sent(compared).isEmpty && sent(moved).count == 1)
        #expect(try #require(SeveralFitLeakage(moved)).coalitions[0].contains("the level of each row"))
        let bits = { OpenedBits($0, rows: 200, to: $0.active).levels }
        #expect(bits(moved) > 0 && bits(moved) == bits(compared))
        #expect(problems(Self.fit(family: "linear, l1: 0.1"), at: "reveal"))
        #expect(problems(Self.fit("alignment: {protocol: ecdh-p256}"), at: "alignment"))
        #expect(problems(Self.fit("network: {listener: b}"), at: "network.listener"))
        #expect(problems(Self.fit().replacing("features: [s]", with: "features: []"), at: "parties[3].features"))
        #expect(
            problems(Self.fit().replacing("features: [s]", with: "features: [s], label: q"), at: "parties[3].label"))
        // Bytes that no file has.
        let job = try Job(yaml: Self.fit())
        for bytes in [Array(job.canonical.dropLast()), job.canonical + [0]] {
            #expect(throws: DocumentError.self) { try Job(canonical: bytes) }
        }
        var other = job
        other.helper = "a"
        #expect(throws: DocumentError.self) { try Job(canonical: other.canonical) }
        other = job
        other.alignment = AlignmentTerms(method: .ecdhP256, sender: nil)
        #expect(throws: DocumentError.self) { try Job(canonical: other.canonical) }
        // The helper of an alignment is none.
        other = try Job(yaml: Self.yaml())
        other.helper = "b"
        #expect(throws: DocumentError.self) { try Job(canonical: other.canonical) }
    }

    /// A job that describes its rows, too.
    private static func described(_ more: String = "") -> String {
        fit("reveal: [coefficients, description]\n" + more)
            .replacing("label: y,", with: "label: y, group: {column: ward, levels: [north, south]},")
    }

    @Test("A description over all columns: its group, its limits over all parties, and what is told of it")
    func describes() throws {
        let job = try Job(yaml: Self.described())
        #expect(try Job(canonical: job.canonical) == job && job.active.group?.column == "ward")
        // Ten cells of a numeric column, two of a yes/no one, in each of two groups: of all passive parties.
        #expect(job.describedTests == 2 * (30 + 12 + 10) * 11)
        #expect(job.describedNumbers == 2 * 2 * 7)
        let many = (0..<800).map { "x\($0)" }.joined(separator: ", ")
        // Either party alone would keep to the bound.
        let wide = Self.described("limits: {minimumCell: 50}").replacing("features: [s]", with: "features: [\(many)]")
        #expect(Self.problems(wide.replacing("[m1, m2, m3]", with: "[m1]")).isEmpty)
        let both = wide.replacing("[m1, m2, m3]", with: "[\(many.replacing("x", with: "m"))]")
        #expect(Self.problems(both).contains { $0.hasPrefix("reveal: 'description' would test") })
        #expect(
            Self.problems(Self.described().replacing(", description]", with: "]")).contains { $0.contains("group") })
        let explanation = try #require(SeveralExplanation(job))
        #expect(explanation.parties[0].beside == ["described by ward"])
        #expect(explanation.coalitions.contains { $0.hasPrefix("Described: a with others") })
        #expect(explanation.leakage.count { $0.phase == .description } == 3)
        let brief = try #require(SeveralBrief(job, for: "c"))
        #expect(brief.learns.contains { $0.hasPrefix("if described: how many rows each of a's groups has") })
        #expect(!LeakageTable(job: try Job(yaml: Self.fit())).rows.contains { $0.phase == .description })
        // Each learns of the active party's groups by the columns of all, of another one by its own alone.
        let bits = { (owner: Int, peer: Int) in
            DescribedBits(job, rows: 1000, from: job.parties[owner], to: job.parties[peer])
        }
        #expect(bits(0, 1) == bits(0, 3) && bits(0, 1).sums == (1...3).reduce(0) { $0 + bits($1, 0).sums })
        #expect(bits(2, 1) == bits(2, 3) && bits(2, 1).sums == bits(2, 0).sums && bits(2, 1).cells == 2)
        #expect(bits(2, 0).cells == 2 * 2 * 12)
        #expect(LeakageTable(job: job, rows: 1000).rows.contains { $0.learns.contains { $0.contains("bits of sums") } })
    }

    @Test("Two tables, with and without a lost party's people, would show those: no description, no levels")
    func describesNothingWithoutLost() throws {
        let text = Self.described("withoutLost: refit\n").replacing("moiety: 12", with: "moiety: 13")
        #expect(Self.problems(text).contains { $0.hasPrefix("reveal: 'description' is not there") })
        let plain = text.replacing(", description]", with: "]").replacing("group: ward", with: "")
        #expect(!Self.problems(plain).contains { $0.hasPrefix("reveal") })
        // Rows and events of levels are exact too.
        let levels = Self.fit(
            "reveal: [logrank]\nwithoutLost: refit\n", helper: "helper: c\n", family: "cox, groups: arm"
        ).replacing("label: y", with: "label: y, time: t").replacing("moiety: 12", with: "moiety: 13")
        #expect(Self.problems(levels).contains { $0.hasPrefix("reveal: 'logrank' is not there") })
    }

    @Test("Guards and budgets of a fit: what each other party learns, and the passive party with fewest columns")
    func guards() throws {
        let job = try Job(yaml: Self.fit("reveal: [coefficients, standard-errors]"))
        let bits = job.parties.map { OpenedBits(job, rows: 1000, to: $0).total }
        // More columns, more bits; all learn the same decisions.
        #expect(bits[1] > bits[2] && bits[2] > bits[3])
        #expect(Set(job.parties.map { OpenedBits(job, rows: 1000, to: $0).decisions }).count == 1)
        #expect(OpenedBits(job, rows: 1000, to: .passive).total == bits[1])
        let facts = GuardFacts(job: job, rows: 1000)
        #expect(facts.passiveParameters == 1 && facts.otherParameters == 5 && facts.activeParameters == 2)
        let scores = try Job(yaml: Self.fit("reveal: [scores]"))
        #expect(Guards.findings(scores).first?.verdict == .refused)
        #expect(throws: GuardRefusal.self) { try Guards.check(job, GuardFacts(job: job, rows: 20)) }
        var policy = Policy.standard
        policy.reveal = []
        #expect(policy.refusals(of: job, as: "c").map(\.rule) == ["policy.reveal"])
    }

    @Test("A policy is asked for set sizes, cohort, keys and every peer")
    func policy() throws {
        var policy = Policy.standard
        let job = try Job(yaml: Self.yaml(more: "keys: {bits: 2048}\nlimits: {minimumCohort: 20}\n"))
        #expect(policy.refusals(of: job, as: "b").map(\.rule) == ["policy.minimumCohort"])
        policy.minimumCohort = 20
        #expect(policy.refusals(of: job, as: "b").isEmpty)
        policy.minimumKeyBits = 3072
        policy.maximumSetSize = 10
        policy.peers = ["a"]
        #expect(
            policy.refusals(of: job, as: "b").map(\.rule) == [
                "policy.maximumSetSize", "policy.minimumKeyBits", "policy.peers",
            ])
        #expect(policy.refusals(of: job, as: "z").map(\.rule) == ["policy.party"])
    }

    @Test("The explanation names who learns what, and who may put together what")
    func explained() throws {
        let job = try Job(yaml: Self.yaml())
        let explanation = try #require(SeveralExplanation(job))
        #expect(explanation.parties.map(\.name) == ["a", "b", "c"])
        #expect(explanation.text.contains("a together with some of the others"))
        #expect(LeakageTable(job: job).rows == explanation.leakage)
        #expect(SeveralExplanation(try Job(yaml: JobTemplate.rowsText())) == nil)
        #expect(explanation.model == nil && explanation.guards.isEmpty)
    }

    @Test("Of a fit also who the helper is, what that means, and what is opened")
    func explainedFit() throws {
        let job = try Job(yaml: Self.fit("reveal: [coefficients, standard-errors]"))
        let explanation = try #require(SeveralExplanation(job))
        #expect(explanation.helper == "b" && explanation.text.contains("b is the helper"))
        #expect(explanation.coalitions.contains { $0.hasPrefix("a together with b sees everything of c, d") })
        #expect(explanation.assumptions.first?.hasPrefix("a and b do not put together") == true)
        #expect(explanation.guards.count == Guard.allCases.count)
        #expect(explanation.leakage.contains { $0.phase == .training && $0.party == LeakagePhase.eachFurther })
        #expect(!explanation.text.contains("partial score"))
        let scored = try Job(
            yaml: Self.fit("reveal: [scores]\nlimits: {minimumPassiveColumns: 2}\n").replacing("[s]", with: "[s, t]"))
        #expect(try #require(SeveralExplanation(scored)).text.contains("sum of all passive parties' partial scores"))
    }

    /// Proportional hazards.
    private static func hazards(_ features: String = "[age]") -> String {
        fit("reveal: [coefficients, standard-errors]", family: "cox")
            .replacing("label: y, features: [age]", with: "label: y, time: t, features: \(features)")
    }

    @Test("Of hazards nobody can audit the sums; a party without a column gets no coefficients and no errors")
    func explainedHazards() throws {
        let lines = { (job: Job) throws in
            try #require(SeveralFitLeakage(job)).rows(in: .end).filter { $0.party == "a" }.flatMap(\.learns)
        }
        let own = try lines(Job(yaml: Self.hazards()))
        #expect(own.contains { $0.hasPrefix("its own coefficient:") })
        #expect(own.contains { $0.hasPrefix("the standard errors") } && !own.contains { $0.contains("intercept") })
        let none = try lines(Job(yaml: Self.hazards("[]")))
        #expect(!none.contains { $0.contains("coefficient") || $0.contains("standard error") }, "\(none)")
        let coalitions = try #require(SeveralFitLeakage(Job(yaml: Self.hazards()))).coalitions
        #expect(coalitions.contains { $0.contains("nobody can audit it") })
        let logistic = try #require(SeveralFitLeakage(Job(yaml: Self.fit()))).coalitions
        #expect(!logistic.contains { $0.contains("audit") })
    }
}

import Jobs
import Records
import Testing

@Suite struct JobReadingTests {
    @Test func readsWhatIsWritten() throws {
        let job = try Job(yaml: Fixtures.full)
        #expect(job.active.name == "hospital")
        #expect(job.passive.name == "clinic-2")
        #expect(job.passive.identifier.columns == ["family name", "born"])
        #expect(job.active.identifier.parts.map(\.normaliser) == [.upper, .digits])
        #expect(job.passive.features[2].kind == .categorical(levels: ["placebo", "low", "3"], reference: "low"))
        #expect(job.parameterCount(of: job.passive) == 4)
        #expect(job.parameterCount(of: job.active) == 2)
        #expect(job.parameterCount == 6)
        #expect(job.reveal == [.coefficients, .standardErrors, .scores, .metrics])
        #expect(job.loosened == [.leverage, .budget])
        #expect(job.model.tolerance == 1e-5)
        #expect(job.holdout == .hash)
        #expect(job.payloads == .full)
        #expect(job.keys.nonces == .half)
        #expect(job.network.listener == "clinic-2")
        #expect(job.peer(of: "hospital")?.name == "clinic-2")
        #expect(job.peer(of: "nobody") == nil)
    }

    @Test func fillsDefaults() throws {
        let job = try Job(yaml: Fixtures.trial)
        #expect(job.keys.bits == 3072)
        #expect(job.keys.nonces == .short)
        #expect(job.limits == .standard)
        #expect(job.alignment.sender == nil && job.alignment.method == .paillierOPRF)
        #expect(job.network.listener == "hospital")
        #expect(job.model.l2 == 0)
        #expect(job.holdout == .none)
        #expect(job.payloads == .hashes)
        #expect(job.active.identifier.duplicates == .error)
    }

    @Test func templateIsAJob() throws {
        let job = try Job(yaml: JobTemplate.text(active: "north", passive: "south", family: .linear))
        #expect(job.parties.map(\.name) == ["north", "south"])
        #expect(job.model.family == .linear)
    }

    /// What the template shows behind a # is what holds without it.
    /// A draft from a table: names that YAML would read otherwise, levels, and what a job cannot hold.
    @Test func draftsFromATable() throws {
        let draft = JobTemplate.Draft(
            table: "visits", identifier: "MRN #", label: "out: come",
            features: [
                Feature(column: "a \"b\" \\c", kind: .numeric), Feature(column: "no", kind: .binary),
                Feature(column: "arm", kind: .categorical(levels: ["no", "1", "a, b"], reference: "1")),
            ], leftOut: [.init(column: "notes\nlabel: x", reason: "text")])
        for family in ModelFamily.allCases {
            let job = try Job(
                yaml: JobTemplate.text(active: "here", passive: "there", family: family, activeDraft: draft))
            #expect(job.active.features == draft.features)
            #expect(job.active.label == "out: come" && job.active.identifier.columns == ["MRN #"])
        }
        #expect(JobTemplate.allows(Feature(column: "age", kind: .numeric)))
        for column in ["=1+1", "../x", "&a", String(repeating: "x", count: 129), "a\u{200B}b"] {
            #expect(!JobTemplate.allows(Feature(column: column, kind: .numeric)), "\(column)")
        }
    }

    /// Nothing that the template offers is refused by the rules of a job or by the policy that `init` writes.
    @Test func theTemplateOffersNothingThatIsRefused() throws {
        let text = JobTemplate.text()
        let offered = text.split(separator: "\n").filter { $0.contains("More: ") || $0.hasPrefix("# more coeff") }
        for item in Reveal.allCases where offered.contains(where: { $0.contains(item.rawValue) }) {
            let wide = text.replacing("[marker_a, marker_b]", with: "[a, b, c]")
                .replacing("reveal: [coefficients, standard-errors]", with: "reveal: [\(item.rawValue)]")
            let job = try Job(yaml: wide)
            #expect(Policy.standard.refusals(of: job, as: "hospital").isEmpty)
            #expect(throws: Never.self) { try Guards.check(job) }
        }
    }

    @Test(arguments: [ModelFamily.logistic, .cox]) func templateShowsTheDefaults(_ family: ModelFamily) throws {
        let text = JobTemplate.text(family: family)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
            let bare = line.trimmingPrefix { $0 == " " }
            guard bare.hasPrefix("# "), bare.contains(":"), !line.hasPrefix("# A"), !line.hasPrefix("# R"),
                !line.hasPrefix("# E")
            else { return String(line) }
            return String(line.prefix(line.count - bare.count) + bare.dropFirst(2))
        }
        #expect(try Job(yaml: lines.joined(separator: "\n")).hash == Job(yaml: text).hash)
        #expect(lines.joined(separator: "\n") != text)
    }

    @Test("Correlations of more columns than a message holds are refused before they are counted")
    func tooManyCorrelations() {
        let levels = (0..<401).map { "l\($0)" }.joined(separator: ", ")
        let wide = ["x", "z"].map { "{column: \($0), type: categorical, levels: [\(levels)], reference: l0}" }
        let yaml = Fixtures.trial("family: logistic", "family: linear\n  l1: 1").replacing(
            "reveal: [coefficients, standard-errors]", with: "reveal: [correlations]"
        ).replacing("features: [cd40, cd80]", with: "features: [\(wide.joined(separator: ", "))]")
        #expect(Fixtures.problems(yaml).map(\.path) == ["model.l1"])
    }

    @Test(
        "What cross-validation asks of a job",
        arguments: [
            ("10", "[coefficients, metrics]", "", nil), ("2", "[metrics]", "", nil),
            ("none", "[coefficients]", "", nil),
            ("10", "[coefficients]", "", "reveal"), ("1", "[metrics]", "", "2 to 20"),
            ("21", "[metrics]", "", "2 to 20"), ("ten", "[metrics]", "", "whole number"),
            ("5", "[metrics, correlations]", "l1: 0.5", "holdout"),
        ] as [(String, String, String, String?)])
    func crossValidation(_ folds: String, _ reveal: String, _ model: String, _ hint: String?) throws {
        let yaml = Fixtures.trial("family: logistic", "family: linear\n  \(model)").replacing(
            "reveal: [coefficients, standard-errors]", with: "reveal: \(reveal)\ncrossValidation: \(folds)")
        guard let hint else {
            let job = try Job(yaml: yaml)
            #expect(try Job(canonical: job.canonical) == job)
            #expect(job.crossValidation == Int(folds) ?? 0)
            return
        }
        let problems = Fixtures.problems(yaml)
        #expect(problems.map(\.path) == ["crossValidation"])
        #expect("\(problems)".contains(hint), "\(problems)")
    }

    @Test(
        "What an elastic net and robust errors ask of a job",
        arguments: [
            ("l1: 0.5", "[coefficients]", "reveal"),
            ("l1: 0.5", "[coefficients, correlations, standard-errors]", "reveal"),
            ("l2: 0.5", "[coefficients, correlations]", "reveal"),
            ("covariance: HC0", "[coefficients]", "model.covariance"),
            ("l1: 0.5", "[coefficients, correlations, metrics]", nil),
            ("covariance: HC0", "[coefficients, standard-errors]", nil),
        ] as [(String, String, String?)])
    func penaltiesAndErrors(_ model: String, _ reveal: String, _ path: String?) throws {
        let yaml = Fixtures.trial("family: logistic", "family: linear\n  \(model)").replacing(
            "reveal: [coefficients, standard-errors]", with: "reveal: \(reveal)")
        if let path {
            #expect(Fixtures.problems(yaml).map(\.path) == [path])
        } else {
            let job = try Job(yaml: yaml)
            #expect(try Job(canonical: job.canonical) == job)
        }
    }

    @Test(arguments: [
        ("family: logistic", "family: logisitc", "model.family", 16, "'logistic'"),
        ("label: cens", "label: cens\n    target: x", "parties[0].target", 9, "allowed here"),
        ("reveal: [coefficients, standard-errors]", "reveal: [score]", "reveal[0]", 17, "'scores'"),
        ("features: [cd40, cd80]", "features: [cd40, cd40]", "parties[1].features[1]", 14, ""),
        ("features: [cd40, cd80]", "features: []", "parties[1].features", 14, "passive"),
        ("role: passive", "role: active", "parties", 3, "exactly one"),
        ("name: lab", "name: Lab", "parties[1].name", 10, ""),
        ("name: lab", "name: hospital", "parties[1].name", 10, ""),
        ("table: counts", "table: ../counts", "parties[1].table", 12, "logical name"),
        ("table: counts", "table: counts.csv", "parties[1].table", 12, "logical name"),
        ("table: counts", "path: counts", "parties[1].path", 12, "site's own settings"),
        ("label: cens", "label: /etc/passwd", "parties[0].label", 8, "no paths"),
        ("label: cens", "label: =cmd()", "parties[0].label", 8, "formula"),
        ("label: cens", "label: age", "parties[0].features[0]", 9, ""),
        ("label: cens", "label: USUBJID", "parties[0].label", 8, ""),
        ("family: logistic", "family: logistic\n  l2: -1", "model.l2", 17, ""),
        ("family: logistic", "family: logistic\n  l2: nan", "model.l2", 17, ""),
        ("family: logistic", "family: logistic\n  l2: 0x10", "model.l2", 17, ""),
        ("family: logistic", "family: logistic\n  maxPasses: 1.5", "model.maxPasses", 17, ""),
        ("family: logistic", "family: logistic\n  theta: 2", "model.theta", 17, ""),
        ("family: logistic", "family: negative-binomial\n  theta: 0", "model.theta", 17, ""),
        ("family: logistic", "family: poison", "model.family", 16, "'poisson'"),
        ("label: cens", "label: cens\n    exposure: days", "parties[0].exposure", 9, ""),
        ("label: cens", "label: cens\n    weights: cens", "parties[0].weights", 9, ""),
        ("label: cens", "label: cens\n    offset: age", "parties[0].features[0]", 10, "without a coefficient"),
        ("table: counts", "table: counts\n    weights: w", "parties[1].weights", 13, ""),
        ("moiety: 8", "moiety: 7", "moiety", 1, "format 8"), ("moiety: 8", "moiety: 9", "moiety", 1, "format 8"),
        ("family: logistic", "family: logistic\n  l1: 0.1", "model.l1", 17, "model.l2"),
        ("family: logistic", "family: logistic\n  covariance: HC4", "model.covariance", 17, "'HC0'"),
        ("title: CD4", "titel: CD4", "titel", 2, "'title'"),
        ("reveal: [coefficients, standard-errors]", "keys: {bits: 1024}", "keys.bits", 17, "2048 or 3072"),
        ("reveal: [coefficients, standard-errors]", "keys: {nonces: full}", "keys.nonces", 17, "short, half"),
        ("reveal: [coefficients, standard-errors]", "keys: {nonces: shrt}", "keys.nonces", 17, "'short'"),
        ("reveal: [coefficients, standard-errors]", "keys: {kind: subgroup}", "keys.kind", 17, "nonces"),
        ("reveal: [coefficients, standard-errors]", "loosen: [guard-1]", "loosen[0]", 17, "budget"),
        ("reveal: [coefficients, standard-errors]", "loosen: [scores]", "loosen[0]", 17, "leverage"),
        ("reveal: [coefficients, standard-errors]", "reveal: [deciles]", "reveal[0]", 17, ""),
        ("reveal: [coefficients, standard-errors]", "reveal: [covariance]", "reveal[0]", 17, ""),
        ("reveal: [coefficients, standard-errors]", "reveal: [joint-coefficients]", "reveal[0]", 17, ""),
        ("reveal: [coefficients, standard-errors]", "alignment: {sender: labs}", "alignment.sender", 17, "hospital"),
        ("reveal: [coefficients, standard-errors]", "network: {listener: x}", "network.listener", 17, "lab"),
    ])
    func namesPathAndLine(_ old: String, _ new: String, _ path: String, _ line: Int, _ hint: String) throws {
        let problems = Fixtures.problems(Fixtures.trial(old, new))
        let problem = try #require(problems.first { $0.path == path }, "\(problems)")
        #expect(problem.line == line)
        #expect(hint.isEmpty || problem.hint?.contains(hint) == true, "\(problem)")
    }

    /// Results call terms by these names: two of one name would be told apart by nobody, this program among them.
    @Test func termsHaveNamesOfTheirOwn() throws {
        func problems(_ features: String) -> [String] {
            Fixtures.problems(Fixtures.trial("features: [cd40, cd80]", "features: [\(features)]")).map { "\($0)" }
        }
        let arm = "{column: arm, type: categorical, levels: [low, high, none], reference: none}"
        #expect(problems("cd40, cd80, \(arm)").isEmpty)
        for other in ["\(arm), arm=low", "arm=high, \(arm)", "(Intercept)"] {
            #expect(problems("cd40, \(other)").contains { $0.contains("another one of that name") }, "\(other)")
        }
        let nested = "{column: a, type: categorical, levels: [b=c, d, e], reference: d}"
        let other = "{column: a=b, type: categorical, levels: [c, f], reference: f}"
        #expect(problems("cd40, \(nested), \(other)").contains { $0.contains("a=b=c") })
    }

    @Test func identifiersAreNoColumnsOfResults() throws {
        for name in ["row", "prediction", "linear.predictor"] {
            let text = Fixtures.trial.replacing("identifier: USUBJID", with: "identifier: \(name)")
            #expect(Fixtures.problems(text).contains { $0.path == "parties[0].identifier.columns" }, "\(name)")
        }
    }

    @Test func referenceMustBeALevel() throws {
        let text = Fixtures.full.replacing("reference: low", with: "reference: lwo")
        let problem = try #require(Fixtures.problems(text).first)
        #expect(problem.path == "parties[0].features[2].reference")
        #expect(problem.hint == "did you mean 'low'?")
        #expect("\(problem)".hasPrefix("line 15: parties[0].features[2].reference: "))
    }

    @Test func levelsBelongToCategoricalColumns() throws {
        let text = Fixtures.full.replacing("type: categorical, levels", with: "type: binary, levels")
        #expect(Fixtures.problems(text).map(\.path).contains("parties[0].features[2].levels"))
    }

    @Test func normalisersMustAgree() throws {
        let problems = Fixtures.problems(Fixtures.full.replacing("      normaliser: digits\n", with: ""))
        #expect(problems.map(\.path) == ["parties[1].identifier"])
    }

    @Test func showsAllProblemsAtOnce() {
        let text = Fixtures.trial("family: logistic", "famly: logistic").replacing("title", with: "tite")
        #expect(Fixtures.problems(text).map(\.path).sorted() == ["model.family", "model.famly", "tite", "title"])
    }

    @Test(arguments: ["logistic", "linear"]) func penalisedModelsHaveNoStandardErrors(_ family: String) {
        let text = Fixtures.trial("family: logistic", "family: \(family)\n  l2: 0.1")
        #expect(Fixtures.problems(text).map(\.path) == ["reveal"])
    }

    @Test func countsWithExposure() throws {
        let job = try Job(yaml: Fixtures.counts)
        #expect(job.model.family == .negativeBinomial && job.model.theta == nil && job.estimatesTheta)
        #expect(job.active.beside.all.map(\.word) == ["offset", "exposure", "weights"])
        #expect(job.hasCaseWeights && job.active.beside.movesPredictor)
        #expect(try Job(canonical: job.canonical) == job)
        #expect(try Job(yaml: Fixtures.thetaGiven).model.theta == 1.5)
        let estimated = Fixtures.counts.replacing(
            "family: negative-binomial", with: "family: negative-binomial\n  theta: estimate")
        #expect(try Job(yaml: estimated) == job)
    }

    @Test(arguments: ["offset", "exposure", "weights"]) func columnBesideTheLabelWithoutAName(_ word: String) {
        let lines = Fixtures.counts.split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.map { $0.contains("\(word):") ? "    \(word):" : $0 }.joined(separator: "\n")
        #expect(Fixtures.problems(text).map(\.path) == ["parties[0].\(word)"])
    }

    @Test func linearModelsTakeCaseWeightsAlone() {
        let text = Fixtures.counts.replacing("negative-binomial", with: "linear")
        #expect(Fixtures.problems(text).map(\.path) == ["parties[0].offset", "parties[0].exposure"])
        let net =
            text.replacing("family: linear", with: "family: linear\n  l1: 0.1")
            + "\nreveal: [coefficients, correlations]"
        #expect(
            Fixtures.problems(net).map(\.path) == ["parties[0].offset", "parties[0].exposure", "parties[0].weights"])
    }
}

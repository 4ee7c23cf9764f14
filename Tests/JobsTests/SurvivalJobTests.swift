import Jobs
import Records
import Testing
import Wire

/// Jobs of a proportional-hazards model.
@Suite struct SurvivalJobTests {
    @Test func readsTimesEntriesAndStrata() throws {
        let job = try Job(yaml: Fixtures.survival)
        #expect(job.model.family == .cox && job.model.ties == .breslow && job.model.mostEvents == 150)
        #expect(job.active.beside.all.map(\.word) == ["time", "entry", "strata"])
        #expect(job.active.beside.all.map(\.domain) == [.time, .entry, .stratum])
        // New rows have no outcome.
        #expect(job.active.beside.ofPrediction.isEmpty && !job.active.beside.movesPredictor)
        #expect(try Job(canonical: job.canonical) == job)
        // The constant is among the active party's columns, and no coefficient.
        #expect(job.parameterCount == 4 && job.coefficientCount == 3 && job.coefficientCount(of: job.active) == 1)
    }

    @Test func defaultsAreWrittenOut() throws {
        let job = try Job(yaml: Fixtures.timesAlone)
        #expect(job.model.ties == .efron && job.model.mostEvents == nil)
        let defaults = "maxPasses: 20, ties: efron, mostEvents: rows"
        let written = Fixtures.timesAlone.replacing("maxPasses: 20", with: defaults)
        #expect(try Job(yaml: written).hash == job.hash)
        #expect(try Job(yaml: Fixtures.trial).model.ties == nil)
    }

    @Test func whatElseABesideColumnIs() throws {
        let job = try Job(yaml: Fixtures.counts)
        #expect(job.active.beside.ofPrediction.map(\.word) == ["offset", "exposure"])
    }

    @Test(arguments: [
        ("    time: futime\n", "", "parties[0].time", "time until the event"),
        ("strata: ward", "exposure: ward", "parties[0].exposure", "'offset'"),
        ("strata: ward", "weights: futime", "parties[0].time", ""),
        ("strata: ward", "strata: ward\n    offset: age", "parties[0].features[0]", "without a coefficient"),
        ("strata: ward", "strata: futime", "parties[0].strata", ""),
        ("entry: enrolled", "entry: died", "parties[0].entry", ""),
        ("entry: enrolled", "entry: age", "parties[0].features[0]", "without a coefficient"),
        ("features: [x, y]", "features: [x, y]\n    time: futime", "parties[1].time", ""),
        ("ties: breslow", "ties: exact", "model.ties", "efron, breslow"),
        ("mostEvents: 150", "mostEvents: 0", "model.mostEvents", ""),
        ("mostEvents: 150", "mostEvents: 16777217", "model.mostEvents", ""),
        ("ties: breslow", "mostStrata: 3", "model.mostStrata", "drop it"),
        ("ties: breslow", "mostStrata: 0", "model.mostStrata", ""),
        ("ties: breslow", "l1: 0.1", "model.l1", "model.l2"),
        ("ties: breslow", "theta: 2", "model.theta", ""),
        ("standard-errors]", "metrics]", "reveal", "concordance"),
        ("standard-errors]", "standard-errors]\ncrossValidation: 5", "crossValidation", "holdout"),
        ("standard-errors]", "standard-errors]\nholdout: hash", "holdout", "'scores'"),
    ])
    func refuses(_ old: String, _ new: String, _ path: String, _ hint: String) throws {
        let text = Fixtures.survival.replacing(old, with: new)
        try #require(text != Fixtures.survival)
        let problems = Fixtures.problems(text)
        let problem = try #require(problems.first { $0.path == path }, "\(problems)")
        #expect(hint.isEmpty || problem.hint?.contains(hint) == true, "\(problem)")
    }

    @Test(arguments: [
        ("label: cens", "label: cens\n    time: days", "parties[0].time"),
        ("label: cens", "label: cens\n    entry: days", "parties[0].entry"),
        ("label: cens", "label: cens\n    strata: ward", "parties[0].strata"),
        ("family: logistic", "family: logistic\n  ties: efron", "model.ties"),
        ("family: logistic", "family: poisson\n  mostEvents: 20", "model.mostEvents"),
        ("family: logistic", "family: logistic\n  times: [365]", "model.times"),
    ])
    func otherFamiliesHaveNone(_ old: String, _ new: String, _ path: String) throws {
        let problems = Fixtures.problems(Fixtures.trial(old, new))
        #expect(problems.map(\.path) == [path])
        #expect(problems.first?.message == "belongs to 'family: cox'")
    }

    @Test func aPenaltyHasNoStandardErrors() {
        let penalised = Fixtures.survival.replacing("maxPasses: 20", with: "l2: 0.1, maxPasses: 20")
        #expect(Fixtures.problems(penalised).map(\.path) == ["reveal"])
        #expect(Fixtures.problems(penalised.replacing(", standard-errors]", with: "]")).isEmpty)
    }

    @Test func rowsAreHeldOutForTheirScores() throws {
        let text = Fixtures.survival.replacing("standard-errors]", with: "scores]\nholdout: hash")
        #expect(try Job(yaml: text).holdout == .hash)
    }

    // MARK: What is opened

    /// 20 passes of 26 bits, five traces and a range bit, 48; no raw constant at the active party.
    @Test func openedBitsAreThoseOfTheKernel() throws {
        let job = try Job(yaml: Fixtures.survival)
        let (active, passive) = (OpenedBits(job, rows: 1728, to: .active), OpenedBits(job, rows: 1728, to: .passive))
        #expect(passive.decisions == 20 * 26 + 61 + 48 && active.decisions == passive.decisions)
        // A largest weight of 2^8: (11 + 10 + 1) / 2 bits more than 12.
        #expect(passive.coefficients == 2 * (12 + 11 + 13) && active.coefficients == passive.coefficients)
        #expect(passive.variances == 2 * (12 + 10 + 24) && active.variances == passive.variances)
        #expect(passive.sums == 3 * (12 + 11 + 10 + 14) + 2 * 12 && passive.sums == active.sums && passive.aliases == 0)
        #expect((RowBounds(.cox, hasCaseWeights: true).scale, RowBounds(.cox, hasCaseWeights: true).weight) == (0, 28))
        #expect(
            (RowBounds(.cox, hasCaseWeights: false).scale, RowBounds(.cox, hasCaseWeights: false).weight) == (0, 8))
        #expect(job.opensLoss && !job.opensBrier && !job.opensSquares)
    }

    /// A smaller number of passes is offered by what a pass of this family opens.
    @Test func theBudgetCountsPassesOfThisFamily() throws {
        let job = try Job(yaml: Fixtures.survival)
        let bits = OpenedBits(job, rows: 1728, to: .passive).total
        let spare = bits - 20 * 26
        let hidden = HiddenBits(bits: Double(2 * (spare + 10 * 26)), of: "died")
        let finding = BitBudget(job, rows: 1728, owner: .active, hidden: hidden).finding(earlier: 0, inAll: 0)
        #expect(finding.verdict == .refused && finding.remedy?.hasPrefix("set model.maxPasses to 10 or less") == true)
    }

    private func statements(_ table: LeakageTable) -> [String] {
        let phases: [LeakagePhase] = [.setup, .training, .end, .prediction, .early]
        return phases.flatMap { table.rows(in: $0) }.flatMap { $0.sends + $0.learns }
    }

    @Test(arguments: [true, false]) func noStatementSpeaksOfATime(_ isGeneral: Bool) throws {
        let job = try Job(yaml: Fixtures.survival)
        let table = isGeneral ? LeakageTable(family: .cox) : LeakageTable(job: job, rows: 1728)
        // A curve's times are the job's.
        let all = statements(table).filter { !$0.contains("cumulative") && !$0.contains("of each level") }
        for word in [
            "time", "intercept", "constant on", "Brier", "futime", "enrolled", "ward", "cross", "squared errors",
        ] {
            #expect(!all.contains { $0.contains(word) }, "\(word)")
        }
        #expect(all.contains { $0.hasPrefix("two or three numbers of 12 bits at the end") })
        #expect(
            all.contains { $0.contains("log-likelihood differs from that of \(isGeneral ? "A" : "clinic")'s own fit") })
        #expect(all.contains { $0.contains("three powers of two") })
        let most = isGeneral ? "`model.mostEvents`" : "150, as the job says"
        let passive = table.rows(in: .setup).filter { $0.party == (isGeneral ? "B" : "registry") }.flatMap(\.learns)
        #expect(
            passive.contains(
                "of events no order and no row; that there are no more of them than \(most), and from its own standard errors nearly how many"
            ))
        // Other families' statements are what they were.
        #expect(
            !statements(LeakageTable(family: .poisson)).contains {
                $0.contains("risk sets") || $0.contains("of events")
            })
    }

    @Test func anExplanationCountsCoefficients() throws {
        let explanation = Explanation(try Job(yaml: Fixtures.survival))
        #expect(
            explanation.model.hasPrefix(
                "cox regression (proportional hazards, ties by breslow, at most 150 events), 3 coefficients, "))
        #expect(explanation.parties[0].beside == ["time futime", "entry enrolled", "strata ward"])
        #expect(explanation.text.contains("its own coefficient:"))
        #expect(explanation.never.contains { $0.contains("no order of the rows") })
    }

    // MARK: The survival curve

    @Test func readsTimesOfACurve() throws {
        let job = try Job(yaml: Fixtures.curve)
        #expect(job.model.times == [365, 730, 1095.5] && job.reveal == [.coefficients, .standardErrors, .survival])
        #expect(try Job(canonical: job.canonical) == job)
        let one = Fixtures.curve.replacing("[365, 730, 1095.5]", with: "365")
        #expect(try Job(yaml: one).model.times == [365])
        let most = (1...50).map { "\($0)" }.joined(separator: ", ")
        #expect(try Job(yaml: Fixtures.curve.replacing("365, 730, 1095.5", with: most)).model.times.count == 50)
        let none = Fixtures.timesAlone.replacing("maxPasses: 20", with: "maxPasses: 20, times: none")
        #expect(try Job(yaml: none).hash == Job(yaml: Fixtures.timesAlone).hash)
        // The constant stays out, a penalty may be there.
        #expect(
            Fixtures.problems(
                Fixtures.curve.replacing("standard-errors, ", with: "").replacing("maxPasses", with: "l2: 1, maxPasses")
            ).isEmpty)
    }

    @Test(arguments: [
        ("[365, 730, 1095.5]", "[365, 365, 1095.5]", "model.times[1]", "not above", "ascending"),
        ("[365, 730, 1095.5]", "[730, 365]", "model.times[1]", "not above", "ascending"),
        ("[365, 730, 1095.5]", "[0, 365]", "model.times[0]", "above 0", ""),
        ("[365, 730, 1095.5]", "[-3]", "model.times[0]", "above 0", ""),
        ("[365, 730, 1095.5]", "[365, .inf]", "model.times[1]", "must be a number", ""),
        ("[365, 730, 1095.5]", "[a year]", "model.times[0]", "must be a number", ""),
        ("[365, 730, 1095.5]", "[]", "reveal", "'survival' needs the times", "model.times"),
        ("times: [365, 730, 1095.5]", "ties: efron", "reveal", "'survival' needs the times", "model.times"),
        (", survival]", "]", "model.times", "does not reveal", "add 'survival' to reveal"),
        ("    time: futime", "    time: futime\n    strata: ward", "model.mostStrata", "curve of its own", "how many"),
        (
            "times: [365, 730, 1095.5]", "times: [365, 730, 1095.5], mostStrata: 2", "model.mostStrata", "of strata",
            "'strata'"
        ),
    ])
    func refusesACurve(_ old: String, _ new: String, _ path: String, _ message: String, _ hint: String) throws {
        let text = Fixtures.curve.replacing(old, with: new)
        try #require(text != Fixtures.curve)
        let problems = Fixtures.problems(text)
        #expect(problems.map(\.path) == [path])
        let problem = try #require(problems.first)
        #expect(problem.message.contains(message), "\(problem)")
        #expect(hint.isEmpty || problem.hint?.contains(hint) == true, "\(problem)")
    }

    @Test func strataHaveACurveEach() throws {
        let text = Fixtures.curve.replacing("    time: futime", with: "    time: futime\n    strata: ward")
            .replacing("times: [", with: "mostStrata: 4, times: [")
        let job = try Job(yaml: text)
        #expect(job.model.mostStrata == 4 && job.model.curvePoints == 12)
        #expect(try Job(canonical: job.canonical) == job)
        #expect(OpenedBits(job, rows: 1728, to: .active).hazards == 12 * 36)
        #expect(Explanation(job).model.contains("survival at 365, 730, 1095.5 in each of at most 4 strata"))
        #expect(statements(LeakageTable(job: job)).contains { $0.contains("declares in each of at most 4 strata") })
        let many = text.replacing("365, 730, 1095.5", with: (1...50).map { "\($0)" }.joined(separator: ", "))
            .replacing("mostStrata: 4", with: "mostStrata: 5")
        let problems = Fixtures.problems(many)
        #expect(problems.map(\.path) == ["model.times"] && problems.first?.hint == "at most 200 in all")
    }

    @Test func weightsOffsetsAndRobustErrors() throws {
        let text = Fixtures.survival.replacing(
            "    strata: ward", with: "    strata: ward\n    weights: iptw\n    offset: known"
        )
        .replacing("ties: breslow", with: "covariance: HC0, ties: breslow")
        let job = try Job(yaml: text)
        #expect(job.hasCaseWeights && job.active.beside.movesPredictor && job.model.covariance == .hc0)
        #expect(job.active.beside.ofPrediction.map(\.word) == ["offset"])
        #expect(try Job(canonical: job.canonical) == job)
    }

    @Test func fiftyTimesAtMost() {
        let many = (1...51).map { "\($0)" }.joined(separator: ", ")
        let problems = Fixtures.problems(Fixtures.curve.replacing("365, 730, 1095.5", with: many))
        #expect(problems.map(\.path) == ["model.times"] && problems.first?.hint == "at most 50 times")
    }

    @Test func otherFamiliesRevealNoCurve() {
        let problems = Fixtures.problems(Fixtures.trial("standard-errors]", "survival]"))
        #expect(problems.map(\.path) == ["reveal"] && problems.first?.message == "'survival' belongs to 'family: cox'")
    }

    /// 36 bits a time, to the active party alone.
    @Test func aCurveOpensBitsForEachTime() throws {
        let (job, plain) = (try Job(yaml: Fixtures.curve), try Job(yaml: Fixtures.timesAlone))
        func bits(_ job: Job, _ role: Party.Role) -> OpenedBits { OpenedBits(job, rows: 1728, to: role) }
        #expect(bits(job, .active).hazards == 108 && bits(job, .passive).hazards == 0)
        #expect(bits(job, .active).total == bits(plain, .active).total + 108)
        #expect(bits(job, .passive) == bits(plain, .passive))
    }

    @Test func theActivePartyAloneLearnsTheCurve() throws {
        let statement =
            "the cumulative baseline hazard at the 3 times that the job declares, 36 bits each: sums over the "
            + "events up to then"
        let rows = LeakageTable(job: try Job(yaml: Fixtures.curve)).rows(in: .end)
        #expect(rows.filter { $0.learns.contains(statement) }.map(\.party) == ["clinic"])
        let passive: [String] = rows.filter { $0.party == "registry" }.flatMap { $0.learns }
        #expect(!passive.isEmpty && !passive.contains { $0.contains("hazard") })
        #expect(rows.filter { $0.sends.contains { $0.contains("cumulative hazard") } }.map(\.party) == ["registry"])
        let one = Fixtures.curve.replacing("[365, 730, 1095.5]", with: "[365]")
        #expect(statements(LeakageTable(job: try Job(yaml: one))).contains { $0.contains("at the 1 time that") })
        for table in [LeakageTable(job: try Job(yaml: Fixtures.timesAlone)), LeakageTable(family: .poisson)] {
            #expect(!statements(table).contains { $0.contains("cumulative") })
        }
        #expect(
            statements(LeakageTable(family: .cox)).contains {
                $0.hasPrefix("where `survival` is revealed: the cumulative baseline hazard at the times that")
            })
    }

    @Test func anExplanationNamesTheTimes() throws {
        let explanation = Explanation(try Job(yaml: Fixtures.curve))
        #expect(
            explanation.model.hasPrefix(
                "cox regression (proportional hazards, ties by efron, survival at 365, 730, 1095.5), 3 coefficients, "))
        #expect(explanation.opened.last == "survival")
    }

    @Test func aPolicyMayRefuseTheCurve() throws {
        let job = try Job(yaml: Fixtures.curve)
        let strict = try Policy(yaml: "policy: 1\nreveal: [standard-errors, description]")
        #expect(strict.refusals(of: job, as: "clinic").map(\.rule) == ["policy.reveal"])
        let open = try Policy(yaml: "policy: 1\nreveal: [standard-errors, survival]")
        #expect(open.refusals(of: job, as: "clinic").isEmpty)
    }

    @Test func theTemplateNamesATime() throws {
        let example = try Job(yaml: JobTemplate.text(family: .cox))
        #expect(example.active.beside.time == "time" && example.model.ties == .efron)
        let draft = JobTemplate.Draft(
            table: "visits", identifier: "id", label: "died", time: "days to death",
            features: [Feature(column: "age", kind: .numeric)])
        #expect(try Job(yaml: JobTemplate.text(family: .cox, activeDraft: draft)).active.beside.time == "days to death")
        #expect(!JobTemplate.text().contains("    time:"))
    }
}

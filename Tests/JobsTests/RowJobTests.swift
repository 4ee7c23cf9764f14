import Foundation
import Jobs
import Records
import TestSupport
import Testing
import Wire

@Suite struct RowJobTests {
    static let small = """
        moiety: 11
        split: rows
        title: Readmission at three hospitals
        parties: [north, {name: east, table: visits, identifier: mrn}, south]
        columns:
          identifier: id
          label: readmitted
          features: [age, {column: arm, type: categorical, levels: [a, b, c], reference: a}]
        model: {family: logistic}

        """

    static let full = """
        moiety: 11
        split: rows
        title: Times to relapse
        purpose: Every field.
        parties: [north, east, south, west, centre]
        columns:
          identifier: {columns: [surname, born], normaliser: upper, duplicates: first}
          label: relapse
          time: days
          entry: from
          strata: grade
          features: [age, {column: smoker, type: binary}]
        model: {family: cox, ties: breslow, maxPasses: 12}
        coalition: 1
        onLoss: continue
        reveal: [coefficients]
        limits: {minimumCohort: 30, minimumCell: 5, parametersPerRow: 0.1}
        loosen: [leverage]
        transcript: {payloads: full}
        network: {connectTimeout: 20, messageTimeout: 30, lossTimeout: 40}

        """

    static let table = """
        moiety: 11
        split: rows
        title: Who they are
        parties: [north, east, south]
        columns:
          identifier: id
          features: [age, {column: smoker, type: binary}, {column: arm, type: categorical, levels: [a, b, c], reference: a}]
        analysis: table
        group: arm

        """

    static let curves = """
        moiety: 11
        split: rows
        title: Time to relapse
        parties: [north, east, south]
        columns:
          identifier: id
          label: relapse
          time: days
          features: [{column: arm, type: categorical, levels: [a, b, c], reference: a}]
        analysis: survival
        times: [30, 60, 90.5]
        group: arm

        """

    static let grid = """
        moiety: 11
        split: rows
        title: Relapse with one baseline
        parties: [north, east, south]
        columns: {identifier: id, label: relapse, time: days, features: [{column: smoker, type: binary}]}
        model: {family: cox, baseline: grid, times: [30, 60, 90], covariance: HC0}

        """

    static let noisy = """
        moiety: 11
        split: rows
        title: Cost with noise
        parties: [north, east, south]
        columns: {identifier: id, label: cost, features: [age, {column: smoker, type: binary}, weight]}
        model: {family: linear, privacy: {epsilon: 1, delta: 1e-6, clip: 2, bounds: {weight: [40, 150], cost: [0, 5e3], age: [18, 100]}}}

        """

    /// Sites are the strata there: nothing makes errors of them.
    @Test func hazardsByStrataHaveClassicalErrorsAlone() {
        let found = problems(Self.full.replacing("maxPasses: 12", with: "maxPasses: 12, covariance: sites"))
        #expect(found.contains { "\($0)".contains("model.covariance") }, "\(found)")
    }

    /// 2^63 combinations of levels are no number of 64 bits.
    @Test func manyCombinationsAreRefused() {
        let features = (0..<70).map { "{column: c\($0), type: binary}" }.joined(separator: ", ")
        let found = problems(Self.grid.replacing("{column: smoker, type: binary}", with: features))
        #expect(found.contains { "\($0)".contains("more than 10^15 combinations") }, "\(found)")
    }

    private static func edited(_ old: String, _ new: String) -> String { small.replacing(old, with: new) }

    private func problems(_ yaml: String) -> [DocumentProblem] {
        do throws(DocumentError) {
            _ = try Job(yaml: yaml)
            return []
        } catch {
            if case .invalid(let problems) = error { return problems }
            return [DocumentProblem(path: "?", message: "\(error)")]
        }
    }

    @Test func readsWhatStandsThere() throws {
        let job = try Job(yaml: Self.small)
        #expect(job.isSplitByRows && job.parties.map(\.name) == ["north", "east", "south"])
        #expect(job.parties.map(\.table) == ["north", "visits", "south"])
        #expect(job.parties.map { $0.identifier.columns } == [["id"], ["mrn"], ["id"]])
        #expect(job.parties.allSatisfy { $0.label == "readmitted" && $0.columnCount == 3 && $0.role == .site })
        #expect(job.coefficientCount == 4 && job.parameterCount == 4)
        let terms = try #require(job.rows)
        #expect(terms.coalition == 1 && terms.onLoss == .wait && terms.covariance == .classical)
        #expect(job.reveal == [.coefficients, .standardErrors])
        #expect(job.sessionRole(of: "north", with: "south") == "first")
        #expect(job.sessionRole(of: "south", with: "east") == "second")
        let whole = try Job(yaml: Self.full)
        #expect(whole.rows?.coalition == 1 && whole.rows?.onLoss == .continue)
        #expect(whole.rows?.lossTimeout == 40 && whole.coefficientCount == 2 && whole.fewestInRound == 3)
    }

    /// One encoding a job, with its own format; the order of the sites is part of it.
    @Test func encodes() throws {
        for yaml in [Self.small, Self.full, Self.table, Self.curves, Self.grid, Self.noisy] {
            let job = try Job(yaml: yaml)
            let bytes = job.canonical
            #expect(bytes.starts(with: Array("moiety job\n".utf8) + [0, 11]))
            #expect(try Job(canonical: bytes) == job)
            for cut in [0, 12, 13, 40, bytes.count / 2, bytes.count - 1] {
                #expect(throws: DocumentError.self) { try Job(canonical: Array(bytes.prefix(cut))) }
            }
            #expect(throws: DocumentError.self) { try Job(canonical: bytes + [0]) }
        }
        let other = try Job(
            yaml: Self.edited("[north, {name: east", "[south, {name: east").replacing("}, south]", with: "}, north]"))
        #expect(try other.hash != Job(yaml: Self.small).hash)
        // Every single byte decides something, or nothing can be read.
        for yaml in [Self.full, Self.table, Self.curves, Self.grid, Self.noisy] {
            let job = try Job(yaml: yaml)
            let bytes = job.canonical
            for index in bytes.indices {
                var spoilt = bytes
                spoilt[index] ^= 1
                if let read = try? Job(canonical: spoilt) { #expect(read != job, "byte \(index)") }
            }
        }
    }

    @Test(arguments: [
        ("[north, {name: east, table: visits, identifier: mrn}, south]", "[north, south]", "parties"),
        ("[north, {name: east, table: visits, identifier: mrn}, south]", "[north, south, north]", "parties[2].name"),
        ("north,", "North,", "parties[0].name"),
        ("split: rows", "split: diagonally", "split"), ("split: rows", "split: row", "split"),
        ("split: rows\n", "", "split"), ("model: {", "onLoss: continue\nmodel: {", "onLoss"),
        ("moiety: 11", "moiety: 8", "moiety"),
        ("family: logistic", "family: logistic, l2: 1", "model.l2"),
        ("family: logistic", "family: logistic, covariance: HC3", "model.covariance"),
        ("family: logistic", "family: logistic, covariance: sites", "model.covariance"),
        ("family: logistic", "family: logistic, maxPasses: 101", "model.maxPasses"),
        ("family: logistic", "family: logistic, maxPasses: 0", "model.maxPasses"),
        ("family: logistic", "family: cox", "columns.time"),
        ("family: logistic", "family: logistic, theta: 2", "model.theta"),
        ("label: readmitted", "label: age", "columns.features[0]"),
        ("label: readmitted", "label: readmitted\n  exposure: days", "columns.exposure"),
        ("identifier: id", "identifier: age", "parties[0].identifier"),
        ("  identifier: id\n", "", "parties[0].identifier"),
        ("features: [age", "features: ['=age'", "columns.features[0]"),
        ("model: {", "alignment: {protocol: ecdh-p256}\nmodel: {", "alignment"),
        ("model: {", "coalition: 2\nmodel: {", "coalition"),
        ("model: {", "coalition: 0\nmodel: {", "coalition"),
        ("south]", "south, west]\ncoalition: 2\nonLoss: continue", "onLoss"),
        ("model: {", "onLoss: panic\nmodel: {", "onLoss"),
        ("model: {", "reveal: [scores]\nmodel: {", "reveal"),
        ("model: {", "loosen: [budget]\nmodel: {", "loosen[0]"),
        ("model: {", "network: {listener: north}\nmodel: {", "network.listener"),
    ])
    func refuses(_ old: String, _ new: String, _ path: String) {
        let found = problems(Self.edited(old, new))
        #expect(found.contains { $0.path == path }, "\(new): \(found)")
    }

    @Test func readsTablesCurvesAndGrids() throws {
        let table = try Job(yaml: Self.table)
        #expect(table.rows?.analysis == .table && table.rowsGroup?.column == "arm" && table.active.label == nil)
        #expect(table.reveal == [.description])
        let curves = try Job(yaml: Self.curves)
        #expect(curves.rows?.analysis == .survival && curves.rows?.times == [30, 60, 90.5])
        #expect(curves.reveal == [.survival, .logrank, .kaplanMeier] && curves.rows?.hasGrid == false)
        let alone = try Job(
            yaml: Self.curves.replacing("group: arm\n", with: "").replacing(
                "  features: [{column: arm, type: categorical, levels: [a, b, c], reference: a}]\n", with: ""))
        #expect(alone.reveal == [.survival] && alone.active.features.isEmpty)
        let grid = try Job(yaml: Self.grid)
        #expect(grid.rows?.hasGrid == true && grid.model.ties == .breslow && grid.rows?.covariance == .hc0)
        #expect(grid.reveal == [.coefficients, .standardErrors, .survival])
        // What stands there is what holds where nothing stands.
        let written = Self.small.replacing(
            "model: {family: logistic}", with: "analysis: model\nmodel: {family: logistic}")
        #expect(try Job(yaml: written).hash == Job(yaml: Self.small).hash)
    }

    @Test func readsNoise() throws {
        let job = try Job(yaml: Self.noisy)
        let privacy = try #require(job.rows?.privacy)
        #expect(
            privacy.bounds.map(\.column) == ["age", "weight", "cost"] && privacy.rounds == 5 && privacy.delta == 1e-6)
        #expect(job.reveal == [.coefficients, .standardErrors])
        let logistic = Self.noisy.replacing("linear", with: "logistic").replacing("cost: [0, 5e3], ", with: "")
        #expect(try Job(yaml: logistic).rows?.privacy?.bounds.count == 2)
        #expect(problems(logistic.replacing("logistic", with: "poisson")).map(\.path) == ["model.privacy"])
    }

    @Test(arguments: [
        ("weight: [40, 150], ", "", "model.privacy.bounds.weight"), ("epsilon: 1, ", "", "model.privacy.epsilon"),
        ("[40, 150]", "[150, 40]", "model.privacy.bounds.weight"), ("[40, 150]", "[40]", "model.privacy.bounds.weight"),
        ("[40, 150]", "[40, x]", "model.privacy.bounds.weight[1]"), ("smoker,", "smoker,", ""),
        ("bounds: {", "bounds: {smoker: [0, 1], ", "model.privacy.bounds.smoker"),
        ("epsilon: 1", "epsilon: 0", "model.privacy.epsilon"), ("1e-6", "0.5", "model.privacy.delta"),
        ("clip: 2", "clip: 0.5", "model.privacy.clip"), ("clip: 2", "clip: 2, rounds: 21", "model.privacy.rounds"),
        ("family: linear", "family: poisson", "model.privacy.bounds.cost"),
        ("model:", "onLoss: continue\nmodel:", "onLoss"),
        ("family: linear", "family: linear, covariance: HC0", "model.covariance"),
        ("label: cost", "label: cost, weights: w", "columns.weights"),
        ("model:", "loosen: [leverage]\nmodel:", "loosen"),
    ])
    func refusesOfNoise(_ old: String, _ new: String, _ path: String) {
        let found = problems(Self.noisy.replacing(old, with: new))
        #expect(path.isEmpty ? found.isEmpty : found.contains { $0.path == path }, "\(new): \(found)")
    }

    @Test(arguments: [
        (0, "analysis: table", "analysis: tables", "analysis"), (0, "group: arm", "group: arms", "group"),
        (0, "group: arm", "group: age", "group"), (0, "group: arm", "group: arm\ntimes: [1, 2]", "times"),
        (0, "group: arm", "group: arm\nmodel: {family: logistic}", "model"),
        (0, "  identifier: id\n", "  identifier: id\n  label: relapse\n", "columns.label"),
        (0, "  identifier: id\n", "  identifier: id\n  time: days\n", "columns.time"),
        (0, "[age, {column: smoker, type: binary}, ", "[", "columns.features"),
        (0, "group: arm", "group: arm\nreveal: [coefficients]", "reveal"),
        (0, "group: arm", "group: arm\nonLoss: continue", "onLoss"),
        (0, "group: arm", "group: arm\nlimits: {minimumCohort: 2}", "columns.features"),
        (1, "group: arm", "group: arm\nonLoss: continue", "onLoss"),
        (2, "model:", "onLoss: continue\nmodel:", "onLoss"),
        (2, "features: [", "features: [age, ", "columns.features[0]"),
        (
            2, "features: [", "features: [\((0..<6).map { "{column: x\($0), type: binary}, " }.joined())",
            "columns.features"
        ),
        (1, "times: [30, 60, 90.5]\n", "", "times"), (1, "[30, 60, 90.5]", "[30, 30]", "times[1]"),
        (1, "[30, 60, 90.5]", "[0, 30]", "times[0]"),
        (1, "[30, 60, 90.5]", "[\((1...101).map(String.init).joined(separator: ", "))]", "times"),
        (1, "  time: days\n", "", "columns.time"), (1, "  label: relapse\n", "", "columns.label"),
        (1, "features: [", "features: [age, ", "columns.features[0]"),
        (1, "  time: days\n", "  time: days\n  entry: from\n", "columns.entry"),
        (1, "  time: days\n", "  time: days\n  strata: ward\n", "columns.strata"),
        (1, "  time: days\n", "  time: days\n  weights: w\n", "columns.weights"),
        (1, "group: arm", "group: arm\nmodel: {family: cox}", "model"),
        (1, "group: arm", "group: arm\nloosen: [leverage]", "loosen"),
        (2, "baseline: grid, ", "", "model.times"), (2, "times: [30, 60, 90], ", "", "model.times"),
        (2, "family: cox", "family: logistic", "model.baseline"), (2, "HC0", "HC1", "model.covariance"),
        (2, "HC0", "sites", "model.covariance"), (2, "HC0", "HC0, ties: efron", "model.ties"),
        (2, "time: days", "time: days, strata: ward", "columns.strata"),
        (2, "time: days", "time: days, entry: from", "columns.entry"), (2, "model:", "group: smoker\nmodel:", "group"),
        (2, "model:", "times: [3]\nmodel:", "times"), (2, "[30, 60, 90]", "[30, 20]", "model.times[1]"),
    ])
    func refusesOfOtherAnalyses(_ which: Int, _ old: String, _ new: String, _ path: String) {
        let yaml = [Self.table, Self.curves, Self.grid][which]
        #expect(yaml.contains(old))
        let found = problems(yaml.replacing(old, with: new))
        #expect(found.contains { $0.path == path }, "\(new): \(found)")
    }

    @Test(arguments: ["job", "table", "survival", "hazards"]) func examplesAreRead(_ name: String) throws {
        let file = Protocols.folder.deletingLastPathComponent().appending(path: "examples/rows/\(name).yaml")
        let job = try Job(yaml: String(contentsOf: file, encoding: .utf8))
        #expect(job.isSplitByRows && (job.rows?.analysis == .model) == ["job", "hazards"].contains(name))
    }

    /// A site that lets nobody see a description of its rows, or curves, need not.
    @Test func policiesRefuseTablesAndCurves() throws {
        let policy = try Policy(yaml: "policy: 1\nreveal: [coefficients, standard-errors]\n")
        for yaml in [Self.table, Self.curves, Self.grid] {
            #expect(try policy.refusals(of: Job(yaml: yaml), as: "east").map(\.rule) == ["policy.reveal"])
        }
        let labels = try Policy(yaml: "policy: 1\nlabels: [died]\nfeatures: [age]\n")
        #expect(
            try labels.refusals(of: Job(yaml: Self.curves), as: "east").map(\.rule) == [
                "policy.features", "policy.labels",
            ])
    }

    @Test func explainsEachAnalysis() throws {
        func words(_ yaml: String) throws -> String {
            let explanation = try #require(RowExplanation(Job(yaml: yaml)))
            #expect(explanation.leakage.allSatisfy { LeakagePhase.ofRows.contains($0.phase) })
            let lines = explanation.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            return lines.joined(separator: " ")
        }
        let table = try words(Self.table)
        #expect(table.contains("A table of each column") && table.contains("votes on each numeric column"))
        #expect(table.contains("of no cell that is voted on 1 to 10 rows") && !table.contains("score"))
        let curves = try words(Self.curves)
        #expect(curves.contains("Kaplan-Meier curves at up to 3 times, overall and by arm, with the log-rank test"))
        #expect(curves.contains("went out of sight") && !curves.contains("coefficients"))
        let grid = try words(Self.grid)
        #expect(grid.contains("one baseline for all sites at up to 3 times"))
        #expect(
            grid.contains("each combination of levels") && !grid.contains("score (") && !grid.contains("pointTooSharp:")
        )
        for words in [table, curves, grid] {
            #expect(words.contains("voteTakenBack") && words.contains("policy.tablesPerRowInAll"))
        }
        #expect(table.contains("a withheld cell may follow from a related column"))
        let noisy = try words(Self.noisy)
        #expect(
            noisy.contains("(1.0, 1e-06)-differentially private for each row") && noisy.contains("No count is opened"))
        #expect(!noisy.contains("log-likelihood") && noisy.contains("what they tell adds up"))
        #expect(!grid.contains("every site a stratum"))
    }

    /// What the rules let pass, a run takes too: four sites beside a coalition, a hundred passes.
    @Test func acceptsTheLeastSitesAndTheMostPasses() {
        let four = Self.edited("south]", "south, west, centre]").replacing(
            "family: logistic", with: "family: logistic, maxPasses: 100, covariance: sites")
        #expect(problems(four).isEmpty)
        let coalition = four.replacing("model: {", with: "coalition: 2\nmodel: {")
        #expect(problems(coalition).map(\.path) == ["model.covariance"])
    }

    /// An encoding that a site made by other means obeys the same rules.
    @Test func encodingsWithTooManyPassesAreRefused() throws {
        let one = try Job(yaml: Self.edited("family: logistic", "family: logistic, maxPasses: 100"))
        let other = try Job(yaml: Self.edited("family: logistic", "family: logistic, maxPasses: 99"))
        let (bytes, fewer) = (one.canonical, other.canonical)
        let place = try #require(bytes.indices.first { bytes[$0] != fewer[$0] })
        var more = bytes
        more[place] = 101
        #expect(bytes[place] == 100)
        #expect(throws: DocumentError.self) { try Job(canonical: more) }
    }

    @Test func namesEverySiteAndWhatALossDiscloses() throws {
        let waiting = try #require(RowExplanation(Job(yaml: Self.small)))
        for name in ["north", "east", "south"] { #expect(waiting.text.contains("\(name): table")) }
        #expect(!waiting.text.contains("has its sums disclosed"))
        let going = try #require(RowExplanation(Job(yaml: Self.full)))
        let words = going.text.replacing("\n    ", with: " ")
        #expect(words.contains("a site that is lost after the first opened round has its sums disclosed"))
        #expect(words.contains("guard-leverage is loosened"))
        #expect(RowExplanation(try Job(yaml: Fixtures.trial)) == nil)
        let data = try JSONEncoder().encode(going)
        #expect(try JSONDecoder().decode(RowExplanation.self, from: data) == going)
    }

    @Test func policyLooksAtEverySite() throws {
        let job = try Job(yaml: Self.small)
        let standard = try Policy(yaml: "policy: 1\n")
        #expect(standard.refusals(of: job, as: "north").isEmpty)
        let few = try Policy(yaml: "policy: 1\npeers: [east]\n")
        #expect(few.refusals(of: job, as: "north").map(\.rule) == ["policy.peers"])
        let columns = try Policy(yaml: "policy: 1\nfeatures: [age]\nlabels: [died]\n")
        #expect(columns.refusals(of: job, as: "south").map(\.rule) == ["policy.features", "policy.labels"])
        #expect(standard.refusals(of: job, as: "lab").map(\.rule) == ["policy.party"])
    }
}

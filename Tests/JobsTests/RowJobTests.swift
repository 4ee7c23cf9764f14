import Foundation
import Jobs
import Records
import TestSupport
import Testing
import Wire

@Suite struct RowJobTests {
    static let small = """
        moiety: 9
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
        moiety: 9
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
        model: {family: cox, ties: breslow, maxPasses: 12, covariance: sites}
        coalition: 1
        onLoss: continue
        reveal: [coefficients]
        limits: {minimumCohort: 30, minimumCell: 5, parametersPerRow: 0.1}
        loosen: [leverage]
        transcript: {payloads: full}
        network: {connectTimeout: 20, messageTimeout: 30, lossTimeout: 40}

        """

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
        #expect(whole.rows?.coalition == 1 && whole.rows?.onLoss == .continue && whole.rows?.covariance == .sites)
        #expect(whole.rows?.lossTimeout == 40 && whole.coefficientCount == 2 && whole.fewestInRound == 3)
    }

    /// One encoding a job, with its own format; the order of the sites is part of it.
    @Test func encodes() throws {
        for yaml in [Self.small, Self.full] {
            let job = try Job(yaml: yaml)
            let bytes = job.canonical
            #expect(bytes.starts(with: Array("moiety job\n".utf8) + [0, 9]))
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
        let job = try Job(yaml: Self.full)
        let bytes = job.canonical
        for index in bytes.indices {
            var spoilt = bytes
            spoilt[index] ^= 1
            if let read = try? Job(canonical: spoilt) { #expect(read != job, "byte \(index)") }
        }
    }

    @Test(arguments: [
        ("[north, {name: east, table: visits, identifier: mrn}, south]", "[north, south]", "parties"),
        ("[north, {name: east, table: visits, identifier: mrn}, south]", "[north, south, north]", "parties[2].name"),
        ("north,", "North,", "parties[0].name"),
        ("split: rows", "split: diagonally", "split"), ("split: rows", "split: row", "split"),
        ("split: rows\n", "", "split"), ("model: {", "onLoss: continue\nmodel: {", "onLoss"),
        ("moiety: 9", "moiety: 8", "moiety"),
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

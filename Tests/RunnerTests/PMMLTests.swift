import Foundation
import Jobs
import Records
import Site
import TestSupport
import Testing
import Transcript
import Wire

@testable import Runner
@testable import SplitRegression

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Models as other programs read them.
@Suite struct PMMLTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The elements of a document in order, with their attributes.
    private final class Elements: NSObject, XMLParserDelegate {
        var all: [(name: String, attributes: [String: String])] = []

        init(_ bytes: [UInt8]) throws {
            super.init()
            let parser = XMLParser(data: Data(bytes))
            parser.delegate = self
            try #require(parser.parse(), "\(String(describing: parser.parserError))")
        }

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) { all.append((name, attributes)) }

        func named(_ name: String) -> [[String: String]] { all.filter { $0.name == name }.map(\.attributes) }

        /// What the model makes of a row.
        func predictor(_ row: [String: String]) -> Double {
            let beta = Dictionary(
                uniqueKeysWithValues: named("PCell").map { ($0["parameterName"]!, Double($0["beta"]!)!) })
            let factors = Set(
                all.drop { $0.name != "FactorList" }.prefix { $0.name != "CovariateList" }.compactMap {
                    $0.attributes["name"]
                })
            return named("PPCell").reduce(beta["p0"]!) { sum, cell in
                let (name, value) = (cell["predictorName"]!, cell["value"]!)
                let x = factors.contains(name) ? (row[name] == value ? 1 : 0) : pow(Double(row[name]!)!, Double(value)!)
                return sum + beta[cell["parameterName"]!]! * x
            }
        }
    }

    /// Both parts of one fit, with a level whose name needs care.
    private func parts(_ replaced: (String, String)...) throws -> (own: ModelPart, peer: ModelPart) {
        let more = [
            ("title: Small", "title: '<Small> & \"others\"'"),
            (
                "features: [age]",
                "features: [age, {column: arm, type: categorical, levels: [none, 'a<b'], reference: none}]"
            ),
            ("features: [m1, m2, m3]", "features: [m1, {column: smoker, type: binary}]"),
        ]
        let file = try JobFile(
            yaml: (more + replaced).reduce(SmallJob.yaml) { $0.replacing($1.0, with: $1.1) })
        let job = file.job
        let one = try Self.model(job, job.active, [3, -2], constant: job.model.family.hasIntercept ? 5 : nil)
        let other = try Self.model(job, job.passive, [1, 7])
        let roots = (try Self.root(one), try Self.root(other))
        func part(_ party: String, _ peer: String, _ model: PartialModel, _ own: String, _ theirs: String) throws
            -> ModelPart
        {
            try ModelPart(
                .pair(
                    SavedModel(
                        job: file.hash, party: party, peer: peer, jobYAML: file.yaml, rows: 99, model: model,
                        binding: ModelBinding(session: "00", salt: Self.salt, own: own, peer: theirs))), path: party)
        }
        return (
            try part("hospital", "lab", one, roots.0, roots.1), try part("lab", "hospital", other, roots.1, roots.0)
        )
    }

    private static let salt = String(repeating: "05", count: 32)

    /// Coefficients in quarters, and another scaling for each.
    private static func model(
        _ job: Job, _ party: Party, _ coefficients: [Int64], constant: Int64? = nil
    ) throws -> PartialModel {
        let columns = party.features.map(ColumnSpec.init)
        var made = try PartialModel(
            family: job.model.family.rawValue, role: party.role.rawValue, columns: columns,
            terms: columns.flatMap(\.terms).map(\.name), estimates: coefficients.map { Double($0) / 4 },
            scalings: coefficients.indices.map { Scaling(mean: Double($0) + 2, sd: Double($0) + 0.5) }, constant: nil)
        made.constant = constant.map { $0 << 38 }
        return made
    }

    private static func root(_ model: PartialModel) throws -> String {
        try model.commitment(salt: [UInt8](repeating: 5, count: 32)).item.root.hex
    }

    /// Files of three parties of one fit, the active one in the middle.
    private func threeParts(_ change: (inout [SavedJointModel]) -> Void = { _ in }) throws -> [SavedJointModel] {
        let file = try JobFile(
            yaml: """
                moiety: 12
                title: Small
                parties:
                  - {name: lab, identifier: id, features: [m1, {column: smoker, type: binary}]}
                  - {name: hospital, role: active, identifier: id, label: outcome, features: [age]}
                  - {name: registry, identifier: id, features: [prior]}
                helper: lab
                model: {family: logistic}

                """)
        let job = file.job
        let parties = try ["lab", "hospital", "registry"].map { try #require(job.party(named: $0)) }
        let models = [
            try Self.model(job, parties[0], [1, 7]), try Self.model(job, parties[1], [3], constant: 5),
            try Self.model(job, parties[2], [-6]),
        ]
        let roots = try models.map(Self.root)
        var files = models.indices.map { own in
            SavedJointModel(
                job: file.hash, party: parties[own].name, jobYAML: file.yaml, rows: 99, model: models[own],
                bindings: Dictionary(
                    uniqueKeysWithValues: models.indices.filter { $0 != own }.map { peer in
                        let session = "\(min(own, peer))\(max(own, peer))"
                        return (
                            parties[peer].name,
                            ModelBinding(session: session, salt: Self.salt, own: roots[own], peer: roots[peer])
                        )
                    }))
        }
        change(&files)
        return files
    }

    private func read(_ files: [SavedJointModel]) throws -> [ModelPart] {
        try files.map { file in
            let text = String(decoding: try ResultFiles.json(file), as: UTF8.self)
            return try ModelPart(reading: folder.write("\(file.party).json", text))
        }
    }

    @Test func aCoxModelHasNone() throws {
        let (own, peer) = try parts(("label: outcome", "label: outcome, time: days"), ("logistic", "cox"))
        for others in [[], [peer]] {
            let refused = failure { _ = try PMMLDocument(own, others: others) }
            #expect(refused?.code == "noPMML" && refused?.status == .badData)
            #expect(refused?.message.contains("baseline hazard") == true)
        }
        #expect(!ModelReport(own).text.contains("Intercept"))
    }

    private let row = ["age": "31", "arm": "a<b", "m1": "2.5", "smoker": "1"]

    /// Of standardised columns, as scores are computed.
    private func score(_ model: PartialModel) throws -> Double {
        let values = try model.columns.flatMap { column in
            try column.terms.map { term in
                let text = try #require(row[column.name])
                return term.level.map { $0 == text ? 1 : 0 } ?? Double(text) ?? .nan
            }
        }
        return zip(zip(values, model.scalings), model.coefficients).reduce(Double(model.constant ?? 0) * 0x1p-40) {
            $0 + ($1.0.0 - $1.0.1.mean) / $1.0.1.sd * Double($1.1) * 0x1p-40
        }
    }

    @Test func partsAddUpToTheWhole() throws {
        let (own, peer) = try parts()
        let (one, other) = (try score(own.model), try score(peer.model))
        let alone = try Elements(PMMLDocument(own).bytes())
        let theirs = try Elements(PMMLDocument(peer).bytes())
        let whole = try Elements(PMMLDocument(peer, others: [own]).bytes())
        #expect(abs(alone.predictor(row) - one) < 1e-12 && abs(theirs.predictor(row) - other) < 1e-12)
        #expect(abs(whole.predictor(row) - one - other) < 1e-12)
        #expect(alone.named("GeneralRegressionModel")[0]["linkFunction"] == "identity")
        #expect(alone.named("MiningField").last?["name"] == "hospital.linear.predictor")
        let model = whole.named("GeneralRegressionModel")[0]
        #expect(model["linkFunction"] == "logit" && model["distribution"] == "binomial")
        #expect(model["targetVariableName"] == "outcome" && model["modelName"] == "<Small> & \"others\"")
        #expect(whole.named("Parameter").map { $0["label"] } == ["(Intercept)", "age", "arm=a<b", "m1", "smoker"])
        #expect(whole.named("Value").map { $0["value"] } == ["none", "a<b"])
        #expect(whole.named("DataDictionary")[0]["numberOfFields"] == "5")
        #expect(whole.named("Interval").count == 1)
    }

    @Test(
        "Links as R has them by default",
        arguments: [
            ("linear", "identity", "normal"), ("probit", "probit", "binomial"), ("poisson", "log", "poisson"),
            ("negative-binomial", "log", "negbin"), ("gamma", "log", "gamma"),
        ])
    func links(_ family: String, _ link: String, _ distribution: String) throws {
        let (own, peer) = try parts(("logistic", family))
        let model = try Elements(PMMLDocument(own, others: [peer]).bytes()).named(
            "GeneralRegressionModel")[0]
        #expect(model["linkFunction"] == link && model["distribution"] == distribution)
    }

    @Test func offsetAndExposure() throws {
        let (own, peer) = try parts(
            ("logistic", "poisson"), ("label: outcome", "label: outcome, exposure: days, offset: extra"))
        let whole = try Elements(PMMLDocument(own, others: [peer]).bytes())
        #expect(whole.named("GeneralRegressionModel")[0]["offsetVariable"] == "moiety.offset")
        #expect(whole.named("FieldRef").map { $0["field"] } == ["extra", "days"])
        #expect(whole.named("Apply").map { $0["function"] } == ["+", "ln"])
        // A part knows nothing of them.
        #expect(try Elements(PMMLDocument(own).bytes()).named("FieldRef").isEmpty)
        let (simple, other) = try parts(("label: outcome", "label: outcome, offset: extra"))
        let plain = try Elements(PMMLDocument(simple, others: [other]).bytes())
        #expect(plain.named("GeneralRegressionModel")[0]["offsetVariable"] == "extra")
    }

    @Test func partsOfOtherFits() throws {
        let (own, peer) = try parts()
        for others in [[own], [peer, peer]] {
            #expect(failure { _ = try PMMLDocument(own, others: others) }?.code == "modelsApart")
        }
        let binding = try #require(peer.binding(with: "hospital"))
        let other = try ModelPart(
            .pair(
                SavedModel(
                    job: peer.job.hash, party: "lab", peer: "hospital", jobYAML: peer.job.yaml, rows: 99,
                    model: peer.model,
                    binding: ModelBinding(session: "01", salt: binding.salt, own: binding.own, peer: binding.peer))),
            path: "b")
        let refused = failure { _ = try PMMLDocument(own, others: [other]) }
        #expect(refused?.status == .peersDisagree && refused?.message.contains("b are not two parts") == true)
        let (same, twin) = try parts(("m1", "age"))
        let twice = failure { _ = try PMMLDocument(same, others: [twin]).bytes() }
        #expect(twice?.code == "columnTwice" && twice?.message.contains("'age'") == true)
    }

    @Test func partsOfThreePartiesAddUpToTheWhole() throws {
        let parts = try read(threeParts())
        let row = ["age": "31", "m1": "2.5", "smoker": "1", "prior": "4"]
        let alone = try parts.map { try Elements(PMMLDocument($0).bytes()).predictor(row) }
        let whole = try Elements(PMMLDocument(parts[2], others: [parts[0], parts[1]]).bytes())
        #expect(abs(whole.predictor(row) - alone.reduce(0, +)) < 1e-12)
        #expect(whole.named("GeneralRegressionModel")[0]["linkFunction"] == "logit")
        #expect(whole.named("Parameter").map { $0["label"] } == ["(Intercept)", "age", "m1", "smoker", "prior"])
        #expect(whole.named("Header")[0]["description"] == "Small: the parts of all parties")
        let own = try Elements(PMMLDocument(parts[2]).bytes())
        #expect(own.named("Header")[0]["description"] == "Small: registry's part; the rest is with hospital, lab")
        let lacking = failure { _ = try PMMLDocument(parts[0], others: [parts[2]]) }
        #expect(lacking?.code == "partsMissing" && lacking?.message.contains("hospital") == true)
    }

    @Test func whatIsShownOfOneOfThree() throws {
        let report = ModelReport(try read(threeParts())[0])
        #expect(
            report.role == "helper" && report.constant == nil && report.peers.map(\.party) == ["hospital", "registry"])
        #expect(report.peers.map(\.session) == ["01", "02"] && report.terms.map(\.coefficient) == [0.25, 1.75])
        for words in [
            "logistic model", "99 rows", "the part of lab (helper)", "hospital, registry", "smoker", "1.750000",
        ] {
            #expect(report.text.contains(words), "\(words)")
        }
    }

    /// Files that were edited, or are of different runs.
    @Test func filesOfThreeThatDoNotFit() throws {
        func refused(_ change: (inout [SavedJointModel]) -> Void) throws -> String? {
            let files = try threeParts(change)
            return failure {
                let parts = try read(files)
                _ = try PMMLDocument(parts[0], others: Array(parts[1...]))
            }?.code
        }
        func edited(_ party: Int, _ change: (inout PartialModel, inout [String: ModelBinding]) -> Void) throws
            -> String?
        {
            try refused { files in
                let old = files[party]
                var (model, bindings) = (old.model, old.bindings)
                change(&model, &bindings)
                files[party] = SavedJointModel(
                    job: old.job, party: old.party, jobYAML: old.jobYAML, rows: old.rows, model: model,
                    bindings: bindings)
            }
        }
        #expect(try refused { _ in } == nil)
        #expect(try edited(0) { model, _ in model.coefficients[0] += 1 } == "modelChanged")
        #expect(try edited(2) { _, bindings in bindings["lab"] = nil } == "invalidModel")
        #expect(try edited(2) { model, _ in model.role = "active" } == "invalidModel")
        // Each session alone tells two fits apart.
        #expect(
            try edited(2) { _, bindings in
                guard let old = bindings["lab"] else { return }
                bindings["lab"] = ModelBinding(session: "other", salt: old.salt, own: old.own, peer: old.peer)
            } == "modelsApart")
    }
}

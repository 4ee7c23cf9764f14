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
    private func parts(_ replaced: (String, String)...) throws -> (own: SavedModel, peer: SavedModel) {
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
        func model(_ party: Party, _ coefficients: [Int64], constant: Int64?) throws -> PartialModel {
            let columns = party.features.map(ColumnSpec.init)
            var made = try PartialModel(
                family: job.model.family.rawValue, role: party.role.rawValue, columns: columns,
                terms: columns.flatMap(\.terms).map(\.name), estimates: coefficients.map { Double($0) / 4 },
                scalings: coefficients.indices.map { Scaling(mean: Double($0) + 2, sd: Double($0) + 0.5) },
                constant: nil)
            made.constant = constant.map { $0 << 38 }
            return made
        }
        let one = try model(job.active, [3, -2], constant: job.model.family.hasIntercept ? 5 : nil)
        let other = try model(job.passive, [1, 7], constant: nil)
        let salt = String(repeating: "05", count: 32)
        let bytes = [UInt8](repeating: 5, count: 32)
        let roots = (
            try one.commitment(salt: bytes).item.root.hex, try other.commitment(salt: bytes).item.root.hex
        )
        return (
            SavedModel(
                job: file.hash, party: "hospital", peer: "lab", jobYAML: file.yaml, rows: 99, model: one,
                binding: ModelBinding(session: "00", salt: salt, own: roots.0, peer: roots.1)),
            SavedModel(
                job: file.hash, party: "lab", peer: "hospital", jobYAML: file.yaml, rows: 99, model: other,
                binding: ModelBinding(session: "00", salt: salt, own: roots.1, peer: roots.0))
        )
    }

    @Test func aCoxModelHasNone() throws {
        let (own, peer) = try parts(("label: outcome", "label: outcome, time: days"), ("logistic", "cox"))
        try own.demandConsistent("model.json")
        for other in [nil, (peer, "peer.json")] {
            let refused = failure { _ = try PMMLDocument(own, path: "model.json", peer: other) }
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
        let alone = try Elements(PMMLDocument(own, path: "own").bytes())
        let theirs = try Elements(PMMLDocument(peer, path: "peer").bytes())
        let whole = try Elements(PMMLDocument(peer, path: "peer", peer: (own, "own")).bytes())
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
        let model = try Elements(PMMLDocument(own, path: "a", peer: (peer, "b")).bytes()).named(
            "GeneralRegressionModel")[0]
        #expect(model["linkFunction"] == link && model["distribution"] == distribution)
    }

    @Test func offsetAndExposure() throws {
        let (own, peer) = try parts(
            ("logistic", "poisson"), ("label: outcome", "label: outcome, exposure: days, offset: extra"))
        let whole = try Elements(PMMLDocument(own, path: "a", peer: (peer, "b")).bytes())
        #expect(whole.named("GeneralRegressionModel")[0]["offsetVariable"] == "moiety.offset")
        #expect(whole.named("FieldRef").map { $0["field"] } == ["extra", "days"])
        #expect(whole.named("Apply").map { $0["function"] } == ["+", "ln"])
        // A part knows nothing of them.
        #expect(try Elements(PMMLDocument(own, path: "a").bytes()).named("FieldRef").isEmpty)
        let (simple, other) = try parts(("label: outcome", "label: outcome, offset: extra"))
        let plain = try Elements(PMMLDocument(simple, path: "a", peer: (other, "b")).bytes())
        #expect(plain.named("GeneralRegressionModel")[0]["offsetVariable"] == "extra")
    }

    @Test func partsOfOtherFits() throws {
        let (own, peer) = try parts()
        #expect(failure { _ = try PMMLDocument(own, path: "a", peer: (own, "b")) }?.code == "modelsApart")
        let other = SavedModel(
            job: peer.job, party: peer.party, peer: peer.peer, jobYAML: peer.jobYAML, rows: peer.rows,
            model: peer.model,
            binding: ModelBinding(
                session: "01", salt: peer.binding.salt, own: peer.binding.own, peer: peer.binding.peer))
        let refused = failure { _ = try PMMLDocument(own, path: "a", peer: (other, "b")) }
        #expect(refused?.status == .peersDisagree && refused?.message.contains("b are not the two parts") == true)
        let (same, twin) = try parts(("m1", "age"))
        let twice = failure { _ = try PMMLDocument(same, path: "a", peer: (twin, "b")).bytes() }
        #expect(twice?.code == "columnTwice" && twice?.message.contains("'age'") == true)
    }
}

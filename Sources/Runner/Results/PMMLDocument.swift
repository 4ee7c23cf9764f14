import Foundation
import Jobs
import Records
import Site
import SplitRegression

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// A party's part of a model, or all parts together, as PMML 4.4 has them (`GeneralRegressionModel`, <https://dmg.org/pmml/v4-4>).
///
/// A part predicts its share of the linear predictor, by the identity: the sum of all parts is the predictor. All together predict the
/// response by the family's link. Coefficients are in the columns' own units.
package struct PMMLDocument {
    /// The active party's first, since the intercept is its own; then in the order of the job.
    private let parts: [ModelPart]
    private let job: Job
    private let form: Form
    private let made: String

    /// - Parameter others: the parts of all other parties in the same fit, or none.
    /// - Throws: `Failure` 65 for a Cox model, 64 where a party's part is missing or there twice, 5 for parts that are not of one fit.
    package init(_ own: ModelPart, others: [ModelPart] = []) throws {
        job = own.job.job
        let all = [own] + others
        if !others.isEmpty {
            for (place, part) in all.enumerated() {
                for other in all[(place + 1)...] where !part.isOfOneFit(with: other) {
                    throw Failure(
                        .peersDisagree, "modelsApart", "\(part.path) and \(other.path) are not two parts of one fit",
                        hint: "give the model.json of each party once, of one run of one job")
                }
            }
            let missing = job.parties.map(\.name).filter { name in !all.contains { $0.party.name == name } }
            guard missing.isEmpty else {
                throw Failure(
                    .usage, "partsMissing", "the whole model needs the part of \(missing.joined(separator: ", ")) too",
                    hint: "--peer once for each other party; without any, this party's part alone is written")
            }
        }
        guard let form = Self.form(job.model.family) else {
            throw Failure(
                .badData, "noPMML",
                "a Cox model has no PMML here: its form there needs the baseline hazard, which no party has",
                hint: "moiety results merges the coefficients"
                    + (job.parties.count == 2 ? "; moiety model predict ranks new rows" : ""))
        }
        self.form = form
        let names = [job.active.name] + job.others(than: job.active.name).map(\.name)
        parts = names.compactMap { name in all.first { $0.party.name == name } }
        made = Timestamp.now()
    }

    private var isWhole: Bool { parts.count > 1 }
    private var target: String {
        isWhole ? job.active.label ?? "response" : "\(parts[0].party.name).linear.predictor"
    }
    private var columns: [ColumnSpec] { parts.flatMap(\.model.columns) }

    /// UTF-8, ending with a newline.
    ///
    /// - Throws: `Failure` 65 where two columns have one name: a PMML field has one meaning.
    package func bytes() throws -> [UInt8] {
        let names = columns.map(\.name) + beside + [target]
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw Failure(
                .badData, "columnTwice", "two columns are called '\(twice)', which PMML cannot tell apart",
                hint: "export each party's part on its own")
        }
        let root = Self.element(
            "PMML", [("version", "4.4"), ("xmlns", "http://www.dmg.org/PMML-4_4")], [header, dictionary, model])
        let document = XMLDocument(rootElement: root)
        document.version = "1.0"
        document.characterEncoding = "UTF-8"
        return Array(document.xmlData(options: .nodePrettyPrint)) + [0x0A]
    }

    // MARK: Parts of the document

    private var header: XMLElement {
        let others = job.others(than: parts[0].party.name).map(\.name).joined(separator: ", ")
        let whose = isWhole ? "the parts of all parties" : "\(parts[0].party.name)'s part; the rest is with \(others)"
        return Self.element(
            "Header", [("description", "\(job.title): \(whose)")],
            [
                Self.element("Application", [("name", "moiety"), ("version", Release.version)]),
                Self.text("Timestamp", made),
            ])
    }

    /// Offset or exposure of the active party, where the whole model is at hand.
    private var beside: [String] {
        isWhole ? [job.active.beside.offset, job.active.beside.exposure].compactMap(\.self) : []
    }

    private var dictionary: XMLElement {
        let fields = columns.map { column in
            switch column.kind {
            case .numeric: Self.field(column.name)
            // 1 for yes.
            case .binary: Self.field(column.name, interval: ("0", "1"))
            case .categorical(let levels, _):
                Self.element(
                    "DataField", [("name", column.name), ("optype", "categorical"), ("dataType", "string")],
                    levels.map { Self.element("Value", [("value", $0)]) })
            }
        }
        let all = fields + beside.map { Self.field($0) } + [Self.field(target)]
        return Self.element("DataDictionary", [("numberOfFields", "\(all.count)")], all)
    }

    private var model: XMLElement {
        let (link, distribution) = isWhole ? form : ("identity", "normal")
        var attributes = [
            ("modelName", job.title), ("modelType", "generalizedLinear"), ("functionName", "regression"),
            ("linkFunction", link), ("distribution", distribution), ("targetVariableName", target),
        ]
        if let offset { attributes.append(("offsetVariable", offset)) }
        return Self.element(
            "GeneralRegressionModel", attributes,
            [schema] + (transformations.map { [$0] } ?? []) + [parameterList, factors, covariates, predictors, values])
    }

    private var schema: XMLElement {
        let used = columns.map(\.name) + beside
        return Self.element(
            "MiningSchema", [],
            used.map { Self.element("MiningField", [("name", $0), ("usageType", "active")]) }
                + [Self.element("MiningField", [("name", target), ("usageType", "target")])])
    }

    /// What is added to the predictor: a column, the logarithm of one, or both.
    private var offset: String? { beside.isEmpty ? nil : transformations == nil ? beside[0] : Self.offsetField }

    private static let offsetField = "moiety.offset"

    private var transformations: XMLElement? {
        guard isWhole, let exposure = job.active.beside.exposure else { return nil }
        let logarithm = Self.element("Apply", [("function", "ln")], [Self.element("FieldRef", [("field", exposure)])])
        let sum =
            job.active.beside.offset.map {
                Self.element("Apply", [("function", "+")], [Self.element("FieldRef", [("field", $0)]), logarithm])
            } ?? logarithm
        return Self.element(
            "LocalTransformations", [],
            [
                Self.element(
                    "DerivedField", [("name", Self.offsetField), ("optype", "continuous"), ("dataType", "double")],
                    [sum])
            ])
    }

    /// Parameters: the constant, then a term each.
    private var terms: [(term: Records.Term, estimate: Double)] {
        parts.flatMap { part in
            zip(part.model.columns.flatMap(\.terms), part.model.rawCoefficients).map { ($0, $1) }
        }
    }

    private var parameterList: XMLElement {
        let names = [FittedTerm.intercept] + terms.map(\.term.name)
        return Self.element(
            "ParameterList", [],
            names.enumerated().map { Self.element("Parameter", [("name", "p\($0)"), ("label", $1)]) })
    }

    private var factors: XMLElement { predictorList("FactorList") { $0.isCategorical } }
    private var covariates: XMLElement { predictorList("CovariateList") { !$0.isCategorical } }

    private func predictorList(_ name: String, _ holds: (ColumnSpec) -> Bool) -> XMLElement {
        Self.element(name, [], columns.filter(holds).map { Self.element("Predictor", [("name", $0.name)]) })
    }

    /// Which predictor belongs to which parameter: a covariate's power, or a factor's level.
    private var predictors: XMLElement {
        Self.element(
            "PPMatrix", [],
            terms.enumerated().map { index, entry in
                Self.element(
                    "PPCell",
                    [
                        ("value", entry.term.level ?? "1"), ("predictorName", entry.term.column),
                        ("parameterName", "p\(index + 1)"),
                    ])
            })
    }

    private var values: XMLElement {
        let all = [parts.reduce(0) { $0 + $1.model.rawConstant }] + terms.map(\.estimate)
        return Self.element(
            "ParamMatrix", [],
            all.enumerated().map {
                Self.element("PCell", [("parameterName", "p\($0)"), ("df", "1"), ("beta", "\($1)")])
            })
    }

    private typealias Form = (link: String, distribution: String)

    /// nil for what needs more than coefficients.
    private static func form(_ family: ModelFamily) -> Form? {
        switch family {
        case .linear: ("identity", "normal")
        case .logistic: ("logit", "binomial")
        case .probit: ("probit", "binomial")
        case .poisson: ("log", "poisson")
        case .negativeBinomial: ("log", "negbin")
        case .gamma: ("log", "gamma")
        case .cox: nil
        }
    }

    // MARK: XML

    private static func element(
        _ name: String, _ attributes: [(String, String)] = [], _ children: [XMLElement] = []
    ) -> XMLElement {
        let element = XMLElement(name: name)
        for (name, value) in attributes {
            let attribute = XMLNode(kind: .attribute)
            attribute.name = name
            attribute.stringValue = value
            element.addAttribute(attribute)
        }
        for child in children { element.addChild(child) }
        return element
    }

    private static func text(_ name: String, _ text: String) -> XMLElement {
        let element = element(name)
        element.stringValue = text
        return element
    }

    private static func field(_ name: String, interval: (String, String)? = nil) -> XMLElement {
        element(
            "DataField", [("name", name), ("optype", "continuous"), ("dataType", "double")],
            interval.map {
                [element("Interval", [("closure", "closedClosed"), ("leftMargin", $0.0), ("rightMargin", $0.1)])]
            } ?? [])
    }
}

extension ColumnSpec {
    fileprivate var isCategorical: Bool { if case .categorical = kind { true } else { false } }
}

extension PartialModel {
    private static let unit = 1.0 / Double(1 << fractionBits)

    /// In the columns' own units, in the order of ``terms``.
    var rawCoefficients: [Double] { zip(coefficients, scalings).map { Double($0) * Self.unit / $1.sd } }

    /// What the part adds where all its columns are zero.
    var rawConstant: Double {
        zip(rawCoefficients, scalings).reduce(Double(constant ?? 0) * Self.unit) { $0 - $1.0 * $1.1.mean }
    }
}

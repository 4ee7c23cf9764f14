import Foundation
import Jobs
import Records
package import Site
package import SplitRegression

/// `model.json` of a fit of several parties: this party's part of the model, and what is needed to score new rows with the others.
package struct SavedJointModel: Codable, Sendable {
    static let format = 1

    var formatVersion = Self.format
    package let job: String
    package let party: String
    /// The job as it was approved.
    let jobYAML: String
    /// Rows of the fit.
    let rows: Int
    package let model: PartialModel
    /// What holds each other party to its part, by its name; this party's own commitment is the same in all.
    package let bindings: [String: ModelBinding]

    /// Whether a file is one, whatever else is wrong with it.
    static func isOne(_ data: Data) -> Bool { (try? JSONDecoder().decode(Kind.self, from: data)) != nil }

    private struct Kind: Decodable {
        private struct Anything: Decodable {}
        private let bindings: [String: Anything]
    }

    /// - Throws: `Failure` 65.
    init(_ data: Data, path: String) throws {
        guard let model = try? JSONDecoder().decode(SavedJointModel.self, from: data),
            model.formatVersion == Self.format
        else { throw Failure(.badData, "invalidModel", "\(path) is not a model that `moiety job run` wrote") }
        guard model.model.isWellFormed else {
            throw Failure(.badData, "invalidModel", "\(path): coefficients, terms and scalings do not fit")
        }
        self = model
    }

    init(
        job: String, party: String, jobYAML: String, rows: Int, model: PartialModel, bindings: [String: ModelBinding]
    ) {
        self.job = job
        self.party = party
        self.jobYAML = jobYAML
        self.rows = rows
        self.model = model
        self.bindings = bindings
    }

    /// As a session with one of the others alone would have it.
    ///
    /// - Throws: `Failure` 65 where the file has nothing of that party.
    func toward(_ peer: String) throws -> SavedModel {
        guard let binding = bindings[peer] else {
            throw Failure(
                .badData, "invalidModel", "the model says nothing of \(peer)'s part",
                hint: "put back a copy of the model.json that `moiety job run` wrote")
        }
        return SavedModel(
            job: job, party: party, peer: peer, jobYAML: jobYAML, rows: rows, model: model, binding: binding)
    }

    /// The job that the model is of.
    ///
    /// - Throws: `Failure` as ``SavedModel/scoringJob(at:)``.
    package func scoringJob(at site: SiteFolder) throws -> JobFile {
        try JobFile(yaml: jobYAML).scoring(job: job, party: party, at: site)
    }
}

/// A `model.json`, of two parties or of more.
package enum ModelFile {
    case pair(SavedModel)
    case several(SavedJointModel)

    /// - Throws: `Failure` 66 or 65.
    package static func read(_ path: String) throws -> ModelFile {
        let data = Data(try PrivateFile.readText(path, limit: 1 << 24).utf8)
        return SavedJointModel.isOne(data)
            ? .several(try SavedJointModel(data, path: path)) : .pair(try SavedModel.read(path))
    }

    /// In the form that has any number of other parties.
    var joint: SavedJointModel {
        switch self {
        case .several(let model): model
        case .pair(let model):
            SavedJointModel(
                job: model.job, party: model.party, jobYAML: model.jobYAML, rows: model.rows, model: model.model,
                bindings: [model.peer: model.binding])
        }
    }
}

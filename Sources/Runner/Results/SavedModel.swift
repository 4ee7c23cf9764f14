import Foundation
import Jobs
import Records
import Site
package import SplitRegression

/// `model.json`: this party's part of the model, and what is needed to score new rows with the peer.
///
/// Coefficients are the fixed-point integers of the fit, so that a model that was saved and read back scores every row
/// exactly as before. Worth nothing without the peer's part.
package struct SavedModel: Codable, Sendable {
    static let format = 2

    var formatVersion = Self.format
    package let job: String
    package let party: String
    package let peer: String
    /// The job as it was approved: identifiers, normalisers, who listens.
    let jobYAML: String
    /// Rows of the fit.
    package let rows: Int
    package let model: PartialModel
    package let binding: ModelBinding

    private struct Version: Decodable {
        let formatVersion: Int
        /// Of several parties earlier releases wrote none.
        let jobYAML: String?
    }

    /// - Throws: `Failure` 66 or 65.
    package static func read(_ path: String) throws -> SavedModel {
        let text = try PrivateFile.readText(path, limit: 1 << 24)
        let data = Data(text.utf8)
        let version = try? JSONDecoder().decode(Version.self, from: data)
        guard !SavedJointModel.isOne(data) else {
            throw Failure(
                .usage, "severalParties",
                "\(path) is a part of a model of several parties, which is neither shown nor exported yet",
                hint:
                    "moiety model predict scores new rows with it; moiety results merge puts the coefficients of all parties into "
                    + "one table")
        }
        if let version, version.jobYAML == nil {
            throw Failure(
                .badData, "unsupportedVersion",
                "\(path) is of an earlier release, and not bound to its fit: run the job again")
        }
        if let version, version.formatVersion != Self.format {
            throw Failure(
                .badData, "unsupportedVersion",
                "\(path) has format \(version.formatVersion), this release reads \(Self.format)",
                hint: "a model of an earlier release is not bound to its fit: run the job again")
        }
        guard let model = try? JSONDecoder().decode(SavedModel.self, from: data) else {
            throw Failure(.badData, "invalidModel", "\(path) is not a model that `moiety job run` wrote")
        }
        guard model.model.isWellFormed else {
            throw Failure(.badData, "invalidModel", "\(path): coefficients, terms and scalings do not fit")
        }
        return model
    }

    /// Whether the parts of the file fit each other: the job in it, its parties, its columns.
    ///
    /// - Parameter path: the file, for messages.
    /// - Throws: `Failure` 65 that names the part.
    package func demandConsistent(_ path: String) throws {
        func invalid(_ reason: String) -> Failure {
            Failure(
                .badData, "invalidModel", "\(path) does not fit itself: \(reason)",
                hint: "was it edited? put back a copy of what `moiety job run` wrote")
        }
        guard let file = try? JobFile(yaml: jobYAML), file.hash == job else {
            throw invalid("the job in it is not the one that it names")
        }
        guard let own = file.job.party(named: party), file.job.peer(of: party)?.name == peer else {
            throw invalid("its parties are not those of the job")
        }
        guard own.role.rawValue == model.role, file.job.model.family.rawValue == model.family else {
            throw invalid("its role or its family is not that of the job")
        }
        let columns = own.features.map(ColumnSpec.init)
        guard model.columns == columns, model.terms == columns.flatMap(\.terms).map(\.name) else {
            throw invalid("its columns or its terms are not those of the job")
        }
        let hasConstant = own.role == .active && file.job.model.family.hasIntercept
        guard rows >= 1, hasConstant ? model.constant != nil : (model.constant ?? 0) == 0,
            model.scalings.allSatisfy({ $0.mean.isFinite && $0.sd.isFinite && $0.sd > 0 })
        else { throw invalid("a number of rows, a constant or a scaling that no fit gives") }
        try demandBound()
    }
}

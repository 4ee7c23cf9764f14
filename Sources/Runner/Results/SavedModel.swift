import Foundation
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
}

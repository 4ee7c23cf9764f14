import Foundation
import Site
package import SplitRegression

/// `model.json`: this party's part of the model, and what is needed to score new rows with the peer.
///
/// Coefficients are the fixed-point integers of the fit, so that a model that was saved and read back scores every row
/// exactly as before. Worth nothing without the peer's part.
package struct SavedModel: Codable, Sendable {
    var formatVersion = 1
    package let job: String
    package let party: String
    package let peer: String
    /// The job as it was approved: identifiers, normalisers, who listens.
    let jobYAML: String
    /// Rows of the fit.
    package let rows: Int
    package let model: PartialModel

    /// - Throws: `Failure` 66 or 65.
    package static func read(_ path: String) throws -> SavedModel {
        let text = try PrivateFile.readText(path, limit: 1 << 24)
        guard let model = try? JSONDecoder().decode(SavedModel.self, from: Data(text.utf8)) else {
            throw Failure(.badData, "invalidModel", "\(path) is not a model that `moiety job run` wrote")
        }
        guard model.model.isWellFormed else {
            throw Failure(.badData, "invalidModel", "\(path): coefficients, terms and scalings do not fit")
        }
        guard model.formatVersion == 1 else {
            throw Failure(
                .badData, "unsupportedVersion", "\(path) has format \(model.formatVersion), this release reads 1")
        }
        return model
    }
}

package import Foundation

/// The source tree that the tests are of.
package enum Repository {
    package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The path of a file or folder of `examples/`.
    package static func example(_ path: String) -> String { root.appending(path: "examples/\(path)").path }

    /// A file of `protocols/`.
    package static func protocols(_ path: String) -> URL { root.appending(path: "protocols/\(path)") }

    /// Reads `protocols/vectors/NAME.json`.
    package static func vectors<V: Decodable>(_ name: String, as type: V.Type = V.self) throws -> V {
        try JSONDecoder().decode(type, from: Data(contentsOf: protocols("vectors/\(name).json")))
    }
}

import Foundation
import Site

/// Finds the `examples` folder of the source tree: the tables of the demo stand there.
enum ExampleFolder {
    private static let mark = "actg175/job.yaml"

    /// - Parameter given: what the user named; nil looks in the working folder and above the program.
    /// - Throws: `Failure` 66.
    static func find(_ given: String?) throws -> String {
        if let given {
            let path = URL(fileURLWithPath: given).standardizedFileURL.path
            guard FileManager.default.fileExists(atPath: "\(path)/\(mark)") else {
                throw Failure(.noInput, "noExamples", "\(given) has no \(mark)")
            }
            return path
        }
        for start in starts() {
            var folder = start
            while true {
                let candidate = folder.appending(path: "examples").path
                if FileManager.default.fileExists(atPath: "\(candidate)/\(mark)") { return candidate }
                let parent = folder.deletingLastPathComponent().standardizedFileURL
                if parent.path == folder.path { break }
                folder = parent
            }
        }
        throw Failure(
            .noInput, "noExamples", "the folder `examples` of Moiety's source tree was not found",
            hint: "run the demo in the source tree, or say where it is: --examples DIR")
    }

    private static func starts() -> [URL] {
        let working = URL(fileURLWithPath: FileManager.default.currentDirectoryPath).standardizedFileURL
        let program = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
        return [working] + [program].compactMap(\.self)
    }
}

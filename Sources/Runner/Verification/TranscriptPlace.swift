import Foundation
import Site
import Transcript

/// Where a transcript is that somebody names: its own folder, or the results folder around it.
package enum TranscriptPlace {
    /// - Throws: `Failure` 66 for what does not exist; 64 for results with a transcript of each session, by name.
    package static func folder(named path: String) throws -> String {
        guard FileManager.default.fileExists(atPath: path) else {
            throw Failure(.noInput, "fileNotFound", "\(path) does not exist")
        }
        if TranscriptLayout.looksLikeTranscript(path) && isTranscript(path) { return path }
        if isTranscript("\(path)/transcript") { return "\(path)/transcript" }
        if let several = MeshCopy.transcripts(of: path) {
            throw Failure(
                .usage, "severalTranscripts", "\(path) has a transcript of each session with another party",
                hint: "give one of them: \(several.joined(separator: ", "))")
        }
        return path
    }

    private static func isTranscript(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(path)/\(TranscriptLayout.parties)")
    }
}

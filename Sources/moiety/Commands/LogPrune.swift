import ArgumentParser
import Foundation
import Site
import Transcript

struct PruneReport: Codable, Sendable {
    let transcript: String
    let out: String
}

struct LogPrune: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Copy a transcript without payloads and secrets: for archives, and to hand out.",
        discussion: """
            Records, hashes, signatures, the job and the outcome stay, so that order, parties, checkpoints and sizes can still \
            be verified; what looks into payloads can not, and neither replay nor audit. The original stays as it is.
            """)

    @Argument(help: "The transcript folder. Verify it first.") var transcript: String
    @Option(help: ArgumentHelp("The folder to write; it must not exist.", valueName: "dir")) var out: String
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<PruneReport> {
        guard FileManager.default.fileExists(atPath: transcript) else {
            throw Failure(.noInput, "fileNotFound", "\(transcript) does not exist")
        }
        let staged = try StagedFolder(target: out)
        defer { staged.discard() }
        try TranscriptPruning.prune(transcript, into: staged.stagingPath)
        try staged.commit()
        return Reply(
            PruneReport(transcript: transcript, out: staged.target),
            text: "written to \(staged.target), without payloads")
    }
}

import ArgumentParser
import Foundation
import ProtocolKit
import Runner
import Site
import Transcript
import Wire

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
            be verified; what looks into payloads can not, and neither replay nor audit. With --bulk-only, the copy is what a job \
            with `payloads: hashes` leaves: only ciphertexts by the row go, and steps, openings and keys can still be verified. \
            The original stays as it is.
            """)

    @Argument(help: "The transcript folder. Verify it first.") var transcript: String
    @Option(help: ArgumentHelp("The folder to write; it must not exist.", valueName: "dir")) var out: String
    @Flag(help: "Drop only the payloads of bulk messages: ciphertexts and group elements by the row.") var bulkOnly =
        false
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<PruneReport> {
        let transcript = try TranscriptPlace.folder(named: transcript)
        let staged = try StagedFolder(target: out)
        defer { staged.discard() }
        try TranscriptPruning.prune(transcript, into: staged.stagingPath, keeping: try storage(of: transcript))
        try staged.commit()
        return Reply(
            PruneReport(transcript: transcript, out: staged.target),
            text: "written to \(staged.target), without \(bulkOnly ? "bulk payloads" : "payloads")")
    }

    /// Which messages are bulk is the job's protocols' to say.
    private func storage(of transcript: String) throws -> PayloadStorage {
        guard bulkOnly else { return .pruned }
        guard let agreed = try TranscriptListing(folder: transcript).agreed(among: .moiety) else {
            throw Failure(
                .verificationFailed, "jobHashMismatch", "job.bin is not the job that the parties agreed on",
                hint: "moiety verify \(transcript)")
        }
        return .hashes(of: agreed.protocol.plan(for: agreed.job).bulkTypes)
    }
}

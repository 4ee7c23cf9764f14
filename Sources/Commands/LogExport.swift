import ArgumentParser
import Records
import Runner
import Site
import Transcript
import Wire

struct LogExport: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write one message with its proof, to be shown and verified alone.",
        discussion: """
            The file has the record, its payload, its path to a head that the sender signed and the receiver \
            countersigned, and what both identities signed when the session opened. Nothing else of the conversation is \
            in it. Whoever gets it runs `moiety log verify`.
            """)

    @Argument(help: "The transcript folder. Verify it first.") var transcript: String
    @Option(help: ArgumentHelp("Who sent the message.", valueName: "party")) var from: String
    @Option(help: ArgumentHelp("Its number in that party's log.", valueName: "n")) var sequence: UInt64
    @Option(help: ArgumentHelp("The file to write; it must not exist.", valueName: "file")) var out: String
    @Flag(help: "Show only the payload's hash.") var withoutPayload = false
    @OptionGroup var output: OutputOptions

    static func noRecord(_ sequence: UInt64, _ from: String) -> Failure {
        Failure(
            .noInput, "noRecord", "\(from) sent no record \(sequence) in this transcript",
            hint: "moiety log show lists them")
    }

    func reply(_ console: Console) async throws -> Reply<LogRecord> {
        let folder = try TranscriptPlace.folder(named: transcript)
        let listing = try TranscriptListing(folder: folder)
        let sender = try listing.sender(from)
        let proof: MessageProof
        do {
            proof = try MessageProof(
                folder: folder, from: sender, sequence: sequence, keepsPayload: !withoutPayload)
        } catch TranscriptError.missingFile(let name) where name.hasPrefix("record") {
            throw Self.noRecord(sequence, sender)
        }
        _ = try MessageReading(proof).checked()
        // Whole or not at all: on a full disk nothing is left under that name.
        try OutputFile.write(try ResultFiles.json(proof), to: out)
        let record = try MessageReading(proof).record(MessageNames(listing.agreed(among: .moiety)))
        return Reply(record, text: record.text + "\nwritten to \(out)")
    }
}

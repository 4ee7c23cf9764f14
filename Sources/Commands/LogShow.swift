import ArgumentParser
import Runner
import Site
import Transcript
import Wire

struct LogShow: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "List the records of a transcript, or show one of them.",
        discussion: "Only reads. To verify, use `moiety verify`.")

    @Argument(help: "The transcript folder.") var transcript: String
    @Option(help: ArgumentHelp("Only what this party sent.", valueName: "party")) var from: String?
    @Option(help: ArgumentHelp("Only the record of this number, with what it says. Needs --from.", valueName: "n"))
    var sequence: UInt64?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if sequence != nil && from == nil {
            throw ValidationError("--sequence needs --from: each party's log counts alone")
        }
    }

    func reply(_ console: Console) async throws -> Reply<[LogRecord]> {
        let listing = try TranscriptListing(opening: transcript)
        let names = MessageNames(listing.agreed(among: .moiety))
        var found: [LogRecord] = []
        for party in try from.map({ [try listing.sender($0)] }) ?? listing.parties.parties.map(\.name) {
            try listing.forEachRecord(from: party) { item in
                guard let sequence else {
                    found.append(LogRecord(item, names, headline: false))
                    return true
                }
                guard item.record.sequence == sequence else { return true }
                found.append(LogRecord(item, names, headline: true))
                return false
            }
        }
        if let sequence {
            guard let record = found.first else { throw LogExport.noRecord(sequence, from ?? "") }
            return Reply(found, text: record.text)
        }
        var table = TextTable(
            ["from", "record", "sent", "message", "round", "chunk", "bytes", ""],
            sides: [.left, .right, .left, .left, .right, .right, .right])
        for item in found {
            table.add([
                item.from, "\(item.sequence)", item.sentAt, item.message, "\(item.round)",
                item.chunks > 1 ? "\(item.chunk + 1)/\(item.chunks)" : "", "\(item.bytes)",
                item.payloadKept ? "" : "hash only",
            ])
        }
        return Reply(found, text: table.text(indent: 0))
    }
}

extension TranscriptListing {
    /// - Throws: `Failure` 66 for what is no transcript, 64 for a folder with several.
    init(opening path: String) throws { try self.init(folder: TranscriptPlace.folder(named: path)) }

    /// - Throws: `Failure` 64 for a party that is not in it.
    func sender(_ name: String) throws -> String {
        guard parties.party(named: name) != nil else {
            throw Failure(
                .usage, "unknownParty", "'\(MessageNames.printable(name))' is no party of this transcript",
                hint: "its parties are \(parties.parties.map(\.name).joined(separator: " and "))")
        }
        return name
    }
}

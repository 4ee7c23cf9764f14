import ArgumentParser
import Foundation
import Records
import Site
import Transcript

struct TimestampReport: Codable, Sendable {
    let of: String
    /// The request that was written, or the token that was attached.
    let file: String
    /// What the attached token says.
    let time: String?
}

struct LogTimestamp: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "timestamp", abstract: "Have a timestamp authority stamp a transcript (RFC 3161).",
        discussion: """
            Without --attach it writes a request for the transcript's outcome (or for the last countersigned head of an \
            unfinished job); send it to an authority of your choice, \
            `curl -H 'Content-Type: application/timestamp-query' --data-binary @FILE URL -o token.tsr`, \
            then --attach what came back. Moiety shows the token's time and checks what it is of; it does not check the \
            authority's signature: `openssl ts -verify -data outcome.bin -in token.tsr -CAfile CA.pem`.
            """)

    @Argument(help: "The transcript folder.") var transcript: String
    @Option(help: ArgumentHelp("Where to write the request; it must not exist.", valueName: "file")) var out: String?
    @Option(help: ArgumentHelp("A token to put beside the transcript.", valueName: "file")) var attach: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if (out == nil) == (attach == nil) { throw ValidationError("give either --out or --attach") }
    }

    func reply(_ console: Console) async throws -> Reply<TimestampReport> {
        let timestamps = try TranscriptTimestamps(folder: transcript)
        if let attach {
            let token = try PrivateFile.readBytes(attach, limit: 1 << 16)
            let name = URL(fileURLWithPath: attach).deletingPathExtension().lastPathComponent
            let (file, time) = try timestamps.attach(token, name: name)
            let report = TimestampReport(of: file, file: "\(TranscriptLayout.timestamps)/\(name).tsr", time: time)
            return Reply(
                report,
                text: "\(report.file) says that \(file) was seen at \(time); the authority's signature was not checked")
        }
        let (name, request) = timestamps.subject
        let path = out ?? ""
        try OutputFile.write(request, to: path)
        return Reply(
            TimestampReport(of: name, file: path, time: nil), text: "a request for \(name) is in \(path)")
    }
}

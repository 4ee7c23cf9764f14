import ArgumentParser
import Foundation
import Runner
import Site
import Transcript
import Wire

struct LogVerify: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Verify one message that `moiety log export` wrote.",
        discussion: """
            Exit code 0: the sender signed a log with this message in it, the receiver countersigned that it had \
            received it, and both identities named here signed who they are; 2: something does not fit. With --site, \
            the identities are compared with those that the site knows.
            """)

    @Argument(help: "The file.") var file: String
    @Option(name: .customLong("site"), help: ArgumentHelp("A site whose pinned peers count.", valueName: "dir"))
    var sitePath: String?
    @OptionGroup var output: OutputOptions

    struct Report: Codable, Sendable {
        let record: LogRecord
        let session: String
        let job: String
        /// The sender first: name and SHA-256 of the identity.
        let identities: [String: String]
        let receivedBy: String?
        let pinned: Bool
    }

    func reply(_ console: Console) async throws -> Reply<Report> {
        let bytes = try PrivateFile.readBytes(file, limit: 160 << 20)
        guard let proof = try? JSONDecoder().decode(MessageProof.self, from: Data(bytes)) else {
            throw Failure(.badData, "invalidMessage", "\(file) is not what `moiety log export` writes")
        }
        let reading = MessageReading(proof)
        let (sender, receiver) = try reading.checked()
        var known = 0
        if let site = try sitePath.map({ try SiteFolder(opening: $0) }) {
            var pinned = [site.name: try site.identity().key.publicKey]
            for peer in try site.peers.all() { pinned[peer.name] = peer.identity }
            for party in [sender, receiver] {
                guard let key = pinned[party.name] else { continue }
                guard key == party.identity else {
                    throw Failure(
                        .verificationFailed, "identityMismatch", "\(party.name)'s identity is not the one pinned")
                }
                known += 1
            }
        }
        let record = try reading.record(MessageNames.everyProtocol)
        let received = proof.receivedBy.map { Timestamp.text(milliseconds: $0 &* 1000) }
        let report = Report(
            record: record, session: try proof.verified().session.hex, job: try reading.jobHash(),
            identities: [
                sender.name: sender.identity.fingerprint.hex, receiver.name: receiver.identity.fingerprint.hex,
            ],
            receivedBy: received, pinned: known == 2)
        let trust =
            known == 2
            ? "both identities are the ones pinned"
            : "identities were not compared with pinned ones: \(2 - known) of 2 are only what this file says"
        let lines = [
            record.text, "session  \(report.session)", "job      \(report.job)",
            "sender   \(sender.name), identity \(sender.identity.fingerprint.hex)",
            "receiver \(receiver.name), identity \(receiver.identity.fingerprint.hex)",
            "\(sender.name) signed that it sent this; \(receiver.name) signed that it had received it"
                + (received.map { " by \($0)" } ?? ""), trust, "VALID",
        ]
        return Reply(report, text: lines.joined(separator: "\n"))
    }
}

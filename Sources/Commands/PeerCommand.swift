import ArgumentParser
import Foundation
import GRPCTransport
import Runner
import Site
import Wire

struct PeerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer", abstract: "The sites that this site talks to, by pinned keys.",
        subcommands: [PeerAdd.self, PeerList.self, PeerShow.self, PeerRemove.self])
}

/// A peer as it is printed.
struct PeerReport: Codable, Sendable {
    let name: String
    let address: String?
    let identity: String
    let certificateSHA256: String
    let safetyWords: String

    init(_ invitation: Invitation) {
        name = invitation.name
        address = invitation.address?.description
        identity = Data(invitation.identity.bytes.bytes).base64EncodedString()
        certificateSHA256 = invitation.certificate.fingerprint.bytes.hex
        safetyWords = invitation.safetyWords
    }

    var text: String {
        """
        name         \(name)
        address      \(address ?? "none: it dials")
        identity     \(identity)
        certificate  \(certificateSHA256)
        read aloud   \(safetyWords)
        """
    }
}

struct PeerAdd: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Pin a peer's keys from its invitation.",
        discussion: "Compare the words of `read aloud` with the peer by telephone: the file alone proves nothing.")

    @Argument(help: "The invitation file, or - for standard input.") var file: String
    @Option(help: "Where to dial the peer, if its invitation does not say or is wrong.") var address: String?
    @Flag(name: .customLong("dry-run"), help: "Check and show, add nothing.") var dryRun = false
    @OptionGroup var site: SiteOption
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<PeerReport> {
        let folder = try site.open()
        let text: String
        if file == "-" {
            let data = try FileHandle.standardInput.read(upToCount: 1 << 16) ?? Data()
            text = String(decoding: data, as: UTF8.self)
        } else {
            text = try PrivateFile.readText(file, limit: 1 << 16)
        }
        // Mail programs end lines as they like; what is signed has plain ones.
        let invitation = try Invitation(
            parsing: text.replacing("\r\n", with: "\n"), from: file == "-" ? "standard input" : file)
        guard invitation.name != folder.name else {
            throw Failure(.configuration, "ownInvitation", "'\(invitation.name)' is this site's own name")
        }
        let report = PeerReport(invitation)
        if dryRun { return Reply(report, text: report.text) }
        console.progress(report.text)
        // Standard input is the invitation: it cannot answer as well.
        guard file != "-" || confirmation.yes else {
            throw Failure(
                .usage, "confirmationNeeded", "an invitation from standard input is pinned only with --yes",
                hint: "compare the words of `read aloud` with the peer first: --dry-run shows them")
        }
        try confirmation.confirm("Pin these keys for '\(invitation.name)'?")
        try folder.peers.add(invitation, address: try address.map { try NetworkAddress($0) })
        try folder.enter(
            "peerAdded", peer: folder.peerEntry(invitation),
            details: ["certificateSHA256": report.certificateSHA256])
        return Reply(report, text: "added \(invitation.name)")
    }
}

struct PeerList: ReplyingCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "The known peers.")

    @OptionGroup var site: SiteOption
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<[PeerReport]> {
        let book = try site.open().peers
        let reports = try book.all().map(PeerReport.init)
        var table = TextTable(["name", "address", "certificate"], sides: [.left, .left, .left])
        for report in reports {
            table.add([report.name, report.address ?? "-", String(report.certificateSHA256.prefix(16))])
        }
        return Reply(reports, text: reports.isEmpty ? "no peers yet" : table.text(indent: 0))
    }
}

struct PeerShow: ReplyingCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "One peer's keys in full.")

    @Argument var name: String
    @OptionGroup var site: SiteOption
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<PeerReport> {
        let report = PeerReport(try site.open().peers.peer(named: name))
        return Reply(report, text: report.text)
    }
}

struct PeerRemove: ReplyingCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Forget a peer.")

    @Argument var name: String
    @OptionGroup var site: SiteOption
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<PeerReport> {
        let folder = try site.open()
        let peer = try folder.peers.peer(named: name)
        let report = PeerReport(peer)
        try confirmation.confirm("Forget '\(name)'?")
        try folder.peers.remove(name)
        try folder.enter("peerRemoved", peer: folder.peerEntry(peer))
        return Reply(report, text: "removed \(name)")
    }
}

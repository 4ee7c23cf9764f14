import ArgumentParser
import Foundation
import GRPCTransport
import Site
import Wire

struct InitReport: Codable, Sendable {
    let name: String
    let site: String
    let invitation: String
    let certificateSHA256: String
    let safetyWords: String
}

struct InitCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a site: its keys, its settings, its policy, its invitation.",
        discussion: """
            The invitation (invitation.txt) is what a peer needs: hand it over by a way that both trust, and read the \
            words aloud. Everything else in the folder stays where it is.
            """)

    @Option(help: "The name under which jobs and peers know this site.") var name: String
    @Option(help: "Where this site listens, HOST:PORT. Peers dial it there unless --address says otherwise.")
    var listen = "127.0.0.1:7443"
    @Option(help: "Where peers reach this site, if not at the address that it listens on.") var address: String?
    @Option(help: ArgumentHelp("A table of this site; repeat for more.", valueName: "name=file"))
    var table: [String] = []
    @Flag(help: "Also make an ML-DSA-65 key, which signs the outcome of each job beside Ed25519.")
    var secondSignature = false
    @Flag(name: .customLong("dry-run"), help: "Check the arguments, make nothing.") var dryRun = false
    @OptionGroup var site: SiteOption
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<InitReport> {
        let tables = try table.map(TableArgument.parse)
        let new = try NewSite(
            at: site.path, name: name, listen: try NetworkAddress(listen),
            address: try address.map { try NetworkAddress($0) }, tables: tables, withSecondKey: secondSignature)
        for table in tables where !FileManager.default.fileExists(atPath: table.file) {
            console.warning("table '\(table.name)': \(table.file) is not there yet")
        }
        if !dryRun {
            try new.create()
            console.progress(
                """
                site '\(name)' made in \(new.path); read these words to its peers by telephone: \(new.invitation.safetyWords)
                and give them this invitation:

                """)
        }
        let report = InitReport(
            name: name, site: new.path, invitation: SiteFolder.invitationFile(in: new.path),
            certificateSHA256: new.certificate.fingerprint.bytes.hex, safetyWords: new.invitation.safetyWords)
        return Reply(report, text: new.invitation.text)
    }
}

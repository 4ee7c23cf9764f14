import ArgumentParser
import Foundation
import GRPCTransport
import Jobs
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
    @Flag(name: .customLong("dry-run"), help: "Check the arguments, make nothing.") var dryRun = false
    @OptionGroup var site: SiteOption
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<InitReport> {
        try SiteName.check(name)
        let listening = try NetworkAddress(listen)
        let reachable = try address.map { try NetworkAddress($0) } ?? (listening.port == 0 ? nil : listening)
        let path = URL(fileURLWithPath: site.path).standardizedFileURL.path
        guard !FileManager.default.fileExists(atPath: SiteFolder.settingsFile(in: path)) else {
            throw Failure(.cannotCreate, "siteExists", "\(path) is a site already", hint: "nothing was changed")
        }
        let identity = SiteIdentity(generatingFor: name)
        let certificate = try SiteCertificate.generate(commonName: name)
        let invitation = try Invitation(
            of: identity, certificate: certificate.certificate, address: reachable)
        if !dryRun {
            try create(path, listening, identity, certificate, invitation)
        }
        let report = InitReport(
            name: name, site: path, invitation: SiteFolder.invitationFile(in: path),
            certificateSHA256: certificate.fingerprint.bytes.hex, safetyWords: invitation.safetyWords)
        if !dryRun { console.progress("site '\(name)' made in \(path); give this to your peers:\n") }
        return Reply(report, text: invitation.text)
    }

    private func create(
        _ path: String, _ listening: NetworkAddress, _ identity: SiteIdentity, _ certificate: SiteCertificate,
        _ invitation: Invitation
    ) throws {
        do {
            for folder in [path, path + "/peers", path + "/approvals"] {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        } catch {
            throw Failure(.cannotCreate, "cannotCreate", "\(path) cannot be created")
        }
        try PrivateFile.create(Data(identity.secretText.utf8), at: SiteFolder.identityFile(in: path), mode: 0o600)
        try certificate.write(
            certificatePath: SiteFolder.certificateFile(in: path), keyPath: SiteFolder.certificateKeyFile(in: path))
        try PrivateFile.create(Data(invitation.text.utf8), at: SiteFolder.invitationFile(in: path), mode: 0o644)
        try PrivateFile.create(Data(Policy.template.utf8), at: path + "/policy.yaml", mode: 0o644)
        try Ledger(path: SiteFolder.ledgerFile(in: path)).append(event: "siteMade", details: ["name": name])
        // Last: a folder is a site once it has settings.
        try PrivateFile.create(
            Data(SiteSettings.template(name: name, listen: "\(listening)").utf8),
            at: SiteFolder.settingsFile(in: path), mode: 0o644)
    }
}

import Foundation
package import GRPCTransport
import Jobs
import Records
package import Transcript
import Wire

/// A site that is about to be: fresh keys, nothing on the disk yet.
package struct NewSite: Sendable {
    package let path: String
    package let name: String
    package let listen: NetworkAddress
    package let tables: [(name: String, file: String)]
    package let identity: SiteIdentity
    package let certificate: SiteCertificate
    package let second: SecondSigningKey?
    package let invitation: Invitation

    /// - Parameters:
    ///   - address: where peers reach it; nil: where it listens, unless the system is to choose the port.
    /// - Throws: `Failure` 73 when there is a site already, 78 for a bad name.
    package init(
        at path: String, name: String, listen: NetworkAddress, address: NetworkAddress? = nil,
        tables: [(name: String, file: String)] = [], withSecondKey: Bool = false
    ) throws {
        try SiteName.check(name)
        self.path = URL(fileURLWithPath: path).standardizedFileURL.path
        guard !FileManager.default.fileExists(atPath: SiteFolder.settingsFile(in: self.path)) else {
            throw Failure(.cannotCreate, "siteExists", "\(self.path) is a site already", hint: "nothing was changed")
        }
        if let incomplete = SiteFolder.incompleteness(of: self.path) { throw incomplete }
        var names: Set<String> = []
        for table in tables {
            try SiteSettings.check(table: table.name)
            guard names.insert(table.name).inserted else {
                throw Failure(
                    .usage, "tableTwice", "the table '\(table.name)' is given twice",
                    hint: "a name stands for one file: give each table a name of its own")
            }
        }
        self.name = name
        self.listen = listen
        self.tables = tables
        identity = SiteIdentity(generatingFor: name)
        certificate = try SiteCertificate.generate(commonName: name)
        do {
            second = withSecondKey ? try SecondSigningKey() : nil
        } catch {
            throw Failure(.configuration, "noSecondSignature", "this system has no ML-DSA")
        }
        invitation = try Invitation(
            of: identity, certificate: certificate.certificate, second: second?.publicKey,
            address: address ?? (listen.port == 0 ? nil : listen))
    }

    /// Writes the folder. One that is not there yet appears whole or not at all. In one that is there (a volume, or a folder
    /// with tables in it) each file appears whole, and the settings last: a folder is a site once it has them.
    package func create() throws {
        guard FileManager.default.fileExists(atPath: path) else {
            let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
            do {
                try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            } catch {
                throw Failure(.cannotCreate, "cannotCreate", "\(parent) cannot be created")
            }
            let staged = try StagedFolder(target: path)
            defer { staged.discard() }
            try write(to: staged.stagingPath)
            return try staged.commit()
        }
        let staged = try StagedFolder(target: "\(path)/site")
        defer { staged.discard() }
        try write(to: staged.stagingPath)
        try staged.moveAll(into: path, last: URL(fileURLWithPath: SiteFolder.settingsFile(in: path)).lastPathComponent)
    }

    private func write(to path: String) throws {
        do {
            for folder in [path + "/peers", path + "/approvals"] {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
        } catch {
            throw Failure(.cannotCreate, "cannotCreate", "\(path) cannot be created")
        }
        try AtomicFile.write(Array(identity.secretText.utf8), to: SiteFolder.identityFile(in: path), mode: .ownerOnly)
        if let second {
            let text = Data(second.rawRepresentation).base64EncodedString()
            try AtomicFile.write(
                Array("\(SiteFolder.secondKeyHeader) \(text)\n".utf8), to: SiteFolder.secondKeyFile(in: path),
                mode: .ownerOnly)
        }
        try certificate.write(
            certificatePath: SiteFolder.certificateFile(in: path), keyPath: SiteFolder.certificateKeyFile(in: path))
        try AtomicFile.write(Array(invitation.text.utf8), to: SiteFolder.invitationFile(in: path))
        try AtomicFile.write(Array(Policy.template.utf8), to: path + "/policy.yaml")
        _ = try SiteLedger.create(
            in: path, signedBy: LedgerSigner(site: name, key: identity.key),
            first: LedgerEntry(event: "siteMade", at: Date(), details: ["name": name]))
        try AtomicFile.write(
            Array(SiteSettings.template(name: name, listen: listen, tables: tables).utf8),
            to: SiteFolder.settingsFile(in: path))
    }
}

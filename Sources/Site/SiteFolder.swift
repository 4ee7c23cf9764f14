import Foundation
package import Jobs
package import Transcript

/// One site's folder: settings, policy, secrets, peers, approvals and ledger.
///
/// ```
/// site.yaml  policy.yaml  identity.key (0600)  certificate.pem  certificate.key (0600)
/// peers/<name>.txt  approvals/<job hash>.txt  ledger.sqlite (0600)  ledger.head
/// ```
package struct SiteFolder: Sendable {
    package let path: String
    package let settings: SiteSettings

    /// - Throws: `Failure`: 66 when there is no site, 77 when this user may not look, 78 when its settings are wrong.
    package init(opening path: String) throws {
        self.path = URL(fileURLWithPath: path).standardizedFileURL.path
        let file = Self.settingsFile(in: self.path)
        guard FileManager.default.fileExists(atPath: file) else {
            if let incomplete = Self.incompleteness(of: self.path) { throw incomplete }
            do {
                _ = try FileManager.default.attributesOfItem(atPath: file)
            } catch let error as CocoaError where error.code == .fileReadNoPermission {
                throw Failure(
                    .permission, "cannotRead", "\(path): permission denied",
                    hint: "a site belongs to one user: run the command as that user")
            } catch {}
            throw Failure(
                .noInput, "noSite", "\(path) is not a site folder: it has no site.yaml",
                hint: "moiety init --name NAME --site \(path)")
        }
        try SharedModes.check(Self.deciding(in: self.path))
        let yaml = try PrivateFile.readText(file)
        do throws(DocumentError) {
            settings = try SiteSettings.parse(yaml)
        } catch {
            throw Failure(.configuration, "invalidSettings", "\(file): \(error)")
        }
    }

    /// What is wrong with a folder that has a site's keys or ledger and no settings; nil where it has none of them.
    static func incompleteness(of folder: String) -> Failure? {
        guard !FileManager.default.fileExists(atPath: settingsFile(in: folder)) else { return nil }
        let ledger = SiteLedger.files(in: folder)
        let found = [
            identityFile(in: folder), secondKeyFile(in: folder), certificateFile(in: folder),
            certificateKeyFile(in: folder), invitationFile(in: folder), ledger.database, ledger.head,
        ].filter { FileManager.default.fileExists(atPath: $0) }.map { URL(fileURLWithPath: $0).lastPathComponent }
        guard !found.isEmpty else { return nil }
        return Failure(
            .configuration, "siteIncomplete", "\(folder) has no site.yaml, but \(found.joined(separator: ", "))",
            hint:
                "if this was a site, put its site.yaml back; if `moiety init` was stopped here before it had said that the "
                + "site was made, remove these files and run it again")
    }

    /// Files and folders that decide what this site does: whoever can change them is the site.
    private static func deciding(in folder: String) -> [String] {
        let books = ["peers", "approvals"].flatMap { name in
            let inside = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)")) ?? []
            return [name] + inside.sorted().map { "\(name)/\($0)" }
        }
        return [folder] + (["site.yaml", "policy.yaml", "certificate.pem"] + books).map { "\(folder)/\($0)" }
    }

    package var name: String { settings.name }
    package var staging: StagingBook { StagingBook(folder: path + "/staging") }
    var policyFile: String { path + "/policy.yaml" }
    var identityFile: String { Self.identityFile(in: path) }
    package var certificateFile: String { Self.certificateFile(in: path) }
    package var certificateKeyFile: String { Self.certificateKeyFile(in: path) }
    package var invitationFile: String { Self.invitationFile(in: path) }
    package var peers: PeerBook { PeerBook(folder: path + "/peers") }
    package var approvals: ApprovalBook { ApprovalBook(folder: path + "/approvals") }

    static func settingsFile(in folder: String) -> String { folder + "/site.yaml" }
    static func identityFile(in folder: String) -> String { folder + "/identity.key" }
    package static func certificateFile(in folder: String) -> String { folder + "/certificate.pem" }
    package static func certificateKeyFile(in folder: String) -> String { folder + "/certificate.key" }
    package static func invitationFile(in folder: String) -> String { folder + "/invitation.txt" }

    package func identity() throws -> SiteIdentity {
        try SiteIdentity(name: name, keyText: try PrivateFile.readSecret(identityFile), file: identityFile)
    }

    /// This site's ledger, read and verified.
    ///
    /// - Throws: `LedgerError` for whatever is not as this site left it.
    package func ledger(signedBy identity: SiteIdentity) throws -> SiteLedger {
        try SiteLedger(in: path, signedBy: LedgerSigner(site: identity.name, key: identity.key))
    }

    package func ledger() throws -> SiteLedger { try ledger(signedBy: identity()) }

    /// Enters what happened, at this time.
    package func enter(
        _ event: String, job: String? = nil, peer: LedgerEntry.Peer? = nil, details: [String: String] = [:]
    ) throws {
        try ledger().append(LedgerEntry(event: event, at: Date(), job: job, peer: peer, details: details))
    }

    /// The site's ML-DSA key, if it was made with one.
    package func secondKey() throws -> SecondSigningKey? {
        let file = Self.secondKeyFile(in: path)
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        let fields = try PrivateFile.readSecret(file).split(whereSeparator: \.isWhitespace).map(String.init)
        guard fields.count == 2, fields[0] == Self.secondKeyHeader, let seed = Data(base64Encoded: fields[1]),
            let key = try? SecondSigningKey(rawRepresentation: Array(seed))
        else { throw Failure(.configuration, "invalidIdentity", "\(file) is not an ML-DSA key that can be used here") }
        return key
    }

    static func secondKeyFile(in folder: String) -> String { folder + "/second.key" }
    static let secondKeyHeader = "moiety-mldsa65-v1"

    /// What this site allows.
    package func policy() throws -> Policy {
        guard FileManager.default.fileExists(atPath: policyFile) else {
            throw Failure(.configuration, "noPolicy", "\(policyFile) does not exist")
        }
        let yaml = try PrivateFile.readText(policyFile)
        do throws(DocumentError) {
            return try Policy(yaml: yaml)
        } catch {
            throw Failure(.configuration, "invalidPolicy", "\(policyFile): \(error)")
        }
    }

    /// How a table that a person names is found again from anywhere: its name in `site.yaml`, else the file's whole path.
    package func nameOrPath(ofTable table: String) -> String {
        guard settings.tables[table] == nil, FileManager.default.fileExists(atPath: table) else { return table }
        return URL(fileURLWithPath: table).standardizedFileURL.path
    }

    /// The same for a table that a person names: by its name in `site.yaml`, or as a file.
    package func source(ofTableOrFile table: String) throws -> (path: String, source: SiteSettings.TableSource) {
        if settings.tables[table] == nil, FileManager.default.fileExists(atPath: table) {
            let path = URL(fileURLWithPath: table).standardizedFileURL.path
            return (path, SiteSettings.TableSource(file: path))
        }
        return try source(ofTable: table)
    }

    /// The file of a table that a job names.
    package func source(ofTable table: String) throws -> (path: String, source: SiteSettings.TableSource) {
        guard let source = settings.tables[table] else {
            let known = settings.tables.keys.sorted().joined(separator: ", ")
            throw Failure(
                .configuration, "unknownTable", "site.yaml of \(name) has no table '\(table)'",
                hint: known.isEmpty ? "add it under `tables:` in \(path)/site.yaml" : "it has: \(known)")
        }
        return (source.file.hasPrefix("/") ? source.file : path + "/" + source.file, source)
    }
}

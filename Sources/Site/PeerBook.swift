import Foundation
import Records

/// The peers that this site knows: one invitation file each, as the peer signed it, and where to dial it.
package struct PeerBook: Sendable {
    package let folder: String

    package func names() throws -> [String] {
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }.filter(SiteName.isValid).sorted()
    }

    package func all() throws -> [Invitation] {
        try names().map { try peer(named: $0) }
    }

    /// - Throws: `Failure` 77 for a peer that was never added.
    package func peer(named name: String) throws -> Invitation {
        try SiteName.check(name)
        guard FileManager.default.fileExists(atPath: file(name)) else {
            throw Failure(
                .permission, "unknownPeer", "'\(name)' is not a peer of this site",
                hint: "get its invitation.txt by a way that you trust, then: moiety peer add FILE")
        }
        var invitation = try Invitation(parsing: try PrivateFile.readText(file(name)), from: file(name))
        guard invitation.name == name else {
            throw Failure(.badData, "invalidInvitation", "\(file(name)) is the invitation of '\(invitation.name)'")
        }
        if FileManager.default.fileExists(atPath: addressFile(name)) {
            let text = try PrivateFile.readText(addressFile(name))
            invitation.address = try NetworkAddress(text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return invitation
    }

    /// - Throws: `Failure` 77 when a different peer of that name is known: keys change only by removing first.
    package func add(_ invitation: Invitation, address: NetworkAddress?) throws {
        if FileManager.default.fileExists(atPath: file(invitation.name)) {
            let known = try peer(named: invitation.name)
            guard known.identity == invitation.identity, known.certificate == invitation.certificate,
                known.second == invitation.second
            else {
                throw Failure(
                    .permission, "peerChanged", "a peer '\(invitation.name)' with other keys is known already",
                    hint: "check with them; then: moiety peer remove \(invitation.name), and add again")
            }
        }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try AtomicFile.write(Array((invitation.text).utf8), to: file(invitation.name), replacing: true)
        if let address {
            try AtomicFile.write(Array(("\(address)\n").utf8), to: addressFile(invitation.name), replacing: true)
        }
    }

    package func remove(_ name: String) throws {
        _ = try peer(named: name)
        do {
            try FileManager.default.removeItem(atPath: file(name))
            try? FileManager.default.removeItem(atPath: addressFile(name))
        } catch {
            throw Failure(.cannotCreate, "cannotWrite", "\(file(name)) cannot be removed")
        }
    }

    /// This site's own idea of where the peer is: invitations are signed and cannot be edited.
    private func addressFile(_ name: String) -> String { "\(folder)/\(name).address" }
    private func file(_ name: String) -> String { "\(folder)/\(name).txt" }
}

import Foundation
import Site
import TestSupport

/// Two sites' folders that do not know each other yet; a table at each.
struct TwoFolders {
    let folder: TemporaryFolder
    let hospital: SiteFolder
    let lab: SiteFolder

    init() throws {
        folder = try TemporaryFolder()
        hospital = try Self.make("hospital", table: "patients", in: folder)
        lab = try Self.make("lab", table: "results", in: folder)
    }

    static func make(_ name: String, table: String, in folder: TemporaryFolder) throws -> SiteFolder {
        let site = try NewSite(
            at: folder.path(name), name: name, listen: NetworkAddress(host: "127.0.0.1", port: 7443),
            tables: [(table, "\(table).csv")])
        try site.create()
        return try SiteFolder(opening: site.path)
    }

    func invitation(of site: SiteFolder) throws -> Invitation {
        try Invitation(parsing: String(contentsOfFile: site.invitationFile, encoding: .utf8), from: "invitation.txt")
    }
}

enum SmallJob {
    static func yaml(title: String = "Small", reveal: String = "[coefficients]") -> String {
        """
        moiety: 8
        title: \(title)
        parties:
          - {name: hospital, role: active, table: patients, identifier: id, label: outcome, features: [age]}
          - {name: lab, role: passive, table: results, identifier: id, features: [marker]}
        model: {family: linear}
        keys: {bits: 2048}
        reveal: \(reveal)

        """
    }
}

/// The failure that `body` ends with.
func failure(_ body: () throws -> Void) -> Failure? {
    do {
        try body()
        return nil
    } catch {
        return error as? Failure
    }
}

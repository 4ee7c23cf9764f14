import Foundation
import Jobs
import TestSupport
import Testing
import Transcript
import Wire

@testable import Site

@Suite struct SiteFolderTests {
    @Test func newSiteOpens() throws {
        let sites = try TwoFolders()
        #expect(sites.lab.name == "lab")
        #expect(try sites.lab.identity().key.publicKey == sites.invitation(of: sites.lab).identity)
        #expect(try sites.lab.policy().minimumCohort == 50)
        #expect(try sites.lab.secondKey() == nil)
        let (path, _) = try sites.lab.source(ofTable: "results")
        #expect(path == sites.lab.path + "/results.csv")
        let unknown = failure { _ = try sites.lab.source(ofTable: "patients") }
        #expect(unknown?.code == "unknownTable" && unknown?.hint == "it has: results")
    }

    @Test func siteIsMadeOnceOnly() throws {
        let sites = try TwoFolders()
        let again = failure { _ = try TwoFolders.make("lab", table: "t", in: sites.folder) }
        #expect(again?.status == .cannotCreate && again?.code == "siteExists")
        #expect(failure { _ = try SiteFolder(opening: sites.folder.path) }?.code == "noSite")
    }

    @Test func secretThatOthersMayReadIsRefused() throws {
        let sites = try TwoFolders()
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: sites.lab.identityFile)
        let failure = failure { _ = try sites.lab.identity() }
        #expect(failure?.status == .permission && failure?.code == "secretReadableByOthers")
        #expect(failure?.hint == "chmod 600 \(sites.lab.identityFile)")
    }

    /// The secret stands in no message.
    @Test func brokenIdentityIsNotRepeated() throws {
        let text = SiteIdentity(generatingFor: "lab").secretText
        for broken in [String(text.dropLast(3)), "x" + text, text + "more"] {
            let failure = failure { _ = try SiteIdentity(name: "lab", keyText: broken, file: "identity.key") }
            #expect(failure?.code == "invalidIdentity")
            #expect(failure?.message == "identity.key is not an identity key")
        }
        #expect(try SiteIdentity(name: "lab", keyText: text, file: "identity.key").secretText == text)
    }

    @Test func secondKeyReadsBack() throws {
        let folder = try TemporaryFolder()
        let site = try NewSite(
            at: folder.path("lab"), name: "lab", listen: NetworkAddress(host: "127.0.0.1", port: 0),
            withSecondKey: true)
        #expect(site.invitation.address == nil)
        try site.create()
        #expect(try SiteFolder(opening: site.path).secondKey()?.publicKey == site.invitation.second)
    }

    @Test func jobOfOtherPartiesIsNotThisSites() throws {
        let sites = try TwoFolders()
        let file = try JobFile(yaml: SmallJob.yaml().replacing("name: lab", with: "name: other"))
        #expect(try file.parties(at: sites.hospital).peer.name == "other")
        #expect(failure { _ = try file.parties(at: sites.lab) }?.code == "notAParty")
    }
}

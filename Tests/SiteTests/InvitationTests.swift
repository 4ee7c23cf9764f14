import Foundation
import GRPCTransport
import TestSupport
import Testing
import Transcript
import Wire

@testable import Site

@Suite struct InvitationTests {
    private let identity = SiteIdentity(generatingFor: "lab")
    private let certificate: PeerCertificate
    private let invitation: Invitation

    init() throws {
        certificate = try SiteCertificate.generate(commonName: "lab").certificate
        invitation = try Invitation(
            of: identity, certificate: certificate, address: NetworkAddress(host: "lab.example", port: 7443))
    }

    @Test func readsBack() throws {
        let read = try Invitation(parsing: invitation.text, from: "x.txt")
        #expect(read == invitation)
        #expect(read.name == "lab" && read.identity == identity.key.publicKey && read.second == nil)
        #expect(read.certificate.fingerprint == certificate.fingerprint)
        #expect(read.address?.description == "lab.example:7443")
        let dialing = try Invitation(of: identity, certificate: certificate, address: nil)
        #expect(try Invitation(parsing: dialing.text, from: "x.txt").address == nil)
    }

    /// Eight groups of four digits, for the telephone; other keys, other words.
    @Test func wordsToReadAloud() throws {
        let groups = invitation.safetyWords.split(separator: " ")
        #expect(groups.count == 8 && groups.allSatisfy { $0.count == 4 })
        #expect(try Invitation(parsing: invitation.text, from: "x.txt").safetyWords == invitation.safetyWords)
        let other = try Invitation(of: SiteIdentity(generatingFor: "lab"), certificate: certificate, address: nil)
        #expect(other.safetyWords != invitation.safetyWords)
    }

    @Test func whatWasChangedIsRefused() throws {
        let base64 = Data(identity.key.publicKey.bytes.bytes).base64EncodedString()
        let strange = Data(SigningKey().publicKey.bytes.bytes).base64EncodedString()
        let changes = [
            ("name lab", "name lob"), ("name lab", "name Lab"), ("lab.example:7443", "lab.example:7444"),
            ("moiety/invitation/v1", "moiety/invitation/v2"), (base64, strange), ("\naddress", "\nmore 1\naddress"),
            ("identity ", "identify "), ("certificate ", "certificate A"),
        ]
        for (old, new) in changes {
            let text = invitation.text.replacing(old, with: new)
            #expect(text != invitation.text)
            let failure = failure { _ = try Invitation(parsing: text, from: "x.txt") }
            #expect(failure?.status == .badData && failure?.code == "invalidInvitation", "\(new)")
        }
        let other = failure { _ = try Invitation(parsing: "", from: "x.txt") }
        #expect(
            other?.code == "invalidInvitation" && other?.message.hasPrefix("x.txt is not a site's invitation") == true)
        #expect(other?.hint?.contains("invitation.txt") == true)
    }

    /// A second signature beside the site's own would be somebody's word about it that nobody asked for.
    @Test func oneSignatureOnly() throws {
        var note = try SignedNote(encoded: invitation.text)
        try note.sign(as: "other", with: SigningKey())
        #expect(failure { _ = try Invitation(parsing: note.encoded, from: "x.txt") }?.code == "invalidInvitation")
    }
}

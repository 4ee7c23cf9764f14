import Foundation
import TestSupport
import Testing

@testable import Site

@Suite struct PeerBookTests {
    @Test func peersAreAddedOnceAndRemoved() throws {
        let sites = try TwoFolders()
        let book = sites.hospital.peers
        #expect(try book.names() == [])
        #expect(failure { _ = try book.peer(named: "lab") }?.code == "unknownPeer")
        let invitation = try sites.invitation(of: sites.lab)
        try book.add(invitation, address: nil)
        try book.add(invitation, address: nil)
        #expect(try book.all() == [invitation])
        try book.remove("lab")
        #expect(try book.names() == [])
    }

    /// A peer's keys change only when a person removes the old ones first.
    @Test func otherKeysUnderAKnownNameAreRefused() throws {
        let sites = try TwoFolders()
        let book = sites.hospital.peers
        let known = try sites.invitation(of: sites.lab)
        try book.add(known, address: nil)
        let elsewhere = try TwoFolders()
        let failure = failure { try book.add(try elsewhere.invitation(of: elsewhere.lab), address: nil) }
        #expect(failure?.status == .permission && failure?.code == "peerChanged")
        #expect(try book.peer(named: "lab") == known)
    }

    /// The invitation is signed and stays; where to dial is this site's own idea.
    @Test func addressOfItsOwn() throws {
        let sites = try TwoFolders()
        let book = sites.hospital.peers
        try book.add(try sites.invitation(of: sites.lab), address: NetworkAddress(host: "10.0.0.2", port: 1))
        let peer = try book.peer(named: "lab")
        #expect(peer.address?.description == "10.0.0.2:1")
        #expect(try peer.text == sites.invitation(of: sites.lab).text)
        try book.remove("lab")
        #expect(try FileManager.default.contentsOfDirectory(atPath: book.folder) == [])
    }

    @Test func fileOfAnotherNameIsRefused() throws {
        let sites = try TwoFolders()
        let text = try sites.invitation(of: sites.lab).text
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(sites.hospital.peers.folder)/mallory.txt"))
        #expect(failure { _ = try sites.hospital.peers.peer(named: "mallory") }?.code == "invalidInvitation")
        #expect(failure { _ = try sites.hospital.peers.peer(named: "../lab") }?.code == "invalidName")
    }
}

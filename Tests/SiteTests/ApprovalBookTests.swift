import Foundation
import Jobs
import TestSupport
import Testing
import Transcript
import Wire

@testable import Site

@Suite struct ApprovalBookTests {
    private let sites: TwoFolders
    private let file: JobFile

    init() throws {
        sites = try TwoFolders()
        file = try JobFile(yaml: SmallJob.yaml())
    }

    @Test func approvedJobIsFoundByItsHash() throws {
        let (book, identity) = (sites.lab.approvals, try sites.lab.identity())
        let approval = try book.approve(file, person: "A Person", by: identity)
        #expect(approval.job == file.hash && approval.site == "lab")
        #expect(try book.note(of: file, by: identity).contains("person A Person\n"))
        #expect(try book.job(file.hash).yaml == file.yaml)
    }

    @Test func nothingIsApprovedByItself() throws {
        let (book, identity) = (sites.lab.approvals, try sites.lab.identity())
        let missing = failure { _ = try book.note(of: file, by: identity) }
        #expect(missing?.status == .refusedByPolicy && missing?.code == "notApproved")
        #expect(failure { _ = try book.job(file.hash) }?.code == "notApproved")
        _ = try book.approve(file, person: "A Person", by: identity)
        let other = try JobFile(yaml: SmallJob.yaml(title: "Another"))
        #expect(failure { _ = try book.note(of: other, by: identity) }?.code == "notApproved")
    }

    /// A note that another site signed, or about another job, approves nothing here.
    @Test func notesOfOthersAreRefused() throws {
        let (book, identity) = (sites.lab.approvals, try sites.lab.identity())
        _ = try book.approve(file, person: "A Person", by: identity)
        let path = "\(book.folder)/\(file.hash).txt"
        let strange = try ApprovalBook.approval(
            of: file, site: "lab", person: "A Person", meaning: "I may"
        ).signed(by: try sites.hospital.identity().key)
        let other = try JobFile(yaml: SmallJob.yaml(title: "Another"))
        let misplaced = try ApprovalBook.approval(
            of: other, site: "lab", person: "A Person", meaning: "I may"
        ).signed(by: identity.key)
        for text in [strange, misplaced, "", "not a note"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let failure = failure { _ = try book.note(of: file, by: identity) }
            #expect(failure?.status == .permission && failure?.code == "invalidApproval")
        }
    }

    @Test func personAndMeaningAreOneLine() throws {
        for (person, meaning) in [("", "I may"), ("A\nPerson", "I may"), ("A Person", "I\nmay"), (" A", "I may")] {
            let failure = failure {
                _ = try ApprovalBook.approval(of: file, site: "lab", person: person, meaning: meaning)
            }
            #expect(failure?.status == .usage && failure?.code == "invalidApproval")
        }
    }

    @Test func sessionIsNamedByItsPurpose() throws {
        let book = sites.lab.approvals
        let purposes: [SessionPurpose] = [.fit, .alignment, .count]
        #expect(try book.session(named: file.hash, among: purposes) == nil)
        _ = try book.approve(file, person: "A Person", by: try sites.lab.identity())
        for purpose in purposes {
            let found = try #require(try book.session(named: purpose.hash(of: file.job.hash).hex, among: purposes))
            #expect(found.job == file.job.hash && found.purpose == purpose)
        }
        #expect(try book.session(named: String(repeating: "0", count: 64), among: purposes) == nil)
        let unknown = SessionPurpose.prediction.hash(of: file.job.hash).hex
        #expect(try book.session(named: unknown, among: purposes) == nil)
        #expect(try book.session(named: "not a hash", among: purposes) == nil)
    }
}

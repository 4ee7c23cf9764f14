import Foundation
import Jobs
import Testing

@testable import Site

@Suite struct ApprovalStateTests {
    private let job = String(repeating: "1", count: 64)

    private func approval(at time: Date = Moment.start) throws -> Approval {
        try Approval(
            job: job, site: "hospital", person: "A Person", time: time.formatted(.iso8601), meaning: "may run")
    }

    private func rule(
        _ folder: LedgerFolder, note: String = "n1", at now: Date = Moment.start, of approval: Approval? = nil
    ) throws -> String? {
        try refusal {
            try folder.ledger().read {
                try $0.checkApproval(try approval ?? self.approval(), note: note, days: 30, at: now)
            }
        }
    }

    private func approve(_ folder: LedgerFolder, note: String? = "n1") throws {
        try folder.ledger().append(
            LedgerEntry(.jobApproved, at: Moment.start, job: job, peer: .lab, details: note.map { ["note": $0] } ?? [:])
        )
    }

    @Test func holdsForItsDays() throws {
        let folder = try LedgerFolder()
        try approve(folder)
        #expect(try rule(folder) == nil)
        #expect(try rule(folder, at: Moment.hours(30 * 24 - 0.1)) == nil)
        #expect(try rule(folder, at: Moment.hours(30 * 24)) == "approvalExpired")
    }

    @Test func aRevokedOneDoesNotHoldAndAnotherDoes() throws {
        let folder = try LedgerFolder()
        try approve(folder)
        try folder.ledger().append(LedgerEntry(.jobRevoked, at: Moment.hours(1), job: job))
        #expect(try rule(folder) == "approvalRevoked")
        // Another job's word changes nothing.
        try folder.ledger().append(LedgerEntry(.jobApproved, at: Moment.hours(2), job: "other"))
        #expect(try rule(folder) == "approvalRevoked")
        try approve(folder, note: "n2")
        #expect(try rule(folder, note: "n2") == nil)
        // The old note put back.
        #expect(try rule(folder, note: "n1") == "approvalNotInLedger")
    }

    @Test func whatTheLedgerDoesNotKnowDoesNotHold() throws {
        let folder = try LedgerFolder()
        #expect(try rule(folder) == "approvalNotInLedger")
        // Ledgers of the old form kept no digest.
        try approve(folder, note: nil)
        #expect(try rule(folder) == nil)
    }

    @Test func notFromTheFuture() throws {
        let folder = try LedgerFolder()
        try approve(folder)
        #expect(try rule(folder, of: approval(at: Moment.hours(1))) == "approvalFromFuture")
        #expect(try rule(folder, of: approval(at: Moment.hours(0.05))) == nil)
    }
}

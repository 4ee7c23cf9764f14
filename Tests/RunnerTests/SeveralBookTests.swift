import Foundation
import Records
import TestSupport
import Testing
import Transcript
import Wire

@testable import Jobs
@testable import Runner
@testable import Site

/// What a fit of several parties costs a site: every other party's book is debited, or none (`protocols/disclosure.md` 2.2).
@Suite struct SeveralBookTests {
    private let folder: TemporaryFolder
    private let site: SiteFolder

    init() throws {
        let made = try HospitalSite()
        (folder, site) = (made.folder, made.site)
    }

    private static let names = ["lab", "registry"]
    private static let peers = names.map {
        LedgerEntry.Peer(name: $0, key: String(repeating: String($0.first ?? "a"), count: 64))
    }

    private func rows(_ people: Range<Int> = 0..<60) throws -> AlignedRows {
        let lines = people.map { "P\($0 + 100),\($0 % 2),\(20 + $0 % 50)\n" }
        let job = try Job(yaml: SmallJob.rows)
        return try PartyTable(
            job, party: job.parties[0], csv: folder.write("t.csv", "id,outcome,age\n" + lines.joined()), delimiter: nil,
            missing: .standard
        ).pooledRows()
    }

    private func books(_ policy: String = "", job: String = "job-1") throws -> [CohortBook] {
        let (identity, budgets) = (try site.identity(), try Policy(yaml: "policy: 1\n" + policy).budgets)
        let ledger = try site.ledger(signedBy: identity)
        return Self.peers.map {
            CohortBook(
                DisclosureBook(
                    ledger, budgets: budgets, peer: $0, job: job, purpose: JointFitProtocol().purpose,
                    disclosure: .model, minimumDifference: 11), of: identity)
        }
    }

    /// A fit with what each of the two parties brings.
    private func open(
        _ versions: [UInt8], _ policy: String = "", job: String = "job-1", bits: Int = 10, toOthers: Int = 10
    ) throws {
        let rows = try rows()
        let hidden = HiddenBits(label: (0..<60).map { Double($0 % 2) }, named: "outcome")
        try CohortBook.open(
            rows,
            zip(try books(policy, job: job), versions).map { book, version in
                let cells = (0..<60).map { CellBlock.number(Double($0 % 2)) }
                let own = try book.check([("outcome", Bytes32(hashing: [0]), { cells })], over: rows)
                let inputs = SessionInputs(own: own, peer: ["marker": Bytes32(hashing: [version])])
                return (book, BitBudget(bits: bits, toOthers: toOthers, hidden: hidden), inputs)
            })
    }

    /// Models that were charged to each party.
    private func models() throws -> [Int] {
        let entries = try site.ledger().entries()
        return Self.names.map { name in
            entries.filter { $0.peer == name }.reduce(0) { $0 + $1.amount(of: .models) }
        }
    }

    private func refusal(_ body: () throws -> Void) throws -> String? {
        do { try body() } catch let refusal as PolicyRefusal {
            return refusal.rule
        } catch let refusal as GuardRefusal {
            return refusal.name
        }
        return nil
    }

    /// What one party changes is new to all: each learns the coefficients of another fit.
    @Test func aChangedColumnOfOneIsAnotherFitForAll() throws {
        for _ in 0..<2 { try open([1, 1]) }
        #expect(try models() == [1, 1])
        try open([1, 2])
        #expect(try models() == [2, 2])
        // By each party's own roots alone the first would not have seen it.
        try open([1, 3])
        #expect(try models() == [3, 3])
    }

    /// Each party's roots were there before, but never with the other's.
    @Test func whatWasBroughtToDifferentRunsIsAnotherFit() throws {
        try open([1, 1])
        try open([2, 2])
        #expect(try models() == [2, 2])
        try open([1, 2])
        #expect(try models() == [3, 3])
        for versions in [[1, 1], [2, 2], [1, 2]] as [[UInt8]] { try open(versions) }
        #expect(try models() == [3, 3])
    }

    @Test func allAreDebitedOrNone() throws {
        #expect(try refusal { try open([1, 1], "modelsPerRowInAll: 1\n") } == "policy.modelsPerRowInAll")
        #expect(try models() == [0, 0])
        try open([1, 1], "modelsPerRowInAll: 2\n")
        #expect(try models() == [1, 1])
    }

    /// New rows that are scored are no model: cohort and inputs are remembered with each party, and a score with each that learns one.
    @Test func aPredictionIsDebitedToEach() throws {
        let rows = try rows()
        func predict(_ policy: String = "") throws {
            let books = try books(policy)
            try CohortBook.open(
                rows,
                books.map { book in
                    (book, nil, SessionInputs(own: [], peer: ["marker": Bytes32(hashing: [1])]))
                })
            try CohortBook.openScores(of: rows, books) { _ in }
        }
        try predict()
        #expect(try models() == [0, 0])
        #expect(try books().map { try $0.scoreVectors(of: rows) } == [1, 1])
        let entries = try site.ledger().entries()
        for name in Self.names { #expect(entries.contains { $0.peer == name && $0.is(.cohortOpened) }) }
        #expect(try refusal { try predict("scoresPerRowInAll: 3\n") } == "policy.scoresPerRowInAll")
    }

    /// Each peer's own history is asked, not the first one's alone.
    @Test func whatOneOfThemMustNotSeeIsRefused() throws {
        let other = try books(job: "job-0")[1]
        try other.open(try rows(0..<57))
        #expect(try refusal { try open([1, 1]) } == "cohortDifference")
        #expect(try models() == [0, 0])
    }

    /// A label of 60 rows, half of them yes, holds 60 bits: half of it for each party, all of it for both.
    @Test func bitsOfAllPartiesAreBoundedTogether() throws {
        #expect(try refusal { try open([1, 1], bits: 31, toOthers: 0) } == "guard-budget")
        #expect(try refusal { try open([1, 1], bits: 30, toOthers: 31) } == "guard-budget")
        #expect(try models() == [0, 0])
        try open([1, 1], bits: 15, toOthers: 15)
        #expect(try refusal { try open([1, 1], job: "job-2", bits: 16, toOthers: 14) } == "guard-budget")
        try open([1, 1], job: "job-2", bits: 15, toOthers: 15)
        #expect(try models() == [2, 2])
    }

    @Test func coefficientsOnceMoreAreDebitedToAllOrNone() throws {
        let (rows, hidden) = (try rows(), HiddenBits(bits: 60, of: "outcome"))
        func again(_ bits: [Int]) throws {
            try CohortBook.openCoefficientsAgain(
                rows, zip(try books(), bits).map { ($0, BitBudget(bits: $1, hidden: hidden)) })
        }
        func spent() throws -> [Int] {
            let entries = try site.ledger().entries()
            return Self.names.map { name in
                entries.filter { $0.peer == name }.reduce(0) { $0 + $1.amount(of: .bits) }
            }
        }
        try open([1, 1])
        #expect(try refusal { try again([20, 21]) } == "guard-budget")
        #expect(try spent() == [10, 10])
        try again([20, 20])
        #expect(try spent() == [30, 30])
        #expect(try models() == [1, 1])
    }

    /// The one assumption of such a fit stands in each approval: an older note without it holds for nothing.
    @Test func anApprovalSaysWhoIsTrusted() throws {
        let file = try JobFile(
            yaml: JobTemplate.severalText(parties: ["hospital", "lab", "registry"], family: .logistic))
        let (identity, trust) = (try site.identity(), try #require(file.job.trust))
        let approval = try site.approve(file, person: "Ada", meaning: "read", by: identity)
        #expect(approval.meaning == "read; \(trust)")
        let ledger = try site.ledger(signedBy: identity)
        _ = try site.heldApproval(of: file, by: identity, in: ledger)
        let other = try Approval(
            job: file.hash, site: "hospital", person: "Ada", time: approval.time, meaning: "not: \(trust)")
        let note = URL(fileURLWithPath: "\(site.approvals.folder)/\(file.hash).txt")
        try Data(other.signed(by: identity.key).utf8).write(to: note)
        let failure = #expect(throws: Failure.self) { try site.heldApproval(of: file, by: identity, in: ledger) }
        #expect(failure?.code == "approvalWithoutTrust")
    }
}

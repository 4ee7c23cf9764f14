import Foundation
import Jobs
import Records
import TestSupport
import Testing
import Wire

@testable import Runner
@testable import Site

/// What a job split by rows costs a site, and which rows and inputs it refuses (`protocols/disclosure.md` 2.4).
@Suite struct PooledBookTests {
    private let folder: TemporaryFolder
    private let site: SiteFolder
    private let job: Job
    private let rowsJob = "job-1"

    init() throws {
        folder = try TemporaryFolder()
        let made = try NewSite(
            at: folder.path("north"), name: "north", listen: NetworkAddress(host: "127.0.0.1", port: 7443), tables: [])
        try made.create()
        site = try SiteFolder(opening: made.path)
        job = try Job(yaml: SmallJob.rows)
    }

    private static let east = LedgerEntry.Peer(name: "east", key: String(repeating: "e", count: 64))
    private static let south = LedgerEntry.Peer(name: "south", key: String(repeating: "d", count: 64))

    /// These people, of whom some have another outcome.
    private func rows(_ people: Range<Int>, changed: Set<Int> = []) throws -> AlignedRows {
        let lines = people.map { "P\($0 + 100),\(($0 % 2 == 0) != changed.contains($0) ? 1 : 0),\(20 + $0 % 50)\n" }
        let table = try PartyTable(
            job, party: job.parties[0], csv: folder.write("t.csv", "id,outcome,age\n" + lines.joined()), delimiter: nil,
            missing: .standard)
        return try table.pooledRows()
    }

    private func cohort(_ rows: AlignedRows) throws -> Cohort { try book().order(of: rows).cohort }

    private func book(
        _ policy: String = "", job: String = "job-1", peers: [LedgerEntry.Peer] = [Self.east, Self.south]
    ) throws -> PooledBook {
        let (identity, budgets) = (try site.identity(), try Policy(yaml: "policy: 1\n" + policy).budgets)
        let ledger = try site.ledger(signedBy: identity)
        let purpose = PooledProtocol().purpose
        return PooledBook(
            ledger, budgets: budgets, job: job, purpose: purpose,
            peers: peers.map {
                DisclosureBook(
                    ledger, budgets: budgets, peer: $0, job: job, purpose: purpose, disclosure: [], otherRows: [],
                    minimumDifference: 11)
            }, of: identity)
    }

    private func open(_ book: PooledBook, _ rows: AlignedRows, values: Bytes32 = .zero) throws {
        let order = book.order(of: rows)
        let inputs = try book.check(order, [("outcome", { try rows.blocks(of: .binary("outcome")) })])
        try book.open(order.cohort, inputs, values: values)
    }

    private func rule(_ body: () throws -> Void) throws -> String? {
        do {
            try body()
            return nil
        } catch let refusal as PolicyRefusal {
            return refusal.rule
        }
    }

    private func count(_ event: LedgerEntry.Event) throws -> Int { try site.ledger().entries().count { $0.is(event) } }

    @Test func theSameAgainCostsNothing() throws {
        let rows = try rows(0..<60)
        for _ in 0..<3 { try open(book("modelsPerRowInAll: 1\n"), rows) }
        #expect(try count(.pooledOpened) == 1 && count(.cohortOpened) == 2)
        // Another table under the same digests, as one changed cell in 2^32 would be.
        let other = Bytes32(hashing: [1])
        #expect(
            try rule { try open(book("modelsPerRowInAll: 1\n"), rows, values: other) } == "policy.modelsPerRowInAll")
        #expect(try rule { try open(book("modelsPerRowInAll: 1\n", job: "job-2"), rows) } == "policy.modelsPerRowInAll")
    }

    /// A process may be killed between its own entry and those with its peers: the rest is made up for, or later cohorts would be
    /// compared with nothing.
    @Test func entriesThatAreMissingAreMadeUpFor() throws {
        let rows = try rows(0..<60)
        try open(book(peers: [Self.east]), rows)
        #expect(try count(.pooledOpened) == 1 && count(.cohortOpened) == 1)
        try open(book(), rows)
        #expect(try count(.pooledOpened) == 1 && count(.cohortOpened) == 2)
        #expect(try rule { try open(book(job: "job-2", peers: [Self.south]), self.rows(0..<59)) } == "cohortDifference")
    }

    @Test func aFewPeopleOrCellsLessAreRefused() throws {
        try open(book(), rows(0..<60))
        #expect(try rule { try open(book(job: "job-2"), self.rows(0..<55)) } == "cohortDifference")
        #expect(try rule { try open(book(job: "job-2"), self.rows(0..<60, changed: [3])) } == "inputDifference")
        #expect(try rule { try open(book(job: "job-2"), self.rows(0..<80)) } == nil)
    }

    /// Noise is sized for one course of sums: the same again has the same noise, another point at one of its places has not.
    @Test func noiseIsForOneCourse() throws {
        let rows = try rows(0..<60)
        func approve() throws {
            try site.ledger(signedBy: site.identity()).append(
                LedgerEntry(.jobApproved, at: Date(), job: "job-1", peer: Self.east))
        }
        func open(_ number: Int, _ point: String, isNoisy: Bool = true) throws {
            try book().openSum(
                cohort(rows), details: ["sum": "\(number)", "point": point, "sites": "north"], isNoisy: isNoisy)
        }
        for _ in 0..<2 {
            try open(0, "start")
            try open(1, "a")
        }
        #expect(try rule { try open(1, "b") } == "noiseSpent")
        try approve()
        #expect(try rule { try open(1, "b") } == "noiseSpent")
        try open(1, "a")
        #expect(try rule { try open(1, "b", isNoisy: false) } == nil)
    }

    /// Another point is another sum; fewer sites that are told of later are not.
    @Test func eachSumIsDebitedOnce() throws {
        let rows = try rows(0..<60)
        let book = try book("sumsPerRowInAll: 2\n")
        func open(_ number: Int, point: String, sites: String = "north east south") throws {
            try book.openSum(cohort(rows), details: ["sum": "\(number)", "point": point, "sites": sites])
        }
        for _ in 0..<2 { try open(0, point: "a") }
        try open(0, point: "a", sites: "north south")
        #expect(try count(.sumOpened) == 1)
        try open(0, point: "b")
        #expect(try count(.sumOpened) == 2)
        #expect(try rule { try open(1, point: "c") } == "policy.sumsPerRowInAll")
        try open(0, point: "b")
    }

    /// Two designs over the same rows, or one whose votes came out differently, or with other sites, give cells that neither shows.
    @Test func oneTableOverTheSameRows() throws {
        let (few, other) = (try rows(0..<60), try rows(100..<160))
        func open(
            _ policy: String, _ job: String, _ rows: AlignedRows, kind: String = "table", design: UInt8, point: String,
            opens: Bool = true, sites: String = "north east south", values: String = "as they are"
        ) throws {
            try book(policy, job: job).openSum(
                cohort(rows), details: ["sum": opens ? "1" : "0", "point": point, "sites": sites, "values": values],
                cells: PooledBook.Cells(kind, design: Bytes32(hashing: [design]), isOpened: opens))
        }
        try open("", "job-1", few, design: 1, point: "votes", opens: false)
        for _ in 0..<2 { try open("", "job-1", few, design: 1, point: "a") }
        let refused = "policy.tablesPerRowInAll"
        // Another job asks something else, though the shape of it is the same; so do more rows.
        #expect(try rule { try open("", "job-2", few, design: 1, point: "votes", opens: false) } == refused)
        #expect(try rule { try open("", "job-1", try self.rows(0..<90), design: 1, point: "a") } == refused)
        #expect(try rule { try open("", "job-1", few, design: 1, point: "a", values: "corrected") } == refused)
        #expect(try rule { try open("", "job-3", few, design: 2, point: "b", opens: false) } == refused)
        #expect(try rule { try open("", "job-1", few, design: 1, point: "b") } == refused)
        #expect(try rule { try open("", "job-9", few, design: 1, point: "a", sites: "north east") } == refused)
        #expect(try rule { try open("", "job-3", try self.rows(30..<90), design: 2, point: "b") } == refused)
        // Before anybody is called, too.
        func check(_ design: UInt8, _ rows: AlignedRows) throws {
            let cells = PooledBook.Cells("table", design: Bytes32(hashing: [design]), isOpened: false)
            try book(job: "job-3").check(cells, over: cohort(rows), values: .zero, sites: ["north", "east", "south"])
        }
        #expect(try rule { try check(2, few) } == refused)
        #expect(try rule { try check(1, few) } == refused)
        try check(2, other)
        // Of other rows, and of another kind.
        try open("", "job-3", other, design: 2, point: "b")
        try open("", "job-4", few, kind: "curves", design: 3, point: "c")
        try open("tablesPerRowInAll: 2\n", "job-5", few, design: 2, point: "b")
        #expect(
            try rule { try open("tablesPerRowInAll: 2\n", "job-6", few, design: 4, point: "d") } == refused)
        #expect(
            try rule { try open("tablesPerRowInAll: 0\n", "job-7", other, kind: "grid", design: 5, point: "e") }
                == refused)
        let lines = try site.ledger().read { try $0.remaining(of: .standard, peers: [], at: Date()) }
        #expect(lines.first { $0.budget == "tablesPerRowInAll" }?.spent == 2)
    }

    /// X^T X and X^T y of one site are the difference of a fit with it and a fit without it.
    @Test func oneListOfSitesOverTheSameRows() throws {
        let (few, other) = (try rows(0..<60), try rows(100..<160))
        func open(_ policy: String, _ job: String, _ rows: AlignedRows, _ parties: String, _ sites: String? = nil)
            throws
        {
            try book(policy, job: job).openSum(
                cohort(rows), details: ["sum": "0", "point": "counts", "sites": sites ?? parties],
                parties: parties.split(separator: " ").map(String.init))
        }
        let refused = "policy.siteListsPerRowInAll"
        try open("", "job-1", few, "north east south west")
        // A site that was lost in that job leaves its list as it is; another model of the same sites is another question.
        try open("", "job-1", few, "north east south west", "north east south")
        try open("", "job-2", few, "north east south west")
        // The order is the job's alone.
        try open("", "job-2b", few, "west south north east")
        let stranger = LedgerEntry.Peer(name: "east", key: String(repeating: "9", count: 64))
        #expect(
            try rule {
                try book(job: "job-2c", peers: [stranger, Self.south]).check(
                    parties: ["north", "east", "south", "west"], over: cohort(few))
            } == refused)
        #expect(try rule { try open("", "job-3", few, "north east south") } == refused)
        #expect(try rule { try open("", "job-3", self.rows(30..<90), "north east south") } == refused)
        #expect(
            try rule { try book(job: "job-3").check(parties: ["north", "east", "south"], over: cohort(few)) } == refused
        )
        try open("", "job-3", other, "north east south")
        let two = "siteListsPerRowInAll: 2\n"
        try open(two, "job-4", few, "north east south")
        #expect(try rule { try open(two, "job-5", few, "north south west") } == refused)
        let lines = try site.ledger().read { try $0.remaining(of: .standard, peers: [], at: Date()) }
        #expect(lines.first { $0.budget == "siteListsPerRowInAll" }?.spent == 2)
    }

    @Test func aSiteBringsOneTableUnderAnApproval() throws {
        let book = try book()
        for _ in 0..<2 { try book.admit(Bytes32(hashing: [1]), of: Self.east) }
        #expect(try rule { try book.admit(Bytes32(hashing: [2]), of: Self.east) } == "policy.setsPerApproval")
        try book.admit(Bytes32(hashing: [2]), of: Self.south)
    }
}

import Foundation
import Jobs
import Records
import TestSupport
import Testing
import Wire

@testable import Site

/// `protocols/disclosure.md` 4.1: inputs against those of earlier sessions.
@Suite struct InputTests {
    private static let digester = RowDigester(identity: SigningKey())

    private static func person(_ number: Int) -> [UInt8] { Array("P\(number)".utf8) }

    /// People of these numbers with a value each; `changed` of them, from the first on, have another one.
    private func input(
        _ column: String = "outcome", _ people: Range<Int> = 0..<60,
        changed: some Sequence<Int> = EmptyCollection<Int>(),
        root: UInt8? = nil
    ) -> (SessionInputs.Own, Cohort) {
        let others = Set(changed)
        let order = Self.digester.order(of: people.map(Self.person))
        let cells = people.map { [UInt8(others.contains($0) ? 200 : $0 % 2)] }
        let digests = Self.digester.digests(of: cells.map(CellBlock.init), in: order)
        let made = root.map(Sets.root) ?? Bytes32(hashing: Array(column.utf8) + digests.bytes + order.cohort.name.bytes)
        return (SessionInputs.Own(column: column, root: made, digests: digests), order.cohort)
    }

    /// The name of the refusal of a fit with one input, nil when it was let through and is in the ledger.
    private func fit(
        _ folder: LedgerFolder, _ input: (own: SessionInputs.Own, cohort: Cohort), peer: LedgerEntry.Peer = .lab,
        job: String = "job-1", policy: String = "", theirs: [String: Bytes32] = [:]
    ) throws -> String? {
        let book = try folder.book(policy, peer: peer, job: job)
        let inputs = SessionInputs(own: [input.own], peer: theirs)
        let early = try refusal {
            try book.check([input.own], over: input.cohort)
            _ = try book.check(inputs, over: input.cohort)
        }
        // What the first look says, the transaction says too.
        #expect(try refusal { try book.open(input.cohort, fit: Sets.fit(1), inputs: inputs) } == early)
        return early
    }

    // MARK: This site's own

    @Test(arguments: [1, 2, 10])
    func aFewCellsChangedAreRefusedByName(_ count: Int) throws {
        let folder = try LedgerFolder()
        #expect(try fit(folder, input()) == nil)
        let changed = input(changed: 0..<count)
        let found = #expect(throws: PolicyRefusal.self) {
            try folder.book(job: "job-2").check([changed.0], over: changed.1)
        }
        #expect(found?.rule == "inputDifference")
        #expect(found?.message.contains("'outcome'") == true)
        #expect(found?.message.contains(" \(count) people") == true)
        #expect(found?.remedy.contains("at least 11 people") == true)
        #expect(try fit(folder, changed, job: "job-2") == "inputDifference")
        // Nothing of it is in the ledger.
        #expect(try folder.ledger().entries().count { $0.is(.cohortOpened) } == 1)
    }

    @Test func asManyAsTheMinimumMayChangeAndGoBack() throws {
        let folder = try LedgerFolder()
        #expect(try fit(folder, input()) == nil)
        #expect(try fit(folder, input(changed: 0..<11), job: "job-2") == nil)
        // One more is one away from the last, twelve from the first.
        #expect(try fit(folder, input(changed: 0..<12), job: "job-3") == "inputDifference")
        // One away from the first, ten from the last.
        #expect(try fit(folder, input(changed: 0..<1), job: "job-3") == "inputDifference")
        #expect(try fit(folder, input(), job: "job-3") == nil)
        #expect(try fit(folder, input(changed: 0..<22), job: "job-4") == nil)
    }

    /// The cohort changes by more than the minimum, one cell of those who stayed changes with it.
    @Test func aCellIsComparedPersonByPersonAcrossCohorts() throws {
        let folder = try LedgerFolder()
        #expect(try fit(folder, input("outcome", 0..<60)) == nil)
        #expect(try fit(folder, input("outcome", 20..<90, changed: [40]), job: "job-2") == "inputDifference")
        // Of people who were not there before, any value is new.
        #expect(try fit(folder, input("outcome", 20..<90, changed: 60..<63), job: "job-2") == nil)
        #expect(try fit(folder, input("outcome", 200..<260), job: "job-3") == nil)
    }

    @Test func aCopyUnderANewNameIsTheSameColumn() throws {
        let folder = try LedgerFolder()
        #expect(try fit(folder, input("outcome")) == nil)
        #expect(try fit(folder, input("outcome2", changed: [3]), job: "job-2") == "inputDifference")
        #expect(try fit(folder, input("outcome2"), job: "job-2") == nil)
        // A column with a history of its own is compared with that.
        let (near, cohort) = input("near", changed: 0..<30)
        #expect(try fit(folder, (near, cohort), job: "job-3") == nil)
        #expect(try fit(folder, input("near", changed: 0..<30), job: "job-4") == nil)
    }

    @Test func anotherPeerHasSeenNothing() throws {
        let folder = try LedgerFolder()
        #expect(try fit(folder, input()) == nil)
        let other = LedgerEntry.Peer(name: "clinic", key: String(repeating: "b", count: 64))
        #expect(try fit(folder, input(changed: [1]), peer: other, job: "job-2") == nil)
        // A new key under the old name is the old peer.
        let renewed = LedgerEntry.Peer(name: "lab", key: String(repeating: "c", count: 64))
        #expect(try fit(folder, input(changed: [1]), peer: renewed, job: "job-3") == "inputDifference")
    }

    @Test func theMinimumIsTheJobs() throws {
        let folder = try LedgerFolder()
        #expect(try fit(folder, input()) == nil)
        let (own, cohort) = input(changed: 0..<15)
        #expect(try refusal { try folder.book(minimumDifference: 16).check([own], over: cohort) } == "inputDifference")
        #expect(try refusal { try folder.book(minimumDifference: 15).check([own], over: cohort) } == nil)
    }

    // MARK: The peer's

    @Test func theSixthVersionOfAColumnIsRefused() throws {
        let folder = try LedgerFolder()
        func bring(_ version: UInt8, _ job: String, peer: LedgerEntry.Peer = .lab, policy: String = "") throws
            -> String?
        {
            try fit(
                folder, input(), peer: peer, job: job, policy: policy,
                theirs: ["age": Sets.root(version), "sex": Sets.root(99)])
        }
        for version in 1...5 as ClosedRange<UInt8> { #expect(try bring(version, "job-\(version)") == nil) }
        #expect(try bring(6, "job-6") == "policy.rootsPerColumn")
        // Nor under a new key. What was counted before may come again.
        let renewed = LedgerEntry.Peer(name: "lab", key: String(repeating: "c", count: 64))
        #expect(try bring(6, "job-6", peer: renewed) == "policy.rootsPerColumn")
        #expect(try bring(2, "job-6") == nil)
        #expect(try bring(6, "job-7", policy: "rootsPerColumn: 6") == nil)
        // Over other people it is counted from the start.
        #expect(try fit(folder, input("outcome", 100..<160), job: "job-8", theirs: ["age": Sets.root(7)]) == nil)
        let lines = try folder.ledger().read {
            try $0.remaining(of: Policy.standard.budgets, peers: [.lab], at: Moment.start)
        }
        let line = lines.first { $0.budget == "rootsPerColumn" }
        #expect(line?.spent == 6 && line?.limit == 5 && line?.left == 0 && line?.peer == "lab")
    }

    @Test func aChangeIsNamedInEntryAndHistory() throws {
        let folder = try LedgerFolder()
        #expect(try fit(folder, input(), theirs: ["age": Sets.root(1), "sex": Sets.root(9)]) == nil)
        let next = input(changed: 0..<20)
        let changes = try folder.book(job: "job-2").check(
            SessionInputs(own: [next.0], peer: ["age": Sets.root(2), "sex": Sets.root(9)]), over: next.1)
        #expect(changes.map(\.column) == ["outcome", "age"])
        #expect(changes.map(\.party) == ["this site", "lab"])
        #expect(changes.allSatisfy { $0.versions == 2 && $0.rows == 60 })
        #expect(try fit(folder, next, job: "job-2", theirs: ["age": Sets.root(2), "sex": Sets.root(9)]) == nil)
        let entries = try folder.ledger().entries().filter { $0.is(.cohortOpened) }
        #expect(entries.map(\.details) == [[:], ["changedByPeer": "age", "changedHere": "outcome"]])
        let history = try folder.ledger().read { try $0.inputChanges(with: .lab, at: "hospital") }
        #expect(history.map(\.column) == ["outcome", "age"] && history.map(\.party) == ["hospital", "lab"])
        #expect(
            history.last?.text
                == "column 'age' of lab has changed over the same 60 people: 2 versions, the latest of "
                + Moment.start.formatted(.iso8601))
        // Going back is a change too, of no new version.
        let back = try folder.book(job: "job-3").check(
            SessionInputs(own: [next.0], peer: ["age": Sets.root(1)]), over: next.1)
        #expect(back.map(\.column) == ["age"] && back.first?.versions == 2)
    }

    // MARK: Retries

    @Test func aRetryHasTheSameInputs() throws {
        let folder = try LedgerFolder()
        try folder.approve()
        func models() throws -> Int {
            try folder.ledger().entries().reduce(0) { $0 + $1.amount(of: .models) }
        }
        let roots = ["age": Sets.root(1)]
        #expect(try fit(folder, input(), theirs: roots) == nil)
        #expect(try fit(folder, input(), theirs: roots) == nil)
        #expect(try models() == 1)
        #expect(try fit(folder, input(), theirs: ["age": Sets.root(2)]) == nil)
        #expect(try models() == 2)
        #expect(try fit(folder, input(changed: 0..<30), theirs: roots) == nil)
        #expect(try models() == 3)
    }

    // MARK: Failing closed

    @Test(arguments: [
        ("DELETE FROM inputs", "inputMissing"), ("UPDATE inputs SET digests = x''", "inputChanged"),
        ("UPDATE inputs SET digests = substr(digests, 1, 236)", "inputChanged"),
        ("UPDATE inputs SET digests = zeroblob(240)", "inputChanged"), ("DROP TABLE inputs", "ledgerUnreadable"),
        ("UPDATE entries SET entry = replace(entry, '\"inputs\"', '\"in\"')", "ledgerBroken"),
    ])
    func digestsDeletedOrEdited(_ statement: String, _ code: String) throws {
        let folder = try LedgerFolder()
        #expect(try fit(folder, input()) == nil)
        #expect(try fault { _ = try folder.ledger() } == nil)
        if statement.hasPrefix("DROP") {
            try folder.tamper(statement)
        } else {
            try folder.tamperPastTriggers(statement)
        }
        #expect(try fault { _ = try folder.ledger() } == code)
    }

    /// Digests of another cohort's rows under a name that fits them.
    @Test func thereAreAsManyDigestsAsRows() throws {
        let folder = try LedgerFolder()
        let (own, _) = input("outcome", 0..<60)
        let (_, cohort) = input("outcome", 0..<80)
        try folder.ledger().transact { transaction in
            try transaction.append(
                LedgerEntry(.cohortOpened, at: Moment.start, peer: .lab), charging: cohort,
                inputs: SessionInputs(own: [own], peer: [:]))
        }
        #expect(try fault { _ = try folder.ledger() } == "inputChanged")
    }
}

/// `protocols/vectors/inputs.json`.
@Suite struct InputVectorTests {
    struct Vectors: Decodable {
        struct Over: Decodable {
            let identifiers: [String]
            let cohort: String
            let salt: String
            let cells: [String: [String]]
            let digests: [String: String]
            let digestNames: [String: String]
        }
        let identity: String
        let over: [Over]
    }

    @Test func cohortsSaltsAndDigests() throws {
        let vectors = try Repository.vectors("inputs", as: Vectors.self)
        let identity = try SigningKey(rawRepresentation: try #require(Hex.decode(vectors.identity)))
        let digester = RowDigester(identity: identity)
        for over in vectors.over {
            let order = digester.order(of: try over.identifiers.map { try #require(Hex.decode($0)) })
            #expect(order.cohort.name.hex == over.cohort)
            #expect(Hex.encode(ColumnSalts(key: identity).salt(of: order.cohort)) == over.salt)
            for (column, cells) in over.cells {
                let made = digester.digests(
                    of: try cells.map { CellBlock(try #require(Hex.decode($0))) }, in: order)
                #expect(Hex.encode(made.bytes) == over.digests[column])
                #expect(made.name.hex == over.digestNames[column])
                #expect(RowDigests(bytes: made.bytes) == made)
            }
        }
        // Other people: another salt, so that no root of the one can be linked with one of the other.
        #expect(Set(vectors.over.map(\.salt)).count == 2)
        let other = ColumnSalts(key: SigningKey())
        #expect(Hex.encode(other.salt(of: digester.order(of: [[65]]).cohort)) != vectors.over[0].salt)
    }
}

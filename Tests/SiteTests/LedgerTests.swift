import Foundation
import GRDB
import Testing
import Wire

@testable import Site

@Suite struct LedgerTests {
    @Test func entriesStayAsTheyWere() throws {
        let folder = try LedgerFolder()
        let entry = LedgerEntry(
            .setOpened, at: Moment.start, job: "job-1", peer: .lab, purpose: "fit", set: "00",
            charges: [.identifiers: 80],
            details: ["note": "\u{1F600} \"quoted\"\n"])
        try folder.ledger().append(entry)
        let entries = try folder.ledger().entries()
        #expect(entries.map(\.event) == ["siteMade", "setOpened"])
        #expect(entries.last == entry)
        for file in [folder.database] {
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func theHeadIsSignedAfterEachAppend() throws {
        let folder = try LedgerFolder()
        for count in 2...4 {
            try folder.ledger().append(LedgerEntry(event: "e", at: Moment.start))
            let note = try SignedNote(encoded: String(contentsOfFile: folder.head, encoding: .utf8))
            #expect(note.isSigned(as: "hospital", by: folder.identity.publicKey))
            let head = try folder.ledger().check()
            #expect(LedgerHead(text: note.text) == head && head.entries == count)
        }
    }

    /// protocols/disclosure.md 6, computed here once more.
    @Test func theChainIsAsSpecified() throws {
        let folder = try LedgerFolder()
        try folder.ledger().append(LedgerEntry(event: "second", at: Moment.start))
        let rows = try DatabaseQueue(path: folder.database).read { db in
            try Row.fetchAll(db, sql: "SELECT entry, hash FROM entries ORDER BY number")
        }
        var previous = [UInt8](repeating: 0, count: 32)
        for (index, row) in rows.enumerated() {
            let number: [UInt8] = [0, 0, 0, 0, 0, 0, 0, UInt8(index + 1)]
            let entry: String = row["entry"]
            let bytes = Array("moiety/ledger/v2".utf8) + previous + number + Array(entry.utf8)
            previous = Bytes32(hashing: bytes).bytes
            #expect(Array(row["hash"] as Data) == previous)
        }
        #expect(rows.count == 2)
        #expect(try folder.ledger().check().hash.bytes == previous)
    }

    /// 32 connections at once: nothing is lost, the chain holds, each saw all before it.
    @Test func connectionsThatAppendAtOnceLoseNothing() throws {
        let folder = try LedgerFolder()
        let ledgers = try (0..<32).map { _ in try folder.ledger() }
        let failures = Failures()
        DispatchQueue.concurrentPerform(iterations: 32) { index in
            do {
                for step in 0..<3 {
                    try ledgers[index].transact { transaction in
                        let seen = transaction.entries.count
                        try transaction.append(
                            LedgerEntry(event: "\(index).\(step)", at: Moment.start, details: ["seen": "\(seen)"]))
                    }
                }
            } catch {
                failures.add(error)
            }
        }
        #expect(failures.all.isEmpty)
        let entries = try folder.ledger().entries()
        #expect(Set(entries.map(\.event)).count == 97 && entries.count == 97)
        for (index, entry) in entries.enumerated().dropFirst() { #expect(entry.details["seen"] == "\(index)") }
        #expect(try folder.ledger().check().entries == 97)
        let note = try SignedNote(encoded: String(contentsOfFile: folder.head, encoding: .utf8))
        #expect(LedgerHead(text: note.text)?.entries == 97)
    }

    @Test func whatThrowsAppendsNothing() throws {
        struct Stop: Error {}
        let folder = try LedgerFolder()
        #expect(throws: Stop.self) {
            try folder.ledger().transact { transaction in
                try transaction.append(LedgerEntry(event: "lost", at: Moment.start))
                throw Stop()
            }
        }
        #expect(try folder.ledger().entries().count == 1)
    }

    @Test(arguments: [
        "UPDATE entries SET entry = '{}'", "DELETE FROM entries", "DELETE FROM cohorts",
        "UPDATE cohorts SET tags = x''",
        "PRAGMA recursive_triggers = ON; INSERT OR REPLACE INTO entries VALUES (1, '{}', x'', x'')",
    ])
    func isAppendOnly(_ statement: String) throws {
        let folder = try LedgerFolder()
        try folder.ledger().transact {
            try $0.append(LedgerEntry(.cohortOpened, at: Moment.start), charging: Sets.cohort(0..<3))
        }
        let error = #expect(throws: DatabaseError.self) { try folder.tamper(statement) }
        #expect(error?.message == "the ledger is append-only")
        #expect(try folder.ledger().entries().count == 2)
    }

    @Test func aSecondLedgerIsNotMadeOverTheFirst() throws {
        let folder = try LedgerFolder()
        #expect(
            try fault {
                _ = try SiteLedger.create(
                    in: folder.path, signedBy: folder.signer, first: LedgerEntry(event: "siteMade", at: Moment.start))
            } == "ledgerExists")
    }
}

/// What went wrong on other threads.
final class Failures: @unchecked Sendable {
    private let lock = NSLock()
    private var found: [any Error] = []

    func add(_ error: any Error) { lock.withLock { found.append(error) } }
    var all: [any Error] { lock.withLock { found } }
}

import Foundation
import GRDB
import Jobs
import Testing
import Wire

@testable import Site

/// Each file of the ledger deleted, emptied, edited, cut or put back: refused by name, never read as "nothing was spent".
@Suite struct LedgerTamperTests {
    private func filled() throws -> LedgerFolder {
        let folder = try LedgerFolder()
        try folder.approve()
        try folder.book().open(Sets.cohort(0..<60), fit: Sets.fit(5))
        try folder.ledger().append(LedgerEntry(event: "last", at: Moment.start))
        return folder
    }

    /// What opening says, and that nothing can be debited either.
    private func refused(_ folder: LedgerFolder) throws -> String? {
        let name = try fault { _ = try folder.ledger() }
        if name == nil { try folder.book().attempt() }
        return name
    }

    @Test func untouchedItIsFine() throws { #expect(try refused(filled()) == nil) }

    @Test func databaseDeleted() throws {
        let folder = try filled()
        try FileManager.default.removeItem(atPath: folder.database)
        #expect(try refused(folder) == "ledgerMissing")
        // Nor is an empty one made by having looked.
        #expect(!FileManager.default.fileExists(atPath: folder.database))
    }

    @Test func everythingDeleted() throws {
        let folder = try filled()
        try FileManager.default.removeItem(atPath: folder.database)
        try FileManager.default.removeItem(atPath: folder.head)
        #expect(try refused(folder) == "ledgerMissing")
    }

    @Test(arguments: ["", "not a database", String(repeating: "SQLite format 3\0", count: 100)])
    func databaseOverwritten(_ text: String) throws {
        let folder = try filled()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.database))
        #expect(try refused(folder) == "ledgerUnreadable")
    }

    @Test(arguments: [
        "DROP TRIGGER entries_delete", "CREATE TABLE more (x)", "DROP TABLE cohorts",
        "PRAGMA application_id = 1",
    ])
    func schemaChanged(_ statement: String) throws {
        let folder = try filled()
        try folder.tamper(statement)
        #expect(try refused(folder) == "ledgerUnreadable")
    }

    /// Of an older program, or so it says: it is not read either, and nobody is told to look for whoever changed it.
    @Test(arguments: [2, 4, 6])
    func otherVersion(_ version: Int) throws {
        let folder = try filled()
        try folder.tamper("PRAGMA user_version = \(version)")
        #expect(try refused(folder) == "ledgerOfOtherVersion")
    }

    @Test(arguments: [
        // An amount made smaller.
        "UPDATE entries SET entry = replace(entry, '\"bits\":5', '\"bits\":1')",
        // Taken out of the middle, and with the numbers closed up.
        "DELETE FROM entries WHERE number = 3",
        "DELETE FROM entries WHERE number = 3; UPDATE entries SET number = 3 WHERE number = 4",
        // Signed by nobody.
        "UPDATE entries SET signature = zeroblob(68) WHERE number = 4",
        "UPDATE entries SET hash = zeroblob(32) WHERE number = 2",
    ])
    func entriesEdited(_ statements: String) throws {
        let folder = try filled()
        try folder.tamperPastTriggers(statements)
        #expect(try refused(folder) == "ledgerBroken")
    }

    @Test func tailCut() throws {
        let folder = try filled()
        try folder.tamperPastTriggers("DELETE FROM entries WHERE number = 4")
        #expect(try refused(folder) == "ledgerCut")
        let all = try filled()
        try all.tamperPastTriggers("DELETE FROM entries")
        #expect(try refused(all) == "ledgerCut")
    }

    @Test func olderCopyPutBack() throws {
        let folder = try filled()
        let copy = try Data(contentsOf: URL(fileURLWithPath: folder.database))
        try folder.ledger().append(LedgerEntry(event: "more", at: Moment.start))
        try copy.write(to: URL(fileURLWithPath: folder.database))
        #expect(try refused(folder) == "ledgerCut")
    }

    @Test func anotherLedgerOfThisSite() throws {
        let folder = try filled()
        let other = try LedgerFolder(making: false)
        let ledger = try SiteLedger.create(
            in: other.path, signedBy: folder.signer, first: LedgerEntry(event: "siteMade", at: Moment.hours(1)))
        for _ in 0..<5 { try ledger.append(LedgerEntry(event: "e", at: Moment.start)) }
        try FileManager.default.removeItem(atPath: folder.database)
        try FileManager.default.copyItem(atPath: other.database, toPath: folder.database)
        #expect(try refused(folder) == "ledgerReplaced")
    }

    @Test func headDeletedEmptiedEdited() throws {
        let deleted = try filled()
        try FileManager.default.removeItem(atPath: deleted.head)
        #expect(try refused(deleted) == "ledgerHeadMissing")
        let emptied = try filled()
        try Data().write(to: URL(fileURLWithPath: emptied.head))
        #expect(try refused(emptied) == "ledgerHeadInvalid")
        let edited = try filled()
        let text = try String(contentsOfFile: edited.head, encoding: .utf8).replacing("entries 4", with: "entries 2")
        try Data(text.utf8).write(to: URL(fileURLWithPath: edited.head))
        #expect(try refused(edited) == "ledgerHeadInvalid")
        // Signed, by somebody else.
        let foreign = try filled()
        try FileManager.default.removeItem(atPath: foreign.head)
        let other = try filled()
        try withExtendedLifetime(other) { try FileManager.default.copyItem(atPath: other.head, toPath: foreign.head) }
        #expect(try refused(foreign) == "ledgerHeadInvalid")
    }

    @Test func cohortDeletedEmptiedEdited() throws {
        let deleted = try filled()
        try deleted.tamperPastTriggers("DELETE FROM cohorts")
        #expect(try refused(deleted) == "cohortMissing")
        for statement in [
            "UPDATE cohorts SET tags = x''", "UPDATE cohorts SET tags = substr(tags, 1, 32)",
            "UPDATE cohorts SET tags = zeroblob(16)",
        ] {
            let folder = try filled()
            try folder.tamperPastTriggers(statement)
            #expect(try refused(folder) == "cohortChanged", "\(statement)")
        }
    }

    /// A process that was stopped between its commit and the head has broken nothing, and its entry stays.
    @Test func aHeadThatIsBehindIsNoFault() throws {
        let folder = try filled()
        let head = try Data(contentsOf: URL(fileURLWithPath: folder.head))
        try folder.ledger().append(LedgerEntry(event: "more", at: Moment.start))
        try head.write(to: URL(fileURLWithPath: folder.head))
        #expect(try folder.ledger().entries().count == 5)
        try folder.ledger().append(LedgerEntry(event: "next", at: Moment.start))
        #expect(try folder.ledger().check().entries == 6)
        // Once the head is written again, what it covers cannot be cut off any more.
        try folder.tamperPastTriggers("DELETE FROM entries WHERE number > 4")
        #expect(try refused(folder) == "ledgerCut")
    }

    /// While a process has it open.
    @Test func changedUnderARunningProcess() throws {
        let folder = try filled()
        let ledger = try folder.ledger()
        try folder.tamperPastTriggers("UPDATE entries SET hash = zeroblob(32) WHERE number = 4")
        #expect(try fault { try ledger.append(LedgerEntry(event: "more", at: Moment.start)) } == "ledgerBroken")
        let cut = try filled()
        let open = try cut.ledger()
        try cut.tamperPastTriggers("DELETE FROM entries WHERE number = 4")
        #expect(try fault { try open.append(LedgerEntry(event: "more", at: Moment.start)) } == "ledgerCut")
    }
}

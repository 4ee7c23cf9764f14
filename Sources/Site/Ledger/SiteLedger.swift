import Foundation
internal import GRDB
internal import Records
internal import Synchronization
import Wire

/// What this site did, appended and never rewritten; `protocols/disclosure.md` 6 and 7. Any number of processes may use
/// one ledger at once.
package final class SiteLedger: Sendable {
    package let path: String
    private let database: LedgerDatabase
    private let signer: LedgerSigner
    private let headFile: String
    /// What this process has read and found in order; later entries are read when they are there.
    private let known = Mutex(Verified())

    /// The database and the signed head beside it.
    package static func files(in folder: String) -> (database: String, head: String) {
        ("\(folder)/ledger.sqlite", "\(folder)/ledger.head")
    }

    /// Makes the ledger of a new site, with its first entry.
    package static func create(
        in folder: String, signedBy signer: LedgerSigner, first: LedgerEntry
    ) throws -> SiteLedger {
        let files = files(in: folder)
        for file in [files.database, files.head] where FileManager.default.fileExists(atPath: file) {
            throw LedgerError.exists(path: file)
        }
        try LedgerDatabase.create(at: files.database)
        let ledger = try SiteLedger(connecting: files, signer: signer)
        try ledger.fill { try $0.append(first) }
        try ledger.publishHead()
        return ledger
    }

    /// Opens it and reads all of it; takes over a ledger of the old form first, once.
    ///
    /// - Throws: `LedgerError` for whatever is not as this site left it.
    package convenience init(in folder: String, signedBy signer: LedgerSigner) throws {
        try OldLedger(in: folder).takeOver(signedBy: signer)
        try self.init(connecting: Self.files(in: folder), signer: signer)
        _ = try check()
    }

    init(connecting files: (database: String, head: String), signer: LedgerSigner) throws(LedgerError) {
        path = files.database
        headFile = files.head
        self.signer = signer
        database = try LedgerDatabase(opening: files.database)
    }

    deinit { database.close() }

    /// Reads and verifies everything: entries, signature, head, cohorts.
    ///
    /// - Returns: the head of what is there.
    package func check() throws -> LedgerHead {
        let signed = try signedHead()
        return try database.read { db in
            let (entries, head) = try self.verified(db, signed)
            var sizes: [String: Int] = [:]
            for name in Set(entries.compactMap(\.cohort)).sorted() { sizes[name] = try self.cohort(name, db).count }
            var checked: Set<String> = []
            for entry in entries {
                for (column, input) in (entry.inputs ?? [:]).sorted(by: { $0.key < $1.key })
                where checked.insert("\(entry.cohort ?? "") \(input.digests)").inserted {
                    _ = try self.digests(of: input, column, rows: entry.cohort.flatMap { sizes[$0] }, db)
                }
            }
            return head
        }
    }

    /// Whether an entry could be appended now: begins to write, and takes it back.
    ///
    /// - Throws: `LedgerError.unwritable`, `.busy`.
    package func checkWritable() throws {
        do {
            try database.write { db in
                try db.execute(sql: "CREATE TABLE probe (number INTEGER) STRICT")
                throw Probed()
            }
        } catch is Probed {}
    }

    private struct Probed: Error {}

    /// All entries, verified.
    package func entries() throws -> [LedgerEntry] {
        let signed = try signedHead()
        return try database.read { try self.verified($0, signed).entries }
    }

    /// What is known, for questions that change nothing.
    package func read<R>(_ body: (LedgerView) throws -> R) throws -> R {
        let signed = try signedHead()
        // What `body` throws keeps its type.
        return try database.read { db in
            let entries = try self.verified(db, signed).entries
            return Result { try body(self.view(entries, db)) }
        }.get()
    }

    package func append(_ entry: LedgerEntry) throws {
        try transact { try $0.append(entry) }
    }

    /// Check and debit in one: nobody else writes between what `body` reads and what it appends. Nothing is appended if it
    /// throws.
    @discardableResult
    package func transact<R>(_ body: (inout LedgerTransaction) throws -> R) throws -> R {
        let result = try append(signed: { try self.signedHead() }, body)
        try publishHead()
        return result
    }

    /// The first entries of a ledger that is being made; its head is not written.
    func fill(_ body: (inout LedgerTransaction) throws -> Void) throws {
        try append(signed: { nil }, body)
    }

    /// Writes the first head of a ledger that was made, if `body` finds in it what it should.
    func finish(_ body: ([LedgerEntry]) throws -> Void) throws {
        try append(signed: { nil }) { try body($0.entries) }
        try publishHead()
    }

    private func append<R>(
        signed: () throws -> LedgerHead?, _ body: (inout LedgerTransaction) throws -> R
    ) throws -> R {
        try database.write { db in
            let (entries, head) = try self.verified(db, signed())
            var transaction = LedgerTransaction(view: self.view(entries, db))
            let result = try body(&transaction)
            for cohort in transaction.newCohorts where try !db.hasCohort(cohort.name.bytes) {
                try db.insert(cohort: cohort.name.bytes, tags: cohort.bytes)
            }
            for digests in transaction.newDigests where try !db.hasInput(digests.name.bytes) {
                try db.insert(input: digests.name.bytes, digests: digests.bytes)
            }
            try self.insert(transaction.appended, after: head, db)
            return result
        }
    }

    private func insert(_ entries: [LedgerEntry], after head: LedgerHead, _ db: Database) throws {
        var head = head
        for entry in entries {
            let text = try entry.encoded()
            let number = head.entries + 1
            head = LedgerHead(
                site: signer.site, entries: number, hash: LedgerHead.hash(of: text, number: number, after: head.hash))
            try db.insert(
                StoredEntry(number: number, text: text, hash: head.hash.bytes, signature: try signer.sign(head)))
        }
    }

    // MARK: The signed head

    /// Under the database's lock, so that a slower process never puts an older head over a newer one.
    private func publishHead() throws {
        try database.write { db in
            guard let last = try db.lastEntry(), let hash = Bytes32(last.hash) else { return }
            let head = LedgerHead(site: self.signer.site, entries: last.number, hash: hash)
            let note = try self.signer.note(head, signature: last.signature)
            try AtomicFile.write(Array(note.encoded.utf8), to: self.headFile, replacing: true)
        }
    }

    /// Read before the database: what is committed meanwhile makes the database newer than the head, never older.
    private func signedHead() throws -> LedgerHead {
        guard FileManager.default.fileExists(atPath: headFile) else {
            // Whoever looks for a ledger wants to hear of the ledger first.
            throw LedgerError.headMissing(path: headFile)
        }
        guard let data = FileManager.default.contents(atPath: headFile), data.count <= SignedNote.maximumLength,
            let text = String(validating: data, as: UTF8.self), let note = try? SignedNote(encoded: text),
            note.signatures.count == 1, let head = LedgerHead(text: note.text), head.site == signer.site,
            signer.isValid(note.signatures[0].bytes, of: head)
        else { throw LedgerError.headInvalid(path: headFile) }
        return head
    }

    // MARK: Verification

    private struct Verified {
        var entries: [LedgerEntry] = []
        /// hash_1, hash_2, ...
        var hashes: [Bytes32] = []
    }

    /// - Parameter signed: what the head file says; nil while a ledger is made.
    private func verified(_ db: Database, _ signed: LedgerHead?) throws -> (entries: [LedgerEntry], head: LedgerHead) {
        var found = known.withLock { $0 }
        if let last = found.hashes.last, try db.entry(found.hashes.count)?.hash != last.bytes { found = Verified() }
        let stored = try db.entries(after: found.hashes.count)
        for row in stored {
            let number = found.hashes.count + 1
            let hash = LedgerHead.hash(of: row.text, number: number, after: found.hashes.last ?? .zero)
            guard row.number == number, row.hash == hash.bytes, let entry = try? LedgerEntry(decoding: row.text) else {
                throw LedgerError.broken(path: path, entry: number)
            }
            found.entries.append(entry)
            found.hashes.append(hash)
        }
        let head = LedgerHead(site: signer.site, entries: found.hashes.count, hash: found.hashes.last ?? .zero)
        // The last signature stands for all: each hash holds all before it.
        if let last = stored.last, !signer.isValid(last.signature, of: head) {
            throw LedgerError.broken(path: path, entry: head.entries)
        }
        if let signed {
            guard head.entries >= signed.entries, signed.entries > 0 else {
                throw LedgerError.cut(path: path, entries: head.entries, signed: signed.entries)
            }
            guard found.hashes[signed.entries - 1] == signed.hash else { throw LedgerError.replaced(path: path) }
        }
        known.withLock { [found] in $0 = found }
        return (found.entries, head)
    }

    private func cohort(_ name: String, _ db: Database) throws -> Cohort {
        guard let hash = Bytes32(hex: name), let tags = try db.tags(ofCohort: hash.bytes) else {
            throw LedgerError.cohortMissing(path: path, cohort: name)
        }
        guard let cohort = Cohort(bytes: tags), cohort.name == hash else {
            throw LedgerError.cohortChanged(path: path, cohort: name)
        }
        return cohort
    }

    /// - Parameter rows: of the entry's cohort: there are as many digests.
    private func digests(
        of input: LedgerEntry.Input, _ column: String, rows: Int?, _ db: Database
    ) throws -> RowDigests {
        guard let name = Bytes32(hex: input.digests), let bytes = try db.digests(ofInput: name.bytes) else {
            throw LedgerError.inputMissing(path: path, column: column)
        }
        guard let digests = RowDigests(bytes: bytes), digests.name == name, rows == digests.values.count
        else { throw LedgerError.inputChanged(path: path, column: column) }
        return digests
    }

    private func view(_ entries: [LedgerEntry], _ db: Database) -> LedgerView {
        LedgerView(
            entries: entries, load: { try self.cohort($0, db) },
            loadDigests: { input, column, cohort in
                try self.digests(of: input, column, rows: cohort.map { try self.cohort($0, db).count }, db)
            })
    }
}

/// The ledger at one moment.
package struct LedgerView {
    package let entries: [LedgerEntry]
    let load: (String) throws -> Cohort
    /// Of an input, its column and its entry's cohort.
    let loadDigests: (LedgerEntry.Input, String, String?) throws -> RowDigests

    /// The rows of a cohort that an entry names.
    ///
    /// - Throws: `LedgerError.cohortMissing`, `.cohortChanged`.
    package func cohort(named name: String) throws -> Cohort { try load(name) }

    /// The row digests of an input over a cohort.
    ///
    /// - Throws: `LedgerError.inputMissing`, `.inputChanged`.
    func digests(of input: LedgerEntry.Input, _ column: String, over cohort: String) throws -> RowDigests {
        try loadDigests(input, column, cohort)
    }
}

/// The ledger while nobody else writes, and what is to be appended.
package struct LedgerTransaction {
    package let view: LedgerView
    private(set) var appended: [LedgerEntry] = []
    private(set) var newCohorts: [Cohort] = []
    private(set) var newDigests: [RowDigests] = []

    package var entries: [LedgerEntry] { view.entries + appended }

    init(view: LedgerView) { self.view = view }

    package mutating func append(_ entry: LedgerEntry) throws {
        appended.append(entry)
    }

    /// Appends an entry that charges the rows of a cohort, which is kept with it, as are the inputs over it.
    package mutating func append(
        _ entry: LedgerEntry, charging cohort: Cohort, inputs: SessionInputs? = nil
    ) throws {
        var entry = entry
        entry.cohort = cohort.name.hex
        newCohorts.append(cohort)
        if let inputs {
            entry.inputs = inputs.ownEntries
            entry.peerInputs = inputs.peerEntries
            newDigests += inputs.own.map(\.digests)
        }
        try append(entry)
    }
}

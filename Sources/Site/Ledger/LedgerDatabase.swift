import Foundation
internal import GRDB
internal import Records

/// The ledger's SQLite file: its schema, its connection and nothing of its meaning.
struct LedgerDatabase: Sendable {
    let path: String
    private let queue: DatabaseQueue

    /// "moie"
    private static let applicationID = 0x6D6F_6965
    private static let version = 5

    private static let schema =
        [
            """
            CREATE TABLE entries (number INTEGER PRIMARY KEY CHECK (number > 0), entry TEXT NOT NULL, \
            hash BLOB NOT NULL, signature BLOB NOT NULL) STRICT
            """,
            "CREATE TABLE cohorts (name BLOB PRIMARY KEY NOT NULL, tags BLOB NOT NULL) STRICT",
            "CREATE TABLE inputs (name BLOB PRIMARY KEY NOT NULL, digests BLOB NOT NULL) STRICT",
        ]
        + ["entries", "cohorts", "inputs"].flatMap { table in
            ["UPDATE", "DELETE"].map { action in
                """
                CREATE TRIGGER \(table)_\(action.lowercased()) BEFORE \(action) ON \(table) \
                BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
                """
            }
        }

    /// Makes an empty ledger.
    static func create(at path: String) throws {
        try AtomicFile.write([], to: path, mode: .ownerOnly)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inTransaction(.immediate) { db in
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: "PRAGMA user_version = \(version)")
            for statement in schema { try db.execute(sql: statement) }
            return .commit
        }
        try queue.close()
    }

    /// - Throws: `LedgerError.missing`, `.otherVersion`, `.unreadable`.
    init(opening path: String) throws(LedgerError) {
        // SQLite would make the file.
        guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
        self.path = path
        do {
            queue = try DatabaseQueue(path: path, configuration: Self.configuration)
        } catch {
            throw Self.described(error, path)
        }
        try read { db throws in
            guard try Int.fetchOne(db, sql: "PRAGMA application_id") == Self.applicationID,
                let version = try Int.fetchOne(db, sql: "PRAGMA user_version")
            else { throw LedgerError.unreadable(path: path) }
            guard version == Self.version else { throw LedgerError.otherVersion(path: path, found: version) }
            guard
                // Without the triggers, or with others, it would not be what it says it is.
                try Set(String.fetchAll(db, sql: "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
                    == Set(Self.schema)
            else { throw LedgerError.unreadable(path: path) }
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(60)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            // A REPLACE is a delete too.
            try db.execute(sql: "PRAGMA recursive_triggers = ON")
        }
        return configuration
    }

    func close() { try? queue.close() }

    func read<R>(_ body: (Database) throws -> R) throws(LedgerError) -> R {
        do {
            return try queue.read(body)
        } catch {
            throw Self.described(error, path)
        }
    }

    /// Runs `body` alone among all processes that write, and commits what it wrote unless it throws.
    func write<R>(_ body: (Database) throws -> R) throws -> R {
        do {
            var result: R?
            try queue.inTransaction(.immediate) { db in
                result = try body(db)
                return .commit
            }
            guard let result else { throw LedgerError.unwritable(path: path) }
            return result
        } catch let error as DatabaseError {
            throw Self.described(error, path)
        }
    }

    private static func described(_ error: any Error, _ path: String) -> LedgerError {
        switch error {
        case let error as LedgerError: error
        case let error as DatabaseError:
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path: path)
            case .SQLITE_READONLY, .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_PERM:
                .unwritable(path: path)
            default: .unreadable(path: path)
            }
        default: .unreadable(path: path)
        }
    }
}

// MARK: Rows

struct StoredEntry {
    let number: Int
    let text: String
    let hash: [UInt8]
    let signature: [UInt8]
}

extension Database {
    func entries(after number: Int) throws -> [StoredEntry] {
        try stored("WHERE number > \(number) ORDER BY number")
    }

    func entry(_ number: Int) throws -> StoredEntry? { try stored("WHERE number = \(number)").first }

    func lastEntry() throws -> StoredEntry? { try stored("ORDER BY number DESC LIMIT 1").first }

    private func stored(_ rest: String) throws -> [StoredEntry] {
        try Row.fetchAll(self, sql: "SELECT number, entry, hash, signature FROM entries \(rest)").map { row in
            // Whoever changed the file may have put anything anywhere: what does not decode fits no hash.
            let values = Array(row.databaseValues)
            return StoredEntry(
                number: Int.fromDatabaseValue(values[0]) ?? 0, text: String.fromDatabaseValue(values[1]) ?? "",
                hash: Data.fromDatabaseValue(values[2]).map(Array.init) ?? [],
                signature: Data.fromDatabaseValue(values[3]).map(Array.init) ?? [])
        }
    }

    func insert(_ entry: StoredEntry) throws {
        try execute(
            sql: "INSERT INTO entries (number, entry, hash, signature) VALUES (?, ?, ?, ?)",
            arguments: [entry.number, entry.text, Data(entry.hash), Data(entry.signature)])
    }

    func tags(ofCohort name: [UInt8]) throws -> [UInt8]? {
        try Data.fetchOne(self, sql: "SELECT tags FROM cohorts WHERE name = ?", arguments: [Data(name)]).map(Array.init)
    }

    func insert(cohort name: [UInt8], tags: [UInt8]) throws {
        try execute(
            sql: "INSERT INTO cohorts (name, tags) VALUES (?, ?)", arguments: [Data(name), Data(tags)])
    }

    func hasCohort(_ name: [UInt8]) throws -> Bool { try has("cohorts", name) }

    func hasInput(_ name: [UInt8]) throws -> Bool { try has("inputs", name) }

    /// Without reading what may be megabytes.
    private func has(_ table: String, _ name: [UInt8]) throws -> Bool {
        try Bool.fetchOne(self, sql: "SELECT EXISTS (SELECT 1 FROM \(table) WHERE name = ?)", arguments: [Data(name)])
            ?? false
    }

    func digests(ofInput name: [UInt8]) throws -> [UInt8]? {
        try Data.fetchOne(self, sql: "SELECT digests FROM inputs WHERE name = ?", arguments: [Data(name)])
            .map(Array.init)
    }

    func insert(input name: [UInt8], digests: [UInt8]) throws {
        try execute(
            sql: "INSERT INTO inputs (name, digests) VALUES (?, ?)", arguments: [Data(name), Data(digests)])
    }
}

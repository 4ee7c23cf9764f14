import Foundation
import GRDB
import Jobs
import Wire

@testable import Site

/// A folder with a ledger in it, which goes away with its owner.
final class LedgerFolder: Sendable {
    let path: String
    let signer: LedgerSigner
    let identity: SigningKey

    init(making: Bool = true) throws {
        path = FileManager.default.temporaryDirectory.appending(path: "moiety-ledger-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        identity = SigningKey()
        signer = LedgerSigner(site: "hospital", key: identity)
        if making {
            _ = try SiteLedger.create(
                in: path, signedBy: signer, first: LedgerEntry(event: "siteMade", at: Moment.start))
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var database: String { SiteLedger.files(in: path).database }
    var head: String { SiteLedger.files(in: path).head }

    func ledger() throws -> SiteLedger { try SiteLedger(in: path, signedBy: signer) }

    /// What somebody with a database program can do.
    func tamper(_ statements: String...) throws {
        let queue = try DatabaseQueue(path: database)
        try queue.writeWithoutTransaction { db in
            for statement in statements { try db.execute(sql: statement) }
        }
        try queue.close()
    }

    /// The same, past the triggers, which stand there afterwards as if nothing had been.
    func tamperPastTriggers(_ statements: String...) throws {
        let queue = try DatabaseQueue(path: database)
        try queue.writeWithoutTransaction { db in
            let triggers = try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger["name"] as String)") }
            for statement in statements { try db.execute(sql: statement) }
            for trigger in triggers { try db.execute(sql: trigger["sql"]) }
        }
        try queue.close()
    }

    func book(
        _ policy: String = "", peer: LedgerEntry.Peer = .lab, job: String = "job-1", purpose: SessionPurpose = .fit,
        minimumDifference: Int = 11, at time: Date = Moment.start
    ) throws -> DisclosureBook {
        DisclosureBook(
            try ledger(), budgets: try Policy(yaml: "policy: 1\n" + policy).budgets, peer: peer, job: job,
            purpose: purpose, disclosure: purpose.disclosure, otherRows: [.prediction],
            minimumDifference: minimumDifference, now: { time })
    }

    func approve(_ job: String = "job-1", peer: LedgerEntry.Peer = .lab) throws {
        try ledger().append(LedgerEntry(.jobApproved, at: Moment.start, job: job, peer: peer))
    }
}

enum Moment {
    static let start = Date(timeIntervalSince1970: 1_800_000_000)
    static func hours(_ hours: Double) -> Date { start.addingTimeInterval(hours * 3600) }
}

extension SessionPurpose {
    static let alignment = SessionPurpose("alignment")
    static let count = SessionPurpose("count")
    static let prediction = SessionPurpose("prediction")

    /// As the program's own have it.
    var disclosure: Disclosure {
        switch self {
        case .fit: .model
        case .count: .count
        case .prediction: [.scores, .otherRows]
        default: []
        }
    }
}

extension LedgerEntry.Peer {
    static let lab = LedgerEntry.Peer(name: "lab", key: String(repeating: "a", count: 64))
}

enum Sets {
    static func root(_ number: UInt8) -> Bytes32 { Bytes32(hashing: [number]) }

    /// People of these numbers.
    static func cohort(_ people: some Sequence<Int>) -> Cohort {
        CohortTagger(identity: key).cohort(of: people.map { Array("P\($0)".utf8) })
    }

    /// A fit that opens so many bits, of an outcome that holds `hidden`.
    static func fit(_ bits: Int, hidden: Double = 1000) -> BitBudget {
        BitBudget(bits: bits, hidden: HiddenBits(bits: hidden, of: "outcome"))
    }

    private static let key = SigningKey()
}

/// The rule by which a policy refused; nil when it did not.
func refusal(_ body: () throws -> Void) throws -> String? {
    do {
        try body()
        return nil
    } catch let refusal as PolicyRefusal {
        return refusal.rule
    } catch let refusal as GuardRefusal {
        return refusal.name
    }
}

/// The name of what is wrong with a ledger; nil when nothing is.
func fault(_ body: () throws -> Void) throws -> String? {
    do {
        try body()
        return nil
    } catch let error as LedgerError {
        return error.code
    }
}

/// Why a ledger cannot be relied on, or not be written: each is a refusal, and none is repaired by itself;
/// `protocols/disclosure.md` 7.
package enum LedgerError: Error, Hashable, Sendable {
    case missing(path: String)
    case exists(path: String)
    /// Emptied, no database, or another schema than a ledger's.
    case unreadable(path: String)
    /// A ledger, by its own word of another version.
    case otherVersion(path: String, found: Int)
    /// An entry (from 1) does not follow from those before it, or is not signed by this site.
    case broken(path: String, entry: Int)
    case cut(path: String, entries: Int, signed: Int)
    case replaced(path: String)
    case headMissing(path: String)
    case headInvalid(path: String)
    case cohortMissing(path: String, cohort: String)
    case cohortChanged(path: String, cohort: String)
    case inputMissing(path: String, column: String)
    case inputChanged(path: String, column: String)
    /// Both a database and a file in the old form that is not the one which was taken over.
    case twice(path: String)
    /// Line (from 1) of a file in the old form.
    case oldFormBroken(path: String, line: Int)
    /// Other processes held it for too long.
    case busy(path: String)
    case unwritable(path: String)

    /// Stable, for scripts.
    package var code: String {
        switch self {
        case .missing: "ledgerMissing"
        case .exists: "ledgerExists"
        case .unreadable: "ledgerUnreadable"
        case .otherVersion: "ledgerOfOtherVersion"
        case .broken: "ledgerBroken"
        case .cut: "ledgerCut"
        case .replaced: "ledgerReplaced"
        case .headMissing: "ledgerHeadMissing"
        case .headInvalid: "ledgerHeadInvalid"
        case .cohortMissing: "cohortMissing"
        case .cohortChanged: "cohortChanged"
        case .inputMissing: "inputMissing"
        case .inputChanged: "inputChanged"
        case .twice: "ledgerTwice"
        case .oldFormBroken: "ledgerBroken"
        case .busy: "ledgerBusy"
        case .unwritable: "cannotWriteLedger"
        }
    }

    package var message: String {
        switch self {
        case .missing(let path): "\(path) does not exist: this site does not know what it has disclosed"
        case .exists(let path): "there is a ledger already: \(path)"
        case .unreadable(let path): "\(path) is no ledger, or somebody emptied or changed it"
        case .otherVersion(let path, let found):
            "\(path) is a ledger of version \(found), and this program has another one: there is no way from one to the other"
        case .broken(let path, let entry):
            "\(path): entry \(entry) does not follow the entries before it, or is not signed by this site"
        case .cut(let path, let entries, let signed):
            "\(path) has \(entries) entries, and this site has signed \(signed): the newest are missing"
        case .replaced(let path): "\(path) is not the ledger whose head this site has signed"
        case .headMissing(let path): "\(path), the signed head of this site's ledger, does not exist"
        case .headInvalid(let path): "\(path) is not a ledger's head signed by this site"
        case .cohortMissing(let path, let cohort):
            "\(path): the rows of cohort \(cohort.prefix(16)), which an entry names, are missing"
        case .cohortChanged(let path, let cohort):
            "\(path): the rows of cohort \(cohort.prefix(16)) are not those that an entry names"
        case .inputMissing(let path, let column):
            "\(path): the row digests of column '\(column)', which an entry names, are missing"
        case .inputChanged(let path, let column):
            "\(path): the row digests of column '\(column)' are not those that an entry names"
        case .twice(let path): "\(path) is a ledger of the old form beside one that has taken another over"
        case .oldFormBroken(let path, let line): "\(path): line \(line) does not follow the line before it"
        case .busy(let path): "other processes have kept \(path) locked for a minute"
        case .unwritable(let path): "\(path) cannot be written"
        }
    }

    package var hint: String? {
        switch self {
        case .exists: nil
        case .otherVersion:
            "finish its jobs with the program that made it; a new ledger knows nothing of what was disclosed until now, so whoever answers for "
                + "this site's data has to agree to one"
        case .busy: "try again; see whether a process hangs"
        case .unwritable: "see who may write there, and whether the disk is full"
        case .oldFormBroken:
            "a last line cut short by a crash may be removed by hand; anything else: restore a copy, and ask who wrote there"
        case .twice: "ask who put it there; move it away once that is known"
        default:
            "restore a copy of ledger.sqlite and ledger.head, and ask who wrote there; nothing is disclosed until then"
        }
    }
}

extension LedgerError: CustomStringConvertible {
    package var description: String { message }
}

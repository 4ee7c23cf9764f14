import Foundation
import Records
import Site
import SplitRegression

/// The columns of `coefficients.csv`: broom's names, whose party it is, and the estimate on the standardised scale.
enum CoefficientColumns {
    static let texts: Set<String> = ["term", "party"]
    /// Always there; the others may be NA.
    static let estimates: Set<String> = ["estimate", "estimate.standardised"]
    /// Why a term has no inference; NA as a rule.
    static let note = "note"

    static func header(hasRatios: Bool) -> [String] {
        [
            "term", "estimate", "std.error", "statistic", "p.value", "conf.low", "conf.high", "party",
            "estimate.standardised",
        ] + (hasRatios ? ["exp.estimate", "exp.conf.low", "exp.conf.high"] : []) + [note]
    }
}

/// One party's coefficients, from a results folder or from the file alone.
package struct CoefficientSource {
    let path: String
    let table: Table
    let party: String
    /// What the folder says of itself; nil where there is the file alone.
    let job: JobFile?
    let session: String?
    /// Whether anything at hand says which job and session it is of.
    package var isTraced: Bool { job != nil && session != nil }
    package var file: String { path }
    /// glance.csv beside it, where that is there.
    var wholeFit: String? {
        let beside = URL(fileURLWithPath: path).deletingLastPathComponent().path + "/glance.csv"
        return path.hasSuffix("coefficients.csv") && FileManager.default.fileExists(atPath: beside) ? beside : nil
    }

    private struct Metrics: Decodable {
        let session: String
        let party: String?
        let job: String
    }

    private static let hint = "give the results folders that `moiety job run` wrote, or the coefficients.csv in them"

    /// - Throws: `Failure` 66 or 65 for what is no such file, by row and column; 65 for one that its own transcript says was
    ///   changed.
    package init(_ path: String) throws {
        // The file alone says less than the folder that it lies in.
        let around = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let isInFolder =
            path.hasSuffix("coefficients.csv") && FileManager.default.fileExists(atPath: "\(around)/metrics.json")
        let path = isInFolder ? around : path
        let isFolder = FileManager.default.fileExists(atPath: "\(path)/coefficients.csv")
        let file = isFolder ? "\(path)/coefficients.csv" : path
        self.path = file
        table = try Self.read(file)
        let metrics = isFolder ? try? PrivateFile.readBytes("\(path)/metrics.json", limit: 1 << 24) : nil
        let facts = metrics.flatMap { try? JSONDecoder().decode(Metrics.self, from: Data($0)) }
        party = try Self.checked(table, file, party: facts?.party)
        for name in isFolder ? ["coefficients.csv", "metrics.json", "job.yaml"] : [] {
            try Self.demandAsWritten("\(path)/\(name)")
        }
        if !isFolder { try Self.demandAsWritten(file) }
        guard isFolder else {
            job = nil
            session = nil
            return
        }
        job =
            FileManager.default.fileExists(atPath: "\(path)/job.yaml") ? try JobFile(reading: "\(path)/job.yaml") : nil
        session = facts?.session
    }

    private static func read(_ file: String) throws -> Table {
        do throws(RecordsError) {
            return try Table.read(csv: file, delimiter: .comma)
        } catch {
            let failure = Failure(describing: error)
            let isPlace = error.category == .noInput
            throw Failure(failure.status, failure.code, failure.message, hint: isPlace ? hint : failure.hint)
        }
    }

    /// Where the file stands beside its transcript, whose list has its hash.
    private static func demandAsWritten(_ file: String) throws {
        guard ResultChecks.isAsWritten(file) == false else { return }
        throw Failure(
            .badData, "resultChanged",
            "\(file) is not what the session wrote: the transcript beside it lists another file",
            hint: "put back a copy of it, or run the job again; `moiety verify` names it too")
    }

    /// - Parameter party: what is said beside the file; a table without a row does not say whose it is.
    /// - Returns: the party that all rows are of.
    private static func checked(_ table: Table, _ file: String, party: String?) throws -> String {
        guard [false, true].contains(where: { table.header == CoefficientColumns.header(hasRatios: $0) }) else {
            throw Failure(
                .badData, "notCoefficients", "\(file) has not the columns of a coefficients.csv", hint: hint)
        }
        var parties: Set<String> = []
        var terms: Set<String> = []
        for row in 0..<table.rowCount {
            for column in table.columns {
                let text = column.text(at: row)
                let place = Place(file: file, line: table.line(ofRow: row), column: column.name)
                if CoefficientColumns.texts.contains(column.name) {
                    guard !text.isEmpty, !CSVWriter.isUnsafe(text) else { throw runnable(place) }
                } else if column.name == CoefficientColumns.note {
                    guard text == "NA" || FittedTerm.Note(rawValue: text) != nil else { throw unknownNote(place) }
                } else if !isNumber(
                    text, mayBeMissing: isLeftOut(row, table) || !CoefficientColumns.estimates.contains(column.name))
                {
                    throw Failure(
                        .badData, "notNumeric", "\(place): not a number as `moiety job run` writes it",
                        hint: "was the file edited? ask whoever ran the job for it again")
                }
                if column.name == "party" { parties.insert(text) }
                if column.name == "term", !terms.insert(text).inserted {
                    throw Failure(
                        .badData, "termTwice", "\(place): a term that stands in an earlier row too", hint: hint)
                }
            }
        }
        // A party without features has no term in a model that has no constant.
        if parties.isEmpty, let party { return party }
        guard parties.count == 1, let party = parties.first else {
            throw Failure(.badData, "notCoefficients", "\(file) is not of one party", hint: hint)
        }
        return party
    }

    /// A decimal as `CSVWriter` writes it; NA, Inf and -Inf only where a value may not exist.
    private static func isNumber(_ text: String, mayBeMissing: Bool) -> Bool {
        if mayBeMissing, ["NA", "Inf", "-Inf"].contains(text) { return true }
        // Double(_:) reads nan, inf and hexadecimal too.
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else { return false }
        return Double(text)?.isFinite ?? false
    }

    /// Whether a row is of a column that has no coefficient.
    private static func isLeftOut(_ row: Int, _ table: Table) -> Bool {
        table.columns.contains {
            $0.name == CoefficientColumns.note && $0.text(at: row) == FittedTerm.Note.leftOut.rawValue
        }
    }

    private static func unknownNote(_ place: Place) -> Failure {
        Failure(
            .badData, "unknownNote", "\(place): a note that `moiety job run` does not write",
            hint: "was the file edited? ask whoever ran the job for it again")
    }

    private static func runnable(_ place: Place) -> Failure {
        Failure(
            .badData, "unsafeText",
            "\(place): empty, a text that a spreadsheet would run as a formula, or one that holds a control character",
            hint: "no job has such a name: was the file edited? ask whoever ran the job for it again")
    }
}

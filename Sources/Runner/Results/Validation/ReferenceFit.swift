import Records
import Site

/// A fit of the joined table by another program, as R's broom writes it: `tidy(fit)`, and `glance(fit)` where that is there too.
package struct ReferenceFit {
    struct Term {
        let name: String
        let estimate: Double
        let standardError: Double?
        let pValue: Double?
    }

    let terms: [Term]
    /// Numbers of the whole fit by broom's names; those that are NA are missing.
    let whole: [String: Double]
    /// Columns of that table that are none of them.
    let unused: [String]
    /// The files that were read.
    let files: [String]

    private static let hint =
        "a table with the columns term and estimate, and std.error and p.value where there are some: what R's "
        + "write.csv(broom::tidy(fit), row.names = FALSE) writes"

    /// - Parameters:
    ///   - terms: a coefficient a row.
    ///   - whole: one row.
    /// - Throws: `Failure` 66 or 65 for what is no such file, by row and column.
    package init(terms path: String, whole glance: String?) throws {
        let table = try Self.read(path)
        for name in ["term", "estimate"] where !table.header.contains(name) {
            throw Failure(.badData, "notCoefficients", "\(path) has no column \"\(name)\"", hint: Self.hint)
        }
        let names = try table.column(named: "term")
        var found: [Term] = []
        var seen: Set<String> = []
        for row in 0..<table.rowCount {
            let name = names.text(at: row)
            let place = Place(file: path, line: table.line(ofRow: row), column: "term")
            guard !name.isEmpty else { throw Failure(.badData, "emptyTerm", "\(place): empty", hint: Self.hint) }
            guard seen.insert(name).inserted else {
                throw Failure(.badData, "termTwice", "\(place): a term that stands in an earlier row too")
            }
            guard let estimate = try Self.number(table, row, "estimate") else {
                // R writes NA for a column that it left out.
                continue
            }
            found.append(
                Term(
                    name: name, estimate: estimate, standardError: try Self.number(table, row, "std.error"),
                    pValue: try Self.number(table, row, "p.value")))
        }
        guard !found.isEmpty else {
            throw Failure(.badData, "notCoefficients", "\(path) has no estimate", hint: Self.hint)
        }
        terms = found
        files = [path] + [glance].compactMap(\.self)
        (whole, unused) = try glance.map { try Self.wholeFit($0) } ?? ([:], [])
    }

    private static func wholeFit(_ path: String) throws -> (numbers: [String: Double], unused: [String]) {
        let table = try read(path)
        guard table.rowCount == 1 else {
            throw Failure(
                .badData, "notGlance", "\(path) has \(table.rowCount) rows",
                hint:
                    "one row of numbers of the whole fit: what R's write.csv(broom::glance(fit), row.names = FALSE) writes"
            )
        }
        var result: [String: Double] = [:]
        for measure in Validation.Measure.all where table.header.contains(measure.name) {
            result[measure.name] = try number(table, 0, measure.name)
        }
        let names = Set(Validation.Measure.all.map(\.name))
        return (result, table.header.filter { !names.contains($0) })
    }

    private static func read(_ path: String) throws -> Table {
        do throws(RecordsError) {
            return try Table.read(csv: path)
        } catch {
            let failure = Failure(describing: error)
            throw Failure(
                failure.status, failure.code, failure.message, hint: error.category == .noInput ? hint : failure.hint)
        }
    }

    /// nil for NA, and where there is no such column.
    private static func number(_ table: Table, _ row: Int, _ column: String) throws -> Double? {
        guard table.header.contains(column) else { return nil }
        let text = try table.column(named: column).text(at: row)
        if text.isEmpty || ["NA", "NaN", "nan"].contains(text) { return nil }
        guard let value = Double(text), value.isFinite, !text.contains(where: { "xX".contains($0) }) else {
            let place = Place(file: table.source, line: table.line(ofRow: row), column: column)
            throw Failure(.badData, "notNumeric", "\(place): not a number", hint: hint)
        }
        return value
    }
}

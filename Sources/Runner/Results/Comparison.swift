import Foundation
import Records
import Site

/// The coefficients of both sites beside those of the joined table.
package struct Comparison: Codable, Sendable {
    package struct Row: Codable, Sendable {
        package let term: String
        package let party: String
        package let estimate: Double
        package let standardError: Double?
        package let pValue: Double?
        package let confLow: Double?
        package let confHigh: Double?
        /// The pooled fit's, in the same units.
        package let pooled: Double
        /// On the standardised scale.
        package let difference: Double
    }

    package let rows: [Row]

    /// Largest difference on the standardised scale.
    package var largestDifference: Double { rows.map(\.difference).max() ?? .infinity }

    /// - Throws: `Failure` 65 when a term of the pooled fit is missing in the results.
    package init(results: [String], pooled: String, standardised: String) throws {
        var found: [String: CoefficientFile.Row] = [:]
        for path in results {
            for row in try CoefficientFile(path).rows { found[row.term] = row }
        }
        let scaled = try CoefficientFile(standardised).rows
        rows = try zip(try CoefficientFile(pooled).rows, scaled).map { pooled, scaled in
            guard let row = found[pooled.term], scaled.term == pooled.term, let own = row.standardised else {
                throw Failure(.badData, "termMissing", "the results have no term '\(pooled.term)'")
            }
            return Row(
                term: row.term, party: row.party, estimate: row.estimate, standardError: row.standardError,
                pValue: row.pValue, confLow: row.confLow, confHigh: row.confHigh, pooled: pooled.estimate,
                difference: abs(own - scaled.estimate))
        }
    }
}

/// Reads a table of coefficients in broom's form.
struct CoefficientFile {
    struct Row {
        let term: String
        let party: String
        let estimate: Double
        let standardised: Double?
        let standardError: Double?
        let pValue: Double?
        let confLow: Double?
        let confHigh: Double?
    }

    let rows: [Row]

    init(_ path: String) throws {
        let table = try Table.read(csv: path)
        func numbers(_ name: String) -> [Double?] {
            guard let column = try? table.column(named: name) else {
                return Array(repeating: nil, count: table.rowCount)
            }
            return (0..<table.rowCount).map { Double(column.text(at: $0)) }
        }
        let terms = try table.column(named: "term")
        let parties = try table.column(named: "party")
        let estimates = numbers("estimate")
        let standardised = numbers("estimate.standardised")
        let errors = numbers("std.error")
        let pValues = numbers("p.value")
        let low = numbers("conf.low")
        let high = numbers("conf.high")
        rows = try (0..<table.rowCount).map { row in
            guard let estimate = estimates[row] else {
                throw Failure(.badData, "notNumeric", "\(path): an estimate is not a number")
            }
            return Row(
                term: terms.text(at: row), party: parties.text(at: row), estimate: estimate,
                standardised: standardised[row], standardError: errors[row], pValue: pValues[row],
                confLow: low[row], confHigh: high[row])
        }
    }
}

import Foundation
import Jobs
import Records
import Site
import SplitRegression

/// One coefficient of either party, as `coefficients.csv` has it.
struct ReportedTerm: Sendable {
    let term: String
    let party: String
    /// In the column's own units; nil for a column that was left out.
    let estimate: Double?
    /// For one standard deviation of the column.
    let standardised: Double?
    let pValue: Double?
    let low: Double?
    let high: Double?
    let note: FittedTerm.Note?
    /// Whether its column holds numbers, not yes/no or levels; nil for the intercept.
    let isNumeric: Bool?

    var isIntercept: Bool { term == FittedTerm.intercept }

    /// - Parameter row: of the source's table, which is checked.
    init(_ source: CoefficientSource, row: Int, job: Job) {
        func text(_ name: String) -> String {
            source.table.columns.first { $0.name == name }?.text(at: row) ?? ""
        }
        func number(_ name: String) -> Double? {
            switch text(name) {
            case "Inf": .infinity
            case "-Inf": -.infinity
            case let text: Double(text)
            }
        }
        term = text("term")
        party = text("party")
        estimate = number("estimate")
        standardised = number("estimate.standardised")
        pValue = number("p.value")
        low = number("conf.low")
        high = number("conf.high")
        note = FittedTerm.Note(rawValue: text(CoefficientColumns.note))
        let name = term
        let feature = job.party(named: source.party)?.features.first { feature in
            ColumnSpec(feature).terms.contains { $0.name == name }
        }
        isNumeric = feature.map { $0.kind == .numeric }
    }

    /// What two rows differ by that the figure compares: a standard deviation of a column of numbers, one unit of any
    /// other.
    var step: Double {
        guard isNumeric == true, let estimate, let standardised, estimate != 0, standardised / estimate > 0 else {
            return 1
        }
        return standardised / estimate
    }

    /// The same in words.
    var contrast: String {
        guard isNumeric == true else { return "yes against no" }
        return estimate == 0 ? "" : "\(Number.scientific(step)) more (1 SD)"
    }

    /// For that difference.
    var effect: (value: Double, low: Double?, high: Double?)? {
        guard let estimate else { return nil }
        return (estimate * step, low.map { $0 * step }, high.map { $0 * step })
    }
}

import Foundation
import Jobs
import Records
import SplitRegression

/// The coefficients, as a table and as a forest plot.
extension StudyReport {
    var coefficientSection: ReportSection {
        var body: [HTML] = [reminder, .paragraph(.text(coefficientWords)), coefficientTable]
        if !results.remarks.isEmpty {
            body += [.heading("About this fit"), .list(results.remarks.map { .text(Self.sentence($0)) })]
        }
        let plot = ForestPlot(
            terms, hasRatios: family.hasRatios, active: job.active.name, passives: job.passives.map(\.name))
        if !plot.isEmpty {
            body += [.heading("Forest plot"), plot.figure(id: "forest", name: effectName), forestTable]
        }
        return ReportSection("coefficients", "Coefficients", body)
    }

    private var coefficientWords: String {
        let each =
            "Each coefficient is for one unit more of its column, the others held fixed; a level is "
            + "compared with the reference of its column."
        let ratios =
            family.ratioName.map { " The \($0) is its exponential, and the interval is that of the \($0)." } ?? ""
        let absent =
            missing.map {
                " \($0) holds its own \(ownCount(of: $0)), which this party never learns unless \($0) hands them over."
            }.joined()
        let handedOver = handedOverWords.map { " \($0)" } ?? ""
        return each + ratios + absent + handedOver
    }

    private var hasIntervals: Bool { terms.contains { $0.low != nil } }

    private var whose: String {
        missing.isEmpty
            ? results.peers.count == 1 ? "both parties" : "all parties"
            : Self.names(job.parties.map(\.name).filter { !missing.contains($0) })
    }

    private func ownCount(of name: String) -> Int { job.party(named: name).map { job.coefficientCount(of: $0) } ?? 0 }

    private var coefficientTable: HTML {
        let hasRatios = family.hasRatios
        var table = HTMLTable(
            id: "terms",
            caption: "Coefficients of \(whose), as coefficients.csv has them",
            ["term", "party", "estimate"] + (hasRatios ? [effectName] : []) + (hasIntervals ? ["95% CI", "p"] : []),
            sides: [.left, .left, .right, .right, .right, .right])
        for term in terms {
            let text = TermText(
                estimate: term.estimate, low: term.low, high: term.high, pValue: term.pValue, hasRatios: hasRatios)
            let name: HTML =
                term.note.map { [.text(term.term), " ", .span("small", .text("(\($0.rawValue))"))] } ?? .text(term.term)
            table.add(
                [name, .text(term.party), .text(text.estimate)] + (hasRatios ? [.text(text.ratio)] : [])
                    + (hasIntervals ? [.text(text.interval), .text(text.pValue)] : []))
        }
        return table.html
    }

    /// What the figure shows.
    private var forestTable: HTML {
        var table = HTMLTable(
            id: "forest-numbers", caption: "What the forest plot shows",
            ["term", "difference compared", effectName] + (hasIntervals ? ["95% CI"] : []),
            sides: [.left, .left, .right, .right])
        for term in terms where !term.isIntercept && term.note == nil {
            guard let effect = term.effect else { continue }
            let text = TermText(
                estimate: effect.value, low: effect.low, high: effect.high, pValue: nil, hasRatios: family.hasRatios)
            table.add(
                [.text(term.term), .text(term.contrast), .text(family.hasRatios ? text.ratio : text.estimate)]
                    + (hasIntervals ? [.text(text.interval)] : []))
        }
        return table.html
    }

    static func sentence(_ words: String) -> String { words.prefix(1).uppercased() + words.dropFirst() }
}

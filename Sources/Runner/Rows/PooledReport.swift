import Foundation
import Jobs
package import PooledRegression
import Records
package import Site
import SplitRegression
import Wire

/// `result.json`, and what `job run` prints of a job split by rows.
package struct PooledReport: Codable, Sendable {
    package let job: String
    package let title: String
    package let mesh: String
    /// Sites whose rows are in the result; others of the job were lost.
    package let sites: [String]
    package let lost: [String]
    /// Of a fit whose sites are strata.
    package let outcome: PooledOutcome?
    /// Of a table, of curves, of a fit with one baseline.
    package let analysis: AnalysisOutcome?

    package init(_ file: JobFile, _ result: PooledResult) {
        job = file.hash
        title = file.job.title
        mesh = result.mesh.hex
        let sites = result.answer.sites
        self.sites = sites
        lost = file.job.parties.map(\.name).filter { !sites.contains($0) }
        switch result.answer {
        case .fit(let outcome): (self.outcome, analysis) = (outcome, nil)
        case .analysis(let analysis): (outcome, self.analysis) = (nil, analysis)
        }
    }

    /// nil in a file that is not one of these.
    var answer: PooledAnswer? {
        switch (outcome, analysis) {
        case (let outcome?, nil): .fit(outcome)
        case (nil, let analysis?): .analysis(analysis)
        default: nil
        }
    }

    private var rows: String { analysis?.noisy == nil ? "\(answer?.rows ?? 0)" : "all" }

    package var text: String {
        var lines = [
            title,
            "\(rows) rows at \(sites.count) sites (\(sites.joined(separator: ", "))), \(answer?.rounds ?? 0) sums opened",
        ]
        if !lost.isEmpty {
            lines.append(
                "lost: \(lost.joined(separator: ", ")); their rows are not in the result, and their sums may be told from what was "
                    + "opened before")
        }
        if let fit = answer?.fit { lines += Self.lines(fit) }
        if let analysis { lines += AnalysisText.lines(analysis) }
        return lines.joined(separator: "\n")
    }

    private static func lines(_ outcome: PooledOutcome) -> [String] {
        let summary = outcome.summary
        let family = ModelFamily(rawValue: summary.family) ?? .linear
        var table = TextTable(
            ["term", "estimate", family.ratioName ?? "", "95% CI", "p"],
            sides: [.left, .right, .right, .right, .right])
        let terms = outcome.fittedTerms
        for term in terms {
            let text = TermText(
                estimate: term.estimate, low: term.confLow, high: term.confHigh, pValue: term.pValue,
                hasRatios: family.hasRatios)
            table.add([term.term, text.estimate, text.ratio, text.interval, text.pValue])
        }
        var lines = [table.text()]
        if let robust = summary.robust { lines.append("intervals and p from robust standard errors (\(robust))") }
        if let plot = ForestLines(terms, ratio: family.ratioName) { lines.append(plot.text) }
        lines.append(whole(summary))
        return lines
    }

    private static func whole(_ summary: PooledSummary) -> String {
        [
            summary.events.map { "\($0) events" },
            "log-likelihood \(Number.fixed(summary.logLikelihood, decimals: 2))",
            summary.likelihoodRatio.map { "likelihood ratio \(Number.fixed($0, decimals: 2))" },
            summary.deviance.map { "deviance \(Number.fixed($0, decimals: 2))" },
            summary.r2.map { "R^2 \(Number.fixed($0, decimals: 4))" },
            "AIC \(Number.fixed(summary.aic, decimals: 2))",
            summary.theta.map { TextOfTheta.of($0, error: summary.thetaError) },
        ].compactMap(\.self).joined(separator: ", ")
    }
}

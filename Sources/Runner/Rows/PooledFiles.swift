import Foundation
import Jobs
package import PooledRegression
import Records
package import Site
import SplitRegression
import Wire

/// The files of a finished pooled fit: the same bytes at every site.
package struct PooledFiles {
    /// In the column of parties: the coefficients are of the rows of all.
    package static let everyone = "all"

    private let file: JobFile
    private let result: PooledResult
    private var summary: PooledSummary { result.outcome.summary }
    private var family: ModelFamily { file.job.model.family }

    package init(_ file: JobFile, _ result: PooledResult) {
        self.file = file
        self.result = result
    }

    /// Those that follow from the result alone.
    package func results() throws -> [ResultFile] {
        [
            ResultFile("coefficients.csv", try coefficients()), ResultFile("glance.csv", try glance()),
            ResultFile(MeshFolder.result, try ResultFiles.json(PooledReport(file, result))),
        ]
    }

    /// All that stands beside the transcripts.
    package func all() throws -> [ResultFile] {
        try results() + [ResultFile("job.yaml", Array(file.yaml.utf8))]
    }

    /// broom's names, as those of a fit by columns.
    private func coefficients() throws -> [UInt8] {
        var writer = try CSVWriter(header: CoefficientColumns.header(hasRatios: family.hasRatios))
        for term in result.outcome.fittedTerms {
            var row: [CSVWriter.Cell] = [
                .text(term.term), .number(term.estimate), number(term.standardError), number(term.statistic),
                number(term.pValue), number(term.confLow), number(term.confHigh), .text(Self.everyone),
                .number(term.standardized),
            ]
            if family.hasRatios {
                row += [.number(exp(term.estimate)), number(term.confLow.map(exp)), number(term.confHigh.map(exp))]
            }
            try writer.append(row + [.missing])
        }
        return writer.bytes
    }

    /// One row, broom's names where it has them.
    private func glance() throws -> [UInt8] {
        var columns: [(name: String, cell: CSVWriter.Cell)] = [
            ("nobs", .integer(summary.n)), ("parameters", .integer(summary.parameters)),
            ("sites", .integer(summary.sites.count)),
        ]
        switch family {
        case .cox:
            // Those of coxph.
            columns += [
                ("nevent", integer(summary.events)),
                ("statistic.log", number(summary.likelihoodRatio)), ("p.value.log", number(summary.likelihoodRatioP)),
                ("statistic.sc", number(summary.score)), ("p.value.sc", number(summary.scoreP)),
                ("statistic.wald", number(summary.wald)), ("p.value.wald", number(summary.waldP)),
            ]
        case .linear:
            columns += [
                ("r.squared", number(summary.r2)), ("adj.r.squared", number(summary.adjustedR2)),
                ("sigma", number(summary.sigma)), ("statistic", number(summary.fStatistic)),
                ("p.value", number(summary.fPValue)), ("df.residual", integer(summary.residualDegreesOfFreedom)),
            ]
        default:
            columns += [
                ("events", integer(summary.events)), ("null.deviance", number(summary.nullDeviance)),
                ("deviance", number(summary.deviance)), ("df.residual", integer(summary.residualDegreesOfFreedom)),
                ("dispersion", number(summary.dispersion)), ("theta", number(summary.theta)),
            ]
        }
        columns += [
            ("logLik", .number(summary.logLikelihood)), ("AIC", .number(summary.aic)), ("BIC", .number(summary.bic)),
            ("vcov", .text(file.job.rows?.covariance.rawValue ?? "classical")),
            ("passes", .integer(summary.iterations)), ("sums", .integer(summary.rounds)),
        ]
        var writer = try CSVWriter(header: columns.map(\.name))
        try writer.append(columns.map(\.cell))
        return writer.bytes
    }

    private func number(_ value: Double?) -> CSVWriter.Cell { value.map { .number($0) } ?? .missing }
    private func integer(_ value: Int?) -> CSVWriter.Cell { value.map { .integer($0) } ?? .missing }
}

/// `result.json`, and what `job run` prints of a pooled fit.
package struct PooledReport: Codable, Sendable {
    package let job: String
    package let title: String
    package let mesh: String
    /// Sites whose rows are in the result; others of the job were lost.
    package let sites: [String]
    package let lost: [String]
    package let outcome: PooledOutcome

    package init(_ file: JobFile, _ result: PooledResult) {
        job = file.hash
        title = file.job.title
        mesh = result.mesh.hex
        let sites = result.outcome.summary.sites
        self.sites = sites
        lost = file.job.parties.map(\.name).filter { !sites.contains($0) }
        outcome = result.outcome
    }

    package var text: String {
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
        var lines = [
            title,
            "\(summary.n) rows at \(sites.count) sites (\(sites.joined(separator: ", "))), \(summary.rounds) sums opened",
        ]
        if !lost.isEmpty {
            lines.append(
                "lost: \(lost.joined(separator: ", ")); their rows are not in the result, and their sums may be told from what was "
                    + "opened before")
        }
        lines.append(table.text())
        if let robust = summary.robust { lines.append("intervals and p from robust standard errors (\(robust))") }
        if let plot = ForestLines(terms, ratio: family.ratioName) { lines.append(plot.text) }
        lines.append(whole(summary))
        return lines.joined(separator: "\n")
    }

    private func whole(_ summary: PooledSummary) -> String {
        [
            summary.events.map { "\($0) events" },
            "log-likelihood \(Number.fixed(summary.logLikelihood, decimals: 2))",
            summary.likelihoodRatio.map { "likelihood ratio \(Number.fixed($0, decimals: 2))" },
            summary.deviance.map { "deviance \(Number.fixed($0, decimals: 2))" },
            summary.r2.map { "R^2 \(Number.fixed($0, decimals: 4))" },
            "AIC \(Number.fixed(summary.aic, decimals: 2))",
            summary.theta.map { "theta \(Number.short($0))" },
        ].compactMap(\.self).joined(separator: ", ")
    }
}

extension PooledOutcome {
    /// As other results have them; with robust errors where the job asks for those.
    var fittedTerms: [FittedTerm] {
        // The constant of standardised columns: the predictor where each has its mean.
        let atMeans = terms.reduce(0) { $0 + $1.estimate * ($1.mean ?? 1) }
        return terms.map { term in
            let standardized = term.mean == nil ? atMeans : term.standardized
            guard let robust = term.robustError else {
                return FittedTerm(
                    term: term.term, estimate: term.estimate, standardized: standardized,
                    standardError: term.standardError, statistic: term.statistic, pValue: term.pValue,
                    confLow: term.confLow, confHigh: term.confHigh)
            }
            let usesT = [ModelFamily.linear, .gamma].contains { $0.rawValue == summary.family }
            return FittedTerm(
                term: term.term, estimate: term.estimate, standardized: standardized, standardError: robust,
                degreesOfFreedom: usesT ? summary.residualDegreesOfFreedom.map(Double.init) : nil)
        }
    }
}

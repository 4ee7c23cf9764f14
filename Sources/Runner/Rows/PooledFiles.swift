import Foundation
import Jobs
import PooledRegression
import Records
package import Site
import SplitRegression
import Wire

/// The files of a finished job split by rows: the same bytes at every site.
package struct PooledFiles {
    /// In the column of parties: the coefficients are of the rows of all.
    package static let everyone = "all"

    private let file: JobFile
    private let result: PooledResult
    private var family: ModelFamily { file.job.model.family }

    package init(_ file: JobFile, _ result: PooledResult) {
        self.file = file
        self.result = result
    }

    /// Those that follow from the result alone.
    package func results() throws -> [ResultFile] {
        var files: [ResultFile] = []
        if let fit = result.answer.fit {
            files += [
                ResultFile("coefficients.csv", try coefficients(fit)),
                ResultFile("glance.csv", try glance(fit.summary)),
            ]
        }
        if case .analysis(let outcome) = result.answer {
            // Coefficients are there already, as those of other fits.
            for file in try outcome.files() where !files.contains(where: { $0.name == file.name }) {
                files.append(ResultFile(file.name, file.bytes))
            }
        }
        return files + [ResultFile(MeshFolder.result, try ResultFiles.json(PooledReport(file, result)))]
    }

    /// All that stands beside the transcripts.
    package func all() throws -> [ResultFile] {
        try results() + [ResultFile("job.yaml", Array(file.yaml.utf8))]
    }

    /// broom's names, as those of a fit by columns.
    private func coefficients(_ outcome: PooledOutcome) throws -> [UInt8] {
        var writer = try CSVWriter(header: CoefficientColumns.header(hasRatios: family.hasRatios))
        for term in outcome.fittedTerms {
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
    private func glance(_ summary: PooledSummary) throws -> [UInt8] {
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
                ("SE.theta", number(summary.thetaError)),
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
            // Clusters count, not rows, where errors are those of sites: as Stata's `vce(cluster)` has it.
            let freedom =
                summary.robust == PooledModel.Robust.sites.rawValue
                ? Double(summary.sites.count - 1) : summary.residualDegreesOfFreedom.map(Double.init)
            return FittedTerm(
                term: term.term, estimate: term.estimate, standardized: standardized, standardError: robust,
                degreesOfFreedom: usesT ? freedom : nil)
        }
    }
}

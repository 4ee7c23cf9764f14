import Foundation
import Jobs
import Records
import SplitRegression
import Wire

/// What one party's results say of a fit, as tables: they follow from the result alone, so that a replay writes the same bytes.
struct FitTables {
    let job: Job
    let own: Party
    /// In common order, held-out rows among them.
    let rows: AlignedRows
    let outcome: TrainingOutcome

    private var family: ModelFamily { job.model.family }

    func all() throws -> [ResultFile] {
        [
            ResultFile("coefficients.csv", try coefficients()), ResultFile("glance.csv", try glance()),
            ResultFile("intersection.csv", try IdentifierTable.csv(of: rows), mode: .ownerOnly),
        ] + (try outcome.scores.map { [ResultFile("scores.csv", try scores($0), mode: .ownerOnly)] } ?? [])
            + (try evaluation()) + (try path()) + (try survival()) + (try groups())
    }

    /// Where scores are revealed to this party.
    private func evaluation() throws -> [ResultFile] {
        let table = EvaluationTable(
            fitted: outcome.metrics.map(JobReport.fitted), validated: outcome.foldMetrics,
            heldOut: outcome.holdOutMetrics)
        guard let table else { return [] }
        return [ResultFile("evaluation.csv", try table.csv())]
            + (table.hasScores ? [ResultFile("deciles.csv", try table.deciles())] : [])
    }

    /// An elastic net's path: a row for each penalty and each own term.
    private func path() throws -> [ResultFile] {
        guard let points = outcome.path else { return [] }
        let terms = outcome.model.terms
        var writer = try CSVWriter(header: ["l1", "nonzero", "term", "estimate.standardised"])
        for point in points {
            for (term, estimate) in zip(terms, point.coefficients) {
                try writer.append([.number(point.l1), .integer(point.nonzero), .text(term), .number(estimate)])
            }
        }
        return [ResultFile("path.csv", writer.bytes)]
    }

    /// Where the survival curve is revealed to this party.
    private func survival() throws -> [ResultFile] {
        guard let table = SurvivalTable(outcome.curve) else { return [] }
        return [ResultFile(SurvivalTable.file, try table.csv())]
    }

    /// Where the comparison of levels is revealed to this party.
    private func groups() throws -> [ResultFile] {
        let comparison = outcome.comparison
        let test = try LevelTestTable(comparison).map { ResultFile(LevelTestTable.file, try $0.csv()) }
        let curves = try LevelCurveTable(comparison).map { ResultFile(LevelCurveTable.file, try $0.csv()) }
        return [test, curves].compactMap(\.self)
    }

    /// broom's names, so that R reads the file as it stands; estimates in the columns' own units.
    private func coefficients() throws -> [UInt8] {
        var writer = try CSVWriter(header: CoefficientColumns.header(hasRatios: family.hasRatios))
        for term in outcome.terms {
            var row: [CSVWriter.Cell] = [
                .text(term.term), .number(term.estimate), .of(term.standardError), .of(term.statistic),
                .of(term.pValue), .of(term.confLow), .of(term.confHigh), .text(own.name), .number(term.standardized),
            ]
            if family.hasRatios {
                row += [.number(exp(term.estimate)), .of(term.confLow.map(exp)), .of(term.confHigh.map(exp))]
            }
            try writer.append(row + [term.note.map { .text($0.rawValue) } ?? .missing])
        }
        return writer.bytes
    }

    /// One row, broom's names where it has them.
    private func glance() throws -> [UInt8] {
        let summary = outcome.summary
        var columns: [(name: String, cell: CSVWriter.Cell)] = [
            ("nobs", .integer(summary.n)), ("parameters", .integer(summary.parameters)),
        ]
        if family == .cox {
            // Those of coxph.
            columns += [
                ("nevent", .of(summary.events)),
                ("statistic.log", .of(summary.likelihoodRatio)), ("p.value.log", .of(summary.likelihoodRatioP)),
                ("statistic.sc", .of(summary.score)), ("p.value.sc", .of(summary.scoreP)),
                ("statistic.wald", .of(summary.wald)), ("p.value.wald", .of(summary.waldP)),
                ("logLik", .of(summary.logLikelihood)), ("AIC", .of(summary.aic)),
                ("BIC", .of(summary.bic)),
            ]
        } else if family != .linear {
            columns += family.labelDomain == .yesNo ? [("events", .of(summary.events))] : []
            columns += [
                ("null.deviance", .of(summary.nullDeviance)),
                ("deviance", .of(summary.deviance)), ("df.residual", .of(summary.residualDegreesOfFreedom)),
                ("logLik", .of(summary.logLikelihood)), ("AIC", .of(summary.aic)), ("BIC", .of(summary.bic)),
            ]
            columns += family == .gamma ? [("dispersion", .of(summary.dispersion))] : []
            columns +=
                family == .negativeBinomial
                ? [("theta", .of(summary.theta)), ("SE.theta", .of(summary.thetaError))] : []
        } else {
            columns += [
                ("r.squared", .of(summary.r2)), ("adj.r.squared", .of(summary.adjustedR2)),
                ("sigma", .of(summary.sigma)), ("statistic", .of(summary.fStatistic)),
                ("p.value", .of(summary.fPValue)), ("df.residual", .of(summary.residualDegreesOfFreedom)),
                ("logLik", .of(summary.logLikelihood)), ("AIC", .of(summary.aic)), ("BIC", .of(summary.bic)),
            ]
        }
        columns += [
            ("vcov", summary.covariance.map { .text($0) } ?? .missing), ("l2", .number(summary.l2)),
            ("l1", .number(summary.l1)),
            ("passes", .integer(summary.passes)),
            ("converged", .text(summary.converged ? "TRUE" : "FALSE")),
        ]
        var writer = try CSVWriter(header: columns.map(\.name))
        try writer.append(columns.map(\.cell))
        return writer.bytes
    }

    /// Of all rows in the common order; with a hold-out, and which of them the fit did not see.
    private func scores(_ fitted: [Double]) throws -> [UInt8] {
        guard job.holdout == .hash else { return try ScoreTable.csv(fitted, of: rows, job: job) }
        let heldOut = rows.heldOut
        var (fitted, kept) = (fitted[...], (outcome.holdOutScores ?? [])[...])
        let all = heldOut.compactMap { $0 ? kept.popFirst() : fitted.popFirst() }
        return try ScoreTable.csv(all, of: rows, heldOut: heldOut, job: job)
    }
}

/// This site's own identifiers in the common order, as they stand in its table: what was aligned and committed to is their
/// normalised form.
enum IdentifierTable {
    static func csv(of rows: AlignedRows) throws -> [UInt8] {
        var writer = try CSVWriter(header: ["row"] + rows.identifiers.rule.columns, isVerbatim: true)
        let columns = try rows.identifierColumns()
        for row in 0..<rows.count {
            try writer.append([.integer(row + 1)] + columns.map { .text($0.text(at: rows.tableRow(row))) })
        }
        return writer.bytes
    }
}

/// Scores row by row, with this site's own identifiers.
enum ScoreTable {
    /// - Parameter heldOut: of each row, where some were kept aside.
    static func csv(_ scores: [Double], of rows: AlignedRows, heldOut: [Bool]? = nil, job: Job) throws -> [UInt8] {
        let names = rows.identifiers.rule.columns + ["linear.predictor", "prediction"]
        var writer = try CSVWriter(header: names + (heldOut == nil ? [] : ["held.out"]), isVerbatim: true)
        let columns = try rows.identifierColumns()
        for (row, score) in scores.enumerated() {
            try writer.append(
                columns.map { .text($0.text(at: rows.tableRow(row))) } + [
                    .number(score), .number(ScoreExchange.response(score, family: job.model.family)),
                ]
                    + (heldOut.map { [.text($0[row] ? "TRUE" : "FALSE")] } ?? []))
        }
        return writer.bytes
    }
}

extension CSVWriter.Cell {
    static func of(_ value: Double?) -> Self { value.map { .number($0) } ?? .missing }
    static func of(_ value: Int?) -> Self { value.map { .integer($0) } ?? .missing }
}

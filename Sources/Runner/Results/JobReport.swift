import Foundation
package import Jobs
import PrivateSetIntersection
package import Records
package import Site
package import SplitRegression
import Wire

/// `metrics.json`, and what `job run` prints.
package struct JobReport: Codable, Sendable {
    package struct Alignment: Codable, Sendable {
        package let aligned: Int
        package let ownIdentifiers: Int
        /// By party, where this one was told: of two parties the other's.
        package let peerIdentifiers: [String: Int]
        package let identifiers: IdentifierReport
    }

    struct Transfer: Codable, Sendable {
        let bytesSent: Int
        let bytesReceived: Int
        let seconds: Double
    }

    package let job: String
    package let title: String
    /// From which job this one was derived, and without whom; nil in other jobs.
    package let derivedFrom: Derivation?
    /// Identity of the session, or of all sessions of several parties together.
    package let session: String
    package let party: String
    /// The other party, or all others.
    package let peers: [String]
    package let alignment: Alignment
    package let fit: FitSummary
    package let terms: [FittedTerm]
    /// Of the fitted rows; only where the job opens scores to this party.
    package let metrics: ScoreMetrics?
    let holdOut: ScoreMetrics?
    /// Of the fitted rows, each predicted without its fold.
    let crossValidation: ScoreMetrics?
    /// The survival curve at the job's times; only where the job opens it to this party.
    let survival: [SurvivalPoint]?
    /// The comparison of levels, likewise.
    let groups: LevelComparison?
    /// nil with several parties.
    let transfer: Transfer?

    package init(_ finished: FinishedJob) {
        self.init(
            finished.inputs.file, session: finished.session.hex, party: finished.inputs.own.name,
            peers: [finished.inputs.peer.name],
            Alignment(
                aligned: finished.rows.count, ownIdentifiers: finished.intersection.ownCount,
                peerIdentifiers: [finished.inputs.peer.name: finished.intersection.peerCount],
                identifiers: finished.rows.identifiers.report), finished.outcome,
            Transfer(bytesSent: finished.bytesSent, bytesReceived: finished.bytesReceived, seconds: finished.seconds))
    }

    /// Of several parties, at one of them; the mesh has one identity for all sessions.
    package init(_ file: JobFile, _ own: Party, _ result: JointFitResult) {
        let alignment = result.alignment
        self.init(
            file, session: alignment.mesh.hex, party: own.name, peers: file.job.others(than: own.name).map(\.name),
            Alignment(
                aligned: alignment.rows.count, ownIdentifiers: alignment.ownCount,
                peerIdentifiers: alignment.peerCounts, identifiers: alignment.rows.identifiers.report), result.outcome,
            nil)
    }

    private init(
        _ file: JobFile, session: String, party: String, peers: [String], _ alignment: Alignment,
        _ outcome: TrainingOutcome, _ transfer: Transfer?
    ) {
        job = file.hash
        title = file.job.title
        derivedFrom = file.job.derivedFrom
        self.session = session
        self.party = party
        self.peers = peers
        self.alignment = alignment
        fit = outcome.summary
        terms = outcome.terms
        metrics = outcome.metrics.map(Self.fitted)
        holdOut = outcome.holdOutMetrics
        crossValidation = outcome.foldMetrics
        survival = outcome.curve
        groups = outcome.comparison
        self.transfer = transfer
    }

    /// For sentences.
    var peer: String { peers.joined(separator: " and ") }

    /// The fit has one R^2, `fit.r2`, from the sums that were exchanged; scores give the same to their rounding.
    static func fitted(_ metrics: ScoreMetrics) -> ScoreMetrics {
        var metrics = metrics
        metrics.r2 = nil
        return metrics
    }

    package var text: String {
        let family = ModelFamily(rawValue: fit.family) ?? .linear
        var table = TextTable(
            ["term", "estimate", family.ratioName ?? "", "95% CI", "p"],
            sides: [.left, .right, .right, .right, .right])
        for term in terms { table.add(Self.cells(of: term, hasRatios: family.hasRatios)) }
        var lines = [
            title,
            "\(alignment.aligned) rows in common with \(peer), \(fit.n) fitted, "
                + "\(fit.passes) \(fit.passes == 1 ? "pass" : "passes")",
            table.text(),
        ]
        lines += remarks
        if let plot = ForestLines(terms, ratio: family.ratioName) { lines.append(plot.text) }
        if let evaluation { lines.append(evaluation.text) }
        if let curve = SurvivalTable(survival) { lines.append(curve.text) }
        if let test = LevelTestTable(groups) { lines.append(test.text) }
        if let curves = LevelCurveTable(groups) { lines.append(curves.text) }
        return lines.joined(separator: "\n")
    }

    /// Where scores, or sums over rows, were opened to this party.
    var evaluation: EvaluationTable? {
        EvaluationTable(fitted: metrics, validated: crossValidation, heldOut: holdOut)
    }

    /// What a reader of the coefficients must know of the fit, and the numbers that describe it as a whole.
    var remarks: [String] {
        let family = ModelFamily(rawValue: fit.family) ?? .linear
        var lines: [String] = []
        if let derivedFrom { lines.append("a fit without \(derivedFrom.names): \(derivedFrom.sentence)") }
        if let name = fit.covariance, name != Covariance.classical.rawValue {
            lines.append("intervals and p from robust standard errors (\(name))")
        }
        if fit.isWeighted == true {
            lines.append(
                "rows have case weights: in the fit and its cross-validation; numbers from scores, and of rows held out, count "
                    + "each row once")
        }
        if let nonzero = fit.nonzero {
            lines.append(
                "elastic net: \(nonzero) of \(fit.parameters - 1) coefficients are not zero; path.csv has other penalties"
            )
        }
        for term in terms { if let note = term.note { lines.append("'\(term.term)' \(note.rawValue)") } }
        let others = (fit.leftOut ?? 0) - terms.count { $0.note == .leftOut }
        if others > 0 {
            let whose = peers.joined(separator: " or ")
            let columns = others == 1 ? "1 column of \(whose) was" : "\(others) columns of \(whose) were"
            lines.append(
                "\(columns) left out: what follows from columns of different parties has no coefficient of its own")
        }
        if fit.hasRunaways == true, !terms.contains(where: { $0.note == .runsAway }) {
            lines.append("an estimate of \(peer) runs away: a level has one outcome only")
        }
        if let reason = fit.standardErrorsWithheld { lines.append("no standard errors: \(reason)") }
        if family != .linear, fit.l2 == 0, fit.l1 == 0, fit.standardErrorsWithheld != nil {
            lines.append("not checked: whether a column follows from another party's columns")
        }
        if !fit.converged {
            let norm = fit.gradientNorm.map { ": the gradient is still \(Number.scientific($0)) standard errors" } ?? ""
            lines.append(
                "not converged after \(fit.passes) passes\(norm), and so are estimates from exact ones; a larger model.maxPasses helps "
                    + "where passes ran out; else an estimate may grow without bound, as with a column or level that has one outcome only "
                    + "(model.l2 helps), or model.tolerance is finer than these rows allow")
        }
        if let line = Self.likelihood(fit) { lines.append(line) }
        if let reason = fit.sumsMayBeOff {
            lines.append("log-likelihood, and what follows from it, may be off: \(reason)")
        }
        if let r2 = fit.r2 { lines.append("R^2 \(Number.fixed(r2, decimals: 4))") }
        if let reason = fit.thetaErrorWithheld { lines.append("no standard error of theta: \(reason)") }
        if let reason = fit.crossValidationWithheld { lines.append("no cross-validation: \(reason)") }
        return lines
    }

    /// What describes the whole fit of a generalised linear model.
    private static func likelihood(_ fit: FitSummary) -> String? {
        let isCox = fit.family == ModelFamily.cox.rawValue
        let parts = [
            isCox ? fit.events.map { "\($0) events" } : nil,
            isCox ? fit.logLikelihood.map { "log-likelihood \(Number.fixed($0, decimals: 2))" } : nil,
            fit.likelihoodRatio.map { test("likelihood ratio", $0, fit.likelihoodRatioP, fit.parameters) },
            fit.score.map { test("score", $0, fit.scoreP, fit.parameters) },
            fit.wald.map { test("Wald", $0, fit.waldP, fit.parameters) },
            fit.deviance.map { "deviance \(Number.fixed($0, decimals: 2))" },
            fit.residualDegreesOfFreedom.map { "residual df \($0)" },
            fit.aic.map { "AIC \(Number.fixed($0, decimals: 2))" },
            fit.dispersion.map { "dispersion \(Number.short($0))" },
            fit.theta.map { TextOfTheta.of($0, error: fit.thetaError) },
        ].compactMap(\.self)
        let isKnown = isCox ? !parts.isEmpty : fit.deviance != nil
        return isKnown ? parts.joined(separator: ", ") : nil
    }

    private static func test(_ name: String, _ statistic: Double, _ p: Double?, _ freedom: Int) -> String {
        let value = p.map { ", p \(Number.scientific($0))" } ?? ""
        return "\(name) \(Number.fixed(statistic, decimals: 2)) on \(freedom) df\(value)"
    }

    private static func cells(of term: FittedTerm, hasRatios: Bool) -> [String] {
        let text = TermText(
            estimate: term.note == .leftOut ? nil : term.estimate, low: term.confLow, high: term.confHigh,
            pValue: term.pValue, hasRatios: hasRatios)
        return [term.term, text.estimate, text.ratio, text.interval, text.pValue]
    }
}

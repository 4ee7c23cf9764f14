import Records
import SplitRegression

extension JobReport {
    /// More than any table has.
    private static let mostRows = 1 << 40

    /// Whether its counts are counts and its tables have one shape: a file that somebody edited may hold what arithmetic does not
    /// take.
    var isSound: Bool {
        let counts: [Int?] =
            ofAlignment + ofFit + [metrics, holdOut, crossValidation].flatMap(Self.counts) + ofSurvival
        let curves = groups?.curves ?? []
        return counts.allSatisfy { $0.map { (0...Self.mostRows).contains($0) } ?? true }
            && fit.n <= alignment.aligned && Set(curves.map(\.points.count)).count <= 1
    }

    private var ofAlignment: [Int?] {
        let report = alignment.identifiers
        return [
            alignment.aligned, alignment.ownIdentifiers, report.rowsRead, report.collapsedDuplicates,
            report.conflictingIdentifiers, report.conflictingRowsDropped, report.incompleteRows, report.usable,
        ] + Array(alignment.peerIdentifiers.values) + Array(report.rejected.values) + Array(report.remarked.values)
            + Array(report.missingByColumn.values)
    }

    private var ofFit: [Int?] {
        [
            fit.n, fit.parameters, fit.passes, fit.events, fit.nonzero, fit.residualDegreesOfFreedom, fit.leftOut,
        ]
    }

    private var ofSurvival: [Int?] {
        (survival ?? []).flatMap { [$0.atRisk, $0.events] }
            + (groups?.test?.levels ?? []).flatMap { [$0.rows, $0.observed] }
    }

    private static func counts(_ metrics: ScoreMetrics?) -> [Int?] {
        guard let metrics else { return [] }
        return [metrics.n, metrics.events] + (metrics.deciles ?? []).map(\.n)
    }
}

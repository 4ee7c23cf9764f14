public import SecureSums

/// Survival of all sites' rows on a grid, at one site.
public struct PooledCurves: Sendable {
    public let design: CurveDesign
    private let program: CourseProgram<CurveCourse>

    /// - Parameters:
    ///   - settings: of the mesh that it will run over.
    ///   - secret: of this site for this job, the same in every attempt.
    /// - Throws: ``PooledError`` for a design that is none, and rows that it does not take.
    public init(_ design: CurveDesign, rows: CurveRows, _ settings: SumSettings, secret: SiteSecret) throws {
        let start = try CurveCourse(design, settings)
        try rows.check(design)
        try start.rule.check(rows: rows.count)
        self.design = design
        program = CourseProgram(
            start: start, siteCount: settings.parties.count,
            own: .init(rows: rows, input: RowsHash.of(rows.hash), secret: secret))
    }

    /// Opens sum after sum; errors as in ``PooledFit/run(over:from:)``.
    public func run(over mesh: SumMesh, from state: SumState, _ hooks: SumHooks = SumHooks()) async throws
        -> CurveOutcome
    {
        let end = try await program.run(over: mesh, from: state, hooks)
        return try Self.outcome(of: end.rounds, design, mesh.settings)
    }

    /// What sums come to, for a verifier.
    ///
    /// - Throws: `SumError.badState` for sums of another design; ``PooledError`` where there are no curves.
    public static func outcome(
        of sums: [OpenedSum], _ design: CurveDesign, _ settings: SumSettings
    ) throws -> CurveOutcome {
        let end = try CourseProgram(
            start: try CurveCourse(design, settings), siteCount: settings.parties.count, own: nil
        ).end(of: sums)
        return try end.outcome(sites: (sums.last?.sites ?? []).map { settings.parties[$0] }, rounds: sums.count)
    }
}

public import SecureSums

/// Proportional hazards with one baseline for all sites, at one site.
public struct PooledGrid: Sendable {
    public let design: GridDesign
    private let program: CourseProgram<GridCourse>

    /// - Parameters:
    ///   - rows: columns of 0 and 1 in the design's order, 1 or 0 as label, times; no weights, offset, entry or strata.
    ///   - settings: of the mesh that it will run over.
    ///   - secret: of this site for this job, the same in every attempt.
    /// - Throws: ``PooledError`` for a design that is none, and rows that it does not take.
    public init(_ design: GridDesign, rows: PooledRows, _ settings: SumSettings, secret: SiteSecret) throws {
        let start = try GridCourse(design, settings)
        let rows = try design.rows(rows)
        try start.curves.rule.check(rows: rows.count)
        self.design = design
        program = CourseProgram(
            start: start, siteCount: settings.parties.count,
            own: .init(rows: rows, input: RowsHash.of(rows.hash), secret: secret))
    }

    /// Opens sum after sum; errors as in ``PooledFit/run(over:from:)``.
    public func run(over mesh: SumMesh, from state: SumState, _ hooks: SumHooks = SumHooks()) async throws
        -> GridOutcome
    {
        let end = try await program.run(over: mesh, from: state, hooks)
        return try Self.outcome(of: end.rounds, design, mesh.settings)
    }

    /// What sums come to, for a verifier.
    ///
    /// - Throws: `SumError.badState` for sums of another design; ``PooledError`` where there is no fit.
    public static func outcome(
        of sums: [OpenedSum], _ design: GridDesign, _ settings: SumSettings
    ) throws -> GridOutcome {
        let end = try CourseProgram(
            start: try GridCourse(design, settings), siteCount: settings.parties.count, own: nil
        ).end(of: sums)
        return try end.outcome(sites: (sums.last?.sites ?? []).map { settings.parties[$0] }, rounds: sums.count)
    }
}

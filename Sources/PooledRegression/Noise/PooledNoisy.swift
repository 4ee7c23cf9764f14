import Records
public import SecureSums
import SplitRegression

/// A model whose sums are opened with noise, at one site.
public struct PooledNoisy: Sendable {
    public let design: NoisyDesign
    private let program: CourseProgram<NoisyCourse>

    /// - Parameters:
    ///   - rows: label and columns in the design's order; no weights, offset or times.
    ///   - settings: of the mesh that it will run over.
    ///   - secret: of this site for this job, the same in every attempt: with another one the noise would average out.
    /// - Throws: ``PooledError`` for a design that is none, and rows that it does not take.
    public init(_ design: NoisyDesign, rows: PooledRows, _ settings: SumSettings, secret: SiteSecret) throws {
        let start = try NoisyCourse(design, settings)
        try ModelRows.check(rows, PooledModel(family: design.family, terms: design.terms))
        self.design = design
        let input = RowsHash.of([rows.label] + rows.columns)
        program = CourseProgram(
            start: start, siteCount: settings.parties.count, own: .init(rows: rows, input: input, secret: secret))
    }

    /// Opens sum after sum; errors as in ``PooledFit/run(over:from:)``.
    public func run(over mesh: SumMesh, from state: SumState, _ hooks: SumHooks = SumHooks()) async throws
        -> NoisyOutcome
    {
        let end = try await program.run(over: mesh, from: state, hooks)
        return try Self.outcome(of: end.rounds, design, mesh.settings)
    }

    /// What sums come to, for a verifier.
    ///
    /// - Throws: `SumError.badState` for sums of another design; ``PooledError`` where there is no fit.
    public static func outcome(
        of sums: [OpenedSum], _ design: NoisyDesign, _ settings: SumSettings
    ) throws -> NoisyOutcome {
        let end = try CourseProgram(
            start: try NoisyCourse(design, settings), siteCount: settings.parties.count, own: nil
        ).end(of: sums)
        return try end.outcome(sites: (sums.last?.sites ?? []).map { settings.parties[$0] }, rounds: sums.count)
    }
}

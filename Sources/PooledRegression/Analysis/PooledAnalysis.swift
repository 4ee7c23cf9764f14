public import SecureSums
public import Wire

/// What a job split by rows computes beside a fit of ``PooledModel``: one of these.
public enum PooledAnalysis: Sendable, Hashable {
    case table(TableDesign)
    case curves(CurveDesign)
    case hazards(GridDesign)
    case noisy(NoisyDesign)

    /// One site's rows.
    public enum Rows: Sendable {
        case table(TableRows)
        case curves(CurveRows)
        /// Of `hazards` and `noisy`.
        case model(PooledRows)
    }

    /// Before anybody is called.
    ///
    /// - Throws: ``PooledError`` for a design that is none, or none for these sites.
    public func check(_ settings: SumSettings) throws {
        switch self {
        case .table(let design): _ = try TableCourse(design, settings)
        case .curves(let design): _ = try CurveCourse(design, settings)
        case .hazards(let design): _ = try GridCourse(design, settings)
        case .noisy(let design): _ = try NoisyCourse(design, settings)
        }
    }

    /// That the rows are of the design.
    ///
    /// - Parameter secret: of this site for this job, the same in every attempt, known to it alone.
    /// - Throws: ``PooledError``.
    public func prepare(_ rows: Rows, _ settings: SumSettings, secret: SiteSecret) throws -> PreparedAnalysis {
        switch (self, rows) {
        case (.table(let design), .table(let rows)):
            let table = try PooledTable(design, rows: rows, settings, secret: secret)
            return PreparedAnalysis { AnalysisOutcome(table: try await table.run(over: $0, from: $1, $2)) }
        case (.curves(let design), .curves(let rows)):
            let curves = try PooledCurves(design, rows: rows, settings, secret: secret)
            return PreparedAnalysis { AnalysisOutcome(curves: try await curves.run(over: $0, from: $1, $2)) }
        case (.hazards(let design), .model(let rows)):
            let fit = try PooledGrid(design, rows: rows, settings, secret: secret)
            return PreparedAnalysis { AnalysisOutcome(hazards: try await fit.run(over: $0, from: $1, $2)) }
        case (.noisy(let design), .model(let rows)):
            let fit = try PooledNoisy(design, rows: rows, settings, secret: secret)
            return PreparedAnalysis { AnalysisOutcome(noisy: try await fit.run(over: $0, from: $1, $2)) }
        default: throw PooledError.badRows("they are of another analysis", row: nil)
        }
    }

    /// What a ledger keeps of cells that are opened: a kind, the first step's point, which is that of the design, and the name of the step
    /// whose numbers are those of cells. nil where there are none.
    ///
    /// - Throws: ``PooledError`` for a design that is none.
    public func cells(_ settings: SumSettings) throws -> (kind: String, design: Bytes32, step: String)? {
        switch self {
        case .table(let design):
            try TableCourse(design, settings).step.map { ("table", try $0.point, TableCourse.table) }
        case .curves(let design):
            try CurveCourse(design, settings).step.map { ("curves", try $0.point, CurveCourse.counts) }
        case .hazards(let design):
            try GridCourse(design, settings).step.map { ("hazards", try $0.point, "hazards " + CurveCourse.counts) }
        case .noisy: nil
        }
    }

    /// What sums come to, for a verifier, and for a state that has them all.
    ///
    /// - Throws: `SumError.badState` for sums of another analysis, or that are not all; ``PooledError`` where there is no result.
    public func outcome(of sums: [OpenedSum], _ settings: SumSettings) throws -> AnalysisOutcome {
        switch self {
        case .table(let design): AnalysisOutcome(table: try PooledTable.outcome(of: sums, design, settings))
        case .curves(let design): AnalysisOutcome(curves: try PooledCurves.outcome(of: sums, design, settings))
        case .hazards(let design): AnalysisOutcome(hazards: try PooledGrid.outcome(of: sums, design, settings))
        case .noisy(let design): AnalysisOutcome(noisy: try PooledNoisy.outcome(of: sums, design, settings))
        }
    }
}

/// An analysis with one site's rows.
public struct PreparedAnalysis: Sendable {
    private let compute: @Sendable (SumMesh, SumState, SumHooks) async throws -> AnalysisOutcome

    init(_ compute: @escaping @Sendable (SumMesh, SumState, SumHooks) async throws -> AnalysisOutcome) {
        self.compute = compute
    }

    /// Opens sum after sum; errors as in ``PooledFit/run(over:from:)``.
    public func run(over mesh: SumMesh, from state: SumState, _ hooks: SumHooks = SumHooks()) async throws
        -> AnalysisOutcome
    {
        try await compute(mesh, state, hooks)
    }
}

/// What came of an analysis, the same at every site to the last bit: one of these.
public struct AnalysisOutcome: Sendable, Equatable, Codable {
    public var table: TableOutcome?
    public var curves: CurveOutcome?
    public var hazards: GridOutcome?
    public var noisy: NoisyOutcome?

    init(
        table: TableOutcome? = nil, curves: CurveOutcome? = nil, hazards: GridOutcome? = nil, noisy: NoisyOutcome? = nil
    ) {
        (self.table, self.curves, self.hazards, self.noisy) = (table, curves, hazards, noisy)
    }

    /// Whose rows it is of.
    public var sites: [String] {
        table?.sites ?? curves?.sites ?? hazards?.fit.summary.sites ?? noisy?.sites ?? []
    }

    /// Sums that were opened.
    public var rounds: Int { table?.rounds ?? curves?.rounds ?? hazards?.fit.summary.rounds ?? noisy?.rounds ?? 0 }

    /// nil where it is not opened.
    public var rows: Int? { table?.groups.first?.rows ?? curves?.curves.first?.rows ?? hazards?.fit.summary.n }
}

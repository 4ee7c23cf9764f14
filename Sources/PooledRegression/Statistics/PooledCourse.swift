import SecureSums
import SplitRegression

/// A course that ends with a result.
protocol ResultCourse: SumCourse {
    associatedtype Design: Sendable
    associatedtype Outcome: Sendable

    /// - Throws: ``PooledError`` for a design that is none, or none for these sites.
    init(_ design: Design, _ settings: SumSettings) throws(PooledError)

    /// At the end.
    ///
    /// - Throws: ``PooledError`` where there is no result.
    func outcome(sites: [String], rounds: Int) throws(PooledError) -> Outcome
}

/// An analysis at one site.
struct PooledCourse<Course: ResultCourse>: Sendable {
    private let design: Course.Design
    private let program: CourseProgram<Course>

    /// - Parameters:
    ///   - columns: all that the rows hold.
    ///   - settings: of the mesh that it will run over.
    ///   - secret: of this site for this job, the same in every attempt.
    private init(
        _ design: Course.Design, _ start: Course, rows: Course.Rows, hashOf columns: [[Double]],
        _ settings: SumSettings, _ secret: SiteSecret
    ) {
        self.design = design
        program = CourseProgram(
            start: start, siteCount: settings.parties.count,
            own: .init(rows: rows, input: RowsHash.of(columns), secret: secret))
    }

    /// Opens sum after sum; errors as in ``PooledFit/run(over:from:)``.
    func run(over mesh: SumMesh, from state: SumState, _ hooks: SumHooks = SumHooks()) async throws -> Course.Outcome {
        let end = try await program.run(over: mesh, from: state, hooks)
        return try Self.outcome(of: end.rounds, design, mesh.settings)
    }

    /// What sums come to, for a verifier.
    ///
    /// - Throws: `SumError.badState` for sums of another design; ``PooledError`` where there is no result.
    static func outcome(
        of sums: [OpenedSum], _ design: Course.Design, _ settings: SumSettings
    ) throws -> Course.Outcome {
        let end = try CourseProgram(
            start: try Course(design, settings), siteCount: settings.parties.count, own: nil
        ).end(of: sums)
        return try end.outcome(sites: (sums.last?.sites ?? []).map { settings.parties[$0] }, rounds: sums.count)
    }
}

// What each analysis asks of a site's rows before anybody is called: ``PooledError`` for a design that is none, and rows that it does not take.

/// A table of all sites' rows.
typealias PooledTable = PooledCourse<TableCourse>

extension PooledCourse where Course == TableCourse {
    init(_ design: TableDesign, rows: TableRows, _ settings: SumSettings, secret: SiteSecret) throws {
        let start = try TableCourse(design, settings)
        try rows.check(design)
        try start.rule.check(rows: rows.count)
        self.init(design, start, rows: rows, hashOf: rows.hash, settings, secret)
    }
}

/// Survival of all sites' rows on a grid.
typealias PooledCurves = PooledCourse<CurveCourse>

extension PooledCourse where Course == CurveCourse {
    init(_ design: CurveDesign, rows: CurveRows, _ settings: SumSettings, secret: SiteSecret) throws {
        let start = try CurveCourse(design, settings)
        try rows.check(design)
        try start.rule.check(rows: rows.count)
        self.init(design, start, rows: rows, hashOf: rows.hash, settings, secret)
    }
}

/// Proportional hazards with one baseline for all sites.
typealias PooledGrid = PooledCourse<GridCourse>

extension PooledCourse where Course == GridCourse {
    /// - Parameter rows: columns of 0 and 1 in the design's order, 1 or 0 as label, times; no weights, offset, entry or strata.
    init(_ design: GridDesign, rows: PooledRows, _ settings: SumSettings, secret: SiteSecret) throws {
        let start = try GridCourse(design, settings)
        let rows = try design.rows(rows)
        try start.curves.rule.check(rows: rows.count)
        self.init(design, start, rows: rows, hashOf: rows.hash, settings, secret)
    }
}

/// A model whose sums are opened with noise.
typealias PooledNoisy = PooledCourse<NoisyCourse>

extension PooledCourse where Course == NoisyCourse {
    /// - Parameters:
    ///   - rows: label and columns in the design's order; no weights, offset or times.
    ///   - secret: with another one than before the noise would average out.
    init(_ design: NoisyDesign, rows: PooledRows, _ settings: SumSettings, secret: SiteSecret) throws {
        let start = try NoisyCourse(design, settings)
        try ModelRows.check(rows, PooledModel(family: design.family, terms: design.terms))
        self.init(design, start, rows: rows, hashOf: [rows.label] + rows.columns, settings, secret)
    }
}

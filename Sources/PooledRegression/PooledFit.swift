import Records
public import SecureSums

/// The fit of a job split by rows at one site.
public struct PooledFit: Sendable {
    /// A sum that this site is about to take part in, or that was opened.
    public typealias Notice = SumNotice

    public let model: PooledModel
    public let rows: PooledRows
    /// Before anything is sent: the state, which has the hash of this site's rows by now, must be on disk when this returns.
    public var begin: @Sendable (PooledState) async throws -> Void = { _ in }
    /// Before this site's vector of a sum leaves, after which others may open it: budgets are debited here, once for each number and point.
    /// Throwing ends the fit.
    public var willOpen: @Sendable (Notice) async throws -> Void = { _ in }
    /// After a sum was opened: the state must be on disk when this returns.
    public var save: @Sendable (PooledState, Notice) async throws -> Void = { _, _ in }

    /// - Throws: ``PooledError`` for rows that the model does not take.
    public init(_ model: PooledModel, rows: PooledRows) throws {
        try ModelRows.check(rows, model)
        self.model = model
        self.rows = rows
    }

    /// Whether the sums have room for the scale of these columns: what a run would end with at its first sum.
    ///
    /// - Throws: `outOfScale`.
    public func checkScale() throws(PooledError) { _ = try Scales.encoded(rows, model) }

    /// Runs rounds over the mesh until the fit has ended, going on from `state`.
    ///
    /// - Throws: ``PooledError`` (named columns), `SumError.suspended` under `wait` when a site is gone: save nothing, make new
    ///   sessions when it is back, and call again with a new mesh and the last state; other `SumError`s end the job.
    public func run(over mesh: SumMesh, from state: PooledState) async throws -> PooledOutcome {
        try Self.check(model, mesh.settings)
        let program = PooledProgram(model: model, rows: rows, coalition: mesh.settings.coalition)
        let end = try await mesh.run(program, from: state, begin: begin, willOpen: willOpen, save: save)
        return try outcome(of: end, settings: mesh.settings)
    }

    /// What a state that has all sums says, without a mesh.
    ///
    /// - Throws: `SumError.badState` for a state of a fit that has not ended.
    public func outcome(of state: PooledState, settings: SumSettings) throws -> PooledOutcome {
        try Self.outcome(of: state.rounds, model, settings)
    }

    /// What sums come to, for a verifier: that each was evaluated where the ones before it lead, and the result.
    ///
    /// - Throws: `SumError.badState` for sums of another model, or of a fit that has not ended; ``PooledError`` where there is none.
    public static func outcome(
        of sums: [OpenedSum], _ model: PooledModel, _ settings: SumSettings
    ) throws -> PooledOutcome {
        let program = PooledProgram(model: model, rows: nil, coalition: settings.coalition)
        for (index, sum) in sums.enumerated() {
            guard let step = try program.next(after: Array(sums[..<index])), step.point == sum.point else {
                throw SumError.badState("sum \(index) is not one of this model")
            }
        }
        let course = try program.course(after: sums)
        guard course.request == .done else { throw SumError.badState("the fit has not ended") }
        let sites = (sums.last?.sites ?? []).map { settings.parties[$0] }
        return try Conclusion(course, siteCount: sites.count).outcome(sites: sites, rounds: sums.count)
    }

    /// What the model asks of the number of sites, and what its passes may open.
    ///
    /// - Throws: `unsupported` for clusters that are so few that their sums could be solved for one, and for more passes than states hold;
    ///   `tooManyNumbers`.
    public static func check(_ model: PooledModel, _ settings: SumSettings) throws(PooledError) {
        if model.robust == .sites { try PooledProgram.check(clusters: settings.parties.count - settings.coalition) }
        guard model.iterations <= mostPasses else { throw .unsupported("more than \(mostPasses) passes") }
        guard model.fewestRows > 0, model.family != .linear else { return }
        let (numbers, areTooMany) = model.iterations.multipliedReportingOverflow(by: Course.derivativeCount(model))
        let (rows, isTooLarge) = model.fewestRows.multipliedReportingOverflow(by: 2 * (model.terms.count + 1))
        guard !isTooLarge, areTooMany || numbers > rows else { return }
        throw .tooManyNumbers(numbers: numbers, limit: rows)
    }

    /// Far more than a fit takes.
    private static let mostPasses = 100
}

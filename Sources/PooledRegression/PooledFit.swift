public import SecureSums

/// The fit of a job split by rows at one site.
public struct PooledFit: Sendable {
    /// A sum that is about to be opened, or was.
    public struct Notice: Sendable, Equatable {
        /// Sums that were opened before.
        public let number: Int
        /// "counts", "iteration 3", "last point", "robust errors", "null model".
        public let name: String
        /// Numbers in it.
        public let values: Int
        /// Names of the sites in it.
        public let sites: [String]
    }

    public let model: PooledModel
    public let rows: PooledRows
    /// Before this site releases what opens a sum: budgets are debited here. Throwing ends the fit.
    public var willOpen: @Sendable (Notice) async throws -> Void = { _ in }
    /// After a sum was opened: the state must be on disk when this returns.
    public var save: @Sendable (PooledState, Notice) async throws -> Void = { _, _ in }

    /// - Throws: ``PooledError`` for rows that the model does not take.
    public init(_ model: PooledModel, rows: PooledRows) throws {
        self.model = model
        self.rows = rows
    }

    /// Runs rounds over the mesh until the fit has ended, going on from `state`.
    ///
    /// - Throws: ``PooledError`` (named columns), `SumError.suspended` under `wait` when a site is gone: save nothing, make new
    ///   sessions when it is back, and call again with a new mesh and the last state; other `SumError`s end the job.
    public func run(over mesh: SumMesh, from state: PooledState) async throws -> PooledOutcome {
        throw SumError.badSettings("not yet")
    }
}

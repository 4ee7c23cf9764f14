public import SecureSums

/// What a site does beside computing while sums are opened: the same for all that is computed over sums.
public struct SumHooks: Sendable {
    /// Before anything is sent: the state, which has the hash of this site's rows by now, must be on disk when this returns.
    public var begin: @Sendable (SumState) async throws -> Void
    /// Before this site's vector of a sum leaves, after which others may open it: budgets are debited here, once for each number and
    /// point. Throwing ends the job.
    public var willOpen: @Sendable (SumNotice) async throws -> Void
    /// After a sum was opened: the state must be on disk when this returns.
    public var save: @Sendable (SumState, SumNotice) async throws -> Void

    public init(
        begin: @escaping @Sendable (SumState) async throws -> Void = { _ in },
        willOpen: @escaping @Sendable (SumNotice) async throws -> Void = { _ in },
        save: @escaping @Sendable (SumState, SumNotice) async throws -> Void = { _, _ in }
    ) {
        (self.begin, self.willOpen, self.save) = (begin, willOpen, save)
    }
}

extension CourseProgram {
    /// Opens sum after sum.
    func run(over mesh: SumMesh, from state: SumState, _ hooks: SumHooks) async throws -> SumState {
        try await mesh.run(self, from: state, begin: hooks.begin, willOpen: hooks.willOpen, save: hooks.save)
    }

    /// Where sums lead, for a verifier too: each was evaluated where the ones before it lead, and nothing is left to open.
    ///
    /// - Throws: `SumError.badState` for sums of another design, or that are not all; ``PooledError`` where there is no result.
    func end(of sums: [OpenedSum]) throws -> Course {
        for (index, sum) in sums.enumerated() {
            guard let step = try next(after: Array(sums[..<index])), step.point == sum.point else {
                throw SumError.badState("sum \(index) is not one of this design")
            }
        }
        let course = try course(after: sums)
        guard course.step == nil else { throw SumError.badState("not all sums are there") }
        return course
    }
}

internal import KeyAgreement
public import Wire

/// The two roles of a description, from key exchange to the table that both have (describe.md).
public enum CohortDescription {
    /// What one party brings, in common order of rows.
    public struct Input: Sendable {
        /// Of each of its columns in the plan: numbers, or indices of levels.
        public var columns: [[Double]]
        public var rows: Int
        /// At the active party: each row's group, and its case weight where rows have some.
        public var group: [Int]?
        public var weight: [Double]?

        public init(columns: [[Double]], rows: Int, group: [Int]? = nil, weight: [Double]? = nil) {
            self.columns = columns
            self.rows = rows
            self.group = group
            self.weight = weight
        }
    }

    /// Runs the role of the party with the groups.
    ///
    /// - Throws: ``DescriptionError``, `PaillierError`, `WireError`.
    public static func active(
        _ input: Input, plan: DescriptionPlan, over session: Session,
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> DescriptionTable {
        try await run(.active, input, plan: plan, over: session, progress: progress)
    }

    /// Runs the other role.
    public static func passive(
        _ input: Input, plan: DescriptionPlan, over session: Session,
        progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> DescriptionTable {
        try await run(.passive, input, plan: plan, over: session, progress: progress)
    }

    /// Refuses what no description is made of, before anything is debited or sent.
    ///
    /// - Throws: ``DescriptionError``.
    package static func check(_ role: TrainingRole, _ input: Input, plan: DescriptionPlan) throws(DescriptionError) {
        _ = try prepared(role, input, plan)
    }

    private static func prepared(
        _ role: TrainingRole, _ input: Input, _ plan: DescriptionPlan
    ) throws(DescriptionError) -> (own: DescribedRows, grouped: GroupedRows?) {
        try plan.validate()
        let isActive = role == .active
        let specs = isActive ? plan.active : plan.passive
        guard input.columns.count == specs.count, input.columns.allSatisfy({ $0.count == input.rows }),
            (input.weight != nil) == (isActive && plan.isWeighted)
        else { throw .invalidPlan("columns or weights are not those of the job") }
        let own = try DescribedRows(specs, values: input.columns)
        guard isActive else { return (own, nil) }
        let grouped = try GroupedRows(
            group: input.group ?? Array(repeating: 0, count: input.rows), weight: input.weight, levels: plan.groups,
            minimum: plan.minimumCell)
        return (own, grouped)
    }

    /// The seam for tests: keys below the floor of shipped paths.
    package static func run(
        _ role: TrainingRole, _ input: Input, plan: DescriptionPlan, keyFloor: Int = 2048,
        over session: Session, progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> DescriptionTable {
        let pair = try await describe(role, input, plan: plan, keyFloor: keyFloor, over: session, progress: progress)
        return try DescriptionTable(plan, rows: pair.rows, groups: pair.groups, parts: [pair.active, pair.passive])
    }

    /// What both learn of each other's columns.
    package static func describe(
        _ role: TrainingRole, _ input: Input, plan: DescriptionPlan, keyFloor: Int = 2048,
        over session: Session, progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> DescribedPair {
        let (own, grouped) = try prepared(role, input, plan)
        try await session.send(DescriptionSetup(rows: input.rows, values: own.values))
        let peer = try await session.receive(DescriptionSetup.self)
        guard peer.rows == input.rows else {
            throw DescriptionError.rowCountMismatch(own: input.rows, peer: peer.rows)
        }
        let isActive = role == .active
        let (activeValues, passiveValues) = isActive ? (own.values, peer.values) : (peer.values, own.values)
        guard let shape = plan.shape(rows: input.rows, activeValues: activeValues, passiveValues: passiveValues) else {
            throw DescriptionError.protocolViolation("values of other columns than the peer has")
        }
        let keys = try await TrainingKeys.exchange(
            DescriptionKeyPurpose.self, terms: KeyTerms(bits: plan.keyBits, floor: keyFloor), nonces: plan.nonces,
            session: session)
        try await session.checkpoint()
        progress(.phase("sums by group"))
        return try await DescribingRole(
            role: role, shape: shape, own: own, grouped: grouped,
            exchange: PaillierShareExchange(keys: keys, session: session, round: 0, report: progress),
            session: session, progress: progress
        ).describe()
    }
}

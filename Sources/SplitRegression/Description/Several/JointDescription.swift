package import Wire

/// A description of three to eight parties: the active one's with each other, of which each tells all others its own columns' part
/// (describe.md 9).
package enum JointDescription {
    /// One party's side, over its sessions with all others.
    ///
    /// - Parameters:
    ///   - own: its number.
    ///   - roots: of each party, by its number, SHA-256 of the message by which it fixed its columns, as this party heard it.
    ///   - sessions: by the other party's number.
    /// - Returns: the table of all, the same at each.
    /// - Throws: ``DescriptionError``, `PaillierError`, `WireError`.
    package static func run(
        _ input: CohortDescription.Input, own: Int, plan: JointDescriptionPlan, roots: [Bytes32], keyFloor: Int = 2048,
        over sessions: [Int: Session], progress: @escaping @Sendable (TrainingProgress) -> Void = { _ in }
    ) async throws -> DescriptionTable {
        try plan.validate()
        guard plan.parties.indices.contains(own), roots.count == plan.parties.count,
            Set(sessions.keys) == Set(plan.parties.indices).subtracting([own])
        else { throw DescriptionError.invalidPlan("sessions or roots are not those of the job") }
        let described =
            own == 0
            ? try await lead(input, plan, keyFloor, sessions, progress)
            : try await follow(input, own, plan, keyFloor, sessions, progress)
        let digests = try described.digests(roots: roots)
        // Passive parties first with each other: no active party that goes away keeps them from it.
        try await compare(digests, own, plan, sessions.filter { own != 0 && $0.key != 0 })
        try await compare(digests, own, plan, sessions.filter { own == 0 || $0.key == 0 })
        return try described.table(plan)
    }

    /// What all these parties know. Signed before it is compared: whoever said two things has signed both.
    private static func compare(
        _ digests: [Bytes32], _ own: Int, _ plan: JointDescriptionPlan, _ sessions: [Int: Session]
    ) async throws {
        let ordered = sessions.sorted { $0.key < $1.key }
        for (_, session) in ordered { try await session.checkpoint() }
        for (other, session) in ordered {
            try await session.send(PartDigests(digests), round: PartsFlow.digestRound(own, other))
        }
        for (other, session) in ordered {
            let theirs = try await session.receive(PartDigests.self, round: PartsFlow.digestRound(own, other)).digests
            guard theirs.count == digests.count else {
                throw DescriptionError.protocolViolation("digests of another number of parties")
            }
            if let party = zip(digests, theirs).enumerated().first(where: { $1.0 != $1.1 })?.offset {
                throw DescriptionError.partsDiffer(of: plan.parties[party].name, saidBy: plan.parties[other].name)
            }
        }
    }

    /// The active party: a description with each other one.
    private static func lead(
        _ input: CohortDescription.Input, _ plan: JointDescriptionPlan, _ keyFloor: Int, _ sessions: [Int: Session],
        _ progress: @escaping @Sendable (TrainingProgress) -> Void
    ) async throws -> DescribedParties {
        let silent: @Sendable (TrainingProgress) -> Void = { _ in }
        let pairs = try await withThrowingTaskGroup(
            of: (Int, DescribedPair).self, returning: [Int: DescribedPair].self
        ) { group in
            for (other, session) in sessions {
                // All take the same steps: one of them tells where they are.
                let report = other == 1 ? progress : silent
                group.addTask {
                    let pair = try await CohortDescription.describe(
                        .active, input, plan: plan.pair(other), keyFloor: keyFloor, over: session,
                        progress: report)
                    return (other, pair)
                }
            }
            var pairs: [Int: DescribedPair] = [:]
            for try await (other, pair) in group { pairs[other] = pair }
            return pairs
        }
        guard let first = pairs[1] else { throw DescriptionError.invalidPlan("a session is missing") }
        let others = pairs.sorted { $0.key < $1.key }.map { $0.value.passive }
        return DescribedParties(first, parts: [first.active] + others)
    }

    /// Another party: the active one's part and its own come of their session, the other parts from those whose they are.
    private static func follow(
        _ input: CohortDescription.Input, _ own: Int, _ plan: JointDescriptionPlan, _ keyFloor: Int,
        _ sessions: [Int: Session], _ progress: @escaping @Sendable (TrainingProgress) -> Void
    ) async throws -> DescribedParties {
        guard let active = sessions[0] else { throw DescriptionError.invalidPlan("a session is missing") }
        let pair = try await CohortDescription.describe(
            .passive, input, plan: plan.pair(own), keyFloor: keyFloor, over: active, progress: progress)
        let others = sessions.filter { $0.key != 0 }.sorted { $0.key < $1.key }
        for (_, session) in others {
            try await session.send(DescribedPartMessage(pair.passive), round: PartsFlow.partRound)
        }
        var parts = [0: pair.active, own: pair.passive]
        for (other, session) in others {
            let part = try await session.receive(DescribedPartMessage.self, round: PartsFlow.partRound).part
            guard plan.hasSizes(part, of: other) else {
                throw DescriptionError.protocolViolation("a part of other columns than the job has")
            }
            parts[other] = part
        }
        return DescribedParties(pair, parts: parts.sorted { $0.key < $1.key }.map { $0.value })
    }
}

/// What one party knows of all parts.
struct DescribedParties: Sendable {
    let rows: Int
    let groups: [GroupSize]
    /// By the party's number.
    let parts: [DescribedPart]

    /// - Parameter pair: of any session with the active party.
    init(_ pair: DescribedPair, parts: [DescribedPart]) {
        rows = pair.rows
        groups = pair.groups
        self.parts = parts
    }

    /// Once all know the same: who was told other groups would blame the wrong party.
    ///
    /// - Throws: `protocolViolation` for a part that such columns cannot have over these groups.
    func table(_ plan: JointDescriptionPlan) throws(DescriptionError) -> DescriptionTable {
        for (party, part) in parts.enumerated() where !plan.allows(part, of: party, rows: rows, groups) {
            throw .protocolViolation("a part that \(plan.parties[party].name)'s columns cannot have")
        }
        return try plan.table(rows: rows, groups: groups, parts: parts)
    }

    /// By the party's number.
    func digests(roots: [Bytes32]) throws(WireError) -> [Bytes32] {
        var digests: [Bytes32] = []
        for (party, part) in parts.enumerated() {
            digests.append(try part.digest(party: party, roots: roots[party], groups: groups))
        }
        return digests
    }
}

internal import Wire

/// The end of every alignment: tags, which of them match, and one order; `protocols/alignment.md` 5, steps 7 to 11.
struct MatchExchange: Sendable {
    let session: Session
    let ownCount: Int
    let peerCount: Int
    let minimumCohort: Int

    private var hashes: AlignmentHashes { AlignmentHashes(sessionID: session.id.bytes) }

    // MARK: The sender

    /// - Parameter tags: ascending.
    func sendTags(_ tags: [AlignmentTag]) async throws {
        try await session.send(tags, as: SenderTags.self)
    }

    func receiveMatches(among own: TaggedRows) async throws -> TaggedRows.Matcher {
        let outcome = try await session.receive(MatchOutcome.self)
        switch outcome.kind {
        case .empty: throw AlignmentError.emptyIntersection
        case .tooSmall: throw AlignmentError.cohortTooSmall(minimum: minimumCohort)
        case .matched: break
        }
        let limit = min(ownCount, peerCount)
        guard let count = Int(exactly: outcome.count), count >= minimumCohort, count <= limit else {
            throw AlignmentError.wrongCount(
                message: MatchOutcome.name, expected: limit, found: Int(clamping: outcome.count))
        }
        let matcher = try await session.receive(MatchingTags.self, count: count, matching: own)
        guard matcher.tags.count == count else { throw AlignmentError.unknownTag }
        return matcher
    }

    // MARK: The receiver

    func receiveTags(matching own: TaggedRows) async throws -> TaggedRows.Matcher {
        try await session.receive(SenderTags.self, count: peerCount, matching: own)
    }

    /// The sender is told neither the count nor the members of a cohort that is too small.
    func announce(_ tags: [AlignmentTag]) async throws {
        if tags.isEmpty {
            try await session.send(MatchOutcome(kind: .empty, count: 0))
            throw AlignmentError.emptyIntersection
        }
        if tags.count < minimumCohort {
            try await session.send(MatchOutcome(kind: .tooSmall, count: 0))
            throw AlignmentError.cohortTooSmall(minimum: minimumCohort)
        }
        try await session.send(MatchOutcome(kind: .matched, count: UInt64(tags.count)))
        try await session.send(tags, as: MatchingTags.self)
    }

    // MARK: Both

    /// The last step of both roles: what one took for the common order must be what the other did.
    func compareOrders(_ tags: [AlignmentTag]) async throws {
        let own = OrderDigest(count: UInt64(tags.count), order: hashes.order(of: tags))
        try await session.send(own)
        let peer = try await session.receive(OrderDigest.self)
        guard peer == own else { throw AlignmentError.ordersDiffer }
    }
}

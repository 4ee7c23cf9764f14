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
        let chunks = Chunking.tags(tags.count)
        for index in 0..<chunks.count {
            try await session.send(SenderTags(tags: Array(tags[chunks[index]])), chunk: Chunk(index, of: chunks.count))
        }
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
        var matcher = TaggedRows.Matcher(own)
        let chunks = Chunking.tags(count)
        for index in 0..<chunks.count {
            let message = try await session.receive(MatchingTags.self, chunk: Chunk(index, of: chunks.count))
            guard message.tags.count == chunks[index].count else {
                throw AlignmentError.wrongCount(
                    message: MatchingTags.name, expected: chunks[index].count, found: message.tags.count)
            }
            try matcher.add(message.tags)
        }
        guard matcher.tags.count == count else { throw AlignmentError.unknownTag }
        return matcher
    }

    // MARK: The receiver

    func receiveTags(matching own: TaggedRows) async throws -> TaggedRows.Matcher {
        var matcher = TaggedRows.Matcher(own)
        let chunks = Chunking.tags(peerCount)
        for index in 0..<chunks.count {
            let message = try await session.receive(SenderTags.self, chunk: Chunk(index, of: chunks.count))
            guard message.tags.count == chunks[index].count else {
                throw AlignmentError.wrongCount(
                    message: SenderTags.name, expected: chunks[index].count, found: message.tags.count)
            }
            try matcher.add(message.tags)
        }
        return matcher
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
        let chunks = Chunking.tags(tags.count)
        for index in 0..<chunks.count {
            try await session.send(
                MatchingTags(tags: Array(tags[chunks[index]])), chunk: Chunk(index, of: chunks.count))
        }
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

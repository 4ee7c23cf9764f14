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

    /// What the receiver says that both have: tags of this side's own, each with the proof that it has computed it too. Without the
    /// proof it could give this side's tags back to it, of people that it does not know.
    ///
    /// - Throws: ``AlignmentError/matchUnproven``.
    func receiveMatches(among own: MatchedRows) async throws -> TaggedRows.Matcher {
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
        let matcher = try await session.receive(MatchingTags.self, count: count, matching: own.tagged)
        guard matcher.tags.count == count else { throw AlignmentError.unknownTag }
        let chunks = Chunking.tags(count)
        for index in 0..<chunks.count {
            let proofs = try await session.receive(MatchProofs.self, chunk: Chunk(index, of: chunks.count)).tags
            guard proofs.count == chunks[index].count else {
                throw AlignmentError.wrongCount(
                    message: MatchProofs.name, expected: chunks[index].count, found: proofs.count)
            }
            for (row, proof) in zip(matcher.rows[chunks[index]], proofs) where own.proof(ofRow: row) != proof {
                throw AlignmentError.matchUnproven
            }
        }
        return matcher
    }

    // MARK: The receiver

    func receiveTags(matching own: MatchedRows) async throws -> TaggedRows.Matcher {
        try await session.receive(SenderTags.self, count: peerCount, matching: own.tagged)
    }

    /// The sender is told neither the count nor the members of a cohort that is too small.
    func announce(_ matches: TaggedRows.Matcher, of own: MatchedRows) async throws {
        let tags = matches.tags
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
        try await session.send(matches.rows.map(own.proof), as: MatchProofs.self)
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

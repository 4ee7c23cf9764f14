internal import Bignum
public import Wire

/// About how many identifiers two parties have in common: what both learn from `Alignment.count`.
public struct CommonCount: Sendable, Hashable {
    /// A multiple of ``rounding``; 0 when fewer than ``minimum`` are in common, however many.
    public let roundedCount: Int
    public let rounding: Int
    /// Counts below it are suppressed.
    public let minimum: Int
    public let ownCount: Int
    public let peerCount: Int
}

extension Alignment {
    /// Counts common identifiers without showing which; `protocols/alignment-count.md`.
    ///
    /// Call it inside `Session.run`. Sets and counts below the minimum cohort of the settings, which is the
    /// job's and so both parties', give no result.
    ///
    /// - Parameters:
    ///   - rounding: the larger of the two parties' holds.
    ///   - admit: as in ``run(_:over:settings:progress:admit:)``.
    /// - Throws: ``AlignmentError``; `WireError` for what the session finds; `CancellationError`; what `admit` throws.
    public static func count(
        _ identifiers: [[UInt8]], over session: Session, settings: AlignmentSettings = AlignmentSettings(),
        rounding: Int = 5, admit: @Sendable (SetSizes) throws -> Void = { _ in }
    ) async throws -> CommonCount {
        try await count(
            identifiers, over: session, settings: settings, rounding: rounding,
            group: AlignmentGroup(keyBits: settings.keyBits), admit: admit)
    }

    /// The same over any group, for tests.
    package static func count(
        _ identifiers: [[UInt8]], over session: Session, settings: AlignmentSettings, rounding: Int,
        group: AlignmentGroup, admit: @Sendable (SetSizes) throws -> Void = { _ in }
    ) async throws -> CommonCount {
        try check(identifiers, settings)
        let own = AlignmentOpening(
            role: settings.role, keyBits: UInt16(clamping: settings.keyBits), setSize: UInt64(identifiers.count),
            minimumCohort: UInt64(max(rounding, 1)))
        try await session.send(CountOpening(own))
        let (answer, head) = try await session.receiveWithHead(CountOpening.self)
        let role = try agree(own, answer.opening, settings, session)
        let sizes = SetSizes(own: identifiers.count, peer: Int(clamping: answer.opening.setSize))
        try checkSizes(own: sizes.own, peer: sizes.peer, minimum: settings.minimumCohort)
        try admit(sizes)
        // Roundings beyond any set say no more than the largest set would.
        let rounding = Int(min(max(own.minimumCohort, answer.rounding, 1), UInt64(AlignmentSettings.limit)))
        let counting = Counting(
            session: session, identifiers: identifiers, peerCount: Int(answer.opening.setSize), group: group,
            rounding: rounding, minimum: settings.minimumCohort, head: head)
        let count = role == .sender ? try await counting.help() : try await counting.count()
        return CommonCount(
            roundedCount: count, rounding: rounding, minimum: settings.minimumCohort, ownCount: identifiers.count,
            peerCount: counting.peerCount)
    }
}

/// Both roles of the count; each reads from first message to last.
private struct Counting: Sendable {
    let session: Session
    let identifiers: [[UInt8]]
    let peerCount: Int
    let group: AlignmentGroup
    let rounding: Int
    let minimum: Int
    /// What the peer had said at the start: all randomness hangs on it.
    let head: TreeHead

    private var hashes: AlignmentHashes { AlignmentHashes(sessionID: session.id.bytes) }

    /// The counter: compares and rounds.
    func count() async throws -> Int {
        let (_, own) = try await exchange(sending: MaskedByCounter.self, receiving: MaskedByHelper.self)
        try await session.checkpoint()
        let theirs = try TaggedRows(own.enumerated().map { (tag: $1, row: UInt32($0)) })
        var matcher = TaggedRows.Matcher(theirs)
        let chunks = Chunking.tags(identifiers.count)
        for index in 0..<chunks.count {
            let message = try await session.receive(CountTags.self, chunk: Chunk(index, of: chunks.count))
            guard message.tags.count == chunks[index].count else {
                throw AlignmentError.wrongCount(
                    message: CountTags.name, expected: chunks[index].count, found: message.tags.count)
            }
            try matcher.add(message.tags)
        }
        try await session.checkpoint()
        let rounded = CountRounding(to: rounding, suppressingBelow: minimum).rounded(matcher.tags.count)
        try await session.send(RoundedCount(count: UInt64(rounded)))
        return rounded
    }

    /// The helper: raises the counter's elements and gives their tags back in an order that says nothing.
    func help() async throws -> Int {
        let (_, tags) = try await exchange(sending: MaskedByHelper.self, receiving: MaskedByCounter.self)
        // An element sent twice would come back as two equal tags, in what this side signs.
        let ascending = try TaggedRows(tags.enumerated().map { (tag: $1, row: UInt32($0)) }).tags
        try await session.checkpoint()
        let chunks = Chunking.tags(ascending.count)
        for index in 0..<chunks.count {
            try await session.send(
                CountTags(tags: Array(ascending[chunks[index]])), chunk: Chunk(index, of: chunks.count))
        }
        try await session.checkpoint()
        let found = try await session.receive(RoundedCount.self).count
        let limit = min(identifiers.count, peerCount) + rounding / 2
        let isPossible = CountRounding(to: rounding, suppressingBelow: minimum).allows(found, of: limit - rounding / 2)
        guard let count = Int(exactly: found), isPossible else {
            throw AlignmentError.wrongCount(
                message: RoundedCount.name, expected: limit, found: Int(clamping: found))
        }
        return count
    }

    /// Sends the own set under the own mask while it puts the own mask on the peer's elements.
    ///
    /// - Returns: the number of elements sent, and the tags of the peer's elements under both masks, in their order.
    private func exchange<Own: ElementMessage, Theirs: ElementMessage>(
        sending _: Own.Type, receiving _: Theirs.Type
    ) async throws -> (sent: Int, tags: [AlignmentTag]) {
        // 2 c with c in [1, q)
        var masks = session.randomness("alignment count mask", after: head)
        let mask = (BigInt.random(below: group.order.value - 1, using: &masks) + 1) << 1
        var permutation = session.randomness("alignment count permutation", after: head)
        let rows = Permutation.random(identifiers.count, using: &permutation)
        let own = Chunking.elements(rows.count)
        let theirs = Chunking.elements(peerCount)
        return try await withThrowingTaskGroup(of: (sent: Int, tags: [AlignmentTag]).self) { tasks in
            tasks.addTask {
                for index in 0..<own.count {
                    try Task.checkCancellation()
                    let hashed = rows[own[index]].map { hashes.point(of: identifiers[Int($0)], modulus: group.modulus) }
                    let elements = try ResidueVector(hashed, modulus: group.modulus)
                    try await session.send(
                        Own(elements: raise(elements, to: mask).bigEndianBytes()), chunk: Chunk(index, of: own.count))
                }
                return (rows.count, [])
            }
            tasks.addTask {
                var tags: [AlignmentTag] = []
                tags.reserveCapacity(peerCount)
                for index in 0..<theirs.count {
                    let message = try await session.receive(Theirs.self, chunk: Chunk(index, of: theirs.count))
                    let elements = try group.elements(
                        message.elements, count: theirs[index].count, message: Theirs.name, chunk: index)
                    let bytes = raise(elements, to: mask).bigEndianBytes()
                    for start in stride(from: 0, to: bytes.count, by: group.modulus.byteWidth) {
                        tags.append(hashes.countTag(of: bytes[start..<start + group.modulus.byteWidth]))
                    }
                }
                return (0, tags)
            }
            var both: (sent: Int, tags: [AlignmentTag]) = (0, [])
            for try await part in tasks { both = (both.sent + part.sent, both.tags + part.tags) }
            return both
        }
    }

    private func raise(_ elements: ResidueVector, to mask: BigInt) -> ResidueVector {
        elements.pow(secret: mask, bits: BlindingSizes.coefficient)
    }
}

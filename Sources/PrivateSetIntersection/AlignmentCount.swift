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
        try check(identifiers, settings)
        let own = CountOpening(
            role: settings.role, setSize: UInt64(identifiers.count), rounding: UInt64(max(rounding, 1)))
        try await session.send(own)
        let (answer, head) = try await session.receiveWithHead(CountOpening.self)
        let role = try agree(own.opening, answer.opening, settings, session)
        let sizes = SetSizes(own: identifiers.count, peer: Int(clamping: answer.opening.setSize))
        try checkSizes(own: sizes.own, peer: sizes.peer, minimum: settings.minimumCohort)
        try admit(sizes)
        // Roundings beyond any set say no more than the largest set would.
        let rounding = Int(min(max(own.rounding, answer.rounding, 1), UInt64(AlignmentSettings.limit)))
        let elements = CurveElements(curve: try Curve(), hashes: AlignmentHashes(sessionID: session.id.bytes))
        let counting = Counting(
            session: session, identifiers: identifiers, peerCount: sizes.peer, elements: elements,
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
    let elements: CurveElements
    let rounding: Int
    let minimum: Int
    /// What the peer had said at the start: all randomness hangs on it.
    let head: TreeHead

    /// The counter: compares and rounds.
    func count() async throws -> Int {
        let own = try await exchange(sending: MaskedByCounter.self, receiving: MaskedByHelper.self)
        try await session.checkpoint()
        let theirs = try TaggedRows(own.enumerated().map { (tag: $1, row: UInt32($0)) })
        let matcher = try await session.receive(CountTags.self, count: identifiers.count, matching: theirs)
        try await session.checkpoint()
        let rounded = CountRounding(to: rounding, suppressingBelow: minimum).rounded(matcher.tags.count)
        try await session.send(RoundedCount(count: UInt64(rounded)))
        return rounded
    }

    /// The helper: raises the counter's elements and gives their tags back in an order that says nothing.
    func help() async throws -> Int {
        let tags = try await exchange(sending: MaskedByHelper.self, receiving: MaskedByCounter.self)
        let ascending = try TaggedRows(tags.enumerated().map { (tag: $1, row: UInt32($0)) }).tags
        try await session.checkpoint()
        try await session.send(ascending, as: CountTags.self)
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
    /// - Returns: the tags of the peer's elements under both masks, in their order.
    private func exchange<Own: ElementMessage, Theirs: ElementMessage>(
        sending _: Own.Type, receiving _: Theirs.Type
    ) async throws -> [AlignmentTag] {
        var masks = session.randomness("alignment count mask", after: head)
        let mask = try CurveMask(elements.curve, using: &masks)
        var permutation = session.randomness("alignment count permutation", after: head)
        let rows = Permutation.random(identifiers.count, using: &permutation)
        async let asked = send(rows, under: mask, as: Own.self)
        async let answered = receive(under: mask, as: Theirs.self)
        let (own, theirs) = try await (asked, answered)
        // No element twice, and none of this side's own come back.
        var seen = ElementSet(expecting: rows.count + peerCount)
        for (index, part) in own.enumerated() {
            try seen.insert(part, count: part.count / Curve.width, message: Own.name, chunk: index)
        }
        for (index, part) in theirs.elements.enumerated() {
            try seen.insert(part, count: part.count / Curve.width, message: Theirs.name, chunk: index)
        }
        return theirs.tags
    }

    /// - Returns: what was sent, by chunk.
    private func send<Own: ElementMessage>(
        _ rows: [UInt32], under mask: CurveMask, as _: Own.Type
    ) async throws -> [[UInt8]] {
        let chunks = Chunking.elements(rows.count)
        var sent: [[UInt8]] = []
        for index in 0..<chunks.count {
            let asked = rows[chunks[index]].map { identifiers[Int($0)] }
            let masked = try await elements.masked(asked, by: mask, as: .count)
            try await session.send(Own(elements: masked), chunk: Chunk(index, of: chunks.count))
            sent.append(masked)
        }
        return sent
    }

    /// - Returns: what was received, by chunk, and its tags under both masks.
    private func receive<Theirs: ElementMessage>(
        under mask: CurveMask, as _: Theirs.Type
    ) async throws -> (elements: [[UInt8]], tags: [AlignmentTag]) {
        let chunks = Chunking.elements(peerCount)
        var received: [[UInt8]] = []
        var tags: [AlignmentTag] = []
        tags.reserveCapacity(peerCount)
        for index in 0..<chunks.count {
            let message = try await session.receive(Theirs.self, chunk: Chunk(index, of: chunks.count))
            let count = chunks[index].count
            guard message.elements.count == count * Curve.width else {
                throw AlignmentError.wrongCount(
                    message: Theirs.name, expected: count, found: message.elements.count / Curve.width)
            }
            let both = try await elements.masked(message.elements, by: mask, chunk: index)
            for place in 0..<count { tags.append(elements.hashes.countTag(of: Curve.element(place, of: both))) }
            received.append(message.elements)
        }
        return (received, tags)
    }
}

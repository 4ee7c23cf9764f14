public import Wire

/// Aligns the rows of three to eight parties by the identifiers that all of them have
/// (`protocols/multiparty-alignment.md`).
public enum MultipartyAlignment {
    /// Runs this party's side, from the set-up to the comparison of the orders. Call it after approvals and commitments,
    /// when nothing else is in flight.
    ///
    /// - Parameters:
    ///   - identifiers: normalised, distinct, at least one. Positions in this array are the rows of the result.
    ///   - sessions: by the peer's number; one with every other party, all of one job, each with
    ///     `ProtocolVersion.alignment` and `.multipartyAlignment` among its protocols.
    ///   - own: this party's number.
    ///   - progress: with the peer's name; called from several tasks.
    ///   - admit: called once, before this party says something about its identifiers: how many of them each other party
    ///     can learn about whatever it does.
    /// - Throws: ``MultipartyError``; ``AlignmentError`` for this party's own set; `WireError.cancelled`; what `admit`
    ///   throws. All sessions are ended then.
    public static func run(
        _ identifiers: [[UInt8]], over sessions: [Int: Session], settings: MultipartySettings, own: Int,
        progress: @escaping @Sendable (String, AlignmentProgress) -> Void = { _, _ in },
        admit: @escaping @Sendable ([GuessBound]) throws -> Void = { _ in }
    ) async throws -> MultipartyIntersection {
        let group = try AlignmentGroup(keyBits: settings.alignment.keyBits)
        return try await run(
            identifiers, over: sessions, settings: settings, own: own, parameters: AlignmentParameters(group: group),
            progress: progress, admit: admit)
    }

    /// Over any group, with keys made beforehand: for tests and benchmarks.
    package static func run(
        _ identifiers: [[UInt8]], over sessions: [Int: Session], settings: MultipartySettings, own: Int,
        parameters: AlignmentParameters,
        progress: @escaping @Sendable (String, AlignmentProgress) -> Void = { _, _ in },
        admit: @escaping @Sendable ([GuessBound]) throws -> Void = { _ in }
    ) async throws -> MultipartyIntersection {
        do {
            try Alignment.check(identifiers, settings.alignment)
            let mesh = try await MultipartyMesh.open(sessions, settings: settings, own: own)
            let found =
                own == settings.active
                ? try await MultipartyActive(
                    mesh: mesh, identifiers: identifiers, parameters: parameters, progress: progress, admit: admit
                ).run()
                : try await MultipartyPassive(
                    mesh: mesh, identifiers: identifiers, parameters: parameters, progress: progress, admit: admit
                ).run()
            let rows = try await order(found.rows, of: identifiers, mesh)
            return MultipartyIntersection(
                rowIndices: rows, ownCount: identifiers.count, peerCounts: found.peerCounts, mesh: mesh.id,
                pairs: mesh.pairs)
        } catch {
            await MultipartyFlight.end(sessions, because: error)
            throw Task.isCancelled ? WireError.cancelled : error
        }
    }

    /// Step 7: the nonces of all, and one order.
    static func order(
        _ rows: [Int], of identifiers: [[UInt8]], _ mesh: MultipartyMesh
    ) async throws -> [Int] {
        let own = OrderNonce(nonce: mesh.secrets.orderNonce)
        var nonces = try await nonces(own, mesh).mapValues(\.nonce)
        nonces[mesh.own] = own.nonce
        let order = try JointOrder(
            nonces: nonces, commitments: mesh.nonceCommitments, mesh: mesh.id, job: mesh.job, settings: mesh.settings)
        let sorted = order.sort(rows, of: identifiers)
        let said = try await MultipartyFlight.exchange(sorted.message, over: mesh.sessions, of: mesh.settings)
        try JointOrder.compare(said, with: sorted.message, settings: mesh.settings)
        return sorted.rows
    }

    /// A party that refuses the announcement says so in place of its nonce: that is the announcement's end, not the
    /// party's.
    private static func nonces(_ own: OrderNonce, _ mesh: MultipartyMesh) async throws -> [Int: OrderNonce] {
        do {
            return try await MultipartyFlight.exchange(own, over: mesh.sessions, of: mesh.settings)
        } catch MultipartyError.ended(_, .peerAborted(_, let reason))
            where reason == MultipartyError.announcementRefused.abortReason
        {
            throw MultipartyError.announcementRefused
        }
    }
}

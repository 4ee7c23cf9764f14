public import Wire

/// Computes every sum again from what one site sent and received in its sessions of one mesh: for `verify`.
public struct SumFollower: Sendable {
    /// A round's messages with one peer.
    private struct Exchange: Sendable {
        var sent: [MessageType: [UInt8]] = [:]
        var received: [MessageType: [UInt8]] = [:]
    }

    private let settings: SumSettings
    private let own: Int
    private let job: Bytes32
    private let keys: [Int: VerifyingKey]
    private let sessions: [Int: Bytes32]
    /// By round, by peer; round 0 is the set-up.
    private var rounds: [UInt32: [Int: Exchange]] = [:]

    /// - Parameters:
    ///   - own: the keeper of the logs.
    ///   - keys: identity keys by site, the keeper's among them.
    ///   - sessions: ids by peer.
    public init(
        settings: SumSettings, own: Int, job: Bytes32, keys: [Int: VerifyingKey], sessions: [Int: Bytes32]
    ) {
        self.settings = settings
        self.own = own
        self.job = job
        self.keys = keys
        self.sessions = sessions
    }

    /// A record of the session with a peer, of either direction; others than those of sums are passed over.
    public mutating func take(_ record: Record, payload: [UInt8], with peer: Int) {
        guard record.type.protocolID == SumDescription.protocolVersion.id else { return }
        if record.from == settings.parties[own] {
            rounds[record.round, default: [:]][peer, default: Exchange()].sent[record.type] = payload
        } else {
            // One more of a kind is refused there, after it was logged.
            let first = rounds[record.round]?[peer]?.received[record.type] ?? payload
            rounds[record.round, default: [:]][peer, default: Exchange()].received[record.type] = first
        }
    }

    /// - Parameter state: what the site had opened before this mesh.
    /// - Returns: what it has opened at the end.
    /// - Throws: ``SumError``: the name of the first thing that does not hold, with its site.
    public func sums(from state: SumState) throws -> SumState {
        let statements = SumStatements(mesh: try mesh())
        var state = state
        // What they sent stays in the logs, and decides nothing.
        var lost: Set<Int> = []
        // As the site that ran: a sum that is opened again is the same, and not again and again.
        var again: OpenedSum?
        var history = SumHistory(opened: state.rounds.count)
        for number in rounds.keys.sorted() where number > 0 {
            let exchanges = (rounds[number] ?? [:]).filter { !lost.contains($0.key) }
            guard let meeting = try meet(exchanges, state, statements.mesh, &lost) else { continue }
            if let missed = meeting.missed {
                try missed.demandSame(as: again, round: state.rounds.count)
                again = nil
                state.append(missed, own: .zero)
                history.reached(state.rounds.count)
            } else if meeting.opened < state.rounds.count {
                do throws(SumHistory.Refusal) { try history.goBack(to: meeting.opened) } catch {
                    throw SumMesh.error(error, meeting, settings)
                }
                again = state.rounds.last
                state.removeLast()
            }
            guard let sum = try sum(exchanges, number, meeting, state, statements, &lost) else { continue }
            try sum.demandSame(as: again, round: state.rounds.count)
            again = nil
            state.append(sum, own: .zero)
            history.reached(state.rounds.count)
        }
        return state
    }

    /// The mesh that the set-up messages make.
    public func mesh() throws -> Bytes32 {
        var all: [Int: SetupMessage] = [:]
        for (peer, exchange) in rounds[0] ?? [:] {
            all[peer] = try exchange.received[.sumSetup].map { try SetupMessage(payload: $0) }
            let sent = try exchange.sent[.sumSetup].map { try SetupMessage(payload: $0) }
            guard let sent, sent.sessions == (0..<settings.parties.count).map({ sessions[$0] ?? .zero }) else {
                throw SumError.meshMismatch(site: settings.parties[own], other: settings.parties[peer])
            }
            all[own] = sent
        }
        return try SumMesh.id(of: all, settings: settings, job: job, to: own)
    }

    /// What the site saw of a round's first flight; nil where it broke off. Whom it refused there is lost to it, as in `SumMesh.meet`.
    private func meet(
        _ exchanges: [Int: Exchange], _ state: SumState, _ mesh: Bytes32, _ lost: inout Set<Int>
    ) throws -> SumMeeting? {
        guard Set(exchanges.values.compactMap { $0.sent[.sumPresence] }).count <= 1 else {
            throw SumError.violation(site: settings.parties[own], name: "stateMismatch")
        }
        var all: [Int: PresenceMessage] = [:]
        for (peer, exchange) in exchanges.sorted(by: { $0.key < $1.key }) {
            guard let payload = exchange.sent[.sumPresence] else { continue }
            let sent = try PresenceMessage(payload: payload)
            guard sent.heads == state.heads else {
                throw SumError.violation(site: settings.parties[own], name: "stateMismatch")
            }
            all[own] = sent
            let theirs = exchange.received[.sumPresence].flatMap { try? PresenceMessage(payload: $0) }
            if let theirs, !theirs.isMalformed(from: peer, of: settings.parties.count) {
                all[peer] = theirs
            } else {
                lost.insert(peer)
            }
            for message in [sent, all[peer] ?? sent] where message.mesh != mesh {
                throw SumError.meshMismatch(site: settings.parties[own], other: settings.parties[peer])
            }
        }
        guard let sent = all[own], sent.present.count == settings.parties.count else { return nil }
        return try SumMeeting(all, own: own, state: state, settings: settings, losses: [])
    }

    private func sum(
        _ exchanges: [Int: Exchange], _ number: UInt32, _ meeting: SumMeeting, _ state: SumState,
        _ statements: SumStatements, _ lost: inout Set<Int>
    ) throws -> OpenedSum? {
        let vectors = try exchanges.compactMapValues { exchange in
            try exchange.sent[.sumVector].map { try VectorMessage(payload: $0) }
        }
        guard let mine = vectors.values.first else { return nil }
        guard vectors.values.allSatisfy({ $0.publicPart == mine.publicPart }) else {
            throw SumError.violation(site: settings.parties[own], name: "vectorEquivocation")
        }
        let part = try PublicPart(encoded: mine.publicPart)
        var round = SumRound(
            SumRound.Terms(
                settings: settings, statements: statements, keys: keys, own: own, number: number,
                sites: meeting.sites, opened: state.rounds.count, point: part.point, count: part.values.count))
        do throws(SumRound.Fault) { try round.takeOwn(mine.publicPart, mine.signature) } catch {
            throw named(error, own)
        }
        try checkShares(vectors, part, round)
        try each(exchanges, .sumVector, VectorMessage.self, &lost) { message, site throws(SumRound.Fault) in
            try round.take(message, from: site)
        }
        try checkReceipts(exchanges, round)
        try each(exchanges, .sumReceipt, ReceiptMessage.self, &lost) { message, site throws(SumRound.Fault) in
            try round.take(message, from: site)
        }
        let agreed = round.agree()
        try each(exchanges, .sumAccord, AccordMessage.self, &lost) { message, site throws(SumRound.Fault) in
            try round.take(message, from: site)
        }
        try checkOwn(exchanges, agreed, &round)
        try each(exchanges, .sumRelease, ReleaseMessage.self, &lost) { message, site throws(SumRound.Fault) in
            try round.take(message, from: site)
        }
        do throws(SumRound.Fault) { return try round.sum() } catch { throw named(error, own) }
    }

    /// That each peer got the shares that the site committed to.
    private func checkShares(_ vectors: [Int: VectorMessage], _ part: PublicPart, _ round: SumRound) throws {
        let n = round.terms.sites.count
        for (peer, message) in vectors.sorted(by: { $0.key < $1.key }) where round.terms.sites.contains(peer) {
            guard part.shareHashes.count == n * n, message.shares.count == n,
                message.shares.enumerated().allSatisfy({ round.matches($1, part, own, $0, peer) })
            else { throw SumError.violation(site: settings.parties[own], name: "sharesInconsistent") }
        }
    }

    /// That the site told all peers alike what it had received.
    private func checkReceipts(_ exchanges: [Int: Exchange], _ round: SumRound) throws {
        for exchange in exchanges.values {
            guard let payload = exchange.sent[.sumReceipt] else { continue }
            guard try ReceiptMessage(payload: payload).vectors == round.receipt.vectors else {
                throw SumError.violation(site: settings.parties[own], name: "receiptRefused")
            }
        }
    }

    /// That the site signed what its logs lead to, and released only after a quorum.
    private func checkOwn(_ exchanges: [Int: Exchange], _ agreed: Bytes32?, _ round: inout SumRound) throws {
        for exchange in exchanges.values {
            if let payload = exchange.sent[.sumAccord],
                let accord = try AccordMessage(payload: payload).accord, accord.digest != agreed
            {
                throw SumError.violation(site: settings.parties[own], name: "accordRefused")
            }
            guard let payload = exchange.sent[.sumRelease] else { continue }
            let release = try ReleaseMessage(payload: payload)
            guard release.shares.isEmpty || round.hasQuorum else {
                throw SumError.violation(site: settings.parties[own], name: "releasedWithoutQuorum")
            }
            do throws(SumRound.Fault) { try round.take(release, from: own) } catch { throw named(error, own) }
        }
    }

    /// Shows a flight's messages to the round. A peer of which none came, or that broke the protocol, was lost there; the rest counts.
    private func each<M: Message>(
        _ exchanges: [Int: Exchange], _ type: MessageType, _: M.Type, _ lost: inout Set<Int>,
        _ body: (M, Int) throws(SumRound.Fault) -> Void
    ) throws {
        for site in exchanges.keys.sorted() where !lost.contains(site) {
            guard let message = exchanges[site]?.received[type].flatMap({ try? M(payload: $0) }) else {
                lost.insert(site)
                continue
            }
            do throws(SumRound.Fault) { try body(message, site) } catch {
                if case .all(let error) = error { throw error }
                lost.insert(site)
            }
        }
    }

    private func named(_ fault: SumRound.Fault, _ site: Int) -> SumError {
        switch fault {
        case .all(let error): error
        case .sender(let name): .violation(site: settings.parties[site], name: name)
        }
    }
}

public import Wire

/// Checks an alignment of several parties from what one party sent and received in all of its sessions: for `verify`, by
/// the rules of the running sessions (`protocols/multiparty-alignment.md` 10).
public struct MultipartyFollower: Sendable {
    /// A session's messages that matter, but for chunked ones.
    private struct Exchange: Sendable {
        var sent: [MessageType: [UInt8]] = [:]
        var received: [MessageType: [UInt8]] = [:]
    }

    private let settings: MultipartySettings
    private let own: Int
    private let job: Bytes32
    private let sessions: [Int: Bytes32]
    /// By peer.
    private var exchanges: [Int: Exchange] = [:]

    private static let kept: Set<MessageType> = [
        .multipartySetup, .alignmentOpening, .matchOutcome, .comparisonCommitment, .comparisonOpening, .orderNonce,
        .commonOrder,
    ]

    /// Whether a record is one of those that are read.
    public static func reads(_ record: Record) -> Bool { kept.contains(record.type) }

    /// - Parameters:
    ///   - own: the keeper of the logs.
    ///   - sessions: ids by peer.
    public init(settings: MultipartySettings, own: Int, job: Bytes32, sessions: [Int: Bytes32]) {
        self.settings = settings
        self.own = own
        self.job = job
        self.sessions = sessions
    }

    /// A record of the session with a peer, of either direction; others than those of alignments are passed over.
    public mutating func take(_ record: Record, payload: [UInt8], with peer: Int) {
        guard Self.reads(record) else { return }
        if record.from == settings.parties[own] {
            exchanges[peer, default: Exchange()].sent[record.type] = payload
        } else {
            exchanges[peer, default: Exchange()].received[record.type] = payload
        }
    }

    /// What the sessions came to.
    public struct Outcome: Sendable, Hashable {
        public let mesh: Bytes32
        /// Rows of the common order.
        public let rows: Int
        /// What every party says of the order: equal in all folders of one run.
        public let order: Bytes32
    }

    /// Identity of the mesh, as the set-up messages make it.
    ///
    /// - Throws: ``MultipartyError`` where they contradict each other or are not all there.
    public func mesh() throws -> Bytes32 {
        try MultipartyMesh.id(of: setups(), settings: settings, job: job, to: own)
    }

    /// - Throws: ``MultipartyError``: the name of the first thing that does not hold. `badSessions` where a message is
    ///   missing: the alignment did not come to its end in all sessions.
    public func outcome() throws -> Outcome {
        let setups = try setups()
        let mesh = try MultipartyMesh.id(of: setups, settings: settings, job: job, to: own)
        if own == settings.active { try checkAnnouncement() } else { try checkComparison(mesh) }
        var nonces = try received(.orderNonce, OrderNonce.self, from: peers).mapValues(\.nonce)
        nonces[own] = try said(.orderNonce, OrderNonce.self, to: peers, orElse: ordersDiffer).nonce
        _ = try JointOrder(
            nonces: nonces, commitments: setups.mapValues(\.nonceCommitment), mesh: mesh, job: job, settings: settings)
        let order = try said(.commonOrder, CommonOrder.self, to: peers, orElse: ordersDiffer)
        try JointOrder.compare(
            received(.commonOrder, CommonOrder.self, from: peers), with: order, settings: settings)
        return Outcome(mesh: mesh, rows: Int(clamping: order.count), order: order.digest)
    }

    private var peers: [Int] { settings.parties.indices.filter { $0 != own } }
    private var ordersDiffer: MultipartyError { .ordersDiffer(party: settings.parties[own]) }

    /// Of all parties, the keeper's among them, which it must have told to all alike but for the pairs' keys.
    private func setups() throws -> [Int: MultipartySetup] {
        var all = try received(.multipartySetup, MultipartySetup.self, from: peers)
        for peer in peers {
            var message = try sent(.multipartySetup, MultipartySetup.self, to: peer)
            message.key = .zero
            guard message.sessions == settings.parties.indices.map({ sessions[$0] ?? .zero }),
                all[own] == nil || all[own] == message
            else { throw MultipartyError.meshMismatch(party: settings.parties[own], other: settings.parties[peer]) }
            all[own] = message
        }
        return all
    }

    /// That the active party announced the same number to all, no fewer than each of them demands.
    private func checkAnnouncement() throws {
        let outcome = try said(.matchOutcome, MatchOutcome.self, to: peers, orElse: .announcementRefused)
        let openings = try received(.alignmentOpening, AlignmentOpening.self, from: peers)
        for peer in peers {
            let minimum = max(
                openings[peer]?.minimumCohort ?? 0,
                try sent(.alignmentOpening, AlignmentOpening.self, to: peer).minimumCohort)
            guard outcome.kind == .matched, outcome.count >= minimum else {
                throw MultipartyError.announcementRefused
            }
        }
    }

    /// That the keeper told all other passive parties the same, and went on only as all added up.
    private func checkComparison(_ mesh: Bytes32) throws {
        let others = settings.passive.filter { $0 != own }
        var comparison = AnnouncementComparison(mesh: mesh, parties: settings.passive)
        let refused = MultipartyError.announcementRefused
        comparison.take(
            try said(.comparisonCommitment, ComparisonCommitment.self, to: others, orElse: refused), from: own)
        try comparison.take(
            try said(.comparisonOpening, ComparisonOpening.self, to: others, orElse: refused), from: own)
        for (party, message) in try received(.comparisonCommitment, ComparisonCommitment.self, from: others) {
            comparison.take(message, from: party)
        }
        for (party, message) in try received(.comparisonOpening, ComparisonOpening.self, from: others) {
            try comparison.take(message, from: party)
        }
        try comparison.check()
    }

    // MARK: Messages

    private func sent<M: Message>(_ type: MessageType, _: M.Type, to peer: Int) throws -> M {
        guard let payload = exchanges[peer]?.sent[type] else { throw missing(M.name) }
        return try M(payload: payload)
    }

    /// What the keeper said to all of them alike.
    private func said<M: Message & Hashable>(
        _ type: MessageType, _: M.Type, to all: [Int], orElse error: MultipartyError
    ) throws -> M {
        let messages = Set(try all.map { try sent(type, M.self, to: $0) })
        guard let first = messages.first, messages.count == 1 else { throw error }
        return first
    }

    private func received<M: Message>(_ type: MessageType, _: M.Type, from all: [Int]) throws -> [Int: M] {
        try all.reduce(into: [:]) { messages, peer in
            guard let payload = exchanges[peer]?.received[type] else { throw missing(M.name) }
            messages[peer] = try M(payload: payload)
        }
    }

    private func missing(_ name: String) -> MultipartyError { .badSessions("\(name) is missing") }
}

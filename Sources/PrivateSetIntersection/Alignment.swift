internal import Bignum
internal import Crypto
internal import KeyAgreement
package import Paillier
public import Wire

/// Aligns two parties' rows by their identifiers; `protocols/alignment.md`, `protocols/alignment-ecdh.md`.
public enum Alignment {
    /// Runs this party's side, from the opening to the comparison of the orders.
    ///
    /// Call it inside `Session.run`, so that the peer learns the name of whatever is thrown here.
    ///
    /// - Parameters:
    ///   - identifiers: normalised, distinct, at least one. Positions in this array are the rows of the result.
    ///   - session: opened with `ProtocolVersion.alignment` among its protocols.
    ///   - progress: called from several tasks.
    ///   - admit: called once both openings are known to fit, before anything else is sent: this party's last word before
    ///     it says something about its identifiers.
    /// - Throws: ``AlignmentError``; `WireError` for what the session finds; `CancellationError`; what `admit` throws.
    public static func run(
        _ identifiers: [[UInt8]], over session: Session, settings: AlignmentSettings = AlignmentSettings(),
        progress: @escaping @Sendable (AlignmentProgress) -> Void = { _ in },
        admit: @Sendable (SetSizes) throws -> Void = { _ in }
    ) async throws -> Intersection {
        switch settings.scheme {
        case .paillierOPRF:
            let group = try AlignmentGroup(keyBits: settings.keyBits)
            return try await run(
                identifiers, over: session, settings: settings, parameters: AlignmentParameters(group: group),
                progress: progress, admit: admit)
        case .curve:
            let start = try await begin(
                identifiers, over: session, settings: settings, keyBits: Curve.bits, admit: admit)
            let conversation = try CurveConversation(
                start.exchange, identifiers: identifiers, head: start.head, progress: progress)
            return switch start.role {
            case .sender: try await CurveSender(conversation).run()
            default: try await CurveReceiver(conversation).run()
            }
        }
    }

    /// By the Paillier OPRF over any group, with keys made beforehand: for tests and benchmarks.
    package static func run(
        _ identifiers: [[UInt8]], over session: Session, settings: AlignmentSettings, parameters: AlignmentParameters,
        progress: @escaping @Sendable (AlignmentProgress) -> Void = { _ in },
        admit: @Sendable (SetSizes) throws -> Void = { _ in }
    ) async throws -> Intersection {
        let start = try await begin(
            identifiers, over: session, settings: settings, keyBits: settings.keyBits, admit: admit)
        let conversation = Conversation(
            session: session, identifiers: identifiers, peerCount: start.exchange.peerCount, keyBits: settings.keyBits,
            minimumCohort: start.exchange.minimumCohort, parameters: parameters, progress: progress)
        return switch start.role {
        case .sender: try await AlignmentSender(conversation).run()
        default: try await AlignmentReceiver(conversation).run()
        }
    }

    /// The first step of both protocols, up to this party's last word.
    ///
    /// - Parameter keyBits: what the opening names.
    /// - Returns: the role that follows, and the peer's head after its opening.
    private static func begin(
        _ identifiers: [[UInt8]], over session: Session, settings: AlignmentSettings, keyBits: Int,
        admit: @Sendable (SetSizes) throws -> Void
    ) async throws -> (role: AlignmentRole, exchange: MatchExchange, head: TreeHead) {
        try check(identifiers, settings)
        let start = try await open(count: identifiers.count, over: session, settings: settings, keyBits: keyBits)
        try admit(SetSizes(own: start.exchange.ownCount, peer: start.exchange.peerCount))
        return start
    }

    /// Exchanges the openings: a party's set has been checked, and nothing about its identifiers is said.
    static func open(
        count: Int, over session: Session, settings: AlignmentSettings, keyBits: Int
    ) async throws -> (role: AlignmentRole, exchange: MatchExchange, head: TreeHead) {
        let opening = AlignmentOpening(
            role: settings.role, keyBits: UInt16(clamping: keyBits), setSize: UInt64(count),
            minimumCohort: UInt64(max(settings.minimumCohort, 1)))
        try await session.send(opening)
        let (answer, head) = try await session.receiveWithHead(AlignmentOpening.self)
        let role = try agree(opening, answer, settings, session)
        let peerCount = Int(clamping: answer.setSize)
        let minimum = Int(clamping: max(opening.minimumCohort, answer.minimumCohort))
        try checkSizes(own: count, peer: peerCount, minimum: minimum)
        let exchange = MatchExchange(
            session: session, ownCount: count, peerCount: peerCount, minimumCohort: minimum)
        return (role, exchange, head)
    }

    static func check(_ identifiers: [[UInt8]], _ settings: AlignmentSettings) throws(AlignmentError) {
        guard !identifiers.isEmpty else { throw .noIdentifiers }
        guard identifiers.count <= settings.maximumOwnCount else {
            throw .ownSetTooLarge(count: identifiers.count, maximum: settings.maximumOwnCount)
        }
        guard identifiers.count >= settings.minimumCohort else {
            throw .ownSetTooSmall(count: identifiers.count, minimum: settings.minimumCohort)
        }
        var rows = [[UInt8]: Int](minimumCapacity: identifiers.count)
        for (row, identifier) in identifiers.enumerated() {
            if let first = rows.updateValue(row, forKey: identifier) {
                throw .duplicateIdentifier(first: first, second: row)
            }
        }
    }

    /// No cohort of `minimum` can come of a smaller set: its matches would tell about single people and nothing else.
    static func checkSizes(own: Int, peer: Int, minimum: Int) throws(AlignmentError) {
        guard own >= minimum else { throw .ownSetTooSmall(count: own, minimum: minimum) }
        guard peer >= minimum else { throw .peerSetTooSmall(count: peer, minimum: minimum) }
    }

    /// The role that follows from the job and both openings, which both parties compute alike. Neither takes one of its own
    /// choice: with a sender that the job names each has its part, otherwise the sizes decide.
    static func agree(
        _ own: AlignmentOpening, _ peer: AlignmentOpening, _ settings: AlignmentSettings, _ session: Session
    ) throws(AlignmentError) -> AlignmentRole {
        guard peer.version == own.version else {
            throw .protocolVersionDiffers(own: Int(own.version), peer: Int(peer.version))
        }
        guard peer.keyBits == own.keyBits else {
            throw .keySizesDiffer(own: Int(own.keyBits), peer: Int(peer.keyBits))
        }
        guard peer.setSize > 0 else { throw .peerSetEmpty }
        guard peer.setSize <= settings.maximumPeerCount else {
            throw .peerSetTooLarge(count: Int(clamping: peer.setSize), maximum: settings.maximumPeerCount)
        }
        switch (own.role, peer.role) {
        case (.sender, .receiver): return .sender
        case (.receiver, .sender): return .receiver
        case (.bySize, .bySize):
            if own.setSize != peer.setSize { return own.setSize > peer.setSize ? .sender : .receiver }
            return Array(session.localName.utf8).lexicographicallyPrecedes(Array(session.peerName.utf8))
                ? .sender : .receiver
        default: throw .rolesConflict
        }
    }
}

/// How many identifiers the two parties bring.
public struct SetSizes: Sendable, Hashable {
    public let own: Int
    /// As the peer announced it.
    public let peer: Int

    package init(own: Int, peer: Int) {
        self.own = own
        self.peer = peer
    }
}

/// What a test or a benchmark may replace.
package struct AlignmentParameters: Sendable {
    package var group: AlignmentGroup
    /// The sender's Paillier key; made in the session otherwise, as the protocol wants it.
    package var key: PrivateKey?
    /// As the plan of the session has it.
    package var chunksPerCheckpoint: UInt32

    package init(
        group: AlignmentGroup, key: PrivateKey? = nil, chunksPerCheckpoint: UInt32 = Chunking.chunksPerCheckpoint
    ) {
        self.group = group
        self.key = key
        self.chunksPerCheckpoint = chunksPerCheckpoint
    }
}

/// What both roles of the Paillier OPRF know once the openings are exchanged.
struct Conversation: Sendable {
    let session: Session
    let identifiers: [[UInt8]]
    let peerCount: Int
    let keyBits: Int
    let minimumCohort: Int
    let parameters: AlignmentParameters
    let progress: @Sendable (AlignmentProgress) -> Void

    var group: AlignmentGroup { parameters.group }
    /// The published groups allow no other sizes than 2048 and 3072: the size is its own floor.
    var keyTerms: KeyTerms { KeyTerms(bits: keyBits, floor: keyBits) }
    var hashes: AlignmentHashes { AlignmentHashes(sessionID: session.id.bytes) }

    func isCheckpointDue(after chunk: Chunk) -> Bool {
        Chunking.isCheckpointDue(after: chunk, every: parameters.chunksPerCheckpoint)
    }

    func report(_ phase: AlignmentProgress.Phase, _ done: Int, of total: Int) {
        progress(AlignmentProgress(phase: phase, done: done, total: total))
    }
    var exchange: MatchExchange {
        MatchExchange(
            session: session, ownCount: identifiers.count, peerCount: peerCount, minimumCohort: minimumCohort)
    }
}

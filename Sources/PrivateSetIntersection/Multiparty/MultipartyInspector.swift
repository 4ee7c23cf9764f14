public import Wire

/// What the running session and a verifier check of an alignment of several parties in one session alone, beside what
/// ``AlignmentInspector`` checks of the questions (`protocols/multiparty-alignment.md` 10): shapes and the sizes of stores
/// (T10), that both parties say who they are and which session this is (T16), that nonces are those that were committed to
/// and both arrive at one order (T15). What it takes all sessions of a party for, ``MultipartyFollower`` checks.
public struct MultipartyInspector: PayloadInspector {
    public let checks = ["T10", "T15", "T16"]

    private let settings: MultipartySettings
    private let job: Bytes32
    private let session: Bytes32
    private var kept = KeptPayloads(bulk: MessageType.alignmentBulk)
    /// By party.
    private var sizes: [String: UInt64] = [:]
    private var setups: [String: MultipartySetup] = [:]
    private var orders: [String: CommonOrder] = [:]
    /// Rows that the active party announced; nil between passive parties.
    private var announced: UInt64?

    /// - Parameters:
    ///   - job: of the session's terms.
    ///   - session: the session's identity.
    public init(settings: MultipartySettings, job: Bytes32, session: Bytes32) {
        self.settings = settings
        self.job = job
        self.session = session
    }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        let protocols = [ProtocolVersion.alignment.id, ProtocolVersion.multipartyAlignment.id]
        guard protocols.contains(record.type.protocolID) else { return }
        guard case .payload(let payload) = kept.next(record, payload) else { return }
        try InspectionFailure.reading(messagesOf: "alignment of several parties") {
            try inspect(record, whole: payload)
        }
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {
        guard let rows = counts?["rows"], !kept.isPruned else { return }
        guard let order = orders.values.first, rows == Int64(clamping: order.count) else {
            throw Self.failure("T15", "countMismatch", "The outcome names another number of rows than were aligned.")
        }
    }

    private mutating func inspect(_ record: Record, whole payload: [UInt8]) throws {
        switch record.type {
        // What does not read as its kind is said by those whose kind it is.
        case .alignmentOpening: if let opening = try? AlignmentOpening(payload: payload) { try check(opening, record) }
        case .matchOutcome: if let outcome = try? MatchOutcome(payload: payload) { try check(outcome, record) }
        case .multipartySetup: try setup(MultipartySetup(payload: payload), record)
        case .storeSeed:
            try demand(Int(StoreSeed(payload: payload).cells) == (try shape(of: record.from)).cells, "wrongCount")
        case .storeCells:
            let chunks = Chunking.tags(try shape(of: record.from).cells)
            let expected = try MatchInspection.size(of: record.chunk, chunks)
            try demand(StoreCells(payload: payload).cells.count == expected, "wrongCount")
        case .comparisonCommitment: _ = try ComparisonCommitment(payload: payload)
        case .comparisonOpening: _ = try ComparisonOpening(payload: payload)
        case .orderNonce: try nonce(OrderNonce(payload: payload), record)
        case .commonOrder: try order(CommonOrder(payload: payload), record)
        default:
            guard record.type.protocolID == ProtocolVersion.alignment.id else { throw WireError.invalidValue("type") }
        }
    }

    private var minimumCohort: UInt64 { UInt64(clamping: max(settings.alignment.minimumCohort, 1)) }

    /// The active party asks; what the job demands is what all declare, else an answer would say more of the common rows.
    private mutating func check(_ opening: AlignmentOpening, _ record: Record) throws {
        sizes[record.from] = opening.setSize
        let role: AlignmentRole = record.from == settings.parties[settings.active] ? .receiver : .sender
        guard opening.role == role else {
            throw Self.failure("T10", "rolesConflict", "\(record.from) claims another role than the job gives it.")
        }
        guard opening.minimumCohort == minimumCohort else {
            throw Self.failure(
                "T10", "minimumDiffers", "\(record.from) declares another minimum cohort than the job has.")
        }
    }

    private mutating func check(_ outcome: MatchOutcome, _ record: Record) throws {
        announced = outcome.count
        guard outcome.kind != .matched || outcome.count >= minimumCohort else {
            throw Self.failure(
                "T15", "cohortTooSmall", "\(record.from) announces fewer rows than the job's minimum cohort.")
        }
    }

    private mutating func setup(_ message: MultipartySetup, _ record: Record) throws {
        let own = settings.parties.firstIndex(of: record.from)
        let peer = settings.parties.firstIndex(of: record.to)
        guard let own, let peer, Int(message.parties) == settings.parties.count, Int(message.own) == own,
            Int(message.active) == settings.active, message.sessions[own] == .zero, message.sessions[peer] == session
        else {
            throw Self.failure(
                "T16", "meshMismatch", "\(record.from) names other parties or another session than this one.")
        }
        let hasActive = own == settings.active || peer == settings.active
        guard hasActive == (message.key == .zero) else {
            throw Self.failure("T10", "keyUnexpected", "\(record.from) has a pair's key where none belongs, or none.")
        }
        setups[record.from] = message
    }

    private func nonce(_ message: OrderNonce, _ record: Record) throws {
        guard let setup = setups[record.from],
            setup.nonceCommitment
                == MultipartyHash.commitment(toNonce: message.nonce, of: Int(setup.own), job: job)
        else {
            throw Self.failure(
                "T15", "nonceRefused", "\(record.from) reveals another nonce than the one that it committed to.")
        }
    }

    private mutating func order(_ message: CommonOrder, _ record: Record) throws {
        orders[record.from] = message
        guard announced == nil || announced == message.count, Set(orders.values).count == 1 else {
            throw Self.failure("T15", "ordersDiffer", "\(record.from) arrives at another common order.")
        }
    }

    private func shape(of party: String) throws -> StoreShape {
        guard let size = sizes[party], size > 0, size <= UInt64(AlignmentSettings.limit) else {
            throw Self.failure("T10", "openingMissing", "There is a message before its sender's opening.")
        }
        return StoreShape(count: Int(size))
    }

    private func demand(_ holds: Bool, _ name: String) throws {
        guard holds else {
            throw Self.failure("T10", name, "A store has another number of cells than its set implies.")
        }
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}

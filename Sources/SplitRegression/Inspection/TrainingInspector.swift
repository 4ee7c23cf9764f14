public import KeyAgreement
public import Paillier
public import Wire

/// What the running session and a verifier of transcripts check in a training's payloads (`protocols/wire.md` 8.1,
/// `protocols/transcript.md` 9), with nothing but what was sent and the job's plan: shapes (T10), ciphertexts (T11, T20, T21),
/// proofs of the keys and their contexts (T12, T19), key sizes and bounds (T13), the steps and the end (T23), how many bits
/// were opened (T24), that no key serves twice (T26), and that counts, passes and convergence are what the outcome names (T15).
///
/// Of ciphertexts that a transcript keeps by hash it sees how many there are, by the length in the record: T11, T20 and
/// T21 are not made on them, but for a message that comes again as a whole.
///
/// It stops at the first failure: what comes after could only fail by it.
public struct TrainingInspector: PayloadInspector, KeyInspecting {
    public let checks = ["T10", "T11", "T12", "T13", "T14", "T15", "T16", "T19", "T20", "T21", "T23", "T24", "T26"]
    public let checksOfBulk = ["T11", "T20", "T21"]

    private let plan: @Sendable (Int) -> TrainingPlan
    /// Name of the active party.
    private let active: String
    private let duplicates: DuplicateFilter
    private var setups: [String: TrainingSetup] = [:]
    package private(set) var keyInspector: KeyInspector<TrainingKeyPurpose>
    private var follower: TrainingFollower?
    private var payloads = KeptPayloads(bulk: MessageType.ofCiphertexts.union([.handover]))

    /// - Parameters:
    ///   - session: the session's identity.
    ///   - active: name of the party with the label.
    ///   - moduli, duplicates: shared with the session's other inspectors.
    ///   - local: the party that runs the session now, whose own proofs are not verified again; nil for a verifier.
    ///   - plan: what the job allows over so many rows.
    public init(
        session: Bytes32, active: String, moduli: ModulusRegister = ModulusRegister(),
        duplicates: DuplicateFilter = DuplicateFilter(), local: String? = nil,
        plan: @escaping @Sendable (_ rows: Int) -> TrainingPlan
    ) {
        self.init(
            session: session, active: active, moduli: moduli, duplicates: duplicates, local: local,
            floor: PublicKey.minimumBits, plan: plan)
    }

    /// With a lower floor for keys, for tests.
    package init(
        session: Bytes32, active: String, moduli: ModulusRegister, duplicates: DuplicateFilter = DuplicateFilter(),
        local: String? = nil, floor: Int, plan: @escaping @Sendable (Int) -> TrainingPlan
    ) {
        keyInspector = KeyInspector(
            TrainingKeyPurpose.self, terms: plan(0).keyTerms(floor: floor), session: session, moduli: moduli,
            local: local)
        self.plan = plan
        self.active = active
        self.duplicates = duplicates
    }

    public var unfinished: [String: String] { duplicates.unfinished }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        if record.type == .checkpoint, !payloads.isPruned { try follower?.takeCheckpoint(record) }
        guard record.type.protocolID == ProtocolVersion.training.id else { return }
        let content = payloads.next(record, payload)
        try InspectionFailure.reading(messagesOf: "training") {
            switch content {
            case .payload(let payload): try inspect(record, whole: payload)
            case .length(let length): try inspect(record, length: length)
            case .nothing: break
            }
        }
    }

    private mutating func inspect(_ record: Record, whole payload: [UInt8]) throws {
        switch record.type {
        case .trainingSetup: try setup(TrainingSetup(payload: payload), record)
        case .trainingRing: try keyInspector.take(ParametersMessage(payload: payload), record)
        case .trainingKey:
            try keyInspector.take(KeyMessage(payload: payload), record)
            follow(record)
        case .trainingBounds: try follower?.take(TrainingBounds(payload: payload).announcement, record)
        case .windowShare: try follower?.take(WindowShare(payload: payload), record)
        case .resultShares: try follower?.take(ResultShares(payload: payload), record)
        case .handoverKey:
            let count = try CiphertextInspection.count(payload, under: keyInspector.keys[active], duplicates)
            try follower?.take(scoreKeys: count, record)
        case .handover: try follower?.take(sealedScores: Handover(payload: payload).bytes.count, record)
        case .scoreChunk: try follower?.take(scores: ScoreChunk(payload: payload).scores.count, record)
        default:
            guard let owner = try follower?.owner(of: record) else { return }
            let count = try CiphertextInspection.count(payload, under: keyInspector.keys[owner], duplicates)
            try follower?.take(ciphertexts: count, record)
        }
    }

    private mutating func inspect(_ record: Record, length: Int) throws {
        if record.type == .handover {
            try follower?.take(sealedScores: length - Payload<RowSharesKind>.prefix, record)
            return
        }
        guard let owner = try follower?.owner(of: record) else { return }
        let count = try CiphertextInspection.count(
            inBytes: length, of: record, under: keyInspector.keys[owner], duplicates)
        try follower?.take(ciphertexts: count, record)
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {
        guard let counts, !payloads.isPruned, let follower, let rows = setups.values.first?.rows else { return }
        let plan = plan(rows)
        // A constant that cancels out is none.
        let parameters =
            (follower.parameters ?? plan.parameters) - (plan.response.hasIntercept ? 0 : 1)
        let facts: [(String, Int, String)] = [
            ("fitted", rows, "countMismatch"), ("passes", follower.passes, "passesMismatch"),
            ("parameters", parameters, "countMismatch"),
            ("converged", follower.isConverged ? 1 : 0, "convergenceMismatch"),
        ]
        for (name, value, error) in facts {
            guard let named = counts[name], named != Int64(value) else { continue }
            throw Self.failure("T15", error, "The outcome says \(name) \(named), the messages say \(value).")
        }
        try follower.finish()
    }

    // MARK: One message each

    private mutating func setup(_ message: TrainingSetup, _ record: Record) throws {
        if let other = setups[record.to], other.rows != message.rows || other.testRows != message.testRows {
            throw Self.failure("T10", "setupsDiffer", "The parties did not train on the same number of rows.")
        }
        let plan = plan(message.rows)
        guard message.columns == (record.from == active ? plan.activeColumns : plan.passiveColumns) else {
            throw Self.failure(
                "T13", "columnsNotAllowed", "\(record.from) has another number of columns than the job gives it.")
        }
        setups[record.from] = message
    }

    /// Once both keys are there.
    private mutating func follow(_ record: Record) {
        let keys = keyInspector.keys
        guard keys.count == 2, let key = keys[record.from], let setup = setups[record.from] else { return }
        follower = TrainingFollower(
            plan: plan(setup.rows), setup: setup, active: active,
            passive: record.from == active ? record.to : record.from,
            width: CiphertextVector.serializedWidth(of: key))
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}

public import KeyAgreement
public import Paillier
internal import Records
public import Wire

/// What the running session and a verifier of transcripts check in the payloads between a holder and a further passive party
/// (multiparty-training.md): as ``TrainingInspector`` between the two holders, with nothing but what was sent and the job's plan.
///
/// Whether both holders announce the same is not seen in one session: the party compares them, and so does a verifier that
/// has both.
public struct OtherTrainingInspector: PayloadInspector, KeyInspecting {
    public let checks = ["T10", "T11", "T12", "T13", "T14", "T15", "T16", "T19", "T20", "T21", "T23", "T24", "T26"]
    public let checksOfBulk = ["T11", "T20", "T21"]

    private let plan: @Sendable (Int) -> TrainingPlan
    private let holder: String
    private let role: TrainingRole
    private let index: Int
    private let duplicates: DuplicateFilter
    private var setups: [String: TrainingSetup] = [:]
    package private(set) var keyInspector: KeyInspector<TrainingKeyPurpose>
    private var follower: OtherTrainingFollower?
    private var payloads = KeptPayloads(
        bulk: MessageType.ofCiphertexts.union(MessageType.ofScaledRows).union([.handover]))

    /// - Parameters:
    ///   - session: the session's identity.
    ///   - holder: name of the active party, or of the helper.
    ///   - isHelper: which of them it is.
    ///   - index: the other party's place in the plan's `otherColumns`.
    ///   - moduli, duplicates: shared with the session's other inspectors.
    ///   - local: the party that runs the session now; nil for a verifier.
    ///   - plan: what the job allows over so many rows.
    public init(
        session: Bytes32, holder: String, isHelper: Bool, index: Int,
        moduli: ModulusRegister = ModulusRegister(), duplicates: DuplicateFilter = DuplicateFilter(),
        local: String? = nil, plan: @escaping @Sendable (_ rows: Int) -> TrainingPlan
    ) {
        self.init(
            session: session, holder: holder, role: isHelper ? .passive : .active, index: index, moduli: moduli,
            duplicates: duplicates, local: local, floor: PublicKey.minimumBits, plan: plan)
    }

    /// With a lower floor for keys, for tests.
    package init(
        session: Bytes32, holder: String, role: TrainingRole, index: Int,
        moduli: ModulusRegister = ModulusRegister(), duplicates: DuplicateFilter = DuplicateFilter(),
        local: String? = nil, floor: Int, plan: @escaping @Sendable (Int) -> TrainingPlan
    ) {
        keyInspector = KeyInspector(
            TrainingKeyPurpose.self, terms: plan(0).keyTerms(floor: floor), session: session, moduli: moduli,
            local: local)
        self.plan = plan
        self.holder = holder
        self.role = role
        self.index = index
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
        case .handover: try follower?.take(handoverOf: try Handover(payload: payload).bytes.count, record)
        case .handoverKey:
            let count = try CiphertextInspection.count(payload, under: keyInspector.keys[holder], duplicates)
            guard count == 1 else {
                throw InspectionFailure(
                    check: "T10", name: "wrongCount", sentence: "A key for handovers is not one ciphertext.")
            }
        case .resultShares: try follower?.take(ResultShares(payload: payload), record)
        case .sealedResults:
            let count = try CiphertextInspection.count(payload, under: keyInspector.keys[record.to], duplicates)
            try follower?.take(results: count, record)
        default:
            guard let follower else { return }
            try follower.demandCiphertexts(record)
            let count = try CiphertextInspection.count(payload, under: keyInspector.keys[holder], duplicates)
            try self.follower?.take(ciphertexts: count, record)
        }
    }

    private mutating func inspect(_ record: Record, length: Int) throws {
        guard let follower else { return }
        if record.type == .handover {
            try self.follower?.take(handoverOf: length - Payload<RowSharesKind>.prefix, record)
            return
        }
        try follower.demandCiphertexts(record)
        let count = try CiphertextInspection.count(
            inBytes: length, of: record, under: keyInspector.keys[holder], duplicates)
        try self.follower?.take(ciphertexts: count, record)
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
            throw InspectionFailure(
                check: "T15", name: error, sentence: "The outcome says \(name) \(named), the messages say \(value).")
        }
        try follower.finish()
    }

    // MARK: One message each

    private mutating func setup(_ message: TrainingSetup, _ record: Record) throws {
        if let other = setups[record.to], other.rows != message.rows || other.testRows != message.testRows {
            throw InspectionFailure(
                check: "T10", name: "setupsDiffer", sentence: "The parties did not train on the same number of rows.")
        }
        let plan = plan(message.rows)
        let ofHolder = role == .active ? plan.activeColumns : plan.passiveColumns
        let ofOther = plan.otherColumns.indices.contains(index) ? plan.otherColumns[index] : -1
        guard message.columns == (record.from == holder ? ofHolder : ofOther) else {
            throw InspectionFailure(
                check: "T13", name: "columnsNotAllowed",
                sentence: "\(record.from) has another number of columns than the job gives it.")
        }
        guard message.labelExponent == 0 || record.from == holder && plan.family == .linear else {
            throw InspectionFailure(
                check: "T13", name: "boundsNotAllowed",
                sentence: "\(record.from) names a scale of a label that it does not have.")
        }
        setups[record.from] = message
    }

    /// Once both keys are there.
    private mutating func follow(_ record: Record) {
        let keys = keyInspector.keys
        guard keys.count == 2, let key = keys[holder], let setup = setups[record.from] else { return }
        follower = OtherTrainingFollower(
            plan: plan(setup.rows), setup: setup, holder: holder,
            other: record.from == holder ? record.to : record.from, role: role, index: index,
            width: CiphertextVector.serializedWidth(of: key))
    }
}

public import KeyAgreement
public import Paillier
import Records
public import Wire

/// What the running session and a verifier of transcripts check in a description's payloads (describe.md 2 and 3), with nothing but
/// what was sent and the job: shapes (T10), ciphertexts (T11, T20, T21), keys (T12, T13, T19, T26), groups (T13), that the job opens
/// it (T14), the order that follows from what is hidden (T16, T23), how many bits were opened (T24), and that counts are what the outcome names (T15).
///
/// It stops at the first failure: what comes after could only fail by it.
public struct DescriptionInspector: PayloadInspector, KeyInspecting {
    public let checks = ["T10", "T11", "T12", "T13", "T14", "T15", "T16", "T19", "T20", "T21", "T23", "T24", "T26"]
    public let checksOfBulk = ["T11", "T20", "T21"]

    private let plan: DescriptionPlan
    /// Whether the job opens a description.
    private let isRevealed: Bool
    /// Name of the active party.
    private let active: String
    private let duplicates: DuplicateFilter
    private var setups: [String: DescriptionSetup] = [:]
    package private(set) var keyInspector: KeyInspector<DescriptionKeyPurpose>
    private var follower: DescriptionFollower?
    private var payloads = KeptPayloads(bulk: MessageType.ofDescribedCiphertexts)

    /// - Parameters:
    ///   - session: the session's identity.
    ///   - active: name of the party with the groups.
    ///   - moduli, duplicates: shared with the session's other inspectors.
    ///   - local: the party that runs the session now, whose own proofs are not verified again; nil for a verifier.
    public init(
        session: Bytes32, active: String, plan: DescriptionPlan, isRevealed: Bool,
        moduli: ModulusRegister = ModulusRegister(), duplicates: DuplicateFilter = DuplicateFilter(),
        local: String? = nil
    ) {
        self.init(
            session: session, active: active, plan: plan, isRevealed: isRevealed, moduli: moduli,
            duplicates: duplicates,
            local: local, floor: PublicKey.minimumBits)
    }

    /// With a lower floor for keys, for tests.
    package init(
        session: Bytes32, active: String, plan: DescriptionPlan, isRevealed: Bool = true, moduli: ModulusRegister,
        duplicates: DuplicateFilter = DuplicateFilter(), local: String? = nil, floor: Int
    ) {
        keyInspector = KeyInspector(
            DescriptionKeyPurpose.self, terms: KeyTerms(bits: plan.keyBits, floor: floor), session: session,
            moduli: moduli, local: local)
        self.plan = plan
        self.isRevealed = isRevealed
        self.active = active
        self.duplicates = duplicates
    }

    public var unfinished: [String: String] { duplicates.unfinished }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        if record.type == .checkpoint, !payloads.isPruned { try follower?.takeCheckpoint(record) }
        guard record.type.protocolID == ProtocolVersion.description.id else { return }
        let content = payloads.next(record, payload)
        try InspectionFailure.reading(messagesOf: "description") {
            switch content {
            case .payload(let payload): try inspect(record, whole: payload)
            case .length(let length):
                guard let owner = try follower?.owner(of: record) else { return }
                let count = try CiphertextInspection.count(
                    inBytes: length, of: record, under: keyInspector.keys[owner], duplicates)
                try follower?.take(ciphertexts: count, record)
            case .nothing: break
            }
        }
    }

    private mutating func inspect(_ record: Record, whole payload: [UInt8]) throws {
        guard isRevealed else {
            throw Self.failure("T14", "undeclaredMessage", "The job opens no description, but there is one.")
        }
        if follower == nil || record.type == .groups {
            guard record.round == 0 else {
                throw Self.failure("T10", "wrongRound", "A message carries another number of its exchange than it has.")
            }
        }
        switch record.type {
        case .descriptionSetup: try setup(DescriptionSetup(payload: payload), record)
        case .descriptionParameters: try keyInspector.take(ParametersMessage(payload: payload), record)
        case .descriptionKey:
            try keyInspector.take(KeyMessage(payload: payload), record)
            follow(record)
        case .groups: try follower?.take(GroupsMessage(payload: payload).groups, record)
        case .hiddenColumns: try follower?.take(HiddenColumns(payload: payload), record)
        case .describedNumbers: try follower?.take(DescribedNumbersMessage(payload: payload), record)
        case .scales: try follower?.take(ScalesMessage(payload: payload), record)
        default:
            guard let owner = try follower?.owner(of: record) else { return }
            let count = try CiphertextInspection.count(payload, under: keyInspector.keys[owner], duplicates)
            try follower?.take(ciphertexts: count, record)
        }
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {
        guard let counts, !payloads.isPruned, let follower, let rows = setups.values.first?.rows else { return }
        let facts = [("rows", rows), ("groups", follower.sizes.count), ("shown", follower.shownColumns ?? 0)]
        for (name, value) in facts {
            guard let named = counts[name], named != Int64(value) else { continue }
            throw Self.failure("T15", "countMismatch", "The outcome says \(name) \(named), the messages say \(value).")
        }
        try follower.finish()
    }

    // MARK: One message each

    private mutating func setup(_ message: DescriptionSetup, _ record: Record) throws {
        if let other = setups[record.to], other.rows != message.rows {
            throw Self.failure("T10", "setupsDiffer", "The parties did not describe the same number of rows.")
        }
        let own = record.from == active ? plan.active : plan.passive
        guard message.values.count == own.count(where: { $0.kind.levelNames == nil }) else {
            throw Self.failure(
                "T13", "columnsNotAllowed", "\(record.from) has another number of columns than the job gives it.")
        }
        setups[record.from] = message
    }

    /// Once both keys are there.
    private mutating func follow(_ record: Record) {
        let keys = keyInspector.keys
        let passive = record.from == active ? record.to : record.from
        guard keys.count == 2, let key = keys[record.from], let own = setups[active], let other = setups[passive],
            let shape = plan.shape(rows: own.rows, activeValues: own.values, passiveValues: other.values)
        else { return }
        follower = DescriptionFollower(
            shape: shape, active: active, passive: passive,
            width: CiphertextVector.serializedWidth(of: key))
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}

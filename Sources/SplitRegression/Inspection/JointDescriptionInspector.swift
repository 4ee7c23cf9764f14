public import Paillier
public import Wire

/// What the running session and a verifier of transcripts check in a session of a description of several parties (describe.md 9): with
/// the active party the whole of ``DescriptionInspector``; between two others their parts' sizes (T10); and that both say of
/// their own parts what the session itself shows (T23).
///
/// What holds of all sessions together each party compares itself, and a verifier of its folder again.
public struct JointDescriptionInspector: PayloadInspector {
    public let checks: [String]
    public let checksOfBulk: [String]

    private let plan: JointDescriptionPlan
    /// Of a session with the active party.
    private var pair: DescriptionInspector?
    private let isRevealed: Bool
    private let digestRound: UInt32
    private var reading: DescribedReading
    private var payloads = KeptPayloads(bulk: MessageType.ofDescribedCiphertexts)

    /// - Parameters:
    ///   - session: the session's identity.
    ///   - parties: numbers of its two parties.
    ///   - moduli, duplicates: shared with the session's other inspectors.
    ///   - local: the party that runs the session now; nil for a verifier.
    public init(
        session: Bytes32, between parties: (Int, Int), plan: JointDescriptionPlan, isRevealed: Bool,
        moduli: ModulusRegister = ModulusRegister(), duplicates: DuplicateFilter = DuplicateFilter(),
        local: String? = nil
    ) {
        self.init(
            session: session, between: parties, plan: plan, isRevealed: isRevealed, moduli: moduli,
            duplicates: duplicates, local: local, floor: PublicKey.minimumBits)
    }

    /// With a lower floor for keys, for tests.
    package init(
        session: Bytes32, between parties: (Int, Int), plan: JointDescriptionPlan, isRevealed: Bool = true,
        moduli: ModulusRegister, duplicates: DuplicateFilter = DuplicateFilter(), local: String? = nil, floor: Int
    ) {
        let (first, second) = (min(parties.0, parties.1), max(parties.0, parties.1))
        self.plan = plan
        self.isRevealed = isRevealed
        digestRound = PartsFlow.digestRound(first, second)
        reading = DescribedReading(plan)
        if first == 0 {
            pair = DescriptionInspector(
                session: session, active: plan.parties[0].name, plan: plan.pair(second), isRevealed: isRevealed,
                moduli: moduli, duplicates: duplicates, local: local, floor: floor)
        }
        checks = pair?.checks ?? ["T10", "T14", "T23"]
        checksOfBulk = pair?.checksOfBulk ?? []
    }

    public var unfinished: [String: String] { pair?.unfinished ?? [:] }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        let isOfParts = [.describedPart, .partDigests].contains(record.type)
        if !isOfParts { try pair?.inspect(record, payload: payload) }
        guard DescribedReading.reads(record), case .payload(let payload) = payloads.next(record, payload) else {
            return
        }
        try InspectionFailure.reading(messagesOf: "description") {
            if isOfParts { try check(record) }
            try reading.take(record, payload)
            if record.type == .describedPart { try checkPart(of: record.from) }
            if record.type == .partDigests { try checkDigests(of: record.from) }
        }
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {
        // The outcome counts the columns of all parties.
        try pair?.finish(counts: counts?.filter { $0.key != "shown" })
    }

    private func check(_ record: Record) throws {
        guard isRevealed else {
            throw Self.failure("T14", "undeclaredMessage", "The job opens no description, but there is one.")
        }
        guard record.round == (record.type == .describedPart ? PartsFlow.partRound : digestRound) else {
            throw Self.failure("T10", "wrongRound", "A message carries another number of its exchange than it has.")
        }
    }

    private func checkPart(of party: String) throws {
        guard let number = plan.index(of: party), let part = reading.part(of: party),
            plan.hasSizes(part, of: number)
        else {
            throw Self.failure(
                "T10", "wrongCount", "\(party)'s part has another number of columns, numbers or scales than it shows.")
        }
    }

    private func checkDigests(of party: String) throws {
        guard let said = reading.digests[party], said.count == plan.parties.count else {
            throw Self.failure("T10", "wrongCount", "\(party) sent digests of another number of parties.")
        }
        let own = try reading.ownDigests()
        guard own.count == 2 else {
            throw Self.failure("T23", "descriptionNotFinished", "Parts are compared before they are there.")
        }
        for (number, digest) in own where said[number] != digest {
            throw Self.failure(
                "T23", "partsDiffer",
                "\(party) says something else of \(plan.parties[number].name)'s part than this session shows.")
        }
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}

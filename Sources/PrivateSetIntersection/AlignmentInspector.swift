internal import Bignum
public import KeyAgreement
public import Paillier
public import Wire

/// What the running session and a verifier of transcripts check in an alignment's payloads (`protocols/wire.md` 8.1,
/// `protocols/transcript.md` 9), with nothing but what was sent: shapes (T10), ciphertexts (T11, T20, T21), proofs of the
/// keys and their contexts (T12, T19), the job's key size (T13), that no key serves twice (T26), and that the order agreed on is the order of the tags (T15). It stops at the
/// first failure: what comes after could only fail by it.
///
/// Of blinded identifiers and evaluations that a transcript keeps by hash it sees how many there are, by the length in the
/// record: T11, T20 and T21 are not made on them, but for a message that comes again as a whole.
///
/// The proof of blinding can only be checked by the owner of the key, which did so before it answered.
public struct AlignmentInspector: PayloadInspector, KeyInspecting {
    public let checks = ["T10", "T11", "T12", "T13", "T15", "T19", "T20", "T21", "T26"]
    public let checksOfBulk = ["T11", "T20", "T21"]

    private let keyBits: Int
    private let session: Bytes32
    private let group: AlignmentGroup
    private let maximumSetSize: UInt64
    private let duplicates: DuplicateFilter
    /// The party that runs the session and inspects it: it need not verify what it proved itself.
    private let local: String?
    private var matches: MatchInspection
    package private(set) var keyInspector: KeyInspector<AlignmentKeys>
    private var key: PublicKey?
    /// K, once it was proven to hold a short number.
    private var provenRange: [UInt8]?
    private var payloads = KeptPayloads(bulk: MessageType.alignmentBulk)

    /// Identifiers that a side may bring at most, whatever the job says (`protocols/alignment.md` 6).
    public static let largestSetSize = 1 << 24

    /// - Parameters:
    ///   - keyBits: the job's.
    ///   - maximumSetSize: the job's; the protocol allows no more than 2^24.
    ///   - session: the session's identity.
    ///   - moduli, duplicates: shared with the session's other inspectors.
    ///   - local: the party that runs the session now, whose own proofs are not verified again; nil for a verifier.
    ///   - isOfSeveralParties: whether it is one of the sessions of `protocols/multiparty-alignment.md`: then a store comes in
    ///     place of tags, which ``MultipartyInspector`` looks at.
    public init(
        keyBits: Int, maximumSetSize: Int = largestSetSize, session: Bytes32,
        moduli: ModulusRegister = ModulusRegister(), duplicates: DuplicateFilter = DuplicateFilter(),
        local: String? = nil, isOfSeveralParties: Bool = false
    ) throws(AlignmentError) {
        self.init(
            keyBits: keyBits, maximumSetSize: maximumSetSize, session: session,
            group: try AlignmentGroup(keyBits: keyBits), moduli: moduli, duplicates: duplicates, local: local,
            isOfSeveralParties: isOfSeveralParties)
    }

    /// Over any group, for tests.
    package init(
        keyBits: Int, maximumSetSize: Int = largestSetSize, session: Bytes32,
        group: AlignmentGroup, moduli: ModulusRegister = ModulusRegister(),
        duplicates: DuplicateFilter = DuplicateFilter(),
        local: String? = nil, isOfSeveralParties: Bool = false
    ) {
        self.maximumSetSize = UInt64(clamping: min(maximumSetSize, Self.largestSetSize))
        self.duplicates = duplicates
        self.local = local
        self.keyBits = keyBits
        keyInspector = KeyInspector(
            AlignmentKeys.self,
            terms: KeyTerms(bits: keyBits, floor: keyBits),
            session: session, moduli: moduli, local: local)
        self.session = session
        self.group = group
        matches = MatchInspection(session, areTagsSent: !isOfSeveralParties)
    }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        guard record.type.protocolID == ProtocolVersion.alignment.id else { return }
        let content = payloads.next(record, payload)
        try InspectionFailure.reading(messagesOf: "alignment") {
            switch content {
            case .payload(let payload): try inspect(record, whole: payload)
            case .length(let length): try inspect(record, length: length)
            case .nothing: break
            }
        }
    }

    private mutating func inspect(_ record: Record, whole payload: [UInt8]) throws {
        switch record.type {
        case .alignmentOpening:
            let opening = try AlignmentOpening(payload: payload)
            try opening.check(from: record.from, keyBits: keyBits, maximumSetSize: maximumSetSize)
            matches.open(opening, record)
        case .verifierParameters: try keyInspector.take(VerifierParameters(payload: payload), record)
        case .senderKey:
            try keyInspector.take(SenderKey(payload: payload), record)
            key = keyInspector.keys[record.from]
        case .encryptedPRFKey: try encryptedKey(EncryptedPRFKey(payload: payload), record)
        case .hashSalt: _ = try HashSalt(payload: payload)
        case .blindedIdentifiers: try blinded(BlindedIdentifiers(payload: payload), record)
        case .evaluations: try evaluations(Evaluations(payload: payload), record)
        default: try matches.inspect(record, payload)
        }
    }

    /// Bulk messages, of which only the length is known.
    private func inspect(_ record: Record, length: Int) throws {
        let isQuestion = record.type == .blindedIdentifiers
        guard let key else { throw Self.failure("T10", "keyMissing", "There is a message before the key.") }
        let slots = BlindingSizes.slots(modulusBits: key.modulusBits)
        let count = try chunk(record, asker: isQuestion ? record.from : record.to, slots: slots)
        let width = CiphertextVector.serializedWidth(of: key)
        let expected =
            isQuestion
            ? BlindedIdentifiers.length(
                ciphertexts: (count + slots - 1) / slots * width,
                proof: BlindingProof.serializedWidth(slots: slots, ciphertextWidth: width))
            : Evaluations.length(of: count, width: group.elementWidth)
        guard length == expected else {
            throw Self.failure("T10", "wrongLength", "This chunk has another length than its identifiers ask for.")
        }
        guard !isQuestion || duplicates.insert(record.payloadHash.bytes) else {
            throw Self.failure("T20", "ciphertextRepeated", "Ciphertexts were sent twice.")
        }
    }

    public var unfinished: [String: String] { duplicates.unfinished }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {
        guard let counts, !payloads.isPruned else { return }
        try matches.finish(counts)
    }

    // MARK: One message each

    private mutating func encryptedKey(_ message: EncryptedPRFKey, _ record: Record) throws {
        guard let key else { throw Self.failure("T10", "keyMissing", "There is a ciphertext before its key.") }
        try ciphertexts(message.ciphertext, count: 1, key)
        guard record.from != local else { return }
        // The coins of the batched check are the verifier's own.
        var coins = SystemRandomNumberGenerator()
        guard
            RangeProof.isValid(
                message.rangeProof, encryptedKey: message.ciphertext, publicKey: key,
                hashes: AlignmentHashes(sessionID: session.bytes), prover: record.from, using: &coins)
        else { throw Self.failure("T12", "rangeProofRejected", "The encrypted PRF key is not proven to be short.") }
        provenRange = message.ciphertext
    }

    private mutating func blinded(_ message: BlindedIdentifiers, _ record: Record) throws {
        guard let key else { throw Self.failure("T10", "keyMissing", "There is a ciphertext before its key.") }
        let slots = BlindingSizes.slots(modulusBits: key.modulusBits)
        let width = CiphertextVector.serializedWidth(of: key)
        let count = try chunk(record, asker: record.from, slots: slots)
        let plaintexts = (count + slots - 1) / slots
        guard message.identifiers == count, message.ciphertexts.count == plaintexts * width,
            let proof = BlindingProof(serialized: message.proof, slots: slots, ciphertextWidth: width)
        else { throw Self.failure("T10", "wrongCount", "This chunk has the wrong number of blinded identifiers.") }
        try ciphertexts(message.ciphertexts + proof.masks, count: plaintexts + BlindingSizes.challengeRows, key)
    }

    private func evaluations(_ message: Evaluations, _ record: Record) throws {
        guard let key else { throw Self.failure("T10", "keyMissing", "There is an answer before the key.") }
        let count = try chunk(record, asker: record.to, slots: BlindingSizes.slots(modulusBits: key.modulusBits))
        guard message.identifiers == count else {
            throw Self.failure("T10", "wrongCount", "This chunk has the wrong number of evaluations.")
        }
        do {
            _ = try group.elements(
                message.elements, count: count, message: Evaluations.name, chunk: Int(record.chunk.index))
        } catch .wrongCount {
            throw Self.failure("T10", "wrongCount", "This chunk has the wrong number of evaluations.")
        } catch {
            throw Self.failure("T10", "elementOutOfGroup", "An evaluation is not an element of the group.")
        }
    }

    /// Identifiers in a chunk, by the size of the asker's set.
    private func chunk(_ record: Record, asker: String, slots: Int) throws -> Int {
        try MatchInspection.size(of: record.chunk, Chunking.identifiers(try matches.setSize(of: asker), slots: slots))
    }

    private mutating func ciphertexts(_ bytes: [UInt8], count: Int, _ key: PublicKey) throws {
        do { _ = try CiphertextVector(serialized: bytes, count: count, key: key) } catch .ciphertextUnencrypted {
            throw Self.failure("T21", "ciphertextUnencrypted", "A ciphertext can be read by anyone.")
        } catch .ciphertextOutOfRange {
            throw Self.failure("T11", "ciphertextOutOfRange", "A ciphertext is not below the square of its modulus.")
        } catch .ciphertextNotUnit {
            throw Self.failure("T11", "ciphertextNotUnit", "A ciphertext shares a factor with its modulus.")
        } catch {
            throw Self.failure("T10", "wrongLength", "Ciphertexts have another length than their number implies.")
        }
        let width = CiphertextVector.serializedWidth(of: key)
        for index in 0..<count where !duplicates.insert(bytes[index * width..<(index + 1) * width]) {
            throw Self.failure("T20", "ciphertextRepeated", "A ciphertext was sent twice.")
        }
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}

extension AlignmentInspector {
    /// Whether K was proven to hold a short number: then the receiver need not verify it once more.
    func isRangeProven(of encryptedKey: [UInt8]) -> Bool? { provenRange == encryptedKey ? true : nil }
}

internal import Paillier
public import Wire

/// What a verifier of transcripts checks in a training's payloads (`protocols/transcript.md` 9), with nothing but what was
/// sent: shapes (T10), ciphertexts (T11, T20, T21), proofs of the keys and their contexts (T12, T19), key sizes (T13), and
/// that both parties trained on the rows that the outcome names (T15).
public struct TrainingInspector: PayloadInspector {
    public let checks = ["T10", "T11", "T12", "T13", "T15", "T19", "T20", "T21"]

    private let keyBits: Int
    private let keyKind: KeyKind
    private let floor: Int
    private let session: Bytes32
    /// Name of the active party.
    private let active: String
    private var setups: [String: TrainingSetup] = [:]
    private var rings: [String: RingPedersenParameters] = [:]
    private var keys: [String: PublicKey] = [:]
    /// Ciphertexts that the owner of a key was last asked to open.
    private var requested: [String: Int] = [:]
    private var duplicates = DuplicateFilter()

    /// - Parameters:
    ///   - keyBits: the job's.
    ///   - session: the session's identity.
    ///   - active: name of the party with the label.
    ///   - subgroupKeys: whether the job names subgroup keys.
    public init(keyBits: Int, subgroupKeys: Bool = false, session: Bytes32, active: String) {
        self.init(
            keyBits: keyBits, subgroupKeys: subgroupKeys, session: session, active: active,
            floor: PublicKey.minimumBits)
    }

    /// With a lower floor for keys, for tests.
    package init(keyBits: Int, subgroupKeys: Bool = false, session: Bytes32, active: String, floor: Int) {
        self.keyBits = keyBits
        keyKind = subgroupKeys ? .subgroup : .standard
        self.session = session
        self.active = active
        self.floor = floor
    }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        guard let payload, record.type.protocolID == ProtocolVersion.training.id else { return }
        do {
            switch record.type {
            case .trainingSetup: try setup(TrainingSetup(payload: payload), record)
            case .trainingRing: try ring(RingMessage(payload: payload), record)
            case .trainingKey: try key(KeyMessage(payload: payload), record)
            case .coefficientChunk, .sharedResults, .basisRows: _ = try ciphertexts(payload, under: active)
            case .shareCiphertexts: _ = try ciphertexts(payload, under: record.from)
            case .maskedSums: requested[record.to] = try ciphertexts(payload, under: record.to)
            case .openedSums: try opened(payload, under: record.from)
            case .sumShare: _ = try SumShare(payload: payload)
            case .scoreChunk: _ = try ScoreChunk(payload: payload)
            case .blockScale, .predictorRange, .slopeProducts, .historyProducts, .passiveSolution, .residualVariance,
                .covarianceParts, .rawOffset:
                // All numbers in clear have one form.
                _ = try Numbers<BlockScaleKind>(payload: payload)
            default: break
            }
        } catch let failure as InspectionFailure {
            throw failure
        } catch {
            throw Self.failure("T10", "malformedMessage", "A message of the training does not read as its kind.")
        }
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {
        guard let counts, let fitted = counts["fitted"], let rows = setups.values.first?.rows else { return }
        if fitted != Int64(rows) {
            throw Self.failure("T15", "countMismatch", "The outcome names \(fitted) fitted rows, \(rows) were.")
        }
    }

    // MARK: One message each

    private mutating func setup(_ message: TrainingSetup, _ record: Record) throws {
        if let other = setups[record.to], other.rows != message.rows || other.testRows != message.testRows {
            throw Self.failure("T10", "setupsDiffer", "The parties did not train on the same number of rows.")
        }
        setups[record.from] = message
    }

    private mutating func ring(_ message: RingMessage, _ record: Record) throws {
        let context = context("training verifier", prover: record.from, verifier: record.to)
        guard let ring = try? RingPedersenParameters(serialized: message.parameters, context: context, floor: floor)
        else { throw Self.failure("T12", "verifierParametersRejected", "\(record.from)'s parameters are not proven.") }
        rings[record.from] = ring
    }

    private mutating func key(_ message: KeyMessage, _ record: Record) throws {
        let rejected = Self.failure("T12", "keyProofRejected", "\(record.from)'s training key is not proven.")
        guard let ring = rings[record.to],
            let key = try? PublicKey(serialized: message.key, kind: keyKind, floor: floor)
        else {
            throw rejected
        }
        guard key.modulusBits == keyBits else {
            throw Self.failure("T13", "keySizeMismatch", "\(record.from)'s key has another size than the job's.")
        }
        do {
            let context = context("training key", prover: record.from, verifier: record.to)
            try KeyProof(serialized: message.proof, key: key, parameters: ring)
                .verify(key, context: context, parameters: ring)
        } catch { throw rejected }
        keys[record.from] = key
    }

    /// Gives how many there are.
    private mutating func ciphertexts(_ payload: [UInt8], under owner: String) throws -> Int {
        let bytes = try Payload<MaskedSumsKind>(payload: payload).bytes
        guard let key = keys[owner] else {
            throw Self.failure("T10", "keyMissing", "There are ciphertexts before a key.")
        }
        let width = CiphertextVector.serializedWidth(of: key)
        let count = bytes.count / width
        do { _ = try CiphertextVector(serialized: bytes, count: count, key: key) } catch .ciphertextUnencrypted {
            throw Self.failure("T21", "ciphertextUnencrypted", "A ciphertext can be read by anyone.")
        } catch .ciphertextOutOfRange {
            throw Self.failure("T11", "ciphertextOutOfRange", "A ciphertext is not below the square of its modulus.")
        } catch .ciphertextNotUnit {
            throw Self.failure("T11", "ciphertextNotUnit", "A ciphertext shares a factor with its modulus.")
        } catch {
            throw Self.failure("T10", "wrongLength", "Ciphertexts have not the width of their key.")
        }
        for index in 0..<count where !duplicates.insert(bytes[index * width..<(index + 1) * width]) {
            throw Self.failure("T20", "ciphertextRepeated", "A ciphertext was sent twice.")
        }
        return count
    }

    /// Decrypted sums: some bits of each plaintext asked for, never more than it has.
    private func opened(_ payload: [UInt8], under owner: String) throws {
        let bytes = try Payload<OpenedSumsKind>(payload: payload).bytes
        guard let key = keys[owner] else { throw Self.failure("T10", "keyMissing", "There are openings before a key.") }
        guard !bytes.isEmpty, bytes.count <= (requested[owner] ?? 0) * ((key.modulusBits + 7) / 8) else {
            throw Self.failure("T10", "wrongLength", "More was opened than was asked for.")
        }
    }

    private func context(_ purpose: String, prover: String, verifier: String) -> [UInt8] {
        ProofContext(sessionID: session.bytes, prover: prover, verifier: verifier, purpose: purpose).bytes
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}

package import Paillier
package import Wire

/// What the running session and a verifier check of the keys of one purpose: sizes (T12, T13), proofs (T12), that they were made
/// for this session, this prover and this verifier (T19), and that no modulus serves twice (T26). A part of the inspector
/// of the protocol that the keys are for.
package struct KeyInspector<Purpose: KeyPurpose>: Sendable {
    package static var checks: [String] { ["T12", "T13", "T19", "T26"] }

    private let terms: KeyTerms
    private let session: Bytes32
    private let moduli: ModulusRegister
    /// The party that runs the session and inspects it: it need not verify what it proved itself.
    private let local: String?
    /// By the party that sent them.
    private var parameters: [String: RingPedersenParameters] = [:]
    package private(set) var keys: [String: PublicKey] = [:]
    private var provenParameters: (message: [UInt8], value: RingPedersenParameters)?
    private var provenKey: (message: [UInt8], value: PublicKey)?

    package init(_: Purpose.Type, terms: KeyTerms, session: Bytes32, moduli: ModulusRegister, local: String?) {
        self.terms = terms
        self.session = session
        self.moduli = moduli
        self.local = local
    }

    /// What a role may take from the inspector of its own session instead of verifying it once more.
    package func parameters(provenBy message: [UInt8]) -> RingPedersenParameters? {
        provenParameters.flatMap { $0.message == message ? $0.value : nil }
    }

    package func key(provenBy message: [UInt8]) -> PublicKey? {
        provenKey.flatMap { $0.message == message ? $0.value : nil }
    }

    // MARK: Parameters

    package mutating func take(_ message: ParametersMessage<Purpose>, _ record: Record) throws(InspectionFailure) {
        let (prover, verifier) = (record.from, record.to)
        let isOwn = prover == local
        let read: RingPedersenParameters
        do {
            let context = Purpose.verifierContext(session: session, prover: prover, verifier: verifier)
            read =
                isOwn
                ? try terms.ownParameters(message.parameters)
                : try terms.parameters(message.parameters, context: context)
        } catch {
            switch error {
            case .keySizeMismatch:
                throw Self.failure(
                    "T12", "verifierParametersRejected",
                    "\(prover)'s parameters have another size than the job's keys.")
            case .proofFailed where holds(message.parameters, elsewhereThan: (prover, verifier)):
                throw Self.failure(
                    "T19", "proofOfOtherContext", "\(prover)'s parameters come with a proof for another purpose.")
            default:
                throw Self.failure("T12", "verifierParametersRejected", "\(prover)'s parameters are not proven.")
            }
        }
        parameters[prover] = read
        try distinct(moduli.add(read, as: "\(prover)'s parameters for the \(Purpose.name)"))
        if !isOwn { provenParameters = (message.parameters, read) }
    }

    /// Whether a proof that does not hold here was made by the other party, or for another purpose of the session.
    private func holds(_ message: [UInt8], elsewhereThan parties: (prover: String, verifier: String)) -> Bool {
        for purpose in KeyPurposes.names {
            for (prover, verifier) in [parties, (parties.verifier, parties.prover)]
            where purpose != Purpose.name || prover != parties.prover {
                let context = ProofContext(
                    sessionID: session.bytes, prover: prover, verifier: verifier, purpose: "\(purpose) verifier"
                ).bytes
                if (try? terms.parameters(message, context: context)) != nil { return true }
            }
        }
        return false
    }

    // MARK: Keys

    package mutating func take(_ message: KeyMessage<Purpose>, _ record: Record) throws(InspectionFailure) {
        let (prover, verifier) = (record.from, record.to)
        let rejected = Self.failure("T12", "keyProofRejected", "\(prover)'s key for the \(Purpose.name) is not proven.")
        let isOwn = prover == local
        let key: PublicKey
        do { key = try terms.key(message.publicKey) } catch {
            if case .keySizeMismatch = error {
                throw Self.failure("T13", "keySizeMismatch", "\(prover)'s key has another size than the job's.")
            }
            throw rejected
        }
        guard let parameters = parameters[verifier] else { throw rejected }
        do {
            let proof = try KeyProof(serialized: message.proof, key: key, parameters: parameters)
            let context = Purpose.keyContext(session: session, prover: prover, verifier: verifier)
            if !isOwn { try proof.verify(key, context: context, parameters: parameters) }
        } catch {
            if isMirrored(message, key, prover: prover, verifier: verifier) {
                throw Self.failure(
                    "T19", "proofOfOtherContext", "\(prover)'s key comes with a proof that \(verifier) made.")
            }
            throw rejected
        }
        try distinct(moduli.add(key, as: "\(prover)'s key for the \(Purpose.name)"))
        keys[prover] = key
        if !isOwn { provenKey = (message.publicKey, key) }
    }

    private func isMirrored(
        _ message: KeyMessage<Purpose>, _ key: PublicKey, prover: String, verifier: String
    ) -> Bool {
        guard let own = parameters[prover],
            let proof = try? KeyProof(serialized: message.proof, key: key, parameters: own)
        else { return false }
        let context = Purpose.keyContext(session: session, prover: verifier, verifier: prover)
        return (try? proof.verify(key, context: context, parameters: own)) != nil
    }

    private func distinct(_ conflict: ModulusConflict?) throws(InspectionFailure) {
        switch conflict {
        case nil: return
        case .reused(let first, let second)?:
            throw Self.failure("T26", "keyReused", "\(first) and \(second) have one modulus.")
        case .sharedFactor(let first, let second)?:
            throw Self.failure("T26", "sharedFactor", "\(first) and \(second) share a factor: anyone can read both.")
        }
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}

/// An inspector that has the keys of a purpose among what it looks at.
package protocol KeyInspecting<Purpose>: PayloadInspector {
    associatedtype Purpose: KeyPurpose
    var keyInspector: KeyInspector<Purpose> { get }
}

/// The purposes that a session may have keys for: whose proof is this, if not the one it should be?
enum KeyPurposes {
    static let names = ["alignment", "description", "training"]
}

extension Session {
    /// What the inspector of keys for this purpose has proven.
    func inspected<Purpose: KeyPurpose, Answer>(
        providing _: KeyInspector<Purpose>.Type, _ question: (KeyInspector<Purpose>) -> Answer?
    ) -> Answer? {
        inspected { inspector in
            (inspector as? any KeyInspecting<Purpose>).flatMap { question($0.keyInspector) }
        }
    }
}

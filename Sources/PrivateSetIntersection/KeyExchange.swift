internal import Bignum
internal import Paillier
internal import Wire

/// The receiver's ring-Pedersen parameters and its checks of the sender's key against them; `protocols/alignment.md` 5,
/// steps 2 and 4.
struct KeyVerifier: Sendable {
    private let conversation: Conversation
    private let parameters: RingPedersenParameters

    init(_ conversation: Conversation, using generator: inout some RandomNumberGenerator) throws(PaillierError) {
        self.conversation = conversation
        parameters = try .generateUnchecked(
            bits: conversation.keyBits, context: conversation.verifierContext(isOwn: true), using: &generator)
    }

    var message: VerifierParameters { VerifierParameters(parameters: parameters.serialized) }

    /// The key, once its proofs hold.
    func verify(_ message: SenderKey) throws(AlignmentError) -> PublicKey {
        if let key = conversation.session.inspected(
            AlignmentInspector.self, { $0.key(provenBy: message.publicKey) })
        {
            return key
        }
        do {
            // The size is the job's: the published groups allow no other than 2048 and 3072.
            let key = try PublicKey(
                serialized: message.publicKey, kind: conversation.keyKind, bits: conversation.keyBits)
            let proof = try KeyProof(serialized: message.proof, key: key, parameters: parameters)
            try proof.verify(key, context: conversation.keyContext(isOwn: false), parameters: parameters)
            return key
        } catch {
            throw .keyProofRejected
        }
    }
}

/// The sender's proofs of its key against the receiver's parameters; step 3.
struct KeyProver: Sendable {
    private let conversation: Conversation
    private let parameters: RingPedersenParameters

    init(_ message: VerifierParameters, _ conversation: Conversation) throws(AlignmentError) {
        self.conversation = conversation
        if let proven = conversation.session.inspected(
            AlignmentInspector.self, { $0.parameters(provenBy: message.parameters) })
        {
            parameters = proven
            return
        }
        // Before anything is computed modulo a number of the peer's choice.
        guard RingPedersenParameters.modulusBits(ofSerialized: message.parameters) == conversation.keyBits else {
            throw .verifierParametersRejected
        }
        do {
            parameters = try RingPedersenParameters(
                serialized: message.parameters, context: conversation.verifierContext(isOwn: false),
                floor: conversation.keyBits)
        } catch {
            throw .verifierParametersRejected
        }
    }

    func prove(_ key: PrivateKey, using generator: inout some RandomNumberGenerator) -> SenderKey {
        let proof = KeyProof.prove(
            key, context: conversation.keyContext(isOwn: true), parameters: parameters, using: &generator)
        return SenderKey(publicKey: key.publicKey.serialized, proof: proof.serialized)
    }
}

extension Conversation {
    /// Of Pi^prm, which the receiver makes.
    fileprivate func verifierContext(isOwn: Bool) -> [UInt8] { context(purpose: "alignment verifier", isOwn: isOwn) }

    /// Of Pi^mod and Pi^fac, which the sender makes.
    fileprivate func keyContext(isOwn: Bool) -> [UInt8] { context(purpose: "alignment key", isOwn: isOwn) }

    private func context(purpose: String, isOwn: Bool) -> [UInt8] {
        let (own, peer) = (session.localName, session.peerName)
        return ProofContext(
            sessionID: session.id.bytes, prover: isOwn ? own : peer, verifier: isOwn ? peer : own, purpose: purpose
        ).bytes
    }
}

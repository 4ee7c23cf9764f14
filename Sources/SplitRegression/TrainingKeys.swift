internal import Bignum
package import KeyAgreement
internal import Paillier
package import Wire

/// Each party's key, for the numbers that it encrypts.
package enum TrainingKeyPurpose: KeyPurpose {
    package static let name = "training"
    package static let parametersType = MessageType.trainingRing
    package static let parametersName = "RingMessage"
    package static let keyType = MessageType.trainingKey
    package static let keyName = "KeyMessage"
}

package typealias TrainingParametersMessage = ParametersMessage<TrainingKeyPurpose>
package typealias TrainingKeyMessage = KeyMessage<TrainingKeyPurpose>

/// This party's key for one purpose, the peer's, and the evaluator that works under the peer's.
struct TrainingKeys: Sendable {
    let own: PrivateKey
    let peer: PublicKey
    let evaluator: Evaluator

    /// Made for this session alone, proved to the peer and verified before use (training.md 1; paillier.md 7). Both parties run
    /// the same steps: verifier parameters, then key and proof, each direction.
    ///
    /// - Throws: `PaillierError` naming the defect of a bad key, proof or parameter.
    static func exchange<Purpose: KeyPurpose>(
        _: Purpose.Type, terms: KeyTerms, nonces: NonceLength, session: Session
    ) async throws -> TrainingKeys {
        var ringGenerator = session.randomness("\(Purpose.name)/verifier-parameters")
        let verifier = try KeyVerifier(Purpose.self, terms: terms, session: session, using: &ringGenerator)
        try await session.send(verifier.message)
        let (parameters, head) = try await session.receiveWithHead(ParametersMessage<Purpose>.self)
        let prover = try KeyProver(parameters, terms: terms, session: session)

        var keyGenerator = session.randomness("\(Purpose.name)/key", after: head)
        let own =
            terms.floor >= PublicKey.minimumBits
            ? try PrivateKey.generate(bits: terms.bits, nonces: nonces, using: &keyGenerator)
            : try PrivateKey.generateUnchecked(bits: terms.bits, nonces: nonces, using: &keyGenerator)
        var proofGenerator = session.randomness("\(Purpose.name)/key-proof", after: head)
        try await session.send(prover.prove(own, using: &proofGenerator))
        let peer = try verifier.verify(try await session.receive(KeyMessage<Purpose>.self))
        try SharedFactors.check([own.publicKey, peer])
        var bases = session.randomness("\(Purpose.name)/bases")
        return TrainingKeys(own: own, peer: peer, evaluator: Evaluator(publicKey: peer, using: &bases))
    }
}

extension TrainingPlan {
    func keyTerms(floor: Int) -> KeyTerms { KeyTerms(bits: keyBits, floor: floor) }
}

package import Paillier
package import Wire

/// What the parties agreed on about the keys of one purpose.
package struct KeyTerms: Sendable {
    /// Size of every modulus, of keys and of proof parameters alike.
    package let bits: Int
    /// Least size taken: below that of shipped paths only in tests.
    package let floor: Int

    package init(bits: Int, floor: Int = PublicKey.minimumBits) {
        self.bits = bits
        self.floor = floor
    }

    /// The peer's parameters. The size that they name comes first: what follows costs a cube of it.
    ///
    /// - Throws: ``PaillierError/keySizeMismatch(bits:expected:)`` and the other errors of parameters.
    package func parameters(_ message: [UInt8], context: [UInt8]) throws(PaillierError) -> RingPedersenParameters {
        try check(sizeOf: message)
        return try RingPedersenParameters(serialized: message, context: context, floor: floor)
    }

    /// Parameters whose maker reads them: their proof is its own.
    func ownParameters(_ message: [UInt8]) throws(PaillierError) -> RingPedersenParameters {
        try check(sizeOf: message)
        return try RingPedersenParameters(unverified: message, floor: floor)
    }

    private func check(sizeOf message: [UInt8]) throws(PaillierError) {
        let named = RingPedersenParameters.modulusBits(ofSerialized: message)
        guard named == bits else { throw .keySizeMismatch(bits: named ?? 0, expected: bits) }
    }

    /// A key of these terms, not yet proven.
    func key(_ message: [UInt8]) throws(PaillierError) -> PublicKey {
        try PublicKey(serialized: message, bits: bits, floor: floor)
    }

    /// The peer's key, once its proofs hold.
    ///
    /// - Parameter parameters: this party's, against which they were made.
    package func key(
        _ message: [UInt8], proof: [UInt8], context: [UInt8], parameters: RingPedersenParameters
    ) throws(PaillierError) -> PublicKey {
        let key = try key(message)
        try KeyProof(serialized: proof, key: key, parameters: parameters)
            .verify(key, context: context, parameters: parameters)
        return key
    }
}

extension KeyPurpose {
    /// Context of Pi^prm: its prover is whoever will verify a key.
    package static func verifierContext(session: Bytes32, prover: String, verifier: String) -> [UInt8] {
        context("\(name) verifier", session, prover, verifier)
    }

    /// Context of Pi^mod and Pi^fac.
    package static func keyContext(session: Bytes32, prover: String, verifier: String) -> [UInt8] {
        context("\(name) key", session, prover, verifier)
    }

    private static func context(_ purpose: String, _ session: Bytes32, _ prover: String, _ verifier: String) -> [UInt8]
    {
        ProofContext(sessionID: session.bytes, prover: prover, verifier: verifier, purpose: purpose).bytes
    }
}

/// The proof that comes with a public key: it is a Paillier-Blum modulus and has no small factor
/// (`protocols/paillier.md` 7.1 and 7.3). No key is used before its proof verifies.
public struct KeyProof: Sendable {
    /// `Pi^mod || Pi^fac`
    public let serialized: [UInt8]
    private let modulus: ModulusProof
    private let factor: FactorProof

    /// - Parameters:
    ///   - context: ``ProofContext/bytes`` with the key's owner as prover.
    ///   - parameters: made by the verifier, and verified by the prover when it read them.
    public static func prove(
        _ key: PrivateKey, context: [UInt8], parameters: RingPedersenParameters,
        using generator: inout some RandomNumberGenerator
    ) -> KeyProof {
        let modulus = ModulusProof.prove(key, context: context, using: &generator)
        let factor = FactorProof.prove(key, context: context, parameters: parameters, using: &generator)
        let n = key.publicKey.n
        return KeyProof(
            serialized: modulus.serialized(n) + factor.serialized(n, parameters), modulus: modulus, factor: factor)
    }

    private init(serialized: [UInt8], modulus: ModulusProof, factor: FactorProof) {
        self.serialized = serialized
        self.modulus = modulus
        self.factor = factor
    }

    /// Reads a proof about `key`, made against the parameters; nothing may be left over. Does not verify it.
    ///
    /// - Throws: ``PaillierError/malformedProof(_:)``
    public init(
        serialized: [UInt8], key: PublicKey, parameters: RingPedersenParameters
    ) throws(PaillierError) {
        var reader = ProofReader(serialized, .modulus)
        let modulus = try ModulusProof(from: &reader, n: key.n)
        reader.continue(with: .noSmallFactor)
        let factor = try FactorProof(from: &reader, n: key.n, parameters: parameters)
        try reader.finish()
        self.init(serialized: serialized, modulus: modulus, factor: factor)
    }

    /// Verifies both proofs. Pi^fac convinces only whoever made the parameters.
    ///
    /// - Throws: ``PaillierError/proofFailed(_:)``
    public func verify(
        _ key: PublicKey, context: [UInt8], parameters: RingPedersenParameters
    ) throws(PaillierError) {
        try modulus.verify(key, context: context)
        try factor.verify(key, context: context, parameters: parameters)
    }
}

public import Bignum

/// Pi^enc of CGGMP21 (figure 14): a ciphertext holds a number below a bound, `protocols/paillier.md` 7.4. Convinces the maker of
/// the parameters.
public struct EncryptionRangeProof: Sendable {
    /// S = s^k t^mu mod N
    private let commitment: BigInt
    private let rounds: [Round]

    private struct Round: Sendable {
        /// A = (1 + n)^alpha r_i^n mod n^2
        let a: BigInt
        /// D = s^alpha t^gamma mod N
        let d: BigInt
        let z1: BigInt
        let z2: BigInt
        let z3: BigInt
    }

    static let roundCount = 16
    static let challengeBits = 8
    static let slackBits = 64

    /// What the verifier may rely on: |k| < 2^provenBits, for honest numbers below 2^valueBits.
    public static func provenBits(valueBits: Int) -> Int { valueBits + challengeBits + slackBits }

    /// Proves that `(1 + n)^k r^n`, k below 2^valueBits, holds a number below 2^``provenBits(valueBits:)``.
    ///
    /// - Throws: ``PaillierError/wouldOverflow(neededBits:availableBits:)`` if k is too wide, or the bound for n.
    public static func prove(
        plaintext k: BigInt, nonce: BigInt, key: PublicKey, valueBits: Int, context: [UInt8],
        parameters: RingPedersenParameters, using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> EncryptionRangeProof {
        let ranges = try Ranges(valueBits: valueBits, key: key, parameters: parameters)
        guard k.signum >= 0, k.bitWidth <= valueBits else {
            throw .wouldOverflow(neededBits: k.bitWidth, availableBits: valueBits)
        }
        let ciphertext = try key.encrypt(
            .trusted([k], bits: valueBits), nonces: .trusted([nonce], bits: key.modulusBits))
        // A response out of range has a probability below 2^-59: then all is drawn again.
        while true {
            if let proof = attempt(
                k: k, nonce: nonce, ciphertext: ciphertext, ranges: ranges, context: context, parameters: parameters,
                using: &generator)
            {
                return proof
            }
        }
    }

    /// The prover's steps, whatever k is.
    package static func attempt(
        k: BigInt, nonce: BigInt, ciphertext: CiphertextVector, ranges: Ranges, context: [UInt8],
        parameters: RingPedersenParameters, using generator: inout some RandomNumberGenerator
    ) -> EncryptionRangeProof? {
        let (key, n) = (ciphertext.key, ciphertext.key.n)
        let mu = BigInt.random(bits: ranges.mu, using: &generator)
        let commitment = parameters.commit(k, mu)
        let alphas = LimbVector.random(count: roundCount, bits: ranges.response, using: &generator)
        let gammas = LimbVector.random(count: roundCount, bits: ranges.blinding, using: &generator)
        let nonces = (0..<roundCount).map { _ in PrivateKey.randomUnit(modulo: n, using: &generator) }
        guard let masks = try? key.encrypt(alphas, nonces: .trusted(nonces, bits: key.modulusBits)).residues.values()
        else { return nil }
        let a = masks.bigInts()
        let d = (0..<roundCount).map { parameters.commit(alphas[$0], gammas[$0]) }
        let challenges = challenges(
            ciphertext: ciphertext, commitment: commitment, a: a, d: d, ranges: ranges, context: context,
            parameters: parameters)
        var rounds: [Round] = []
        for (i, e) in challenges.enumerated() {
            let round = Round(
                a: a[i], d: d[i], z1: alphas[i] + e * k, z2: (nonces[i] * nonce.publicPower(e, modulo: n)).mod(n),
                z3: gammas[i] + e * mu)
            guard round.z1.bitWidth <= ranges.response, round.z3.bitWidth <= ranges.blinding else { return nil }
            rounds.append(round)
        }
        return EncryptionRangeProof(commitment: commitment, rounds: rounds)
    }

    /// - Throws: ``PaillierError/proofFailed(_:)``; ``PaillierError/shapeMismatch`` unless there is one ciphertext.
    public func verify(
        _ ciphertext: CiphertextVector, valueBits: Int, context: [UInt8], parameters: RingPedersenParameters
    ) throws(PaillierError) {
        guard ciphertext.count == 1 else { throw .shapeMismatch }
        let key = ciphertext.key
        let ranges = try Ranges(valueBits: valueBits, key: key, parameters: parameters)
        let challenges = Self.challenges(
            ciphertext: ciphertext, commitment: commitment, a: rounds.map(\.a), d: rounds.map(\.d), ranges: ranges,
            context: context, parameters: parameters)
        let (nn, bigN) = (key.nSquared.value, parameters.n)
        let c = ciphertext.residues[0]
        // (1 + n)^z1 z2^n = A C^e mod n^2 and s^z1 t^z3 = D S^e mod N
        let left = try key.encrypt(
            .trusted(rounds.map(\.z1), bits: ranges.response), nonces: .trusted(rounds.map(\.z2), bits: key.modulusBits)
        ).residues.values()
        for (i, round) in rounds.enumerated() {
            let e = challenges[i]
            let right = (round.a * c.publicPower(e, modulo: nn)).mod(nn)
            let committed = (round.d * commitment.publicPower(e, modulo: bigN)).mod(bigN)
            guard left[i] == right, parameters.publicCommit(round.z1, round.z3) == committed else {
                throw .proofFailed(.encryptionRange)
            }
        }
    }

    private static func challenges(
        ciphertext: CiphertextVector, commitment: BigInt, a: [BigInt], d: [BigInt], ranges: Ranges, context: [UInt8],
        parameters: RingPedersenParameters
    ) -> [BigInt] {
        let (key, bigN) = (ciphertext.key, parameters.n)
        var publics = [key.n.fixedBytes(modulo: key.n), ciphertext.serialized]
        publics += [bigN, parameters.s, parameters.t].map { $0.fixedBytes(modulo: bigN) }
        publics += [withUnsignedBytes(of: UInt32(ranges.value)), commitment.fixedBytes(modulo: bigN)]
        publics += a.map { $0.fixedBytes(modulo: key.nSquared.value) }
        publics += d.map { $0.fixedBytes(modulo: bigN) }
        var stream = ChallengeStream(.encryptionRange, context: context, publics: publics)
        return (0..<roundCount).map { _ in stream.integer(bits: challengeBits) }
    }
}

extension EncryptionRangeProof {
    /// Bit widths of what is drawn and answered; all numbers are non-negative.
    package struct Ranges: Sendable {
        let value: Int
        /// alpha and z1
        let response: Int
        let mu: Int
        /// gamma and z3
        let blinding: Int

        package init(valueBits: Int, key: PublicKey, parameters: RingPedersenParameters) throws(PaillierError) {
            value = valueBits
            response = EncryptionRangeProof.provenBits(valueBits: valueBits)
            mu = EncryptionRangeProof.slackBits + parameters.modulusBits
            blinding = mu + EncryptionRangeProof.challengeBits + EncryptionRangeProof.slackBits
            guard valueBits > 0, response < key.modulusBits - 2 else {
                throw .wouldOverflow(neededBits: response, availableBits: key.modulusBits - 3)
            }
        }
    }

    /// `S || (A || D || z1 || z2 || z3) ...`
    public func serialized(
        key: PublicKey, valueBits: Int, parameters: RingPedersenParameters
    ) throws(PaillierError) -> [UInt8] {
        let ranges = try Ranges(valueBits: valueBits, key: key, parameters: parameters)
        return commitment.fixedBytes(modulo: parameters.n)
            + rounds.flatMap { round in
                round.a.fixedBytes(modulo: key.nSquared.value) + round.d.fixedBytes(modulo: parameters.n)
                    + round.z1.fixedBytes(bits: ranges.response) + round.z2.fixedBytes(modulo: key.n)
                    + round.z3.fixedBytes(bits: ranges.blinding)
            }
    }

    /// - Throws: ``PaillierError/malformedProof(_:)``
    public init(
        serialized: [UInt8], key: PublicKey, valueBits: Int, parameters: RingPedersenParameters
    ) throws(PaillierError) {
        let ranges = try Ranges(valueBits: valueBits, key: key, parameters: parameters)
        var reader = ProofReader(serialized, .encryptionRange)
        commitment = try reader.unit(modulo: parameters.n)
        var rounds: [Round] = []
        for _ in 0..<Self.roundCount {
            rounds.append(
                Round(
                    a: try reader.unit(modulo: key.nSquared.value), d: try reader.unit(modulo: parameters.n),
                    z1: try reader.integer(bits: ranges.response), z2: try reader.unit(modulo: key.n),
                    z3: try reader.integer(bits: ranges.blinding)))
        }
        try reader.finish()
        self.rounds = rounds
    }
}

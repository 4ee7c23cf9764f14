package import Bignum

/// Pi^fac of CGGMP21 (figure 28): n has no small factor, `protocols/paillier.md` 7.3. Convinces the maker of the parameters.
package struct FactorProof: Sendable {
    /// P, Q, A, T_B, T modulo N
    let commitments: [BigInt]
    let sigma: BigInt
    let z1: BigInt
    let z2: BigInt
    let w1: BigInt
    let w2: BigInt
    let v: BigInt

    /// Bit widths of draws and responses; all numbers are non-negative.
    struct Widths {
        static let challenge = 256
        static let slack = 128

        /// alpha, beta, z1, z2: proves that no factor is wider.
        let factor: Int
        let mu: Int
        let sigma: Int
        /// x, y, w1, w2
        let blinding: Int
        /// r, v
        let last: Int

        init(n: Int, parameters: Int) {
            factor = (n + 1) / 2 + Self.challenge + Self.slack
            mu = Self.slack + parameters
            sigma = Self.slack + n + parameters
            blinding = mu + Self.challenge + Self.slack
            last = sigma + 1 + Self.challenge + Self.slack
        }
    }

    static func prove(
        _ key: PrivateKey, context: [UInt8], parameters: RingPedersenParameters,
        using generator: inout some RandomNumberGenerator
    ) -> FactorProof {
        // A response falls outside its range with a probability of 2^-127: then all is drawn again.
        while true {
            let proof = attempt(
                p: key.first.prime, q: key.second.prime, context: context, parameters: parameters, using: &generator)
            if let proof { return proof }
        }
    }

    /// The prover's steps, whatever the factors are.
    package static func attempt(
        p: BigInt, q: BigInt, context: [UInt8], parameters: RingPedersenParameters,
        using generator: inout some RandomNumberGenerator
    ) -> FactorProof? {
        let (n, bigN) = (p * q, parameters.n)
        let widths = Widths(n: n.bitWidth, parameters: parameters.modulusBits)
        let alpha = BigInt.random(bits: widths.factor, using: &generator)
        let beta = BigInt.random(bits: widths.factor, using: &generator)
        let mu = BigInt.random(bits: widths.mu, using: &generator)
        let nu = BigInt.random(bits: widths.mu, using: &generator)
        let sigma = BigInt.random(bits: widths.sigma, using: &generator)
        let r = BigInt.random(bits: widths.last, using: &generator)
        let x = BigInt.random(bits: widths.blinding, using: &generator)
        let y = BigInt.random(bits: widths.blinding, using: &generator)
        let commitmentQ = parameters.commit(q, nu)
        // T = Q^alpha t^r
        let last = commitmentQ.secretPower(alpha, modulo: bigN) * parameters.t.secretPower(r, modulo: bigN)
        let commitments = [
            parameters.commit(p, mu), commitmentQ, parameters.commit(alpha, x), parameters.commit(beta, y),
            last.mod(bigN),
        ]
        let e = challenge(
            n: n, parameters: parameters, commitments: commitments, sigma: sigma, widths: widths, context: context)
        let v = r + e * (sigma - nu * p)
        let proof = FactorProof(
            commitments: commitments, sigma: sigma, z1: alpha + e * p, z2: beta + e * q, w1: x + e * mu,
            w2: y + e * nu, v: v)
        return v.signum >= 0 && proof.fits(widths) ? proof : nil
    }

    private func fits(_ widths: Widths) -> Bool {
        z1.bitWidth <= widths.factor && z2.bitWidth <= widths.factor && w1.bitWidth <= widths.blinding
            && w2.bitWidth <= widths.blinding && v.bitWidth <= widths.last
    }

    /// - Throws: ``PaillierError/proofFailed(_:)``
    func verify(_ key: PublicKey, context: [UInt8], parameters: RingPedersenParameters) throws(PaillierError) {
        let (n, bigN) = (key.n, parameters.n)
        let widths = Widths(n: n.bitWidth, parameters: parameters.modulusBits)
        guard commitments.count == 5, fits(widths) else { throw .proofFailed(.noSmallFactor) }
        let e = Self.challenge(
            n: n, parameters: parameters, commitments: commitments, sigma: sigma, widths: widths, context: context)
        let (p, q, a, b, t) = (commitments[0], commitments[1], commitments[2], commitments[3], commitments[4])
        // s^z1 t^w1 = A P^e, s^z2 t^w2 = T_B Q^e, Q^z1 t^v = T (s^n t^sigma)^e
        let first = parameters.publicCommit(z1, w1) == (a * p.publicPower(e, modulo: bigN)).mod(bigN)
        let second = parameters.publicCommit(z2, w2) == (b * q.publicPower(e, modulo: bigN)).mod(bigN)
        let left = q.publicPower(z1, modulo: bigN) * parameters.t.publicPower(v, modulo: bigN)
        let right = t * parameters.publicCommit(n, sigma).publicPower(e, modulo: bigN)
        guard first, second, left.mod(bigN) == right.mod(bigN) else { throw .proofFailed(.noSmallFactor) }
    }

    private static func challenge(
        n: BigInt, parameters: RingPedersenParameters, commitments: [BigInt], sigma: BigInt, widths: Widths,
        context: [UInt8]
    ) -> BigInt {
        let publics = ([parameters.n, parameters.s, parameters.t] + commitments).map {
            $0.fixedBytes(modulo: parameters.n)
        }
        var stream = ChallengeStream(
            .noSmallFactor, context: context,
            publics: [n.fixedBytes(modulo: n)] + publics + [sigma.fixedBytes(bits: widths.sigma)])
        return stream.integer(bits: Widths.challenge)
    }
}

extension FactorProof {
    /// `P || Q || A || T_B || T || sigma || z1 || z2 || w1 || w2 || v`
    func serialized(_ n: BigInt, _ parameters: RingPedersenParameters) -> [UInt8] {
        let widths = Widths(n: n.bitWidth, parameters: parameters.modulusBits)
        var bytes = commitments.flatMap { $0.fixedBytes(modulo: parameters.n) }
        bytes += sigma.fixedBytes(bits: widths.sigma)
        bytes += [z1, z2].flatMap { $0.fixedBytes(bits: widths.factor) }
        bytes += [w1, w2].flatMap { $0.fixedBytes(bits: widths.blinding) }
        return bytes + v.fixedBytes(bits: widths.last)
    }

    init(from reader: inout ProofReader, n: BigInt, parameters: RingPedersenParameters) throws(PaillierError) {
        let widths = Widths(n: n.bitWidth, parameters: parameters.modulusBits)
        var commitments: [BigInt] = []
        for _ in 0..<5 { commitments.append(try reader.unit(modulo: parameters.n)) }
        self.commitments = commitments
        sigma = try reader.integer(bits: widths.sigma)
        z1 = try reader.integer(bits: widths.factor)
        z2 = try reader.integer(bits: widths.factor)
        w1 = try reader.integer(bits: widths.blinding)
        w2 = try reader.integer(bits: widths.blinding)
        v = try reader.integer(bits: widths.last)
    }
}

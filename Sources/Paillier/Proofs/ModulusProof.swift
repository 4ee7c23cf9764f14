package import Bignum

/// Pi^mod of CGGMP21 (figure 16): n is a Paillier-Blum modulus, `protocols/paillier.md` 7.1. Convinces anyone.
package struct ModulusProof: Sendable {
    package let w: BigInt
    package let rounds: [Round]

    package struct Round: Sendable {
        /// (-1)^negated w^twisted y has the fourth root x.
        let negated: Bool
        let twisted: Bool
        let x: BigInt
        /// y^(1/n)
        let z: BigInt

        package init(negated: Bool, twisted: Bool, x: BigInt, z: BigInt) {
            self.negated = negated
            self.twisted = twisted
            self.x = x
            self.z = z
        }
    }

    package init(w: BigInt, rounds: [Round]) {
        self.w = w
        self.rounds = rounds
    }

    package static let roundCount = 128

    static func prove(
        _ key: PrivateKey, context: [UInt8], using generator: inout some RandomNumberGenerator
    ) -> ModulusProof {
        let n = key.publicKey.n
        var w = PrivateKey.randomUnit(modulo: n, using: &generator)
        while w.jacobi(n) != -1 { w = PrivateKey.randomUnit(modulo: n, using: &generator) }
        let y = challenges(n: n, w: w, context: context)
        // y is a square modulo p if and only if y^((p-1)/2) = 1; -1 is none modulo either prime.
        let (p, q) = (key.first, key.second)
        let squareP = p.areSquares(y + [w])
        let squareQ = q.areSquares(y + [w])
        let wIsSquareModP = squareP[roundCount]
        let choices = (0..<roundCount).map { i in
            let twisted = squareP[i] != squareQ[i]
            // With w in, both symbols agree; -1 mends both.
            let isSquare = twisted ? squareP[i] == wIsSquareModP : squareP[i]
            return (negated: !isSquare, twisted: twisted)
        }
        let squares = zip(y, choices).map { target(y: $0, w: w, negated: $1.negated, twisted: $1.twisted, n: n) }
        let x = key.recombined(
            p.pow(squares, secret: p.exponentOfFourthRoot), q.pow(squares, secret: q.exponentOfFourthRoot))
        let z = key.recombined(p.pow(y, secret: p.exponentOfRoot(n)), q.pow(y, secret: q.exponentOfRoot(n)))
        return ModulusProof(
            w: w,
            rounds: (0..<roundCount).map {
                Round(negated: choices[$0].negated, twisted: choices[$0].twisted, x: x[$0], z: z[$0])
            })
    }

    /// - Throws: ``PaillierError/proofFailed(_:)``
    package func verify(_ key: PublicKey, context: [UInt8]) throws(PaillierError) {
        let n = key.n
        guard rounds.count == Self.roundCount, w.signum > 0, w < n, w.jacobi(n) == -1,
            let modulus = try? Modulus(n), let x = try? ResidueVector(rounds.map(\.x), modulus: modulus),
            let z = try? ResidueVector(rounds.map(\.z), modulus: modulus)
        else { throw .proofFailed(.modulus) }
        let y = Self.challenges(n: n, w: w, context: context)
        let fourth = x.squared().squared().values()
        let powers = z.pow(variableTime: n).values()
        for (index, round) in rounds.enumerated() {
            let target = Self.target(y: y[index], w: w, negated: round.negated, twisted: round.twisted, n: n)
            // x^4 = (-1)^a w^b y and z^n = y modulo n
            guard !round.x.isZero, !round.z.isZero, fourth[index] == target, powers[index] == y[index] else {
                throw .proofFailed(.modulus)
            }
        }
    }

    /// (-1)^negated w^twisted y mod n
    package static func target(y: BigInt, w: BigInt, negated: Bool, twisted: Bool, n: BigInt) -> BigInt {
        let product = twisted ? w * y : y
        return (negated ? -product : product).mod(n)
    }

    package static func challenges(n: BigInt, w: BigInt, context: [UInt8]) -> [BigInt] {
        var stream = ChallengeStream(
            .modulus, context: context, publics: [n.fixedBytes(modulo: n), w.fixedBytes(modulo: n)])
        return (0..<roundCount).map { _ in stream.residue(modulo: n) }
    }
}

extension ModulusProof {
    /// `w || (byte a + 2 b || x || z) ...`
    func serialized(_ n: BigInt) -> [UInt8] {
        w.fixedBytes(modulo: n)
            + rounds.flatMap { round in
                [(round.negated ? 1 : 0) + (round.twisted ? 2 : 0)] + round.x.fixedBytes(modulo: n)
                    + round.z.fixedBytes(modulo: n)
            }
    }

    init(from reader: inout ProofReader, n: BigInt) throws(PaillierError) {
        w = try reader.integer(below: n)
        var rounds: [Round] = []
        for _ in 0..<Self.roundCount {
            let flags = try reader.bytes(1)[0]
            guard flags < 4 else { throw .malformedProof(.modulus) }
            rounds.append(
                Round(
                    negated: flags & 1 == 1, twisted: flags & 2 == 2, x: try reader.integer(below: n),
                    z: try reader.integer(below: n)))
        }
        self.rounds = rounds
    }
}

extension PrimeHalf {
    func areSquares(_ values: [BigInt]) -> [Bool] { pow(values, secret: (prime - 1) >> 1).map { $0 == 1 } }

    /// ((p + 1) / 4)^2: the square root that is a square itself, twice.
    var exponentOfFourthRoot: BigInt {
        let root = (prime + 1) >> 2
        return (root * root).mod(prime - 1)
    }
}

package import Bignum

/// What the verifier of ``KeyProof`` and ``EncryptionRangeProof`` makes: N and s, t in the same cyclic group, s = t^lambda
/// (`protocols/paillier.md` 7.2). A value of this type has been proved well formed (Pi^prm, CGGMP21 figure 17) or was made here.
public struct RingPedersenParameters: Sendable {
    let modulus: Modulus
    let s: BigInt
    let t: BigInt
    private let commitments: [BigInt]
    private let responses: [BigInt]

    static let roundCount = 128

    var n: BigInt { modulus.value }
    public var modulusBits: Int { modulus.bitWidth }

    /// Fresh parameters with their proof.
    ///
    /// - Parameters:
    ///   - bits: size of N, even, at least ``PublicKey/minimumBits``; as large as the keys proved against it.
    ///   - context: ``ProofContext/bytes`` with the maker as prover.
    public static func generate(
        bits: Int, context: [UInt8], using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> RingPedersenParameters {
        if bits < PublicKey.minimumBits { throw .keyTooSmall(bits: bits, minimum: PublicKey.minimumBits) }
        return try generateUnchecked(bits: bits, context: context, using: &generator)
    }

    /// Any even size of at least 256 bits: for tests only.
    package static func generateUnchecked(
        bits: Int, context: [UInt8], using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> RingPedersenParameters {
        guard bits >= 256, bits <= PublicKey.maximumBits, bits % 2 == 0 else { throw .unsupportedKeySize(bits: bits) }
        let (p, q) = PrivateKey.primePair(bits: bits, using: &generator)
        guard let modulus = try? Modulus(p * q) else { throw .unsupportedKeySize(bits: bits) }
        let order = (p - 1) * (q - 1)
        let root = PrivateKey.randomUnit(modulo: p * q, using: &generator)
        let t = (root * root).mod(p * q)
        let lambda = BigInt.random(below: order, using: &generator)
        return RingPedersenParameters(
            proving: lambda, t: t, order: order, modulus: modulus, context: context, using: &generator)
    }

    private init(
        proving lambda: BigInt, t: BigInt, order: BigInt, modulus: Modulus, context: [UInt8],
        using generator: inout some RandomNumberGenerator
    ) {
        let table = FixedBaseTable(base: t, exponentBits: modulus.bitWidth, modulus: modulus)
        let secrets = LimbVector.random(count: Self.roundCount, below: order, using: &generator)
        // s and all A_i by one table: the bounds agree.
        var exponents = secrets
        exponents.append(contentsOf: LimbVector.trusted([lambda], bits: secrets.bits))
        let powers = table.pow(secret: exponents).values().bigInts()
        self.modulus = modulus
        self.t = t
        s = powers[Self.roundCount]
        commitments = Array(powers[..<Self.roundCount])
        let bits = Self.challenges(n: modulus.value, s: s, t: t, commitments: commitments, context: context)
        // z_i = a_i + e_i lambda mod phi(N)
        responses = bits.enumerated().map { (secrets[$0] + ($1 ? lambda : 0)).mod(order) }
    }

    /// N, s and t from somewhere else, without a proof: for vectors and tests.
    package init(unprovedN n: BigInt, s: BigInt, t: BigInt) throws(PaillierError) {
        guard let modulus = try? Modulus(n) else { throw .evenModulus }
        self.modulus = modulus
        self.s = s
        self.t = t
        commitments = []
        responses = []
    }

    /// `u32(|N|) || N || s || t || (A_i || z_i) ...`
    public var serialized: [UInt8] {
        withUnsignedBytes(of: UInt32(modulusBits))
            + (publics + zip(commitments, responses).flatMap { [$0, $1] })
            .flatMap { $0.fixedBytes(modulo: n) }
    }

    /// The size of N that ``serialized`` bytes name, before anything is computed with it; nil if they are too short.
    ///
    /// Verification costs a cube of it: who expects one size asks before.
    public static func modulusBits(ofSerialized bytes: [UInt8]) -> Int? {
        var reader = ProofReader(bytes, .ringPedersen)
        return try? reader.integer(bits: 32).asInt
    }

    private var publics: [BigInt] { [n, s, t] }

    /// Reads the form of ``serialized`` and verifies the proof.
    ///
    /// - Throws: ``PaillierError/malformedProof(_:)``, ``PaillierError/proofFailed(_:)``,
    ///   ``PaillierError/keyTooSmall(bits:minimum:)``.
    public init(serialized: [UInt8], context: [UInt8]) throws(PaillierError) {
        try self.init(serialized: serialized, context: context, floor: PublicKey.minimumBits)
    }

    package init(serialized: [UInt8], context: [UInt8], floor: Int) throws(PaillierError) {
        try self.init(unverified: serialized, floor: floor)
        try verify(context: context)
    }

    /// Reads the form of ``serialized`` without verifying the proof: for the maker's own, which it made here.
    package init(unverified serialized: [UInt8], floor: Int) throws(PaillierError) {
        var reader = ProofReader(serialized, .ringPedersen)
        guard let bits = try reader.integer(bits: 32).asInt, bits <= PublicKey.maximumBits else {
            throw .malformedProof(.ringPedersen)
        }
        if bits < floor { throw .keyTooSmall(bits: bits, minimum: floor) }
        let n = try reader.integer(bits: bits)
        guard n.bitWidth == bits, n.isOdd, let modulus = try? Modulus(n) else { throw .malformedProof(.ringPedersen) }
        let s = try reader.unit(modulo: n)
        let t = try reader.unit(modulo: n)
        guard s != 1, t != 1 else { throw .malformedProof(.ringPedersen) }
        var (commitments, responses): ([BigInt], [BigInt]) = ([], [])
        for _ in 0..<Self.roundCount {
            commitments.append(try reader.unit(modulo: n))
            responses.append(try reader.integer(below: n))
        }
        try reader.finish()
        self.modulus = modulus
        self.s = s
        self.t = t
        self.commitments = commitments
        self.responses = responses
    }

    /// t^(z_i) = A_i s^(e_i) for all rounds.
    private func verify(context: [UInt8]) throws(PaillierError) {
        let bits = Self.challenges(n: n, s: s, t: t, commitments: commitments, context: context)
        let table = FixedBaseTable(base: t, exponentBits: modulusBits, modulus: modulus)
        let powers = table.pow(secret: .trusted(responses, bits: modulusBits)).values()
        for (index, bit) in bits.enumerated() {
            let expected = bit ? (commitments[index] * s).mod(n) : commitments[index]
            guard powers[index] == expected else { throw .proofFailed(.ringPedersen) }
        }
    }

    private static func challenges(
        n: BigInt, s: BigInt, t: BigInt, commitments: [BigInt], context: [UInt8]
    ) -> [Bool] {
        var stream = ChallengeStream(
            .ringPedersen, context: context, publics: ([n, s, t] + commitments).map { $0.fixedBytes(modulo: n) })
        return (0..<roundCount).map { _ in stream.bit() }
    }

    /// s^a t^b mod N for secret a, b >= 0.
    func commit(_ a: BigInt, _ b: BigInt) -> BigInt {
        (s.secretPower(a, modulo: n) * t.secretPower(b, modulo: n)).mod(n)
    }

    /// s^a t^b mod N for public a, b >= 0.
    func publicCommit(_ a: BigInt, _ b: BigInt) -> BigInt {
        (s.publicPower(a, modulo: n) * t.publicPower(b, modulo: n)).mod(n)
    }
}

import Bignum
import Paillier
import Testing

/// Keys, ciphertexts and proofs that must be refused, each with its own error.
struct BadVectors: Decodable {
    struct Key: Decodable { let name, error, serialized: String }
    struct Ciphertexts: Decodable {
        let name, error: String
        let index: Int?
        let count: Int
        let serialized: String
    }
    struct Proof: Decodable { let name, proof: String; let factors: [String]; let n: String }
    let key: String
    let keys: [Key]
    let ciphertexts: [Ciphertexts]
    let proofs: [Proof]
}

struct ProofVectors: Decodable {
    struct Altered: Decodable { let name, proof: String; let byte: Int; let error: String }
    let context, parametersContext, key, parameters, range: String
    let rangeBits: Int
    let rangeCiphertext: String
    let altered: [Altered]
}

extension PaillierError {
    /// The case without what it carries, and the index if it has one.
    var nameAndIndex: (name: String, index: Int?) {
        switch self {
        case .ciphertextOutOfRange(let index): ("ciphertextOutOfRange", index)
        case .ciphertextNotUnit(let index): ("ciphertextNotUnit", index)
        case .ciphertextUnencrypted(let index): ("ciphertextUnencrypted", index)
        default: (String("\(self)".prefix { $0 != "(" }), nil)
        }
    }
}

@Suite struct BadVectorTests {
    let bad: BadVectors

    init() throws { bad = try vectors("paillier-bad", as: BadVectors.self) }

    @Test func badKeysAreRefused() throws {
        for vector in bad.keys {
            let error = try #require(throws: PaillierError.self, "\(vector.name)") {
                try PublicKey(serialized: bytes(vector.serialized))
            }
            #expect(error.nameAndIndex.name == vector.error, "\(vector.name)")
        }
    }

    @Test func badCiphertextsAreRefusedByIndex() throws {
        let key = try PublicKey(serialized: bytes(bad.key))
        for vector in bad.ciphertexts {
            let error = try #require(throws: PaillierError.self, "\(vector.name)") {
                try CiphertextVector(serialized: bytes(vector.serialized), count: vector.count, key: key)
            }
            #expect(error.nameAndIndex == (vector.error, vector.index), "\(vector.name)")
        }
        #expect(try CiphertextVector(serialized: [], count: 0, key: key).count == 0)
        #expect(throws: PaillierError.self) { try CiphertextVector(serialized: [1], count: -1, key: key) }
        #expect(throws: PaillierError.self) { try CiphertextVector(serialized: [1], count: .max, key: key) }
    }

    @Test func moduliThatShareAFactorAreFound() throws {
        let reference = try vectors("paillier", as: ReferenceVectors.self).keys
        let keys = try reference.map { try PublicKey(n: hex($0.n), floor: 512) }
        try SharedFactors.check(keys)
        let (p, q) = (try hex(reference[1].p), try hex(reference[0].q))
        let shared = try PublicKey(n: p * q, floor: 512)
        #expect(throws: PaillierError.sharedFactor(first: 0, second: 4)) { try SharedFactors.check(keys + [shared]) }
        #expect(throws: PaillierError.sharedFactor(first: 2, second: 4)) { try SharedFactors.check(keys + [keys[2]]) }
    }

    /// A prover who knows the factors of a bad modulus answers what has an answer; some round has none.
    @Test func dishonestModuliHaveNoProof() throws {
        for vector in bad.proofs where vector.proof == "modulus" {
            let n = try hex(vector.n)
            let key = try PublicKey(n: n, floor: 1000)
            var source = generator(vector.name)
            let prover = try DishonestModulusProver(n: n, factors: vector.factors.map(hex))
            let (proof, answered) = prover.prove(context: [1], using: &source)
            #expect(throws: PaillierError.proofFailed(.modulus), "\(vector.name)") {
                try proof.verify(key, context: [1])
            }
            #expect(answered < ModulusProof.roundCount, "\(vector.name)")
        }
    }

    @Test func smallFactorsHaveNoProof() throws {
        var source = generator("small factor")
        let parameters = try RingPedersenParameters.generateUnchecked(bits: 1024, context: [], using: &source)
        for vector in bad.proofs where vector.proof == "factor" {
            let (p, q, n) = (try hex(vector.factors[0]), try hex(vector.factors[1]), try hex(vector.n))
            for (first, second) in [(p, q), (q, p), (BigInt(1), n)] {
                #expect(
                    FactorProof.attempt(p: first, q: second, context: [], parameters: parameters, using: &source) == nil
                )
            }
        }
    }
}

/// Fourth and n-th roots wherever they exist, modulo any product of known primes.
struct DishonestModulusProver {
    let n: BigInt
    /// Prime powers and the sizes of their groups of units.
    let parts: [(power: BigInt, order: BigInt)]

    init(n: BigInt, factors: [BigInt]) {
        self.n = n
        parts = Set(factors).sorted().map { prime in
            let repeats = factors.filter { $0 == prime }.count
            let power = (1..<repeats).reduce(prime) { value, _ in value * prime }
            return (power, power / prime * (prime - 1))
        }
    }

    /// The root by an exponent modulo the part of the group in which it exists, where it does.
    private func root(_ value: BigInt, _ degree: BigInt) throws -> BigInt? {
        var (result, modulus): (BigInt, BigInt) = (0, 1)
        for (power, order) in parts {
            var odd = order
            while BigInt.gcd(odd, degree) != 1 { odd = odd / BigInt.gcd(odd, degree) }
            let inverse = try degree.inverse(modulo: odd)
            let root = try value.mod(power).pow(inverse, modulo: power)
            if try root.pow(degree, modulo: power) != value.mod(power) { return nil }
            let lift = try modulus.inverse(modulo: power)
            result += modulus * ((root - result) * lift).mod(power)
            modulus *= power
        }
        return result
    }

    func prove(
        context: [UInt8], using source: inout SeededGenerator
    ) -> (proof: ModulusProof, answered: Int) {
        var w = BigInt.random(below: n, using: &source)
        while w.jacobi(n) != -1 { w = BigInt.random(below: n, using: &source) }
        var answered = 0
        let rounds = ModulusProof.challenges(n: n, w: w, context: context).map { y -> ModulusProof.Round in
            let z = (try? root(y, n)) ?? 1
            for (negated, twisted) in [(false, false), (true, false), (false, true), (true, true)] {
                let target = ModulusProof.target(y: y, w: w, negated: negated, twisted: twisted, n: n)
                if let x = try? root(target, 4) {
                    if z != 1 { answered += 1 }
                    return .init(negated: negated, twisted: twisted, x: x, z: z)
                }
            }
            return .init(negated: false, twisted: false, x: 1, z: z)
        }
        return (ModulusProof(w: w, rounds: rounds), answered)
    }
}

@Suite struct ProofVectorTests {
    let vectorSet: ProofVectors
    let key: PrivateKey

    init() throws {
        vectorSet = try vectors("paillier-proofs", as: ProofVectors.self)
        key = try vectors("paillier", as: ReferenceVectors.self).keys[0].privateKey()
    }

    private func verify(key keyProof: [UInt8], parameters: [UInt8], range: [UInt8]) throws {
        let context = try bytes(vectorSet.context)
        let made = try RingPedersenParameters(
            serialized: parameters, context: bytes(vectorSet.parametersContext), floor: 512)
        try KeyProof(serialized: keyProof, key: key.publicKey, parameters: made)
            .verify(key.publicKey, context: context, parameters: made)
        let ciphertext = try CiphertextVector(
            serialized: bytes(vectorSet.rangeCiphertext), count: 1, key: key.publicKey)
        try EncryptionRangeProof(
            serialized: range, key: key.publicKey, valueBits: vectorSet.rangeBits, parameters: made
        ).verify(ciphertext, valueBits: vectorSet.rangeBits, context: context, parameters: made)
    }

    @Test func anotherImplementationsProofsVerify() throws {
        try verify(
            key: bytes(vectorSet.key), parameters: bytes(vectorSet.parameters), range: bytes(vectorSet.range))
    }

    @Test func alteredProofsFailByName() throws {
        let good = (
            key: try bytes(vectorSet.key), parameters: try bytes(vectorSet.parameters),
            range: try bytes(vectorSet.range)
        )
        for altered in vectorSet.altered {
            var bad = good
            let mask: UInt8 = altered.name.hasPrefix("flags") ? 0x80 : 1
            switch altered.proof {
            case "key": bad.key[altered.byte] ^= mask
            case "parameters": bad.parameters[altered.byte] ^= mask
            default: bad.range[altered.byte] ^= mask
            }
            let error = try #require(throws: PaillierError.self, "\(altered.proof): \(altered.name)") {
                try verify(key: bad.key, parameters: bad.parameters, range: bad.range)
            }
            #expect(error.nameAndIndex.name == altered.error, "\(altered.proof): \(altered.name)")
        }
    }
}

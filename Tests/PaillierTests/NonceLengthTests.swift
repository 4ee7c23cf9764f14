import Bignum
import Paillier
import Testing

/// Lengths, and encryptions by an owner, of an independent program (`protocols/vectors/paillier-nonces.py`).
private struct NonceVectors: Decodable {
    struct Length: Decodable { let modulus, short, half: Int }
    struct Encryption: Decodable { let p, q, nonces, x, rho, plaintext, ciphertext: String }
    let lengths: [Length]
    let encryptions: [Encryption]
}

/// Gives these words and then no more.
private struct Words: RandomNumberGenerator {
    var words: [UInt64]

    mutating func next() -> UInt64 { words.removeFirst() }
}

/// An owner's nonces are h_n^rho with rho of as many bits as the key says.
@Suite struct NonceLengthTests {
    @Test func lengthsFollowTheModulus() throws {
        let lengths = try vectors("paillier-nonces", as: NonceVectors.self).lengths
        #expect(lengths.contains { $0.modulus == 2048 && $0.short == 256 })
        #expect(lengths.contains { $0.modulus == 3072 && $0.short == 320 })
        for length in lengths {
            #expect(NonceLength.short.exponentBits(modulusBits: length.modulus) == length.short)
            #expect(NonceLength.half.exponentBits(modulusBits: length.modulus) == length.half)
            #expect(length.short < length.half)
        }
    }

    @Test func encryptsAsTheIndependentProgramDoes() throws {
        let encryptions = try vectors("paillier-nonces", as: NonceVectors.self).encryptions
        #expect(encryptions.count == 8)
        for vector in encryptions {
            let nonces = try #require(["short": NonceLength.short, "half": .half][vector.nonces])
            let key = try PrivateKey(p: hex(vector.p), q: hex(vector.q), x: hex(vector.x), nonces: nonces)
            let (rho, words) = (try hex(vector.rho), nonces.exponentBits(modulusBits: key.publicKey.modulusBits) + 63)
            var source = Words(words: (0..<words / 64).map { rho.limb($0) })
            let ciphertexts = key.encrypt(try LimbVector(integers: [hex(vector.plaintext)]), using: &source)
            #expect(source.words.isEmpty)
            #expect(ciphertexts.serialized == (try bytes(vector.ciphertext)))
            #expect(key.decrypt(ciphertexts)[0] == (try hex(vector.plaintext)))
        }
    }

    /// (1 + m n) h_n^rho mod n^2, h = -x^2
    private func encryption(_ m: BigInt, _ rho: BigInt, _ key: PrivateKey, x: BigInt) throws -> BigInt {
        let n = key.publicKey.n
        let base = try (-(x * x)).mod(n).pow(n, modulo: n * n)
        return try ((1 + m * n) * base.pow(rho, modulo: n * n)).mod(n * n)
    }

    private func key(_ bits: Int, _ nonces: NonceLength) throws -> PrivateKey {
        let made = try testKey(bits)
        return try PrivateKey(p: made.first.prime, q: made.second.prime, x: 3, nonces: nonces)
    }

    private struct Ones: RandomNumberGenerator {
        func next() -> UInt64 { .max }
    }

    /// A generator that gives ones alone gives the greatest exponent of the length.
    @Test(arguments: [(512, NonceLength.short), (512, .half), (1026, .short), (1026, .half)])
    func exponentsHaveExactlyThatLength(_ bits: Int, _ nonces: NonceLength) throws {
        let key = try key(bits, nonces)
        #expect(key.nonces == nonces)
        var ones = Ones()
        let ciphertexts = key.encrypt(try LimbVector(integers: [5]), using: &ones)
        let greatest = (BigInt(1) << nonces.exponentBits(modulusBits: bits)) - 1
        #expect(EncryptedSums(ciphertexts).residues[0] == (try encryption(5, greatest, key, x: 3)))
    }

    /// The key is the same whatever its nonces are: an auditor need not know.
    @Test func keysDoNotDependOnTheirNonces() throws {
        var (one, other) = (generator("same key"), generator("same key"))
        let short = try PrivateKey.generateUnchecked(bits: 512, nonces: .short, using: &one)
        let half = try PrivateKey.generateUnchecked(bits: 512, nonces: .half, using: &other)
        #expect(short.publicKey == half.publicKey && short.nonces == .short && half.nonces == .half)
        let plaintexts = try LimbVector(integers: [1, 2, 3])
        #expect(short.encrypt(plaintexts, using: &one) != half.encrypt(plaintexts, using: &other))
    }
}

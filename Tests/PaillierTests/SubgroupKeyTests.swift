import Bignum
import Paillier
import Testing

@Suite struct SubgroupKeyTests {
    let key: PrivateKey

    init() throws {
        var source = generator("subgroup key")
        key = try PrivateKey.generateUnchecked(bits: 512, kind: .subgroup, using: &source)
    }

    @Test func encryptsComputesAndDecrypts() throws {
        var source = generator("subgroup")
        let n = key.publicKey.n
        #expect(n.bitWidth == 512)
        let plaintexts = LimbVector.random(count: 40, below: n, using: &source)
        let evaluator = Evaluator(publicKey: key.publicKey, using: &source)
        let own = key.encrypt(plaintexts, using: &source)
        let others = evaluator.encrypt(plaintexts, using: &source)
        #expect(key.decrypt(own).bigInts() == plaintexts.bigInts())
        #expect(key.decrypt(others).bigInts() == plaintexts.bigInts())
        try own.verify(key.open(own))
        let (masked, masks) = evaluator.mask(EncryptedSums(own).multiplied(by: -7), using: &source)
        let seen = key.decrypt(try CiphertextVector(serialized: masked.serialized, count: 40, key: key.publicKey))
        for index in 0..<40 { #expect((seen[index] - masks[index] + plaintexts[index] * 7).mod(n) == 0) }
        // Nonces outside of the subgroup say nothing about the key.
        let foreign = try key.publicKey.encrypt(
            plaintexts, nonces: LimbVector.random(count: 40, below: n, using: &source))
        #expect(key.decrypt(foreign).bigInts() == [BigInt](repeating: 0, count: 40))
    }

    @Test func wellFormedKeysAreSeenToBe() throws {
        #expect(key.isWellFormed(bits: 512, kind: .subgroup))
        #expect(!key.isWellFormed(bits: 512, kind: .standard) && !key.isWellFormed(bits: 510, kind: .subgroup))
        let standard = try testKey()
        #expect(standard.isWellFormed(bits: 512, kind: .standard) && !standard.isWellFormed(bits: 512, kind: .subgroup))
        // 3 modulo 4 and of the right size, but one of them composite: 3 (2^k + 1) or a neighbour.
        let p = standard.first.prime
        var composite = p + 4
        while composite.isProbablePrime() || BigInt.gcd(composite * p, (composite - 1) * (p - 1)) != 1 {
            composite = composite + 4
        }
        let bad = try PrivateKey(p: p, q: composite, x: 5)
        #expect(!bad.isWellFormed(bits: bad.publicKey.modulusBits, kind: .standard))
    }

    @Test func kindsAreNotTakenForEachOther() throws {
        let subgroup = key.publicKey
        let standard = try testKey().publicKey
        #expect(subgroup.kind == .subgroup && standard.kind == .standard)
        #expect(try PublicKey(serialized: subgroup.serialized, kind: .subgroup, floor: 512) == subgroup)
        #expect(throws: PaillierError.malformedKey) { try PublicKey(serialized: subgroup.serialized, floor: 512) }
        #expect(throws: PaillierError.malformedKey) {
            try PublicKey(serialized: standard.serialized, kind: .subgroup, floor: 512)
        }
        // h of 0, 1, n - 1, n and one with the wrong symbol
        var wrong: BigInt = 2
        while wrong.jacobi(subgroup.n) != -1 { wrong += 1 }
        for h in [0, 1, subgroup.n - 1, subgroup.n, wrong] {
            let bytes = try subgroup.serialized.prefix(68) + h.bigEndianBytes(width: 64)
            #expect(throws: PaillierError.malformedKey) {
                try PublicKey(serialized: Array(bytes), kind: .subgroup, floor: 512)
            }
        }
    }

    @Test func proofsCoverTheBase() throws {
        var source = generator("subgroup proof")
        let parameters = try RingPedersenParameters.generateUnchecked(bits: 512, context: [], using: &source)
        let proof = KeyProof.prove(key, context: [1], parameters: parameters, using: &source)
        try proof.verify(key.publicKey, context: [1], parameters: parameters)
        let n = key.publicKey.n
        let other = try PublicKey(
            serialized: Array(key.publicKey.serialized.prefix(68)) + BigInt(4).bigEndianBytes(width: 64),
            kind: .subgroup, floor: 512)
        #expect(other.n == n)
        #expect(throws: PaillierError.proofFailed(.modulus)) {
            try proof.verify(other, context: [1], parameters: parameters)
        }
    }
}

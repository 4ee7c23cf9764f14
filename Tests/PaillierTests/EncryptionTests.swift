import Bignum
import Paillier
import Testing

@Suite struct EncryptionTests {
    @Test(arguments: [256, 512, 766, 1024]) func ownerAndEvaluatorEncrypt(bits: Int) throws {
        var source = generator("encrypt \(bits)")
        let key = try testKey(bits)
        #expect(key.publicKey.modulusBits == bits)
        let n = key.publicKey.n
        let plaintexts = try LimbVector(
            [0, 1, n - 1, n >> 1]
                + (0..<37).map { _ in
                    BigInt.random(below: n, using: &source)
                }, bits: bits)
        let evaluator = Evaluator(publicKey: key.publicKey, using: &source)
        for ciphertexts in [
            key.encrypt(plaintexts, using: &source), evaluator.encrypt(plaintexts, using: &source),
            evaluator.encrypt(plaintexts[0..<3], using: &source),
        ] {
            let received = try CiphertextVector(
                serialized: ciphertexts.serialized, count: ciphertexts.count, key: key.publicKey)
            #expect(key.decrypt(received).bigInts() == plaintexts[0..<ciphertexts.count].bigInts())
            try received.verify(key.open(received))
        }
        // Plaintexts wider than n are taken modulo n.
        let wide = try LimbVector([n, n + n + 5], bits: bits + 10)
        #expect(key.decrypt(key.encrypt(wide, using: &source)).bigInts() == [0, 5])
        #expect(key.decrypt(key.encrypt(wide[0..<0], using: &source)).count == 0)
    }

    @Test func sameGeneratorSameKeyAndCiphertexts() throws {
        var (a, b) = (generator("twice"), generator("twice"))
        let (left, right) = (
            try PrivateKey.generateUnchecked(bits: 512, using: &a),
            try PrivateKey.generateUnchecked(bits: 512, using: &b)
        )
        #expect(left.publicKey == right.publicKey)
        let plaintexts = try LimbVector(integers: [1, 2, 3])
        #expect(left.encrypt(plaintexts, using: &a) == right.encrypt(plaintexts, using: &b))
        #expect(left.encrypt(plaintexts, using: &a) != left.encrypt(plaintexts, using: &a))
        var (c, d) = (generator("thrice"), generator("thrice"))
        let first = Evaluator(publicKey: left.publicKey, using: &c).encrypt(LimbVector(count: 40, bits: 1), using: &c)
        let second = Evaluator(publicKey: left.publicKey, using: &d).encrypt(LimbVector(count: 40, bits: 1), using: &d)
        #expect(first == second)
    }

    @Test func smallKeysAreNotMade() {
        var source = generator("small")
        #expect(throws: PaillierError.keyTooSmall(bits: 1024, minimum: 2048)) {
            try PrivateKey.generate(bits: 1024, using: &source)
        }
        #expect(throws: PaillierError.unsupportedKeySize(bits: 2049)) {
            try PrivateKey.generate(bits: 2049, using: &source)
        }
    }

    @Test func openingsThatLieAreRefused() throws {
        var source = generator("open")
        let key = try testKey()
        let ciphertexts = key.encrypt(try LimbVector(integers: [5, 6, 7]), using: &source)
        let honest = key.open(ciphertexts)
        #expect(honest.plaintexts.bigInts() == [5, 6, 7])
        var plaintexts = honest.plaintexts.bigInts()
        plaintexts[1] = 8
        #expect(throws: PaillierError.openingMismatch(index: 1)) {
            try ciphertexts.verify(Opening(plaintexts: LimbVector(plaintexts, bits: 512), nonces: honest.nonces))
        }
        var nonces = honest.nonces.bigInts()
        nonces[2] = key.publicKey.n
        #expect(throws: PaillierError.openingMismatch(index: 2)) {
            try ciphertexts.verify(Opening(plaintexts: honest.plaintexts, nonces: LimbVector(nonces, bits: 513)))
        }
        #expect(throws: PaillierError.shapeMismatch) { try ciphertexts[0..<2].verify(honest) }
    }

    @Test func descriptionsShowNoSecret() throws {
        let key = try testKey()
        #expect("\(key)" == "PrivateKey(512 bits)")
        #expect(String(reflecting: key) == "PrivateKey(512 bits)")
    }
}

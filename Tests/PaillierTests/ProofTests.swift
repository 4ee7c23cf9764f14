import Bignum
import Paillier
import Testing

@Suite struct ProofTests {
    let key: PrivateKey
    let parameters: RingPedersenParameters
    let context = ProofContext(sessionID: [1, 2, 3], prover: "hospital", verifier: "lab", purpose: "training").bytes

    init() throws {
        key = try testKey()
        var source = generator("parameters")
        parameters = try RingPedersenParameters.generateUnchecked(bits: 512, context: [9], using: &source)
    }

    @Test func contextsAreInjective() {
        let a = ProofContext(sessionID: [1], prover: "ab", verifier: "c", purpose: "d")
        #expect(a != ProofContext(sessionID: [1], prover: "a", verifier: "bc", purpose: "d"))
        #expect(a.bytes == [0, 0, 0, 1, 1, 0, 0, 0, 2, 97, 98, 0, 0, 0, 1, 99, 0, 0, 0, 1, 100])
    }

    @Test func keyProofVerifiesOnlyWhereItBelongs() throws {
        var source = generator("key proof")
        let proof = KeyProof.prove(key, context: context, parameters: parameters, using: &source)
        let received = try KeyProof(serialized: proof.serialized, key: key.publicKey, parameters: parameters)
        try received.verify(key.publicKey, context: context, parameters: parameters)

        for other in [
            ProofContext(sessionID: [1, 2, 4], prover: "hospital", verifier: "lab", purpose: "training"),
            ProofContext(sessionID: [1, 2, 3], prover: "lab", verifier: "hospital", purpose: "training"),
            ProofContext(sessionID: [1, 2, 3], prover: "hospital", verifier: "lab", purpose: "alignment"),
        ] {
            #expect(throws: PaillierError.proofFailed(.modulus)) {
                try received.verify(key.publicKey, context: other.bytes, parameters: parameters)
            }
        }
        // Another key of the same size, other parameters.
        let stranger = try PrivateKey.generateUnchecked(bits: 512, using: &source)
        #expect(throws: PaillierError.self) {
            try KeyProof(serialized: proof.serialized, key: stranger.publicKey, parameters: parameters)
                .verify(stranger.publicKey, context: context, parameters: parameters)
        }
        let others = try RingPedersenParameters.generateUnchecked(bits: 512, context: [9], using: &source)
        #expect(throws: PaillierError.self) {
            try KeyProof(serialized: proof.serialized, key: key.publicKey, parameters: others)
                .verify(key.publicKey, context: context, parameters: others)
        }
    }

    @Test func alteredKeyProofsAreRefused() throws {
        var source = generator("altered")
        let good = KeyProof.prove(key, context: context, parameters: parameters, using: &source).serialized
        #expect(throws: PaillierError.malformedProof(.noSmallFactor)) {
            try KeyProof(serialized: good + [0], key: key.publicKey, parameters: parameters)
        }
        #expect(throws: PaillierError.malformedProof(.noSmallFactor)) {
            try KeyProof(serialized: Array(good.dropLast()), key: key.publicKey, parameters: parameters)
        }
        #expect(throws: PaillierError.malformedProof(.modulus)) {
            try KeyProof(serialized: Array(good.prefix(100)), key: key.publicKey, parameters: parameters)
        }
        // The first byte, a flag, one of x, one of z, and a spread over Pi^fac.
        let start = 64 + 128 * 129
        let places = [3, 64, 64 + 129 + 20, 64 + 129 + 90] + stride(from: start + 10, to: good.count, by: 97)
        for place in places {
            var bad = good
            bad[place] ^= 1
            #expect(throws: PaillierError.self, "byte \(place)") {
                try KeyProof(serialized: bad, key: key.publicKey, parameters: parameters)
                    .verify(key.publicKey, context: context, parameters: parameters)
            }
        }
        // All-zero answers.
        #expect(throws: PaillierError.self) {
            try KeyProof(
                serialized: [UInt8](repeating: 0, count: good.count), key: key.publicKey, parameters: parameters
            ).verify(key.publicKey, context: context, parameters: parameters)
        }
    }

    @Test func parametersVerifyOnlyWhereTheyBelong() throws {
        let good = parameters.serialized
        let received = try RingPedersenParameters(serialized: good, context: [9], floor: 512)
        #expect(received.serialized == good)
        #expect(throws: PaillierError.proofFailed(.ringPedersen)) {
            try RingPedersenParameters(serialized: good, context: [8], floor: 512)
        }
        #expect(throws: PaillierError.keyTooSmall(bits: 512, minimum: 2048)) {
            try RingPedersenParameters(serialized: good, context: [9])
        }
        for place in [3, 4 + 63, 4 + 64 + 5, 4 + 128 + 7, 4 + 192 + 30, 4 + 256 + 30, good.count - 1] {
            var bad = good
            bad[place] ^= 2
            #expect(throws: PaillierError.self, "byte \(place)") {
                try RingPedersenParameters(serialized: bad, context: [9], floor: 256)
            }
        }
        #expect(throws: PaillierError.malformedProof(.ringPedersen)) {
            try RingPedersenParameters(serialized: good + [0], context: [9], floor: 512)
        }
        #expect(throws: PaillierError.malformedProof(.ringPedersen)) {
            try RingPedersenParameters(serialized: [0, 0], context: [9], floor: 512)
        }
    }

    @Test func encryptionRangeProofHoldsForSmallNumbers() throws {
        var source = generator("range")
        let publicKey = key.publicKey
        for k in [0, 1, (BigInt(1) << 256) - 1] {
            let nonce = BigInt.random(below: publicKey.n, using: &source)
            let ciphertext = try publicKey.encrypt(
                LimbVector([k], bits: 256), nonces: LimbVector([nonce], bits: 512))
            let proof = try EncryptionRangeProof.prove(
                plaintext: k, nonce: nonce, key: publicKey, valueBits: 256, context: context, parameters: parameters,
                using: &source)
            let bytes = try proof.serialized(key: publicKey, valueBits: 256, parameters: parameters)
            let received = try EncryptionRangeProof(
                serialized: bytes, key: publicKey, valueBits: 256, parameters: parameters)
            try received.verify(ciphertext, valueBits: 256, context: context, parameters: parameters)
            #expect(throws: PaillierError.proofFailed(.encryptionRange)) {
                try received.verify(ciphertext, valueBits: 256, context: [], parameters: parameters)
            }
            let other = key.encrypt(try LimbVector([k], bits: 256), using: &source)
            #expect(throws: PaillierError.proofFailed(.encryptionRange)) {
                try received.verify(other, valueBits: 256, context: context, parameters: parameters)
            }
            for place in stride(from: 5, to: bytes.count, by: 211) {
                var bad = bytes
                bad[place] ^= 1
                #expect(throws: PaillierError.self, "byte \(place)") {
                    try EncryptionRangeProof(serialized: bad, key: publicKey, valueBits: 256, parameters: parameters)
                        .verify(ciphertext, valueBits: 256, context: context, parameters: parameters)
                }
            }
            #expect(throws: PaillierError.malformedProof(.encryptionRange)) {
                try EncryptionRangeProof(
                    serialized: bytes + [0], key: publicKey, valueBits: 256, parameters: parameters)
            }
        }
    }

    @Test func oversizedNumbersHaveNoRangeProof() throws {
        var source = generator("oversized")
        let publicKey = key.publicKey
        let ranges = try EncryptionRangeProof.Ranges(valueBits: 256, key: publicKey, parameters: parameters)
        for k in [BigInt(1) << 340, BigInt(7) << 400, publicKey.n - 1] {
            let nonce = BigInt.random(below: publicKey.n, using: &source)
            let ciphertext = try publicKey.encrypt(
                LimbVector([k], bits: 512), nonces: LimbVector([nonce], bits: 512))
            #expect(throws: PaillierError.wouldOverflow(neededBits: k.bitWidth, availableBits: 256)) {
                try EncryptionRangeProof.prove(
                    plaintext: k, nonce: nonce, key: publicKey, valueBits: 256, context: context,
                    parameters: parameters, using: &source)
            }
            // A prover that goes on regardless finds no answer in range.
            for _ in 0..<3 {
                let proof = EncryptionRangeProof.attempt(
                    k: k, nonce: nonce, ciphertext: ciphertext, ranges: ranges, context: context,
                    parameters: parameters, using: &source)
                #expect(proof == nil)
            }
            // Nor does an honest proof about k mod 2^256 pass for it.
            let low = k.mod(BigInt(1) << 256)
            let proof = try EncryptionRangeProof.prove(
                plaintext: low, nonce: nonce, key: publicKey, valueBits: 256, context: context,
                parameters: parameters, using: &source)
            #expect(throws: PaillierError.proofFailed(.encryptionRange)) {
                try proof.verify(ciphertext, valueBits: 256, context: context, parameters: parameters)
            }
        }
    }
}

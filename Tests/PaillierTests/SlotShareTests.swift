import Bignum
import Paillier
import Testing

/// Slots of equal width in a plaintext, slot s at bit `width s` (`protocols/paillier.md` 6), by plain arithmetic.
private struct Slots {
    let width: Int
    let count: Int

    init(width: Int, modulusBits: Int) {
        self.width = width
        count = (modulusBits - 1) / width
    }

    /// Consecutive runs of values in one plaintext each.
    func pack(_ values: [BigInt]) throws -> LimbVector {
        let packed = stride(from: 0, to: values.count, by: count).map { start in
            values[start..<min(start + count, values.count)].reversed().reduce(BigInt(0)) { ($0 << width) + $1 }
        }
        return try LimbVector(packed, bits: width * count)
    }

    func split(_ plaintexts: LimbVector) -> [BigInt] {
        plaintexts.bigInts().flatMap { plaintext in
            (0..<count).map { (plaintext >> (width * $0)).mod(BigInt(1) << width) }
        }
    }
}

/// Shares of packed values under a mask that covers the whole plaintext space (`protocols/paillier.md` 6).
@Suite struct SlotShareTests {
    @Test(arguments: [512, 766]) func largestValuesDoNotBleed(bits: Int) throws {
        var source = generator("bleed \(bits)")
        let key = try testKey(bits)
        let evaluator = Evaluator(publicKey: key.publicKey, using: &source)
        // 40 bits of a value, 40 that keep a carry rare and 10 for the thousand values of a job.
        let layout = Slots(width: 90, modulusBits: bits)
        let rows = 6
        let slots = layout.count
        let largest = (UInt64(1) << 40) - 1
        let values = (0..<rows * slots).map { index in
            index % 3 == 0 ? largest : index % 3 == 1 ? 0 : UInt64.random(in: 0...largest, using: &source)
        }
        let packed = try layout.pack(values.map { BigInt($0) })
        let sums = EncryptedSums(key.encrypt(packed, using: &source))
        let (ciphertexts, masks) = evaluator.mask(sums, using: &source)
        let owner = layout.split(key.decrypt(ciphertexts))
        let evaluators = layout.split(masks)
        let width = BigInt(1) << layout.width
        for (index, value) in values.enumerated() {
            #expect((owner[index] - evaluators[index]).mod(width) == BigInt(value))
        }
    }

    @Test func packingUnderEncryptionAgreesWithTheLayout() throws {
        var source = generator("layout")
        let key = try testKey()
        let layout = Slots(width: 100, modulusBits: 512)
        let values = LimbVector.random(count: 12, bits: 100, using: &source)
        let packed = EncryptedSums(key.encrypt(values, using: &source))
            .packed(perCiphertext: layout.count, slotBits: layout.width)
        #expect(key.decrypt(packed.forTest).bigInts() == (try layout.pack(values.bigInts())).bigInts())
    }

    /// The sizes and floors of the public interface, nothing of the package's.
    @Test func fullSizeThroughThePublicInterface() throws {
        var source = generator("2048")
        let key = try PrivateKey.generate(bits: 2048, using: &source)
        let context = ProofContext(sessionID: [7], prover: "a", verifier: "b", purpose: "test").bytes
        let made = try RingPedersenParameters.generate(bits: 2048, context: [1], using: &source)
        let parameters = try RingPedersenParameters(serialized: made.serialized, context: [1])
        let proof = KeyProof.prove(key, context: context, parameters: parameters, using: &source)
        let peer = try PublicKey(serialized: key.publicKey.serialized)
        try KeyProof(serialized: proof.serialized, key: peer, parameters: made)
            .verify(peer, context: context, parameters: made)
        let evaluator = Evaluator(publicKey: peer, using: &source)
        let received = try CiphertextVector(
            serialized: key.encrypt(LimbVector([20, 22], bits: 8), using: &source).serialized, count: 2, key: peer)
        let sum = EncryptedSums(received[0..<1]).adding(EncryptedSums(received[1..<2]))
        #expect(key.decrypt(evaluator.rerandomize(sum, using: &source)).bigInts() == [42])
    }
}

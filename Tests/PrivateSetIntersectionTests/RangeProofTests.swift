import Bignum
import Paillier
import TestSupport
import Testing

@testable import PrivateSetIntersection

@Suite("Range proof of the encrypted PRF key")
struct RangeProofTests {
    private let hashes = Small.hashes

    private struct Proven {
        let key: PublicKey
        let encryptedKey: [UInt8]
        let proof: [UInt8]
    }

    private func prove(_ k: BigInt, prover: String = "sender") throws -> Proven {
        let key = try Small.key().publicKey
        var generator = SplitMix(21)
        let nonce = LimbVector.random(count: 1, below: key.n, using: &generator)
        let encrypted = try key.encrypt(LimbVector([k.mod(key.n)], bits: key.modulusBits), nonces: nonce).serialized
        let proof = try RangeProof.prove(
            k: k, nonce: nonce[0], encryptedKey: encrypted, publicKey: key, hashes: hashes, prover: prover,
            using: &generator)
        return Proven(key: key, encryptedKey: encrypted, proof: proof)
    }

    private func isValid(
        _ proven: Proven, proof: [UInt8]? = nil, encryptedKey: [UInt8]? = nil, prover: String = "sender",
        hashes: AlignmentHashes? = nil
    ) -> Bool {
        var coins = SplitMix(22)
        return RangeProof.isValid(
            proof ?? proven.proof, encryptedKey: encryptedKey ?? proven.encryptedKey, publicKey: proven.key,
            hashes: hashes ?? self.hashes, prover: prover, using: &coins)
    }

    @Test("Every k of the honest range passes, its ends included")
    func complete() throws {
        #expect(try isValid(prove(0)))
        #expect(try isValid(prove(1)))
        #expect(try isValid(prove((BigInt(1) << 256) - 1)))
        var generator = SplitMix(23)
        #expect(try isValid(prove(.random(bits: 256, using: &generator))))
    }

    @Test("The same key under another name, in another session or for another K fails")
    func bound() throws {
        let proven = try prove(12345)
        #expect(!isValid(proven, prover: "receiver"))
        #expect(!isValid(proven, hashes: AlignmentHashes(sessionID: [UInt8](repeating: 4, count: 32))))
        #expect(try !isValid(proven, encryptedKey: prove(12346).encryptedKey))
    }

    @Test("Altered, truncated and extended proofs fail")
    func altered() throws {
        let proven = try prove(98765)
        var generator = SplitMix(24)
        for _ in 0..<12 {
            var proof = proven.proof
            proof[Int.random(in: 0..<proof.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            #expect(!isValid(proven, proof: proof))
        }
        #expect(!isValid(proven, proof: []))
        #expect(!isValid(proven, proof: Array(proven.proof.dropLast())))
        #expect(!isValid(proven, proof: proven.proof + [0]))
    }

    /// An honest prover's algorithm over a wrong k has no sum in the range to open.
    @Test("Keys out of range have no proof", arguments: [257, 300, 500])
    func oversized(bits: Int) throws {
        let k = BigInt(1) << bits
        let proven = try? prove(k)
        #expect(proven.map { isValid($0) } ?? false == false)
    }

    @Test("A negative key has no proof")
    func negative() throws {
        let proven = try? prove(-(BigInt(1) << 300))
        #expect(proven.map { isValid($0) } ?? false == false)
    }
}

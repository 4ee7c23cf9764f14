import Bignum
import Crypto
import Paillier
import Testing

/// The same randomness gives the same bytes on every path of the arithmetic and in every version: a job's replay rests on it.
@Suite struct ReplayTests {
    @Test func fixedRandomnessGivesFixedBytes() throws {
        var source = generator("replay")
        var hash = SHA256()
        let key = try PrivateKey.generateUnchecked(bits: 1024, nonces: .half, using: &source)
        hash.update(data: key.publicKey.serialized)
        let plaintexts = LimbVector.random(count: 40, below: key.publicKey.n, using: &source)
        let ciphertexts = key.encrypt(plaintexts, using: &source)
        hash.update(data: ciphertexts.serialized)
        let evaluator = Evaluator(publicKey: key.publicKey, using: &source)
        hash.update(data: evaluator.encrypt(plaintexts, using: &source).serialized)
        var sums = EncryptedColumnSums(key: key.publicKey, columnBits: [1, 16], expectedRows: 40)
        let scalars = (0..<40).map { Int64($0) }
        try sums.add(ciphertexts, scalars: [scalars.map { $0 % 2 }, scalars.map { 1000 * ($0 - 20) }])
        let (masked, masks) = evaluator.mask(sums.finish(), using: &source)
        hash.update(data: masked.serialized)
        hash.update(data: try ResidueVector(masks, modulus: Modulus(key.publicKey.n)).bigEndianBytes())
        hash.update(
            data: try ResidueVector(key.open(masked).nonces, modulus: Modulus(key.publicKey.n)).bigEndianBytes())
        let parameters = try RingPedersenParameters.generateUnchecked(bits: 512, context: [1], using: &source)
        hash.update(data: parameters.serialized)
        hash.update(data: KeyProof.prove(key, context: [2], parameters: parameters, using: &source).serialized)
        let digest = hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(digest == "6e4a00d67c421a71323a2fa000e9910c3d627724b342288a012af666dfe8df61")
    }
}

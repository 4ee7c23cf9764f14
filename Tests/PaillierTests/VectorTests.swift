import Bignum
import Paillier
import Testing

/// Keys and ciphertexts of python-paillier.
struct ReferenceVectors: Decodable {
    struct Key: Decodable {
        let bits: Int
        let p: String
        let q: String
        let n: String
        let serialized: String
        let fingerprint: String
        let encryptions: [Encryption]
        let additions: [Addition]
        let multiples: [Multiple]
        let dotProduct: DotProduct

        func privateKey() throws -> PrivateKey { try PrivateKey(p: hex(p), q: hex(q), x: 3) }
        func ciphertext(_ index: Int, _ key: PublicKey) throws -> CiphertextVector {
            try CiphertextVector(serialized: bytes(encryptions[index].ciphertext), count: 1, key: key)
        }
    }
    struct Encryption: Decodable { let plaintext, nonce, ciphertext: String }
    struct Addition: Decodable { let left, right: Int; let ciphertext, plaintext: String }
    struct Multiple: Decodable { let index, scalar: Int; let ciphertext, plaintext: String }
    struct DotProduct: Decodable { let scalars: [Int64]; let plaintext: String }
    let keys: [Key]
}

@Suite struct VectorTests {
    let reference: ReferenceVectors

    init() throws { reference = try vectors("paillier", as: ReferenceVectors.self) }

    @Test(arguments: 0..<4) func keysEncode(index: Int) throws {
        let vector = reference.keys[index]
        let key = try PublicKey(serialized: bytes(vector.serialized), floor: 512)
        #expect(key.n == (try hex(vector.n)))
        #expect(key.serialized == (try bytes(vector.serialized)))
        #expect(key.fingerprint == (try bytes(vector.fingerprint)))
        #expect(try vector.privateKey().publicKey == key)
    }

    @Test(arguments: 0..<4) func decryptsAndOpensOthersCiphertexts(index: Int) throws {
        let vector = reference.keys[index]
        let key = try vector.privateKey()
        let all = try CiphertextVector(
            serialized: vector.encryptions.flatMap { try bytes($0.ciphertext) }, count: vector.encryptions.count,
            key: key.publicKey)
        let opening = key.open(all)
        for (at, encryption) in vector.encryptions.enumerated() {
            #expect(opening.plaintexts[at] == (try hex(encryption.plaintext)))
            #expect(opening.nonces[at] == (try hex(encryption.nonce)))
        }
        try all.verify(opening)
        // The same nonces give the same bytes.
        let again = try key.publicKey.encrypt(opening.plaintexts, nonces: opening.nonces)
        #expect(again.serialized == (try vector.encryptions.flatMap { try bytes($0.ciphertext) }))
    }

    @Test(arguments: 0..<4) func addsAndMultipliesToTheSameBytes(index: Int) throws {
        let vector = reference.keys[index]
        let key = try vector.privateKey()
        for addition in vector.additions {
            let left = EncryptedSums(try vector.ciphertext(addition.left, key.publicKey))
            let sum = left.adding(EncryptedSums(try vector.ciphertext(addition.right, key.publicKey)))
            #expect(sum.residues[0] == (try hex(addition.ciphertext)))
            #expect(key.decrypt(sum.forTest)[0] == (try hex(addition.plaintext)))
        }
        for multiple in vector.multiples {
            let product = EncryptedSums(try vector.ciphertext(multiple.index, key.publicKey))
                .multiplied(by: BigInt(multiple.scalar))
            // python-paillier inverts the ciphertext for large scalars, as here for negative ones.
            #expect(product.residues[0] == (try hex(multiple.ciphertext)))
            #expect(key.decrypt(product.forTest)[0] == (try hex(multiple.plaintext)))
        }
        var sums = EncryptedColumnSums(key: key.publicKey, columnBits: [16], expectedRows: 9)
        for at in vector.encryptions.indices {
            try sums.add(vector.ciphertext(at, key.publicKey), scalars: [[vector.dotProduct.scalars[at]]])
        }
        #expect(key.decrypt(sums.finish().forTest)[0] == (try hex(vector.dotProduct.plaintext)))
    }
}

extension EncryptedSums {
    /// What the owner would see without rerandomisation: tests only, through the package's own initialiser.
    var forTest: CiphertextVector { CiphertextVector(residues: residues, key: key) }
}

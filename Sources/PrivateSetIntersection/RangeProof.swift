internal import Bignum
internal import Crypto
internal import Paillier

/// The cut-and-choose proof that K encrypts some -2^256 < k < 2^257; `protocols/alignment.md` 3.
enum RangeProof {
    /// L
    private static let bound = BigInt(1) << BlindingSizes.order
    private static let repetitions = 128
    private static let valueBytes = 33
    /// Exponents of the batched check of all openings.
    private static let batchBits = 128

    /// C = Enc(m; r): an equation that the proof claims.
    private struct Opening {
        let plaintext: BigInt
        let nonce: BigInt
    }

    /// Proves it for `K = Enc(k; nonce)` with 0 <= k < L.
    static func prove(
        k: BigInt, nonce: BigInt, encryptedKey: [UInt8], publicKey: PublicKey, hashes: AlignmentHashes, prover: String,
        using generator: inout some RandomNumberGenerator
    ) throws -> [UInt8] {
        let n = publicKey.n
        let wide = LimbVector.random(count: repetitions, bits: BlindingSizes.order, using: &generator)
        let swaps = LimbVector.random(count: repetitions, bits: 1, using: &generator)
        let nonces = LimbVector.random(count: 2 * repetitions, below: n, using: &generator)
        // m_j0, m_j1 = w_j, w_j - L, the other way round if o_j = 1; w_j in [L, 2 L)
        var messages: [BigInt] = []
        for j in 0..<repetitions {
            let pair = [bound + wide[j], wide[j]]
            let swap = Int(swaps.limb(j, 0))
            messages += [pair[swap], pair[1 - swap]]
        }
        let ciphertexts = try publicKey.encrypt(
            LimbVector(messages, bits: BlindingSizes.order + 1), nonces: nonces
        ).serialized
        let challenge = challenge(
            encryptedKey: encryptedKey, ciphertexts: ciphertexts, publicKey: publicKey, hashes: hashes, prover: prover)

        var proof = ciphertexts
        let nonceBytes = publicKey.modulusBits / 8
        for j in 0..<repetitions {
            if bit(j, of: challenge) {
                // Exactly one of the two sums is in [L, 2 L): the one with w_j - L unless that is too small.
                let swap = Int(swaps.limb(j, 0))
                let i = k + wide[j] >= bound ? 1 - swap : swap
                proof.append(UInt8(i))
                proof += try (k + messages[2 * j + i]).bigEndianBytes(width: valueBytes)
                proof += try (nonce * nonces[2 * j + i]).mod(n).bigEndianBytes(width: nonceBytes)
            } else {
                proof.append(UInt8(swaps.limb(j, 0)))
                proof += try (bound + wide[j]).bigEndianBytes(width: valueBytes)
                proof += try nonces[2 * j].bigEndianBytes(width: nonceBytes)
                proof += try nonces[2 * j + 1].bigEndianBytes(width: nonceBytes)
            }
        }
        return proof
    }

    /// Whether the proof holds. `generator` gives the coins of the batched check and must be the verifier's own.
    static func isValid(
        _ proof: [UInt8], encryptedKey: [UInt8], publicKey: PublicKey, hashes: AlignmentHashes, prover: String,
        using generator: inout some RandomNumberGenerator
    ) -> Bool {
        let modulus = publicKey.nSquared
        let nonceBytes = publicKey.modulusBits / 8
        let headBytes = 2 * repetitions * modulus.byteWidth
        guard proof.count > headBytes,
            let commitments = try? ResidueVector(
                bigEndian: proof[..<headBytes], count: 2 * repetitions, modulus: modulus),
            let key = try? ResidueVector(bigEndian: encryptedKey, count: 1, modulus: modulus)
        else { return false }
        let challenge = challenge(
            encryptedKey: encryptedKey, ciphertexts: Array(proof[..<headBytes]), publicKey: publicKey, hashes: hashes,
            prover: prover)

        var reader = ByteReader(proof[headBytes...])
        var openings: [Opening] = []
        var opened = ResidueVector(repeating: 1, count: 0, modulus: modulus)
        for j in 0..<repetitions {
            guard let choice = reader.byte(), choice < 2, let value = reader.integer(valueBytes), value >= bound,
                value < bound + bound, let nonce = reader.integer(nonceBytes)
            else { return false }
            let chosen = Int(choice)
            if bit(j, of: challenge) {
                openings.append(Opening(plaintext: value, nonce: nonce))
                opened.append(contentsOf: key.multiplied(by: commitments[2 * j + chosen..<2 * j + chosen + 1]))
            } else {
                guard let second = reader.integer(nonceBytes) else { return false }
                let pair = [value, value - bound]
                openings.append(Opening(plaintext: pair[chosen], nonce: nonce))
                openings.append(Opening(plaintext: pair[1 - chosen], nonce: second))
                opened.append(contentsOf: commitments[2 * j..<2 * j + 2])
            }
        }
        return reader.isAtEnd && holds(openings, of: opened, publicKey: publicKey, using: &generator)
    }

    /// prod_i C_i^(d_i) = (1 + n sum_i d_i m_i) (prod_i r_i^(d_i) mod n)^n mod n^2 for random d_i of 128 bits.
    private static func holds(
        _ openings: [Opening], of ciphertexts: ResidueVector, publicKey: PublicKey,
        using generator: inout some RandomNumberGenerator
    ) -> Bool {
        let n = publicKey.n
        let d = LimbVector.random(count: openings.count, bits: batchBits, using: &generator)
        guard let small = try? Modulus(n), let nonces = try? ResidueVector(openings.map(\.nonce), modulus: small),
            BigInt.gcd(nonces.product(), n) == 1, BigInt.gcd(ciphertexts.product(), n) == 1
        else { return false }
        let left = ciphertexts.pow(secret: d).product()
        let nonce = nonces.pow(secret: d).product()
        let plaintext = openings.indices.reduce(BigInt(0)) { $0 + d[$1] * openings[$1].plaintext }.mod(n)
        guard let power = try? nonce.pow(n, modulo: publicKey.nSquared.value) else { return false }
        return left == ((1 + plaintext * n) * power).mod(publicKey.nSquared.value)
    }

    /// The first 128 bits of SHA-256(label || session id || prover || public key || K || c_00 || c_01 || ...)
    private static func challenge(
        encryptedKey: [UInt8], ciphertexts: [UInt8], publicKey: PublicKey, hashes: AlignmentHashes, prover: String
    ) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: AlignmentHashes.label("range"))
        hash.update(data: hashes.sessionID)
        hash.update(data: AlignmentHashes.bigEndian(UInt32(prover.utf8.count)))
        hash.update(data: Array(prover.utf8))
        for part in [publicKey.serialized, encryptedKey, ciphertexts] { hash.update(data: part) }
        return Array(hash.finalize().prefix(repetitions / 8))
    }

    /// Bit j, low bits of a byte first.
    private static func bit(_ j: Int, of bytes: [UInt8]) -> Bool { bytes[j / 8] >> UInt8(j % 8) & 1 == 1 }
}

/// Reads a proof from front to back; `nil` past its end.
private struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func integer(_ width: Int) -> BigInt? {
        guard rest.count >= width else { return nil }
        defer { rest = rest.dropFirst(width) }
        return BigInt(bigEndian: rest.prefix(width))
    }
}
